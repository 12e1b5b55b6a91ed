"""The access log of a bundle: which format, and whether NGINX would take it.

A format is applied only when every variable of it is known. Else the format that is in force stays,
or that of the console takes its place, and the lack names the variable.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ngf_operator import names
from ngf_operator.gateway import variables
from ngf_operator.gateway.abilities import Ability
from ngf_operator.gateway.parent import NGF, PROXY, Bundle
from ngf_operator.gateway.snippets import VARIABLE, declared, expected
from ngf_operator.wanting import Lack, Obj

FIELDS = (
    ("log", "ngf_access"),
    ("ts", "$time_iso8601"),
    ("msec", "$msec"),
    ("request_id", "$request_id"),
    ("x_request_id", "$http_x_request_id"),
    ("remote_addr", "$remote_addr"),
    ("host", "$host"),
    ("server", "$server_name"),
    ("port", "$server_port"),
    ("scheme", "$scheme"),
    ("proto", "$server_protocol"),
    ("method", "$request_method"),
    ("path", "$request_uri_path"),
    ("status", "$status"),
    ("body_bytes_sent", "$body_bytes_sent"),
    ("bytes_sent", "$bytes_sent"),
    ("req_len", "$request_length"),
    ("rt", "$request_time"),
    ("proxy_host", "$proxy_host"),
    ("uaddr", "$upstream_addr"),
    ("ustatus", "$upstream_status"),
    ("uct", "$upstream_connect_time"),
    ("uht", "$upstream_header_time"),
    ("urt", "$upstream_response_time"),
    ("route_hdr", "$sent_http_x_ngf_route"),
    ("grpc_trailer", "$sent_trailer_grpc_status"),
    ("grpc_header", "$sent_http_grpc_status"),
    ("completion", "$request_completion"),
    ("ua", "$http_user_agent"),
    ("tls_version", "$ssl_protocol"),
    ("tls_cipher", "$ssl_cipher"),
)
"""Keys of a line that the telemetry of the console reads, and what NGINX writes there."""
MARKED = ("route_var", f"${VARIABLE}")
TRACED = ("trace_id", "$otel_trace_id")


@dataclass(frozen=True, slots=True)
class Known:
    """What a format may have on a Gateway. ``awaited`` is what NGF is to declare yet, ``of_plus``
    what NGINX knows in that edition only, ``plus`` whether it is that. ``marked`` and ``traced``
    are whether lines can name route and trace."""

    names: frozenset[str]
    awaited: frozenset[str]
    of_plus: frozenset[str]
    plus: Ability
    marked: bool
    traced: bool

    def fault(self, text: str) -> tuple[str, str] | None:
        """Reason and clause of what keeps NGINX from taking a format; None when nothing does."""
        if clause := variables.malformed(text):
            return "InvalidAccessLog", clause
        missing = variables.unknown(text, self.names, variables.PREFIXES)
        perhaps = [] if self.plus.supported is False else list(filter(self._is_of_plus, missing))
        absent = [name for name in missing if name not in perhaps]
        if absent and self.awaited.issuperset(absent):
            said = f"NGF has not taken up the SnippetsPolicy with {_listed(absent)}"
            return "WaitingForSnippets", said
        if absent:
            return "InvalidAccessLog", f"NGINX knows no variable {_listed(absent)} here"
        if perhaps and self.plus.supported is None:
            said = f"only NGINX Plus knows {_listed(perhaps)}, and whether NGF runs it is not known"
            return "EditionUnknown", f"{said}. {self.plus.evidence.rstrip('.')}"
        return None

    def takes(self, text: str) -> bool:
        """Whether NGINX takes a format that is in force, as far as anybody knows."""
        fault = self.fault(text)
        return fault is None or fault[0] == "EditionUnknown"

    def _is_of_plus(self, name: str) -> bool:
        return name in self.of_plus or name.startswith(variables.PLUS_PREFIXES)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"${name}" for name in names)


def written(marked: bool, traced: bool) -> str:
    """The format of the console, in JSON."""
    fields = [*FIELDS, *([MARKED] if marked else ()), *([TRACED] if traced else ())]
    return "{" + ",".join(f'"{key}":"{value}"' for key, value in fields) + "}"


def settings(chosen: Mapping[str, Any] | None, known: Known) -> Obj:
    """``NginxProxy.spec.logging.accessLog`` for the access log that a bundle asks for.

    Every field is named, because what is not would come from the NginxProxy of the class.
    """
    preset = (chosen or {}).get("preset", "Console")
    if preset == "Off":
        return {"disable": True}
    if preset == "Default":
        return {"disable": False, "format": ""}
    if preset == "Custom":
        custom = chosen or {}
        escape = custom.get("escape", "default")
        return {"disable": False, "escape": escape, "format": custom.get("format", "")}
    return console(known)


def console(known: Known) -> Obj:
    """The settings of the console's own format."""
    text = written(known.marked, known.traced)
    return {"disable": False, "escape": "json", "format": text}


def known(bundle: Bundle, effective: Mapping[str, Any]) -> Known:
    """What formats may have; ``effective`` is the NginxProxy in force, the class's included."""
    found = variables.ALWAYS | declared(bundle)
    marked = bundle.section("routeMarker") is not None and VARIABLE in found
    traced = traces(effective)
    if traced:
        found |= variables.TRACING
    of_plus = variables.PLUS | (variables.FIREWALL if firewalled(effective) else frozenset())
    return Known(found, expected(bundle), of_plus, bundle.abilities.plus, marked, traced)


def names_route(log: Mapping[str, Any], known: Known) -> bool:
    """Whether lines name their route, or will once the marker is in force."""
    if log.get("disable"):
        return False
    return log == console(known) or VARIABLE in variables.used(str(log.get("format") or ""))


def traces(effective: Mapping[str, Any]) -> bool:
    """Whether the module of tracing is loaded."""
    telemetry = effective.get("telemetry") or {}
    off = "DisableTracing" in (telemetry.get("disabledFeatures") or ())
    return bool((telemetry.get("exporter") or {}).get("endpoint")) and not off


def firewalled(effective: Mapping[str, Any]) -> bool:
    """Whether the module of the firewall is loaded."""
    return bool((effective.get("waf") or {}).get("enable"))


def needs(log: Mapping[str, Any], effective: Mapping[str, Any]) -> Obj:
    """What a log needs of the NginxProxy in force: the class could take it from under the log."""
    found: Obj = {}
    if traces(effective):
        found["telemetry"] = {"disabledFeatures": [], **effective["telemetry"]}
    used = variables.used(str(log.get("format") or ""))
    if firewalled(effective) and not variables.FIREWALL.isdisjoint(used):
        found["waf"] = {"enable": True}
    return found


def checked(bundle: Bundle, asked: Obj, known: Known) -> tuple[Obj, Lack | None]:
    """``asked``, or what stays in its place and why, for the whole section: there is an NginxProxy,
    with the rest of its settings."""
    text = str(asked.get("format") or "")
    if asked.get("disable") or not text:
        return asked, None
    fault = known.fault(text)
    if fault is None:
        return asked, None
    kept, what = _kept(bundle, known)
    reason, clause = fault
    said = f"The access-log format is not applied: {clause}. {what} in force meanwhile."
    if kept == asked:
        said = f"The access-log format stays in force: {clause}."
    return kept, bundle.lack(PROXY, "NginxProxy", "", reason, said, blocks=kept != asked)


def noted(log: Mapping[str, Any]) -> dict[str, str]:
    """The annotation that tells a log that was applied from what others make of it."""
    return {names.ACCESS_LOG: json.dumps(log, sort_keys=True)}


def _applied(live: Mapping[str, Any]) -> Obj | None:
    """The access log that was applied last; None where nothing tells."""
    said = ((live.get("metadata") or {}).get("annotations") or {}).get(names.ACCESS_LOG, "")
    try:
        found = json.loads(said)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _kept(bundle: Bundle, known: Known) -> tuple[Obj, str]:
    """The access log that is in force, where NGINX still takes it, else that of the console."""
    live = bundle.world.get(NGF, "NginxProxy", bundle.namespace, names.proxy(bundle.name)) or {}
    in_force = ((live.get("spec") or {}).get("logging") or {}).get("accessLog")
    before = _applied(live) or in_force
    if before and known.takes(str(before.get("format") or "")):
        return dict(before), "The last one that NGINX takes stays"
    return console(known), "That of the console is"
