"""The form of an HTTPRoute: parents, hostnames and rules.

The form edits the live object in place. A field it does not know (timeouts, session persistence,
mirrors, extension filters) is never touched; a value it cannot show in full is locked and stays to
the YAML. Field meanings: Gateway API v1, HTTPRouteSpec.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import forms, references, route_backends, route_filters, route_matches
from components.field_paths import entries, put, steps
from components.forms import Object

PARENTS = 3
"""More parents than these are in the YAML."""


class RouteForm:
    """See `components.forms.Form`."""

    title = "Route"
    noun = "rule"
    above = ("hostnames", "parent")

    def layout(self) -> Any:
        return html.Div(
            className="fs",
            children=[
                html.Div(
                    [
                        forms.heading("Gateway", "Listener", "lab pcols"),
                        *[_parent_row(at) for at in range(PARENTS)],
                        forms.text("more-parents"),
                        forms.add("parent-add", "Gateway"),
                    ]
                ),
                forms.labelled(
                    "Hostnames",
                    forms.text_input(
                        "hostnames", mono=True, placeholder="any host of the listener"
                    ),
                ),
                html.Div(
                    [
                        forms.heading("Rules", "first match by the specification, not by order"),
                        forms.items(_rule_body()),
                        forms.add("item-add", "Rule"),
                    ]
                ),
            ],
        )

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        spec = _spec(obj)
        values: dict[str, Any] = {"hostnames": ", ".join(entries(spec, "hostnames", str))}
        parents = entries(spec, "parentRefs")
        for at in range(PARENTS):
            parent = parents[at] if at < len(parents) else {}
            values[f"parent-{at}-gateway"] = references.written(parent)
            values[f"parent-{at}-listener"] = str(parent.get("sectionName") or "")
        rule = _rule(obj, opened)
        values |= route_matches.read(entries(rule, "matches"))
        values |= route_filters.read(entries(rule, "filters"))
        return values | route_backends.read(entries(rule, "backendRefs"))

    def locked(self, obj: Object, opened: int) -> set[str]:
        rule = _rule(obj, opened)
        matches, filters = entries(rule, "matches"), entries(rule, "filters")
        return route_matches.locked(matches) | route_filters.locked(filters)

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        obj = deepcopy(obj)
        spec = obj.setdefault("spec", {})
        area, *rest = field.split("-")
        if field == "hostnames":
            put(spec, "hostnames", [part for part in _words(value) if part])
        elif area == "parent":
            _write_parent(spec["parentRefs"][int(rest[0])], rest[1], str(value or "").strip())
        elif area == "match":
            route_matches.write(spec["rules"][opened]["matches"][int(rest[0])], rest[1], value)
        elif area == "backend":
            route_backends.write(spec["rules"][opened]["backendRefs"][int(rest[0])], rest[1], value)
        else:
            route_filters.write(spec["rules"][opened]["filters"], field, value)
        return obj

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        match [*steps(path)]:
            case ["spec", "hostnames", *_]:
                return -1, "hostnames"
            case ["spec", "parentRefs", int(at), *rest]:
                return -1, f"parent-{at}-{'listener' if rest == ['sectionName'] else 'gateway'}"
            case ["spec", "rules", int(rule), "matches", int(at), *rest]:
                return rule, f"match-{at}-{route_matches.place(rest)}"
            case ["spec", "rules", int(rule), "backendRefs", int(at), *rest]:
                return rule, f"backend-{at}-{route_backends.place(rest)}"
            case ["spec", "rules", int(rule), "filters", int(at), *rest]:
                return rule, route_filters.place(entries(_rule(obj, rule), "filters"), at, rest)
            case ["spec", "rules", int(rule), *_]:
                return rule, ""
        return -1, ""

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        obj = deepcopy(obj)
        spec = obj.setdefault("spec", {})
        area, *rest = action.split("-")
        if area == "item":
            return obj, _act_rule(spec.setdefault("rules", []), opened, rest[0])
        if area == "parent":
            held, key, new = spec, "parentRefs", {"name": ""}
        elif area == "match":
            held, key, new = spec["rules"][opened], "matches", deepcopy(route_matches.DEFAULT_MATCH)
        elif area == "backend":
            held, key, new = spec["rules"][opened], "backendRefs", {"name": "", "port": 80}
        else:
            route_filters.act(spec["rules"][opened], action)
            return obj, opened
        if rest[-1] == "add":
            held.setdefault(key, []).append(new)
        else:
            del held[key][int(rest[0])]
            if not held[key]:
                del held[key]
        return obj, opened

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        rule = _rule(obj, opened)
        parents = len(entries(_spec(obj), "parentRefs"))
        seen = {f"parent-{at}": at < parents for at in range(PARENTS)}
        filters, backends = entries(rule, "filters"), entries(rule, "backendRefs")
        seen |= route_matches.rows(entries(rule, "matches"))
        seen |= route_filters.rows(filters, backends)
        return seen | route_backends.rows(backends, redirected=route_filters.redirects(filters))

    def items(self, obj: Object) -> Sequence[Object]:
        return entries(_spec(obj), "rules")

    def heads(self, obj: Object) -> Sequence[str]:
        return [_summary(rule) for rule in self.items(obj)]

    def entry(self, path: str, value: Any) -> str:
        match [*steps(path)]:
            case ["spec", "rules", int()] if isinstance(value, dict):
                return _summary(value)
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        rule = _rule(obj, opened)
        parents = len(entries(_spec(obj), "parentRefs"))
        return {
            "more-parents": forms.more(parents, PARENTS, "gateway"),
            **route_matches.texts(entries(rule, "matches")),
            "kept": _kept(rule),
        }


def parents_named(obj: Object, namespace: str) -> list[dict[str, str]]:
    """What the parents with a row point to, of a route in ``namespace``."""
    return [
        {
            "kind": str(parent.get("kind") or "Gateway"),
            "namespace": str(parent.get("namespace") or namespace),
            "name": str(parent.get("name") or ""),
            "listener": str(parent.get("sectionName") or ""),
        }
        for parent in entries(_spec(obj), "parentRefs")[:PARENTS]
    ]


def _parent_row(at: int) -> html.Div:
    return forms.row(
        f"parent-{at}",
        [
            forms.text_input(f"parent-{at}-gateway", f"Gateway {at + 1}", list="edit-gateways"),
            forms.text_input(
                f"parent-{at}-listener",
                f"Listener of gateway {at + 1}",
                placeholder="every listener",
                list="edit-listeners",
            ),
        ],
        "minmax(0,1fr) 150px 24px",
        remove=f"Remove gateway {at + 1}",
    )


def _rule_body() -> list[Any]:
    return [
        route_matches.layout(),
        route_filters.layout(),
        route_backends.layout(),
        forms.text("kept"),
        html.Div(
            [
                html.Button(
                    "Duplicate rule",
                    id=forms.action_id("item-duplicate"),
                    className="btn btn-link btn-sm",
                ),
                html.Button(
                    "Remove rule",
                    id=forms.action_id("item-remove"),
                    className="btn btn-link btn-sm",
                ),
            ],
            className="row-f end",
        ),
    ]


def _spec(obj: Object) -> Object:
    spec = obj.get("spec")
    return spec if isinstance(spec, dict) else {}


def _rule(obj: Object, opened: int) -> Object:
    rules = entries(_spec(obj), "rules")
    return rules[opened] if 0 <= opened < len(rules) else {}


def _words(value: Any) -> list[str]:
    return str(value or "").replace(",", " ").split()


def _write_parent(parent: Object, part: str, value: str) -> None:
    if part == "gateway":
        references.write(parent, value)
    else:
        put(parent, "sectionName", value)


def _act_rule(rules: list[Any], opened: int, what: str) -> int:
    if what == "remove":
        del rules[opened]
        return min(opened, len(rules) - 1)
    start = rules[opened] if what == "duplicate" else {"matches": [route_matches.DEFAULT_MATCH]}
    new = deepcopy(start)
    new.pop("name", None)  # rule names are unique within a route
    rules.append(new)
    return len(rules) - 1


def _summary(rule: Object) -> str:
    """A rule in a line: what it matches and where it sends."""
    said = route_matches.summary(entries(rule, "matches"))
    backends = entries(rule, "backendRefs")
    if route_filters.redirects(entries(rule, "filters")):
        return f"{said} redirected"
    if len(backends) == 1:
        return f"{said} to {references.written(backends[0]) or 'a backend without a name'}"
    return f"{said} to {len(backends)} backends" if backends else f"{said} to no backend"


def _kept(rule: Object) -> str:
    """What only the YAML changes of a rule, in words."""
    known = {"matches", "filters", "backendRefs", "name"}
    others = [
        *route_filters.others(entries(rule, "filters")),
        *sorted(key for key in rule if key not in known),
    ]
    backends = entries(rule, "backendRefs")
    said = [
        forms.more(len(backends), route_backends.BACKENDS, "backend"),
        f"Kept as they are in the YAML: {', '.join(others)}." if others else "",
    ]
    return " ".join(filter(None, said))
