"""The web application firewall of a bundle, which only NGINX Plus has.

On the open source edition the switch in the NginxProxy would make NGINX load a module that it does
not have and refuse its configuration, so nothing is switched on before the edition is known. What
is on already stays on when it is no longer known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ngf_operator import names
from ngf_operator.denial import UNTOUCHED
from ngf_operator.gateway import routes
from ngf_operator.gateway.parent import GATEWAY_API, NGF, WAF, Bundle
from ngf_operator.gateway.policies import accepted, refs, said, targets
from ngf_operator.seen import ref_of
from ngf_operator.wanting import Child, Lack, Obj

SOURCES = {"httpSource": "HTTP", "nimSource": "NIM", "n1cSource": "N1C"}
"""Fields that say where a compiled policy comes from, and the type that NGF has for each."""


def asked(bundle: Bundle) -> Mapping[str, Any] | None:
    """The section of the firewall where it is to be on, which the further fields of the NginxProxy
    can say as well."""
    extra = (bundle.section("nginxProxy") or {}).get("extra") or {}
    found = bundle.section("waf")
    return {} if found is None and (extra.get("waf") or {}).get("enable") else found


def refused(bundle: Bundle) -> Lack | None:
    """Why the firewall cannot be switched on; None when it can, or is not asked for."""
    section = asked(bundle)
    if section is None:
        return None
    name = str(section.get("policyRef") or names.waf(bundle.name))
    if foreign := bundle.foreign(WAF, "WAFPolicy", name):
        return foreign
    plus = bundle.abilities.plus
    if plus.supported is None and not _on(bundle):
        text = (
            f"The firewall needs NGINX Plus, and whether NGF runs it is not known. {plus.evidence}"
            " It stays off, because NGINX without it would refuse its configuration."
        )
        return bundle.lack(WAF, "WAFPolicy", name, "EditionUnknown", text)
    if plus.supported is False:
        text = f"The firewall needs NGINX Plus. {plus.evidence} Run NGF with --nginx-plus."
        return bundle.lack(WAF, "WAFPolicy", name, "NotPlus", text)
    return bundle.missing(WAF, NGF, "WAFPolicy", name)


def stays_on(bundle: Bundle, lack: Lack) -> bool:
    """Whether the firewall stays on although its policy cannot be looked after any more."""
    return lack.reason in UNTOUCHED and _on(bundle)


def _on(bundle: Bundle) -> bool:
    """Whether the firewall is switched on in the NginxProxy that is there."""
    live = bundle.world.get(NGF, "NginxProxy", bundle.namespace, names.proxy(bundle.name)) or {}
    return bool(((live.get("spec") or {}).get("waf") or {}).get("enable"))


def wanted(bundle: Bundle) -> Child | Lack | None:
    """The policy of a firewall that can be switched on; None where it is not asked for."""
    section = asked(bundle)
    if section is None:
        return None
    if section.get("policyRef"):
        return _given(bundle, str(section["policyRef"]))
    name = names.waf(bundle.name)
    if "policySource" not in section:
        if found := sorted(set(_attached(bundle))):
            text = f"At work: {', '.join(found)}."
            return bundle.lack(WAF, "WAFPolicy", name, "Adopted", text, blocks=False)
        text = "The firewall is on, and checks nothing before a WAFPolicy targets Gateway or route."
        return replace(bundle.lack(WAF, "WAFPolicy", name, "NoPolicy", text), waits=True)
    source = section["policySource"]
    kinds = [kind for field, kind in SOURCES.items() if field in source]
    if len(kinds) != 1:
        text = f"spec.waf.policySource needs one of {', '.join(SOURCES)}."
        return bundle.lack(WAF, "WAFPolicy", name, "InvalidPolicySource", text)
    spec = {"type": kinds[0], "targetRefs": [bundle.target], "policySource": source}
    if section.get("securityLogs"):
        spec["securityLogs"] = section["securityLogs"]
    return bundle.child(WAF, NGF, "WAFPolicy", name, spec)


def _attached(bundle: Bundle) -> Iterator[str]:
    """Policies of other people that NGF has accepted for the Gateway, or for a route of it, as a
    status may name them."""
    own = (bundle.namespace, names.waf(bundle.name))
    for policy in bundle.world.all(NGF, "WAFPolicy"):
        place = policy["metadata"]["namespace"], policy["metadata"]["name"]
        at_work = place != own and accepted(policy)
        if at_work and any(_concerns(bundle, place[0], ref) for ref in refs(policy)):
            yield ref_of(policy).seen_from(bundle.namespace)


def _concerns(bundle: Bundle, namespace: str, ref: Obj) -> bool:
    kind, name, gateway = ref.get("kind", ""), ref.get("name", ""), (bundle.namespace, bundle.name)
    if kind == "Gateway":
        return (namespace, name) == gateway
    route = bundle.world.get(GATEWAY_API, kind, namespace, name)
    return route is not None and gateway in routes.gateways(route)


def _given(bundle: Bundle, name: str) -> Lack:
    """How a policy stands that somebody else made and that the spec names."""
    policy = bundle.world.get(NGF, "WAFPolicy", bundle.namespace, name)
    place = f"WAFPolicy {bundle.namespace}/{name}"
    if policy is None:
        text = f"{place} does not exist. Make it, or give spec.waf.policySource."
        return bundle.lack(WAF, "WAFPolicy", name, "NotFound", text)
    if not targets(policy, "Gateway", bundle.name):
        text = f"{place} does not target Gateway {bundle.name}. Add it to its spec.targetRefs."
        return bundle.lack(WAF, "WAFPolicy", name, "NotTargeted", text)
    for condition in ("Accepted", "ResolvedRefs", "Programmed"):
        for given in said(policy, condition, bundle.name):
            if given.get("status") == "False":
                text = f"{place}: {given.get('message') or given.get('reason')}"
                return bundle.lack(WAF, "WAFPolicy", name, str(given.get("reason")), text)
    if not accepted(policy, bundle.name):
        text = f"{place}: NGF has not said whether it accepts it for Gateway {bundle.name}."
        lack = bundle.lack(WAF, "WAFPolicy", name, "WaitingForController", text)
        return replace(lack, waits=True)
    text = f"{place} exists, and NGF has accepted it for the Gateway."
    return bundle.lack(WAF, "WAFPolicy", name, "Adopted", text, blocks=False)
