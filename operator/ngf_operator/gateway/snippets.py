"""Snippets of a bundle: a SnippetsFilter for routes, and SnippetsPolicies for the whole Gateway."""

from collections.abc import Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.denial import denial
from ngf_operator.gateway import routes, variables
from ngf_operator.gateway.parent import GATEWAY_API, MARKER, NGF, SNIPPETS, Bundle
from ngf_operator.gateway.policies import accepted, targets
from ngf_operator.wanting import Child, Lack, Obj

CONTEXTS = {
    "mainSnippet": "main",
    "httpSnippet": "http",
    "serverSnippet": "http.server",
    "locationSnippet": "http.server.location",
}
VARIABLE = "ngf_route"
"""The variable that names route and rule of a request."""
DECLARATION = f'map "" ${VARIABLE} {{ default "-"; }}'
"""Gives the variable a value where no rule sets it."""


def wanted(bundle: Bundle, stuck: bool) -> Iterator[Child | Lack]:
    """The filter and the policies that the spec asks for; ``stuck`` is whether the access log that
    is in force cannot be changed now."""
    name = names.snippets(bundle.name)
    if section := bundle.section("snippetsFilter"):
        spec = {"snippets": written(section)}
        yield disabled(bundle, SNIPPETS, "SnippetsFilter", name) or bundle.child(
            SNIPPETS, NGF, "SnippetsFilter", name, spec
        )
    else:
        yield from _referred(bundle, name)
    for kind, spec in {**_policies(bundle), **(_needed(bundle) if stuck else {})}.items():
        section_name = MARKER if kind == names.marker(bundle.name) else SNIPPETS
        yield disabled(bundle, section_name, "SnippetsPolicy", kind) or bundle.child(
            section_name, NGF, "SnippetsPolicy", kind, spec
        )


def _referred(bundle: Bundle, name: str) -> Iterator[Child | Lack]:
    """The filter as it is, or as the section that is off has it, while rules refer to it that would
    answer 500 without it."""
    live = bundle.world.get(NGF, "SnippetsFilter", bundle.namespace, name)
    if live is None or not bundle.owns(live):
        return
    using, why = [], []
    for kind in routes.KINDS:
        if denied := denial(bundle.world, GATEWAY_API, kind):
            why.append(denied.who)
        for route in bundle.world.all(GATEWAY_API, kind, bundle.namespace):
            if routes.refers(route, name):
                using.append(f"{kind} {route['metadata']['name']}")
    if using:
        why.append(f"{', '.join(sorted(using))} would answer 500 without it")
    if why:
        snippets = written(bundle.spec.get("snippetsFilter") or {})
        spec = {"snippets": snippets} if snippets else live["spec"]
        yield bundle.child(SNIPPETS, NGF, "SnippetsFilter", name, spec)
        text = f"SnippetsFilter {name} is not removed: {'; '.join(why)}. Take the references out."
        yield bundle.lack(SNIPPETS, "SnippetsFilter", "", "StillReferenced", text)


def written(section: Mapping[str, Any]) -> list[Obj]:
    """The snippets of a section, as NGF spells them."""
    return [
        {"context": context, "value": section[field]}
        for field, context in CONTEXTS.items()
        if section.get(field)
    ]


def disabled(bundle: Bundle, section: str, kind: str, name: str) -> Lack | None:
    """The lack of snippets where NGF runs without them, or does not take the Gateway."""
    if foreign := bundle.foreign(section, kind, name):
        return foreign
    ability = bundle.abilities.snippets
    if ability.supported is not False:
        return None
    said = f"Snippets are off: {ability.evidence} Start NGF with --snippets"
    said += " (Helm: nginxGateway.snippets.enable=true)."
    return bundle.lack(section, kind, name, "SnippetsDisabled", said)


def declared(bundle: Bundle) -> frozenset[str]:
    """Variables that SnippetsPolicies declare for the whole Gateway, and that NGF has taken up.

    Of policies that the bundle makes itself only what they are to declare from now on as well.
    Where NGF runs without snippets, what it said of policies before means nothing any more.
    """
    if bundle.abilities.snippets.supported is False:
        return frozenset()
    own = {names.snippets(bundle.name), names.marker(bundle.name)}
    planned = _policies(bundle)
    found: set[str] = set()
    for policy in bundle.world.all(NGF, "SnippetsPolicy", bundle.namespace):
        if not targets(policy, "Gateway", bundle.name) or not accepted(policy, bundle.name):
            continue
        name = policy["metadata"]["name"]
        live = _declared(policy.get("spec") or {})
        found |= live & _declared(planned.get(name) or {}) if name in own else live
    return frozenset(found)


def expected(bundle: Bundle) -> frozenset[str]:
    """Variables that the bundle's own SnippetsPolicies declare, whether taken up or not."""
    return frozenset().union(*(_declared(spec) for spec in _policies(bundle).values()))


def _policies(bundle: Bundle) -> dict[str, Obj]:
    """Spec of each SnippetsPolicy that the bundle makes, by name."""
    found: dict[str, Obj] = {}
    if section := bundle.section("snippetsPolicy"):
        found[names.snippets(bundle.name)] = _targeted(bundle, written(section))
    if bundle.section("routeMarker") is not None:
        snippet = {"context": "http", "value": DECLARATION}
        found[names.marker(bundle.name)] = _targeted(bundle, [snippet])
    return found


def _needed(bundle: Bundle) -> dict[str, Obj]:
    """Spec of each live policy of the bundle that declares more than is asked for by now."""
    found, planned = {}, _policies(bundle)
    for name in (names.snippets(bundle.name), names.marker(bundle.name)):
        live = bundle.world.get(NGF, "SnippetsPolicy", bundle.namespace, name)
        if live is None or not bundle.owns(live):
            continue
        if _declared(live["spec"]) - _declared(planned.get(name) or {}):
            found[name] = live["spec"]
    return found


def _targeted(bundle: Bundle, snippets: list[Obj]) -> Obj:
    return {"targetRefs": [bundle.target], "snippets": snippets}


def _declared(spec: Mapping[str, Any]) -> set[str]:
    """What the http context declares: others are there only with certain servers and locations."""
    snippets = [one for one in spec.get("snippets") or () if one.get("context") == "http"]
    return {name for one in snippets for name in variables.declared(str(one.get("value", "")))}
