"""The form of an HTTPRoute: parents, hostnames and rules.

The form edits the live object in place. A field it does not know (timeouts, session persistence,
mirrors, extension filters) is never touched; a value it cannot show in full is locked and stays to
the YAML. Field meanings: Gateway API v1, HTTPRouteSpec.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import forms, route_filters
from components.forms import Object, options
from components.pairs import format_pairs, merged_pairs, parse_pairs, showable

PARENTS = 3
MATCHES = 3
BACKENDS = 3
RULES = 16
"""Gateway API allows 16 rules; more parents, matches and backends than these are in the YAML."""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
PATH_TYPES = ("PathPrefix", "Exact", "RegularExpression")
DEFAULT_MATCH = {"path": {"type": "PathPrefix", "value": "/"}}
DEFAULT_WEIGHT = 1


class RouteForm:
    """See `components.forms.Form`."""

    title = "Route"
    noun = "rule"

    def layout(self) -> Any:
        return html.Div(
            className="fs",
            children=[
                html.Div(
                    [
                        html.Div(
                            [html.Span("Gateway"), html.Span("Listener")], className="lab pcols"
                        ),
                        *[_parent_row(at) for at in range(PARENTS)],
                        forms.text("more-parents"),
                        forms.add("parent-add", "Gateway"),
                    ]
                ),
                html.Div(
                    [
                        forms.seen_label("hostnames", "Hostnames"),
                        dbc.Input(
                            id=forms.field_id("hostnames"),
                            debounce=400,
                            autocomplete="off",
                            className="mono",
                            placeholder="any host of the listener",
                        ),
                    ]
                ),
                html.Div(
                    [
                        html.Div(
                            [
                                html.Span("Rules"),
                                html.Span(
                                    "first match by the specification, not by order",
                                    className="t3 fw-normal",
                                ),
                            ],
                            className="lab row-f",
                        ),
                        forms.items("Rule", RULES, _rule_body()),
                        forms.add("item-add", "Rule"),
                    ]
                ),
            ],
        )

    def read(self, obj: Object, opened: int) -> dict[str, Any]:
        spec = _spec(obj)
        values: dict[str, Any] = {"hostnames": ", ".join(map(str, _list(spec, "hostnames")))}
        parents = _list(spec, "parentRefs")
        for at in range(PARENTS):
            parent = parents[at] if at < len(parents) else {}
            values[f"parent-{at}-gateway"] = _reference(parent)
            values[f"parent-{at}-listener"] = str(parent.get("sectionName") or "")
        rule = _rule(obj, opened)
        matches = _list(rule, "matches")
        for at in range(MATCHES):
            match = matches[at] if at < len(matches) else {}
            path = match.get("path") or {}
            values |= {
                f"match-{at}-type": path.get("type", "PathPrefix"),
                f"match-{at}-path": str(path.get("value", "/")),
                f"match-{at}-method": match.get("method", forms.NONE),
                f"match-{at}-headers": format_pairs(_list(match, "headers")),
                f"match-{at}-query": format_pairs(_list(match, "queryParams")),
            }
        values |= route_filters.read(_list(rule, "filters"))
        backends = _list(rule, "backendRefs")
        for at in range(BACKENDS):
            backend = backends[at] if at < len(backends) else {}
            weight = backend.get("weight", DEFAULT_WEIGHT) if backend else None
            values |= {
                f"backend-{at}-name": _reference(backend),
                f"backend-{at}-port": backend.get("port"),
                f"backend-{at}-weight": weight,
                f"backend-{at}-slide": min(weight, 100) if isinstance(weight, int) else 0,
            }
        return values

    def locked(self, obj: Object, opened: int) -> set[str]:
        rule = _rule(obj, opened)
        found = route_filters.locked(_list(rule, "filters"))
        for at, match in enumerate(_list(rule, "matches")[:MATCHES]):
            if not showable(_list(match, "headers")):
                found.add(f"match-{at}-headers")
            if not showable(_list(match, "queryParams")):
                found.add(f"match-{at}-query")
        return found

    def write(self, obj: Object, opened: int, field: str, value: Any) -> Object:
        obj = deepcopy(obj)
        spec = obj.setdefault("spec", {})
        area, *rest = field.split("-")
        if field == "hostnames":
            _set(spec, "hostnames", [part for part in _words(value) if part])
        elif area == "parent":
            _write_parent(spec["parentRefs"][int(rest[0])], rest[1], str(value or "").strip())
        elif area == "match":
            _write_match(spec["rules"][opened]["matches"][int(rest[0])], rest[1], value)
        elif area == "backend":
            _write_backend(spec["rules"][opened]["backendRefs"][int(rest[0])], rest[1], value)
        else:
            route_filters.write(spec["rules"][opened]["filters"], field, value)
        return obj

    def act(self, obj: Object, opened: int, action: str) -> tuple[Object, int]:
        obj = deepcopy(obj)
        spec = obj.setdefault("spec", {})
        area, *rest = action.split("-")
        if area == "item":
            return obj, _act_rule(spec.setdefault("rules", []), opened, rest[0])
        if area == "parent":
            held, key, new = spec, "parentRefs", {"name": ""}
        elif area == "match":
            held, key, new = spec["rules"][opened], "matches", deepcopy(DEFAULT_MATCH)
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
        seen = {f"parent-{at}": at < len(_list(_spec(obj), "parentRefs")) for at in range(PARENTS)}
        seen |= {f"match-{at}": at < len(_list(rule, "matches")) for at in range(MATCHES)}
        seen |= {f"backend-{at}": at < len(_list(rule, "backendRefs")) for at in range(BACKENDS)}
        return seen | route_filters.rows(_list(rule, "filters"))

    def items(self, obj: Object) -> Sequence[Object]:
        return _list(_spec(obj), "rules")

    def heads(self, obj: Object) -> Sequence[str]:
        return [_summary(rule) for rule in self.items(obj)]

    def texts(self, obj: Object, opened: int) -> dict[str, str]:
        rule = _rule(obj, opened)
        backends = _list(rule, "backendRefs")
        weights = [backend.get("weight", DEFAULT_WEIGHT) for backend in backends]
        total = sum(weight for weight in weights if isinstance(weight, int))
        texts = {
            f"share-{at}": f"{round(100 * weights[at] / total)}%"
            if at < len(backends) and total and isinstance(weights[at], int)
            else ""
            for at in range(BACKENDS)
        }
        texts["more-parents"] = _more(len(_list(_spec(obj), "parentRefs")), PARENTS, "gateway")
        texts["more-matches"] = _more(len(_list(rule, "matches")), MATCHES, "match")
        texts["more-backends"] = _more(len(backends), BACKENDS, "backend")
        texts["no-matches"] = "" if _list(rule, "matches") else "Every path."
        texts["kept"] = route_filters.kept(_list(rule, "filters"))
        texts["other"] = _kept_fields(rule)
        return texts


def _parent_row(at: int) -> html.Div:
    return forms.row(
        f"parent-{at}",
        [
            *forms.text_input(f"parent-{at}-gateway", f"Gateway {at + 1}", list="edit-gateways"),
            *forms.text_input(
                f"parent-{at}-listener",
                f"Listener of gateway {at + 1}",
                placeholder="every listener",
            ),
            forms.remove(f"parent-{at}-remove", f"Remove gateway {at + 1}"),
        ],
        "minmax(0,1fr) 150px 24px",
    )


def _rule_body() -> list[Any]:
    return [
        html.Div(
            [
                html.Span("When a request matches", className="lab"),
                *[_match_row(at) for at in range(MATCHES)],
                forms.text("no-matches"),
                forms.text("more-matches"),
                forms.add("match-add", "Match"),
            ]
        ),
        route_filters.layout(),
        html.Div(
            [
                html.Div(
                    [html.Span("Send it to", className="grow"), html.Span("weight, share")],
                    className="lab row-f",
                ),
                *[_backend_row(at) for at in range(BACKENDS)],
                forms.text("more-backends"),
                forms.add("backend-add", "Backend"),
            ]
        ),
        forms.text("other"),
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


def _match_row(at: int) -> html.Div:
    said = f"of match {at + 1}"
    return forms.row(
        f"match-{at}",
        [
            *forms.select(f"match-{at}-type", f"Kind of path {said}", options(*PATH_TYPES)),
            *forms.text_input(f"match-{at}-path", f"Path {said}", mono=True),
            *forms.select(
                f"match-{at}-method", f"Method {said}", options(*METHODS, empty="Any method")
            ),
            *forms.text_input(
                f"match-{at}-headers", f"Headers {said}", mono=True, placeholder="header: value"
            ),
            *forms.text_input(
                f"match-{at}-query", f"Query {said}", mono=True, placeholder="query: value"
            ),
            forms.remove(f"match-{at}-remove", f"Remove match {at + 1}"),
        ],
        "124px minmax(0,1fr) 124px 24px",
        "match",
    )


def _backend_row(at: int) -> html.Div:
    said = f"of backend {at + 1}"
    return forms.row(
        f"backend-{at}",
        [
            *forms.text_input(f"backend-{at}-name", f"Service {said}", list="edit-services"),
            *forms.number_input(f"backend-{at}-port", f"Port {said}", 1, 65535),
            forms.hidden_label(f"backend-{at}-slide", f"Weight slider {said}"),
            dbc.Input(
                id=forms.field_id(f"backend-{at}-slide"),
                type="range",
                min=0,
                max=100,
                step=1,
                debounce=150,
                className="form-range",
            ),
            *forms.number_input(f"backend-{at}-weight", f"Weight {said}", 0, 1_000_000),
            forms.text(f"share-{at}", "num t2"),
            forms.remove(f"backend-{at}-remove", f"Remove backend {at + 1}"),
        ],
        "minmax(0,1.2fr) 72px minmax(0,1fr) 68px 40px 24px",
        "backend",
    )


def _spec(obj: Object) -> Object:
    spec = obj.get("spec")
    return spec if isinstance(spec, dict) else {}


def _list(held: Object, key: str) -> list[Any]:
    value = held.get(key)
    return (
        [item for item in value if isinstance(item, dict | str)] if isinstance(value, list) else []
    )


def _rule(obj: Object, opened: int) -> Object:
    rules = _list(_spec(obj), "rules")
    return rules[opened] if 0 <= opened < len(rules) and isinstance(rules[opened], dict) else {}


def _words(value: Any) -> list[str]:
    return str(value or "").replace(",", " ").split()


def _set(held: Object, key: str, value: Any) -> None:
    """Set, or take the key away where the value says nothing."""
    if value in (None, "", []):
        held.pop(key, None)
    else:
        held[key] = value


def _reference(ref: Object) -> str:
    name = str(ref.get("name") or "")
    return f"{ref['namespace']}/{name}" if ref.get("namespace") else name


def _write_reference(ref: Object, value: str) -> None:
    namespace, _, name = value.rpartition("/")
    _set(ref, "namespace", namespace)
    ref["name"] = name


def _write_parent(parent: Object, part: str, value: str) -> None:
    if part == "gateway":
        _write_reference(parent, value)
    else:
        _set(parent, "sectionName", value)


def _write_match(match: Object, part: str, value: Any) -> None:
    if part in ("type", "path"):
        path = match.setdefault("path", {"type": "PathPrefix", "value": "/"})
        path["type" if part == "type" else "value"] = str(value or "")
    elif part == "method":
        _set(match, "method", None if value == forms.NONE else value)
    else:
        key = "headers" if part == "headers" else "queryParams"
        _set(match, key, merged_pairs(_list(match, key), parse_pairs(value)))


def _write_backend(backend: Object, part: str, value: Any) -> None:
    if part == "name":
        _write_reference(backend, str(value or "").strip())
    elif part == "port":
        _set(backend, "port", int(value) if value is not None else None)
    else:
        _set(backend, "weight", int(value) if value is not None else None)


def _act_rule(rules: list[Any], opened: int, what: str) -> int:
    if what == "remove":
        del rules[opened]
        return min(opened, len(rules) - 1)
    new = deepcopy(rules[opened]) if what == "duplicate" else {"matches": [deepcopy(DEFAULT_MATCH)]}
    if what == "duplicate":
        new.pop("name", None)  # rule names are unique within a route
    rules.append(new)
    return len(rules) - 1


def _summary(rule: Object) -> str:
    """A rule in a line: its first match, how many more, and where it sends."""
    matches = _list(rule, "matches")
    first = matches[0] if matches else DEFAULT_MATCH
    said = str((first.get("path") or {}).get("value", "/"))
    if first.get("method"):
        said = f"{first['method']} {said}"
    if first.get("headers"):
        said += f" with {format_pairs(_list(first, 'headers'))}"
    if len(matches) > 1:
        said += f" +{len(matches) - 1}"
    redirect = next(
        (item for item in _list(rule, "filters") if item.get("type") == "RequestRedirect"), None
    )
    backends = _list(rule, "backendRefs")
    if redirect:
        return f"{said} redirected"
    if len(backends) == 1:
        return f"{said} to {_reference(backends[0]) or 'a backend without a name'}"
    return f"{said} to {len(backends)} backends" if backends else f"{said} to no backend"


def _more(count: int, limit: int, noun: str) -> str:
    if count <= limit:
        return ""
    return f"{count} in all; this form shows the first {limit}, the YAML has every {noun}."


def _kept_fields(rule: Object) -> str:
    known = {"matches", "filters", "backendRefs", "name"}
    others = sorted(key for key in rule if key not in known)
    return f"Kept as they are in the YAML: {', '.join(others)}." if others else ""
