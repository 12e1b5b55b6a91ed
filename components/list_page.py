"""The list page: one shape for every kind that has a list.

Head, strip of missing clusters, filters with status counts, grid, foot. Everything stands in the
layout from the start; callbacks only set leaf properties, so nothing jumps and no input is ever
mounted anew. Ids are ``<kind>-<part>``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import kinds, tables
from components.page import files_button, icon_button, search_field
from components.policy_kinds import POLICIES as POLICY_WORDS

STATUSES = ("err", "warn", "info", "ok", "stale", "unknown")
"""Order of the counts at the right of the filters: trouble first."""

ICONS = {
    "ok": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "err": "x-octagon-fill",
    "info": "circle-half",
    "unknown": "question-circle",
    "stale": "clock-history",
}

EVERYWHERE = ("reason", "environment", "region", "cluster", "namespace")
"""What every list can be filtered by beside text and status."""


@dataclass(frozen=True)
class ListKind:
    """How a list is spoken of, what its status words are, what it alone is filtered by, and of
    which kinds objects can be made here (``create_at``: on a page that says which is for what);
    ``ways`` are pages that make some otherwise, with what they do, ``views`` other looks at the
    same, as tabs; ``beside`` is the list of which this one is such a look. ``of`` is the kind of
    its objects where it is not called as that."""

    name: str
    title: str
    one: str
    many: str
    icon: str
    words: dict[str, str]
    own: tuple[str, ...] = ()
    creates: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    create_at: str = ""
    views: tuple[tuple[str, str], ...] = ()
    beside: str = ""
    of: str = ""

    @property
    def kind(self) -> str:
        """What services call the list."""
        return self.of or self.name

    @property
    def chips(self) -> tuple[str, ...]:
        """What the list can be filtered by, in the order of the chips."""
        return ("q", "status", *self.own, *EVERYWHERE)

    def said(self, key: str, values: Sequence[str]) -> str:
        """The values of a filter in words, such as "nginx, istio" or "not staging". Status words
        may begin with "not" themselves."""
        refused = [value[1:] for value in values if value.startswith("!")]
        wanted = [value for value in values if not value.startswith("!")]
        parts = [", ".join(self._word(key, value) for value in wanted)] if wanted else []
        if refused:
            but = "all but " if key == "status" else "not "
            parts.append(but + ", ".join(self._word(key, value) for value in refused))
        return ", ".join(parts)

    def _word(self, key: str, value: str) -> str:
        return self.words.get(value, value) if key == "status" else value


GATEWAYS = ListKind(
    "gateways",
    "Gateways",
    "gateway",
    "gateways",
    "door-open",
    {
        "err": "not programmed",
        "warn": "partly programmed",
        "info": "pending",
        "ok": "programmed",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("class",),
    creates=("gatewaybundles",),
    views=(("/gatewaybundles", "Bundles"),),
)
BUNDLES = ListKind(
    "gatewaybundles",
    "Gateway bundles",
    "gateway bundle",
    "gateway bundles",
    "box",
    {
        "err": "with an error",
        "warn": "degraded",
        "info": "pending",
        "ok": "ready",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("class", "phase"),
    creates=("gatewaybundles",),
    beside="gateways",
)
ROUTES = ListKind(
    "routes",
    "Routes",
    "route",
    "routes",
    "signpost-split",
    {
        "err": "not accepted",
        "warn": "accepted with problems",
        "info": "pending",
        "ok": "accepted",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("kind", "gateway", "host"),
    creates=(*kinds.ROUTE_KINDS, "listenersets"),
)
GATEWAYCLASSES = ListKind(
    "gatewayclasses",
    "Gateway classes",
    "gateway class",
    "gateway classes",
    "collection",
    {
        "err": "not accepted",
        "warn": "accepted with problems",
        "info": "pending",
        "ok": "accepted",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("controller",),
)
CERTIFICATES = ListKind(
    "certificates",
    "Certificates",
    "certificate",
    "certificates",
    "patch-check",
    {
        "err": "broken or about to end",
        "warn": "with problems",
        "info": "pending",
        "ok": "valid",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("holder", "issuer"),
    ways=(
        ("Upload certificate", "/certificates/upload"),
        ("Request certificate", "/certificates/request"),
    ),
)
POLICIES = ListKind(
    "policies",
    "Policies",
    "policy",
    "policies",
    "sliders",
    {
        "err": "refused",
        "warn": "in effect in part",
        "info": "pending",
        "ok": "accepted",
        "stale": "last seen",
        "unknown": "without effect",
    },
    own=("kind", "target"),
    creates=tuple(POLICY_WORDS),
    create_at="/policies/create",
    views=(("/policies/conflicts", "Conflicts"), ("/policies/effective", "In effect")),
)
STACKS = ListKind(
    "stacks",
    "Stacks",
    "stack",
    "stacks",
    "boxes",
    {
        "err": "in error",
        "warn": "degraded",
        "info": "pending",
        "ok": "ready",
        "stale": "last seen",
        "unknown": "unknown",
    },
    own=("engine", "model"),
    creates=("inferencestacks",),
    of="inferencestacks",
)
KINDS = {
    kind.name: kind
    for kind in (GATEWAYS, BUNDLES, ROUTES, GATEWAYCLASSES, POLICIES, CERTIFICATES, STACKS)
}


def layout(kind: ListKind, query: dict[str, Any]) -> html.Div:
    """The whole page for the query of a URL."""
    understood = (*kind.chips, "sort", "columns")
    view = {key: str(query[key]) for key in understood if query.get(key)}

    def part(name: str) -> str:
        return f"{kind.name}-{name}"

    return html.Div(
        className="ngf-page list-page",
        children=[
            dcc.Store(
                id=part("kind"),
                data={
                    "name": kind.name,
                    "many": kind.many,
                    "chips": kind.chips,
                    "words": kind.words,
                },
            ),
            dcc.Store(id=part("query"), data=view),
            dcc.Store(id=part("acted")),
            dcc.Store(id=part("facets-asked")),
            dcc.Store(id=part("facets")),
            dcc.Store(id=part("views-asked")),
            dcc.Store(id=part("views")),
            dcc.Store(id=part("export")),
            dcc.Download(id=part("download")),
            _head(kind, part),
            *([_views(kind)] if kind.views or kind.beside else []),
            _strip(part),
            _filters(kind, part, view),
            html.Section(
                className="panel fill",
                **{"aria-label": kind.title},
                children=[
                    html.Div(
                        className="grid-room",
                        children=[
                            tables.list_grid(
                                part("grid"),
                                kind.name,
                                view.get("sort", ""),
                                view.get("columns", ""),
                            ),
                            _instead(kind, part),
                        ],
                    ),
                    html.Footer(
                        [
                            html.Span(
                                [html.Span(id=part("range")), html.Span(id=part("total"))],
                                id=part("foot"),
                                role="status",
                            ),
                            html.Span(id=part("sorted")),
                            html.Span(className="grow"),
                            html.Span(id=part("as-of")),
                        ]
                    ),
                ],
            ),
        ],
    )


def _head(kind: ListKind, part: Any) -> html.Div:
    actions = [
        files_button(part("export"), className="only-d"),
        html.Button(
            [
                html.I(className="bi bi-bookmark"),
                "Views",
                html.I(className="bi bi-chevron-down"),
            ],
            id=part("views-menu"),
            className="btn btn-secondary only-d",
            type="button",
            **{"data-list-menu": "views", "aria-haspopup": "dialog"},
        ),
    ]
    if kind is ROUTES:
        actions.append(
            html.A(
                "Check a route", href="/route-check", className="btn btn-secondary n-keep only-d"
            )
        )
    if kind.creates or kind.ways:
        actions.append(_create(kind, part))
    return html.Div(
        className="n-head",
        children=[
            html.Div(
                html.Div(
                    [html.H1(kind.title), html.Span(id=part("sub"), className="t3 only-d")],
                    className="ttl",
                ),
                className="grow",
            ),
            html.Div(actions, className="act"),
        ],
    )


def _views(kind: ListKind) -> html.Nav:
    whole = KINDS[kind.beside or kind.name]
    links = ((f"/{whole.name}", f"All {whole.many}"), *whole.views)
    return html.Nav(
        [
            html.A(label, href=path, className="n-keep on" if path[1:] == kind.name else "n-keep")
            for path, label in links
        ],
        className="tabs",
        **{"aria-label": f"Views of {whole.many}"},
    )


def _create(kind: ListKind, part: Any) -> Any:
    """A link to the editor of a new object, or a menu of links where there are several kinds."""
    if len(kind.creates) == 1 or kind.create_at:
        return html.A(
            f"Create {KINDS[kind.beside or kind.name].one}",
            id=part("create"),
            href=kind.create_at or kinds.create_href(kind.creates[0]),
            className="btn btn-primary n-keep needs-operator",
        )
    made = [(kinds.begun(kinds.KINDS[name].one), f"/create/{name}") for name in kind.creates]
    links = [
        html.A(label, href=href, className="dropdown-item n-keep")
        for label, href in (*made, *kind.ways)
    ]
    return dbc.DropdownMenu(
        links,
        id=part("create"),
        label=f"{'Add' if kind.ways else 'Create'} {kind.one}",
        color="primary",
        align_end=True,
        className="needs-operator",
    )


def _strip(part: Any) -> html.Div:
    return html.Div(
        id=part("strip"),
        className="strip warn d-none",
        role="status",
        children=[
            html.I(className="bi bi-exclamation-triangle-fill", **{"aria-hidden": "true"}),
            html.Div(
                [html.B(id=part("strip-answered"), className="b6"), html.Span(id=part("strip-why"))]
            ),
            html.Div(
                className="act",
                children=[
                    html.Button(
                        "Hide last seen", id=part("hide-stale"), className="btn btn-link btn-sm"
                    ),
                    html.Button("Retry now", id=part("retry"), className="btn btn-link btn-sm"),
                ],
            ),
        ],
    )


def _filters(kind: ListKind, part: Any, view: dict[str, str]) -> html.Div:
    return html.Div(
        className="filters",
        role="search",
        children=[
            search_field(
                part("q"),
                f"Filter {kind.many} by name, host or label",
                "Name, host or label",
                view.get("q", ""),
            ),
            *[_chip(kind, part, key, view.get(key, "")) for key in kind.chips],
            html.Button(
                [html.I(className="bi bi-plus-lg", **{"aria-hidden": "true"}), "Filter"],
                id=part("filter-menu"),
                className="chip add",
                type="button",
                **{"data-list-menu": "filter", "aria-haspopup": "dialog"},
            ),
            html.Span(className="grow"),
            html.Div(
                className="counts",
                role="group",
                **{"aria-label": "Filter by status"},
                children=[_count(kind, part, status) for status in STATUSES],
            ),
            icon_button(
                "layout-three-columns",
                "Columns",
                id=part("columns-menu"),
                className="only-d",
                **{"data-list-menu": "columns", "aria-haspopup": "dialog"},
            ),
        ],
    )


def _chip(kind: ListKind, part: Any, key: str, value: str) -> html.Span:
    word = "text" if key == "q" else key
    said = kind.said(key, value.split(",")) if key != "q" else value
    return html.Span(
        id=part(f"chip-{key}"),
        className="chip" if value else "chip d-none",
        children=[
            html.Span(word, className="k"),
            html.Span(said, id=part(f"chip-{key}-value"), className="ell"),
            html.Button(
                html.I(className="bi bi-x", **{"aria-hidden": "true"}),
                id=part(f"drop-{key}"),
                **{"aria-label": f"Remove filter {word}"},
            ),
        ],
    )


def _count(kind: ListKind, part: Any, status: str) -> html.Button:
    tone = "unk" if status in ("stale", "unknown") else status
    return html.Button(
        id=part(f"count-{status}"),
        className="count",
        title=kind.words[status],
        children=[
            html.Span(
                className=f"st {tone}",
                children=[
                    html.I(className=f"bi bi-{ICONS[status]}", **{"aria-hidden": "true"}),
                    html.Span(id=part(f"number-{status}"), className="tnum"),
                    html.Span(f" {kind.words[status]}", className="visually-hidden"),
                ],
            )
        ],
    )


def _instead(kind: ListKind, part: Any) -> html.Div:
    """What stands in the grid's place when there is nothing to show; hidden otherwise."""
    return html.Div(
        id=part("instead"),
        className="instead d-none",
        children=[
            html.I(id=part("instead-icon"), **{"aria-hidden": "true"}),
            html.Div(id=part("instead-title"), className="b6"),
            html.Div(id=part("instead-text"), className="t2"),
            html.Button("Clear filters", id=part("clear"), className="btn btn-secondary"),
        ],
    )
