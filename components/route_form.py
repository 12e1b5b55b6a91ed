"""The forms of routes: parents, hostnames and rules, as far as a kind of route has them.

A form edits the live object in place. A field it does not know is never touched; a value it cannot
show in full is locked and stays to the YAML. Field meanings: Gateway API v1, HTTPRouteSpec,
GRPCRouteSpec, TLSRouteSpec, TCPRouteSpec, UDPRouteSpec.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import (
    forms,
    grpc_matches,
    references,
    route_backends,
    route_filters,
    route_matches,
    route_parents,
)
from components.field_paths import entries, entry_at, fields, fits, listed, made, only, put, steps
from components.forms import Object
from components.schema_form import field_of


class RouteForm:
    """See `components.forms.Form`. ``kind`` is the plural of a kind of route."""

    noun = "rule"
    above = ("hostnames", "parent")

    def __init__(self, kind: str = "httproutes") -> None:
        self.title = "Route"
        self._matches: Any = MATCHES.get(kind)
        self._filters = route_filters.Filters(*FILTERS.get(kind, ((), ())))
        self._hosts = kind in ("httproutes", "grpcroutes", "tlsroutes")
        self._several = self._matches is not None
        """Whether it may have more than one rule; routes without matches have exactly one."""

    def layout(self) -> Any:
        return html.Div(
            className="fs",
            children=[
                route_parents.layout(),
                forms.labelled(
                    "Hostnames",
                    forms.text_input(
                        "hostnames", mono=True, placeholder="any host of the listener"
                    ),
                )
                if self._hosts
                else None,
                html.Div(
                    [
                        forms.heading("Rules", "first match by the specification, not by order")
                        if self._several
                        else html.Span("Rule", className="lab"),
                        forms.items(self._rule_body()),
                    ],
                    **forms.adding("item-add", "Rule"),
                ),
            ],
        )

    def _rule_body(self) -> list[Any]:
        return [
            self._matches.layout() if self._matches else None,
            self._filters.layout() if self._filters.groups else None,
            route_backends.layout(),
            forms.text("kept"),
            forms.ends("rule") if self._several else None,
        ]

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        spec, rule = fields(obj, "spec"), _rule(obj, opened)
        values: dict[str, Any] = {}
        if self._hosts:
            values["hostnames"] = ", ".join(filter(None, entries(spec, "hostnames", str)))
        values |= route_parents.read(entries(spec, "parentRefs"))
        if self._matches:
            values |= self._matches.read(entries(rule, "matches"))
        values |= self._filters.read(rule, entries(rule, "filters"))
        return values | route_backends.read(entries(rule, "backendRefs"))

    def locked(self, obj: Object, opened: int) -> set[str]:
        spec, rule = fields(obj, "spec"), _rule(obj, opened)
        found = route_parents.locked(listed(spec, "parentRefs"))
        found |= self._filters.locked(rule, entries(rule, "filters"))
        found |= route_backends.locked(listed(rule, "backendRefs"))
        if self._matches:
            found |= self._matches.locked(listed(rule, "matches"))
        if self._hosts and not (fits(obj, "spec", kind=dict) and only(spec.get("hostnames"), str)):
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
            route_parents.write(parent, rest[1], str(value or "").strip())
        elif area == "match":
            self._matches.write(entry_at(rule, "matches", int(rest[0])), rest[1], value)
        elif area == "backend":
            route_backends.write(entry_at(rule, "backendRefs", int(rest[0])), rest[1], value)
        else:
            self._filters.write(rule, entries(rule, "filters"), field, value)
        return obj

    def place(self, obj: Object, path: str) -> tuple[int, str]:
        match [*steps(path)]:
            case ["spec", "hostnames", *_] if self._hosts:
                return -1, "hostnames"
            case ["spec", "parentRefs", int(at), *rest]:
                return -1, f"parent-{at}-{route_parents.place(rest)}"
            case ["spec", "rules", int(rule), "matches", int(at), *rest] if self._matches:
                return rule, f"match-{at}-{self._matches.place(rest)}"
            case ["spec", "rules", int(rule), "backendRefs", int(), "filters", _, *_] if (
                self._filters.groups
            ):
                return rule, field_of(obj, path)
            case ["spec", "rules", int(rule), "backendRefs", int(at), *rest]:
                return rule, f"backend-{at}-{route_backends.place(rest)}"
            case ["spec", "rules", int(rule), "filters", int(at), *rest]:
                return rule, self._filters.place(entries(_rule(obj, rule), "filters"), at, rest)
            case ["spec", "rules", int(rule), key, *rest] if isinstance(key, str):
                return rule, self._filters.place_set(key, rest)
            case ["spec", "rules", int(rule), *_]:
                return rule, ""
        return -1, ""

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        obj = deepcopy(obj)
        spec, rule = made(obj, "spec"), _rule(obj, opened)
        area, *rest = action.split("-")
        if area in route_filters.KEYS:
            self._filters.set(rule, area, rest[0])
            return obj, opened
        held, key, new = {
            "item": (spec, "rules", None),
            "parent": (spec, "parentRefs", {"name": ""}),
            "match": (rule, "matches", self._match()),
            "backend": (rule, "backendRefs", {"name": "", "port": 80}),
            "filter": (rule, "filters", None),
        }[area]
        if not fits(held, key, kind=list):
            return obj, opened
        found = listed(held, key)
        if area == "item":
            opened = self._act_rule(found, opened, rest[0])
        elif area == "filter":
            self._filters.act(found, *rest)
        elif rest[-1] == "add":
            found.append(new)
        elif rest[-1] == "up":
            forms.moved(found, int(rest[0]), "up")
        else:
            del found[int(rest[0]) : int(rest[0]) + 1]
        if found or area == "item":
            held[key] = found
        else:
            held.pop(key, None)
        return obj, opened

    def _match(self) -> Object:
        return deepcopy(self._matches.DEFAULT_MATCH) if self._matches else {}

    def _act_rule(self, rules: list[Any], opened: int, what: str) -> int:
        if what != "add" and not 0 <= opened < len(rules):
            return opened
        if what in ("up", "down"):
            return forms.moved(rules, opened, what)
        if what == "remove":
            del rules[opened]
            return min(opened, len(rules) - 1)
        fresh = {"matches": [self._match()]} if self._matches else {"backendRefs": []}
        new = deepcopy(rules[opened]) if what == "duplicate" else fresh
        if isinstance(new, dict):
            new.pop("name", None)  # rule names are unique within a route
        rules.append(new)
        return len(rules) - 1

    def rows(self, obj: Object, opened: int) -> dict[str, bool]:
        rule, rules = _rule(obj, opened), self.items(obj)
        seen = route_parents.rows(entries(fields(obj, "spec"), "parentRefs"))
        filters, backends = entries(rule, "filters"), entries(rule, "backendRefs")
        if self._matches:
            seen |= self._matches.rows(entries(rule, "matches"))
        seen |= self._filters.rows(rule, filters, backends)
        seen |= route_backends.rows(backends, redirected=route_filters.redirects(filters))
        seen |= {"item-up": opened > 0, "item-down": opened < len(rules) - 1}
        for action, way in self._lists(opened).items():
            seen[action] = seen.get(action, True) and fits(obj, *way, kind=list)
        if not self._several and rules:
            seen["item-add"] = False
        return seen

    def _lists(self, opened: int) -> dict[str, tuple[str | int, ...]]:
        """The lists that buttons let grow, by the way to them."""
        rule = ("spec", "rules", opened)
        filters = {f"filter-{group}-add": (*rule, "filters") for group in self._filters.groups}
        return filters | {
            "item-add": ("spec", "rules"),
            "parent-add": ("spec", "parentRefs"),
            "match-add": (*rule, "matches"),
            "backend-add": (*rule, "backendRefs"),
        }

    def items(self, obj: Object) -> Sequence[Object]:
        return entries(fields(obj, "spec"), "rules")

    def heads(self, obj: Object) -> Sequence[str]:
        return [self._summary(rule) for rule in listed(fields(obj, "spec"), "rules")]

    def entry(self, path: str, value: Any) -> str:
        match [*steps(path)]:
            case ["spec", "rules", int()] if isinstance(value, dict):
                return self._summary(value)
        return ""

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        rule = _rule(obj, opened)
        matched = self._matches.texts(entries(rule, "matches")) if self._matches else {}
        return {
            "more-parents": route_parents.more(entries(fields(obj, "spec"), "parentRefs")),
            **matched,
            "kept": self._kept(rule),
        }

    def _summary(self, rule: Any) -> str:
        """A rule in a line: what it matches and where it sends."""
        if not isinstance(rule, dict):
            return "not a rule"
        found = entries(rule, "matches")
        said = self._matches.summary(found) if self._matches else "every connection"
        backends = entries(rule, "backendRefs")
        if route_filters.redirects(entries(rule, "filters")):
            return f"{said} redirected"
        if len(backends) == 1:
            named = references.written(backends[0], "Service")
            return f"{said} to {named or 'a backend without a name'}"
        return f"{said} to {len(backends)} backends" if backends else f"{said} to no backend"

    def _kept(self, rule: Object) -> str:
        """What only the YAML changes of a rule, in words."""
        known = {"filters", "backendRefs", "name", *self._filters.keys}
        known |= {"matches"} if self._matches else set()
        backends = entries(rule, "backendRefs")
        others = [
            *(self._matches.others(entries(rule, "matches")) if self._matches else ()),
            *self._filters.others(rule, entries(rule, "filters")),
            *sorted(key for key in rule if key not in known),
        ]
        said = [
            forms.more(len(backends), route_backends.BACKENDS, "backend"),
            forms.kept(others),
        ]
        return " ".join(filter(None, said))


MATCHES = {"httproutes": route_matches, "grpcroutes": grpc_matches}
"""What rules of a kind match by; the others have no matches."""
FILTERS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "httproutes": (
        ("headers", "response", "rewrite", "redirect", "mirror", "cors", "extension"),
        ("timeouts", "retry", "session"),
    ),
    "grpcroutes": (("headers", "response", "mirror", "extension"), ("session",)),
}
"""The filters and settings that rules of a kind may have."""


def _rule(obj: Object, opened: int) -> Object:
    return entry_at(fields(obj, "spec"), "rules", opened)


def _words(value: Any) -> list[str]:
    return str(value or "").replace(",", " ").split()
