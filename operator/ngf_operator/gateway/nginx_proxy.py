"""The NginxProxy of a bundle: how the data plane of its Gateway runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.gateway import access_log
from ngf_operator.gateway.abilities import CLASSES
from ngf_operator.gateway.merging import merged
from ngf_operator.gateway.parent import GATEWAY_API, MARKER, NGF, PROXY, Bundle
from ngf_operator.gateway.snippets import VARIABLE
from ngf_operator.wanting import Child, Lack, Obj

_AS_THEY_ARE = (
    "ipFamily",
    "rewriteClientIP",
    "telemetry",
    "metrics",
    "disableHTTP2",
    "workerConnections",
)


def asked(bundle: Bundle) -> bool:
    """Whether the Gateway has an NginxProxy of its own.

    The firewall is switched on there, and the marker of routes is of use only in its access log.
    """
    if bundle.section("nginxProxy") is not None:
        return True
    if "nginxProxy" in bundle.spec:
        return False
    return bundle.section("waf") is not None or bundle.section("routeMarker") is not None


def wanted(bundle: Bundle, firewall: bool) -> Iterator[Child | Lack]:
    """The NginxProxy; ``firewall`` is whether the data plane is to have one."""
    if not asked(bundle):
        if "nginxProxy" in bundle.spec:
            yield from _unnamed(bundle, "spec.nginxProxy is off")
        return
    name = names.proxy(bundle.name)
    if foreign := bundle.foreign(PROXY, "NginxProxy", name):
        yield foreign
        return
    section = bundle.section("nginxProxy") or {}
    under = of_class(bundle)
    spec = {**_settings(section), **_switch(bundle, firewall, under)}
    extra = _further(section, firewall)
    effective = merged(under, merged(spec, extra))
    known = access_log.known(bundle, effective)
    logging = dict(section.get("logging") or {})
    logging["accessLog"] = access_log.settings(logging.get("accessLog"), known)
    spec = merged({**spec, "logging": logging}, extra)
    if not access_log.names_route(spec["logging"]["accessLog"], known):
        yield from _unnamed(bundle, f"the access log has no ${VARIABLE}")
    log, lack = access_log.checked(bundle, spec["logging"]["accessLog"], known)
    spec["logging"]["accessLog"] = log
    spec = merged(spec, access_log.needs(log, effective))
    made = bundle.child(PROXY, NGF, "NginxProxy", name, spec)
    if isinstance(made, Child):
        made.obj["metadata"]["annotations"] = access_log.noted(log)
    yield made
    if lack is not None and isinstance(made, Child):
        yield lack


def _unnamed(bundle: Bundle, why: str) -> Iterator[Lack]:
    """That no line of the access log names its route, although that is asked for."""
    if bundle.section("routeMarker") is not None:
        text = f"No line of the access log names its route: {why}. Log with the preset Console, or"
        text += f" with ${VARIABLE} in a format of your own."
        yield bundle.lack(MARKER, "NginxProxy", "", "NotLogged", text)


def in_use(bundle: Bundle) -> bool:
    """Whether an NginxProxy that is asked for, and cannot be looked after now, is the Gateway's
    already: without it the data plane would lose all of its settings."""
    if not asked(bundle) or bundle.abilities.ngf is False:
        return False
    live = bundle.world.get(GATEWAY_API, "Gateway", bundle.namespace, bundle.name) or {}
    ref = ((live.get("spec") or {}).get("infrastructure") or {}).get("parametersRef") or {}
    return bool(ref.get("name") == names.proxy(bundle.name))


def of_class(bundle: Bundle) -> Mapping[str, Any]:
    """The spec of the NginxProxy that the class of the Gateway refers to."""
    name = str(bundle.spec.get("gatewayClassName", ""))
    found = bundle.world.get(CLASSES, "GatewayClass", "", name) or {}
    ref = (found.get("spec") or {}).get("parametersRef") or {}
    if ref.get("kind") != "NginxProxy":
        return {}
    place = str(ref.get("namespace", "")), str(ref.get("name", ""))
    return (bundle.world.get(NGF, "NginxProxy", *place) or {}).get("spec") or {}


def _switch(bundle: Bundle, firewall: bool, under: Mapping[str, Any]) -> Obj:
    """The switch of the firewall; a section that is off switches that of the class off as well."""
    off = "waf" in bundle.spec and bundle.section("waf") is None
    if firewall or (off and access_log.firewalled(under)):
        return {"waf": {"enable": firewall}}
    return {}


def _further(section: Mapping[str, Any], firewall: bool) -> Mapping[str, Any]:
    """The further fields; they do not switch on a firewall that cannot be had."""
    extra = section.get("extra") or {}
    switches = dict(extra.get("waf") or {})
    if firewall or not switches.pop("enable", None):
        return extra
    return {**extra, "waf": switches}


def _settings(section: Mapping[str, Any]) -> Obj:
    spec = {field: section[field] for field in _AS_THEY_ARE if field in section}
    kubernetes: Obj = {}
    if "replicas" in section:
        kubernetes["deployment"] = {"replicas": section["replicas"]}
    if section.get("service"):
        kubernetes["service"] = section["service"]
    if kubernetes:
        spec["kubernetes"] = kubernetes
    return merged({}, spec)
