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
from components.field_paths import entries, entry_at, fields, fits, listed, made, only, put, steps
from components.forms import Object
from components.typed import shown

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
        spec = fields(obj, "spec")
        hosts = filter(None, entries(spec, "hostnames", str))
        values: dict[str, Any] = {"hostnames": ", ".join(hosts)}
        parents = entries(spec, "parentRefs")
        for at in range(PARENTS):
            parent = parents[at] if at < len(parents) else {}
            values[f"parent-{at}-gateway"] = references.written(parent)
            values[f"parent-{at}-listener"] = shown(parent.get("sectionName"))
        rule = _rule(obj, opened)
        values |= route_matches.read(entries(rule, "matches"))
        values |= route_filters.read(entries(rule, "filters"))
        return values | route_backends.read(entries(rule, "backendRefs"))

    def locked(self, obj: Object, opened: int) -> set[str]:
        spec, rule = fields(obj, "spec"), _rule(obj, opened)
        found = route_matches.locked(listed(rule, "matches"))
        found |= route_filters.locked(entries(rule, "filters"))
        found |= route_backends.locked(listed(rule, "backendRefs"))
        for at, parent in enumerate(listed(spec, "parentRefs")[:PARENTS]):
            if not references.readable(parent):
                found.add(f"parent-{at}-gateway")
            if not fits(parent, "sectionName"):
                found.add(f"parent-{at}-listener")
        if not (fits(obj, "spec", kind=dict) and only(spec.get("hostnames"), str)):
            found.add("hostnames")
        return found

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        if field in self.locked(obj, opened):
            return obj
        obj = deepcopy(obj)
        spec, rule = made(obj, "spec"), _rule(obj, opened)
        area, *rest = field.split("-")
        if field == "hostnames":
            put(spec, "hostnames", [part for part in _words(value) if part])
        elif area == "parent":
            parent = entry_at(spec, "parentRefs", int(rest[0]))
            _write_parent(parent, rest[1], str(value or "").strip())
        elif area == "match":
            route_matches.write(entry_at(rule, "matches", int(rest[0])), rest[1], value)
        elif area == "backend":
            route_backends.write(entry_at(rule, "backendRefs", int(rest[0])), rest[1], value)
        else:
            route_filters.write(entries(rule, "filters"), field, value)
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
        spec, rule = made(obj, "spec"), _rule(obj, opened)
        area, *rest = action.split("-")
        held, key, new = {
            "item": (spec, "rules", None),
            "parent": (spec, "parentRefs", {"name": ""}),
            "match": (rule, "matches", deepcopy(route_matches.DEFAULT_MATCH)),
            "backend": (rule, "backendRefs", {"name": "", "port": 80}),
            "filter": (rule, "filters", None),
        }[area]
        if not fits(held, key, kind=list):
            return obj, opened
        found = listed(held, key)
        if area == "item":
            opened = _act_rule(found, opened, rest[0])
        elif area == "filter":
            route_filters.act(found, *rest)
        elif rest[-1] == "add":
            found.append(new)
        else:
            del found[int(rest[0]) : int(rest[0]) + 1]
        if found or area == "item":
            held[key] = found
        else:
            held.pop(key, None)
        return obj, opened

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        rule = _rule(obj, opened)
        parents = len(entries(fields(obj, "spec"), "parentRefs"))
        seen = {f"parent-{at}": at < parents for at in range(PARENTS)}
        filters, backends = entries(rule, "filters"), entries(rule, "backendRefs")
        seen |= route_matches.rows(entries(rule, "matches"))
        seen |= route_filters.rows(filters, backends)
        seen |= route_backends.rows(backends, redirected=route_filters.redirects(filters))
        for action, way in _lists(opened).items():
            seen[action] = seen.get(action, True) and fits(obj, *way, kind=list)
        return seen

    def items(self, obj: Object) -> Sequence[Object]:
        return entries(fields(obj, "spec"), "rules")

    def heads(self, obj: Object) -> Sequence[str]:
        return [_summary(rule) for rule in listed(fields(obj, "spec"), "rules")]

    def entry(self, path: str, value: Any) -> str:
        match [*steps(path)]:
            case ["spec", "rules", int()] if isinstance(value, dict):
                return _summary(value)
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        rule = _rule(obj, opened)
        parents = len(entries(fields(obj, "spec"), "parentRefs"))
        return {
            "more-parents": forms.more(parents, PARENTS, "gateway"),
            **route_matches.texts(entries(rule, "matches")),
            "kept": _kept(rule),
        }


def parents_named(obj: Object, namespace: str) -> list[dict[str, str]]:
    """What the parents with a row point to, of a route in ``namespace``."""
    return [
        {
            "kind": shown(parent.get("kind")) or "Gateway",
            "namespace": shown(parent.get("namespace")) or namespace,
            "name": shown(parent.get("name")),
            "listener": shown(parent.get("sectionName")),
        }
        for parent in entries(fields(obj, "spec"), "parentRefs")[:PARENTS]
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


def _rule(obj: Object, opened: int) -> Object:
    return entry_at(fields(obj, "spec"), "rules", opened)


def _lists(opened: int) -> dict[str, tuple[str | int, ...]]:
    """The lists that buttons let grow, by the way to them."""
    rule = ("spec", "rules", opened)
    filters = {f"filter-{kind}-add": (*rule, "filters") for kind in route_filters.KINDS}
    return filters | {
        "item-add": ("spec", "rules"),
        "parent-add": ("spec", "parentRefs"),
        "match-add": (*rule, "matches"),
        "backend-add": (*rule, "backendRefs"),
    }


def _words(value: Any) -> list[str]:
    return str(value or "").replace(",", " ").split()


def _write_parent(parent: Object, part: str, value: str) -> None:
    if part == "gateway":
        references.write(parent, value)
    else:
        put(parent, "sectionName", value)


def _act_rule(rules: list[Any], opened: int, what: str) -> int:
    if what != "add" and not 0 <= opened < len(rules):
        return opened
    if what == "remove":
        del rules[opened]
        return min(opened, len(rules) - 1)
    start = rules[opened] if what == "duplicate" else {"matches": [route_matches.DEFAULT_MATCH]}
    new = deepcopy(start)
    if isinstance(new, dict):
        new.pop("name", None)  # rule names are unique within a route
    rules.append(new)
    return len(rules) - 1


def _summary(rule: Any) -> str:
    """A rule in a line: what it matches and where it sends."""
    if not isinstance(rule, dict):
        return "not a rule"
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
        *route_matches.others(entries(rule, "matches")),
        *route_filters.others(entries(rule, "filters")),
        *sorted(key for key in rule if key not in known),
    ]
    backends = entries(rule, "backendRefs")
    said = [
        forms.more(len(backends), route_backends.BACKENDS, "backend"),
        forms.kept(others),
    ]
    return " ".join(filter(None, said))
