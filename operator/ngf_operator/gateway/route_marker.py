"""The route marker: access-log lines that name the route and rule that took their request.

A SnippetsPolicy declares the variable for the whole Gateway (``snippets``). Each rule of a route
that opts in gets a SnippetsFilter that sets it, and refers to that among its filters. The order
keeps traffic whole, because a rule that refers to a filter that is not there answers 500: a route
refers to a filter only when it exists, and a filter goes only when no rule refers to it any more.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from ngf_operator import names
from ngf_operator.denial import denial
from ngf_operator.gateway import routes
from ngf_operator.gateway.parent import GATEWAY_API, MARKER, NGF, Bundle
from ngf_operator.gateway.policies import accepted
from ngf_operator.gateway.snippets import VARIABLE
from ngf_operator.names import BUNDLE, GROUP
from ngf_operator.wanting import Child, Lack, Obj

_FILTERS = 16
"""Filters that a rule may have at most."""


def wanted(bundle: Bundle) -> Iterator[Child | Lack]:
    """Filters and edits of the routes that this bundle marks, or marked before."""
    if not _can(bundle) and not _left(bundle):
        return
    for kind in routes.KINDS:
        yield from _unseen(bundle, kind)
        for route in bundle.world.all(GATEWAY_API, kind):
            if route["metadata"].get("deletionTimestamp"):
                continue
            mark = routes.opted_in(route) and _first(bundle, route)
            if mark and (owner := routes.keeper(route)):
                mark = False
                (namespace, name), reason = _place(route), "KeptByOperator"
                text = f"It is not marked: {owner} keeps it as it is."
                yield bundle.lack(MARKER, kind, name, reason, text, namespace, blocks=False)
            yield from _marked(bundle, route) if mark else _released(bundle, route)


def _left(bundle: Bundle) -> list[Obj]:
    """The filters of this bundle that are there still."""
    filters = bundle.world.all(NGF, "SnippetsFilter")
    own = names.snippets(bundle.name)
    return [one for one in filters if one["metadata"]["name"] != own and bundle.owns(one)]


def _unseen(bundle: Bundle, kind: str) -> Iterator[Child | Lack]:
    """The filters of routes of a kind that cannot be seen: they stay, for rules refer to them."""
    denied = denial(bundle.world, GATEWAY_API, kind)
    if denied is None and bundle.world.served(GATEWAY_API, kind) is not None:
        return
    for live in _left(bundle):
        for ref in live["metadata"].get("ownerReferences") or ():
            if ref["kind"] == kind:
                name, namespace = live["metadata"]["name"], live["metadata"]["namespace"]
                metadata = {"name": ref["name"], "namespace": namespace, "uid": ref["uid"]}
                route = {"apiVersion": ref["apiVersion"], "kind": kind, "metadata": metadata}
                if name in routes.markers(route):
                    yield _filter(bundle, route, name, _index(route, name))
    if denied:
        text = f"{denied.said} {denied.remedy} markers follow; until then they stay as they are."
        yield bundle.lack(MARKER, kind, "", denied.reason, text)


def _first(bundle: Bundle, route: Obj) -> bool:
    """Whether this is the bundle that marks a route: of several Gateways the first that asks."""
    own = (bundle.namespace, bundle.name)
    asking = [place for place in routes.gateways(route) if place != own and _asks(bundle, place)]
    return own in routes.gateways(route) and _can(bundle) and min([own, *asking]) == own


def _asks(bundle: Bundle, place: tuple[str, str]) -> bool:
    found = bundle.world.get(GROUP, BUNDLE, *place)
    return found is not None and _can(Bundle(found, bundle.world))


def _can(bundle: Bundle) -> bool:
    if bundle.section("routeMarker") is None or bundle.ends:
        return False
    able = bundle.abilities
    return able.ngf is not False and able.snippets.supported is not False


def _marked(bundle: Bundle, route: Obj) -> Iterator[Child | Lack]:
    """A filter for each rule that has no marker of its owner's, and the edit that refers to it."""
    place, changed = _place(route), deepcopy(routes.rules(route))
    declared, made = _declared(bundle), set(_mine(bundle, route))
    for index, rule in enumerate(routes.rules(route)):
        name = routes.marker(route, index)
        others = [one for one in routes.filters(rule) if routes.snippets(one) != name]
        others = [one for one in others if not _made(bundle, route, routes.snippets(one))]
        if any(_sets(bundle, route, routes.snippets(one)) for one in others):
            _put(changed[index], others)
            continue
        if len(others) >= _FILTERS:
            text = (
                f"Rule {index} of {route['kind']} {'/'.join(place)} has {_FILTERS} filters,"
                " which is as many as there may be."
            )
            reason = "TooManyFilters"
            yield bundle.lack(MARKER, "SnippetsFilter", name, reason, text, place[0], False)
            continue
        yield _filter(bundle, route, name, index)
        made.discard(name)
        there = any(routes.snippets(one) == name for one in routes.filters(rule))
        if there or (declared and _made(bundle, route, name)):
            _put(changed[index], [*others, routes.reference(name)])
        else:
            _put(changed[index], others)
    yield from (_filter(bundle, route, name, _index(route, name)) for name in sorted(made))
    yield from _edit(route, changed)


def _released(bundle: Bundle, route: Obj) -> Iterator[Child | Lack]:
    """The edit that takes the references of this bundle away again, and the filters until then."""
    mine = _mine(bundle, route)
    if not mine:
        return
    changed = deepcopy(routes.rules(route))
    for rule in changed:
        _put(rule, [one for one in routes.filters(rule) if routes.snippets(one) not in mine])
    yield from (_filter(bundle, route, name, _index(route, name)) for name in mine)
    yield from _edit(route, changed)


def _filter(bundle: Bundle, route: Obj, name: str, index: int) -> Child | Lack:
    namespace, of = _place(route)
    value = f'set ${VARIABLE} "{namespace}/{of}/{index}";'
    spec = {"snippets": [{"context": "http.server.location", "value": value}]}
    made = bundle.child(MARKER, NGF, "SnippetsFilter", name, spec, namespace)
    return replace(made, owner=route) if isinstance(made, Child) else made


def _edit(route: Obj, changed: list[Obj]) -> Iterator[Child]:
    """The rules as they shall be, of the very route that was looked at; nothing if they are so."""
    if changed == routes.rules(route):
        return
    metadata = {key: route["metadata"][key] for key in ("name", "namespace", "resourceVersion")}
    obj = {"apiVersion": route["apiVersion"], "kind": route["kind"], "metadata": metadata}
    yield Child(MARKER, {**obj, "spec": {"rules": changed}}, edits=True)


def _put(rule: Obj, filters: list[Obj]) -> None:
    """Filters of a rule; a rule without any has no such field."""
    if filters != routes.filters(rule):
        rule["filters"] = filters
    if not filters:
        rule.pop("filters", None)


def _mine(bundle: Bundle, route: Obj) -> list[str]:
    """Marker filters of this bundle that the rules of a route refer to."""
    return [name for name in sorted(routes.referred(route)) if _made(bundle, route, name)]


def _made(bundle: Bundle, route: Obj, name: str) -> bool:
    """Whether a marker filter of a route exists and is this bundle's."""
    if not name or not bundle.owns(_live(bundle, route, name)):
        return False
    return name in routes.markers(route)


def _sets(bundle: Bundle, route: Obj, name: str) -> bool:
    """Whether a SnippetsFilter, of the owner of the route, sets the variable itself."""
    live = _live(bundle, route, name) if name else None
    written = ((live or {}).get("spec") or {}).get("snippets") or ()
    return any(f"${VARIABLE}" in str(one.get("value", "")) for one in written)


def _live(bundle: Bundle, route: Obj, name: str) -> Obj | None:
    return bundle.world.get(NGF, "SnippetsFilter", route["metadata"]["namespace"], name)


def _declared(bundle: Bundle) -> bool:
    """Whether NGF has taken up the policy that declares the variable."""
    name = names.marker(bundle.name)
    return accepted(bundle.world.get(NGF, "SnippetsPolicy", bundle.namespace, name), bundle.name)


def _index(route: Obj, name: str) -> int:
    return next(one for one in range(routes.RULES) if routes.marker(route, one) == name)


def _place(route: Obj) -> tuple[str, str]:
    return str(route["metadata"]["namespace"]), str(route["metadata"]["name"])
