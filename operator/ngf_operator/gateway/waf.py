"""The web application firewall of a bundle, which only NGINX Plus has.

On the open source edition the switch in the NginxProxy would make NGINX load a module that it does
not have and refuse its configuration, so nothing is switched on before the edition is known. What
is on already stays on when it is no longer known.
"""

from ngf_operator import names
from ngf_operator.gateway.parent import NGF, WAF, Bundle
from ngf_operator.gateway.policies import said, targets
from ngf_operator.wanting import Child, Lack

SOURCES = {"httpSource": "HTTP", "nimSource": "NIM", "n1cSource": "N1C"}
"""Fields that say where a compiled policy comes from, and the type that NGF has for each."""


def refused(bundle: Bundle) -> Lack | None:
    """Why the firewall cannot be switched on; None when it can, or is not asked for."""
    section = bundle.section("waf")
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


def _on(bundle: Bundle) -> bool:
    """Whether the firewall is switched on in the NginxProxy that is there."""
    live = bundle.world.get(NGF, "NginxProxy", bundle.namespace, names.proxy(bundle.name)) or {}
    return bool(((live.get("spec") or {}).get("waf") or {}).get("enable"))


def wanted(bundle: Bundle) -> Child | Lack | None:
    """The policy of a firewall that can be switched on; None where it is not asked for."""
    section = bundle.section("waf")
    if section is None:
        return None
    if section.get("policyRef"):
        return _given(bundle, str(section["policyRef"]))
    name = names.waf(bundle.name)
    if "policySource" not in section:
        text = "The firewall is on, and checks nothing before a WAFPolicy targets Gateway or route."
        return bundle.lack(WAF, "WAFPolicy", name, "NoPolicy", text, blocks=False)
    source = section["policySource"]
    kinds = [kind for field, kind in SOURCES.items() if field in source]
    if len(kinds) != 1:
        text = f"spec.waf.policySource needs one of {', '.join(SOURCES)}."
        return bundle.lack(WAF, "WAFPolicy", name, "InvalidPolicySource", text)
    spec = {"type": kinds[0], "targetRefs": [bundle.target], "policySource": source}
    if section.get("securityLogs"):
        spec["securityLogs"] = section["securityLogs"]
    return bundle.child(WAF, NGF, "WAFPolicy", name, spec)


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
    text = f"{place} exists and targets the Gateway."
    return bundle.lack(WAF, "WAFPolicy", name, "Adopted", text, blocks=False)
