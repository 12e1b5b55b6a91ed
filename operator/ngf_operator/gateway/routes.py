"""What the route marker has to know of routes: their Gateways, and the filters of their rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.gateway.parent import GATEWAY_API, NGF
from ngf_operator.names import OWNER, ROUTE_MARKER
from ngf_operator.wanting import Obj

KINDS = ("HTTPRoute", "GRPCRoute")
"""Kinds of routes whose rules have filters."""
RULES = 64
"""More rules than a route can have."""


def rules(route: Obj) -> list[Obj]:
    """The rules of a route."""
    return (route.get("spec") or {}).get("rules") or []


def opted_in(route: Obj) -> bool:
    """Whether its owner wants the lines of a route marked."""
    return bool((route["metadata"].get("labels") or {}).get(ROUTE_MARKER) == "true")


def keeper(route: Obj) -> str:
    """The parent whose child a route is, which would take every marker away; "" of none."""
    return str((route["metadata"].get("annotations") or {}).get(OWNER, ""))


def gateways(route: Obj) -> Iterator[tuple[str, str]]:
    """Namespace and name of each Gateway that a route wants to attach to."""
    for ref in (route.get("spec") or {}).get("parentRefs") or ():
        if (ref.get("group", GATEWAY_API), ref.get("kind", "Gateway")) == (GATEWAY_API, "Gateway"):
            yield str(ref.get("namespace") or route["metadata"]["namespace"]), str(ref["name"])


def filters(rule: Mapping[str, Any]) -> list[Obj]:
    """The filters of a rule."""
    return list(rule.get("filters") or ())


def snippets(one: Mapping[str, Any]) -> str:
    """The name of the SnippetsFilter that a filter refers to; "" when it refers to none."""
    ref = one.get("extensionRef") or {}
    if one.get("type") != "ExtensionRef" or ref.get("kind") != "SnippetsFilter":
        return ""
    return str(ref.get("name", "")) if ref.get("group") == NGF else ""


def reference(name: str) -> Obj:
    """A filter that refers to a SnippetsFilter."""
    return {
        "type": "ExtensionRef",
        "extensionRef": {"group": NGF, "kind": "SnippetsFilter", "name": name},
    }


def markers(route: Obj) -> frozenset[str]:
    """Names of all marker filters that a route could have."""
    return frozenset(marker(route, index) for index in range(RULES))


def marker(route: Obj, index: int) -> str:
    """The name of the marker filter of a rule."""
    return names.route_marker(route["kind"], route["metadata"]["name"], index)


def referred(route: Obj) -> frozenset[str]:
    """Names of the marker filters that the rules of a route refer to."""
    found = {name for rule in rules(route) for one in filters(rule) if (name := snippets(one))}
    return frozenset(found) & markers(route) if found else frozenset()


def refers(route: Obj, name: str) -> bool:
    """Whether a rule of a route refers to a SnippetsFilter of its namespace."""
    return any(snippets(one) == name for rule in rules(route) for one in filters(rule))


def of_interest(route: Obj) -> Obj:
    """A route with no more than anybody looks at: its rules whole where marker or snippets matter,
    otherwise the pools that they lead to; of its status what each Gateway says, without since
    when."""
    told = (route.get("status") or {}).get("parents") or ()
    kept = {**route, "status": {"parents": [_verdict(one) for one in told]}}
    if opted_in(route) or any(snippets(one) for rule in rules(route) for one in filters(rule)):
        return kept
    spec = route.get("spec") or {}
    pools = [found for rule in rules(route) if (found := _pools(rule))]
    short = [{"backendRefs": found} for found in pools]
    reduced = {"parentRefs": spec.get("parentRefs") or []}
    return {**kept, "spec": {**reduced, "rules": short} if short else reduced}


def _pools(rule: Mapping[str, Any]) -> list[Obj]:
    refs = rule.get("backendRefs") or ()
    return [
        {"kind": ref["kind"], "name": ref["name"]}
        for ref in refs
        if ref.get("kind") == "InferencePool"
    ]


def _verdict(told: Mapping[str, Any]) -> Obj:
    said = ({**one} for one in told.get("conditions") or ())
    conditions = [{key: one[key] for key in one if key != "lastTransitionTime"} for one in said]
    return {"parentRef": told.get("parentRef") or {}, "conditions": conditions}
