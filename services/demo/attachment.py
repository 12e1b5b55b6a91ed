"""Which listeners a route attaches to, and what NGF says when it attaches to none.

Deliberately only what the demo needs to look true: parentRefs to Gateways by section and port,
protocol, host intersection, allowed kinds and namespaces. Pure functions of the objects;
`services.demo.ngf` writes the results.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.demo.listeners import ROUTES, fault, meets, ours, supported_kinds
from services.demo.references import (
    CONTROLLER,
    Key,
    Object,
    Verdict,
    World,
    condition,
    generation,
    route_references,
)

IGNORED = ("name", "timeouts", "retry")
"""Fields of a rule that NGF accepts and leaves aside."""


def parents(
    world: World,
    kind_name: str,
    key: Key,
    route: Object,
    affected: Iterable[Mapping[str, Any]] = (),
) -> Iterator[tuple[Any, Key, list[str]]]:
    """Per parentRef to one of our gateways: its status entry, the gateway, the listeners it
    attached to."""
    at = generation(route)
    resolved = route_references(world, ROUTES[kind_name][0], key[0], route)
    gateways = ours(world)
    for ref in route["spec"].get("parentRefs") or ():
        place = (ref.get("namespace", key[0]), ref["name"])
        if ref.get("kind", "Gateway") != "Gateway" or place not in gateways:
            continue
        accepted, names = _attach(world, kind_name, key, route, ref, (place, gateways[place]))
        entry = {
            "parentRef": dict(ref),
            "controllerName": CONTROLLER,
            "conditions": [
                condition("Accepted", at, accepted),
                condition("ResolvedRefs", at, resolved),
                *affected,
            ],
        }
        yield entry, place, names


def _attach(
    world: World, kind_name: str, key: Key, route: Object, ref: Object, parent: tuple[Key, Object]
) -> tuple[Verdict, list[str]]:
    place, gateway = parent
    kind, protocols = ROUTES[kind_name]
    named = [
        one
        for one in gateway["spec"]["listeners"]
        if ref.get("sectionName") in (None, one["name"]) and ref.get("port") in (None, one["port"])
    ]
    if not named:
        return ("False", "NoMatchingParent", "Listener is not found for this parent ref"), []
    allowed = [
        one
        for one in named
        if one["protocol"] in protocols
        and kind in supported_kinds(one)
        and _admits(world, place[0], one, key[0])
    ]
    if not allowed:
        return ("False", "NotAllowedByListeners", "The route is not allowed by any listener"), []
    hosts = route["spec"].get("hostnames") or [""]
    matching = [
        one for one in allowed if any(meets(one.get("hostname", ""), host) for host in hosts)
    ]
    if not matching:
        text = "The listener hostname does not match the route hostnames"
        return ("False", "NoMatchingListenerHostname", text), []
    valid = [one for one in matching if fault(world, place[0], gateway, one) is None]
    if not valid:
        return ("False", "InvalidListener", "The listener is invalid for this parent ref"), []
    return _accepted(route), [one["name"] for one in valid]


def _accepted(route: Object) -> Verdict:
    ignored = [
        f"spec.rules[{number}].{field}: Forbidden: {field.capitalize()}"
        for number, rule in enumerate(route["spec"].get("rules") or ())
        for field in IGNORED
        if field in rule
    ]
    if not ignored:
        return "True", "Accepted", "The Route is accepted"
    text = f"The following unsupported parameters were ignored: [{', '.join(ignored)}]"
    return "True", "UnsupportedField", text


def _admits(world: World, home: str, one: Object, namespace: str) -> bool:
    """Whether a listener of a Gateway in ``home`` takes routes from ``namespace``."""
    spaces = (one.get("allowedRoutes") or {}).get("namespaces") or {}
    match spaces.get("from", "Same"):
        case "All":
            return True
        case "Selector":
            space = world("namespaces").get(("", namespace)) or {"metadata": {}}
            return _selects(spaces.get("selector") or {}, space["metadata"].get("labels") or {})
        case "Same":
            return home == namespace
    return False


def _selects(selector: Object, labels: Mapping[str, str]) -> bool:
    exact = (selector.get("matchLabels") or {}).items()
    return all(labels.get(name) == value for name, value in exact) and all(
        _expressed(one, labels) for one in selector.get("matchExpressions") or ()
    )


def _expressed(expression: Object, labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
