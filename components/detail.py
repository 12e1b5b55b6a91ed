"""The page of one object: what it is on the left, its conditions on the right, the rest in tabs.

Tabs are links that change the view in the address; their panels stay mounted. `callbacks.details`
fills leaf properties. Ids start with ``detail-``; there is one such page at a time.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import tables
from components.kinds import KINDS, edit_href
from components.page import page_head, panel
from components.status import icon
from components.tables import Column, column

Tab = tuple[str, str]

TABS: dict[str, tuple[Tab, ...]] = {
    "gateways": (
        ("overview", "Overview"),
        ("routes", "Routes"),
        ("yaml", "YAML"),
        ("events", "Events"),
        ("audit", "Audit"),
    ),
    "httproutes": (
        ("overview", "Overview"),
        ("yaml", "YAML"),
        ("events", "Events"),
        ("audit", "Audit"),
    ),
    "gatewayclasses": (
        ("overview", "Overview"),
        ("yaml", "YAML"),
        ("events", "Events"),
        ("audit", "Audit"),
    ),
}

LISTENERS: list[Column] = [
    column("name", "Listener", "NgfStrong", width=104, narrow=True),
    column("protocol", "Protocol", width=98),
    column("hostname", "Hostname", flex=2, width=136, mono=True, none="any host"),
    column("certificate", "Certificate", "NgfLink", flex=3, width=140, sort=False),
    column("routes_from", "Routes from", width=100),
    column("routes", "Routes", width=68, number=True, narrow=True),
    column("state", "Status", "NgfState", width=180, sort=False, narrow=True),
]
ROUTES: list[Column] = [
    column("kind", "Kind", width=66),
    column("route", "Route", "NgfName", flex=2, width=150, narrow=True),
    column("hostnames", "Hostname", "NgfFirst", flex=2, width=150, mono=True, none="any host"),
    column("listener", "Listener", width=104, narrow=True, none="every listener"),
    column("matches_text", "Matches", flex=1, width=100, mono=True),
    column("state", "Status", "NgfState", width=212, sort=False),
]
RULES: list[Column] = [
    column("rule", "Rule", "NgfStrong", width=84),
    column(
        "matches",
        "When a request matches",
        "NgfLines",
        flex=4,
        width=150,
        sort=False,
        narrow=True,
        mono=True,
    ),
    column("filters", "Change it", "NgfLines", flex=3, width=150, sort=False, none="nothing"),
    column("backends", "Send it to", "NgfLines", flex=4, width=150, sort=False, narrow=True),
]
PARENTS: list[Column] = [
    column("gateway", "Gateway", "NgfLink", flex=2, width=150, narrow=True),
    column("listener", "Listener", width=140, none="every listener"),
    column("state", "Status", "NgfState", width=190, sort=False, narrow=True),
    column("message", "Why", flex=3, width=200, sort=False),
]
GATEWAYS: list[Column] = [
    column("status", "Status", "NgfStatus", width=164),
    column("name", "Name", "NgfName", flex=2, width=180, narrow=True),
    column("reason", "Reason", "NgfReason", width=160),
    column("listener_ports", "Listener ports", width=150),
    column("routes", "Routes", width=84, number=True, narrow=True),
    column("created", "Age", "NgfAge", width=80, number=True),
]
EVENTS: list[Column] = [
    column("state", "Type", "NgfState", width=110),
    column("reason", "Reason", flex=1, width=140, narrow=True),
    column("message", "Message", flex=3, width=200, sort=False, narrow=True),
    column("source", "From", width=170),
    column("count", "Count", width=80, number=True),
    column("at", "Last", "NgfAge", width=90, number=True),
]
AUDIT: list[Column] = [
    column("state", "Outcome", "NgfState", width=120),
    column("actor", "Who", width=150, narrow=True),
    column("verb", "What", width=100, narrow=True),
    column("changes", "Changed", "NgfLines", flex=3, width=220, sort=False, mono=True),
    column("reason", "Reason", flex=2, width=160, none="none given"),
    column("at", "When", "NgfAge", width=90, number=True),
]
MULTILINE = {"wrapText": True, "autoHeight": True}
SHOWN_ROUTES = 8
"""Routes on a gateway's overview; its Routes tab has all of them."""


def count_id(tab: str) -> dict[str, str]:
    """The id of the number beside a tab's name."""
    return {"type": "detail-count", "name": tab}


def layout(kind: str, cluster: str, namespace: str, name: str, tab: str = "") -> html.Div:
    """The page of one object, before anything about it is known."""
    ref = {"kind": kind, "cluster": cluster, "namespace": namespace, "name": name}
    bodies = {
        "overview": _OVERVIEWS[kind](),
        "routes": [_grid_panel("Routes", "routes", ROUTES)],
        "yaml": [_yaml()],
        "events": [_grid_panel("Events", "events", _wrapped(EVENTS, "message"))],
        "audit": [_grid_panel("Audit", "audit", _wrapped(AUDIT, "changes"))],
    }
    names = [key for key, _ in TABS[kind]]
    shown = tab if tab in names else names[0]
    return html.Div(
        className="ngf-page detail-page",
        children=[
            dcc.Store(id="detail-ref", data=ref),
            dcc.Store(id=f"{kind}-ref", data=ref),
            dcc.Store(id="detail-copied"),
            dcc.Download(id="detail-download"),
            _head(kind, cluster, namespace, name),
            html.Dl(id="detail-facts", className="facts"),
            html.Div(
                [
                    icon("exclamation-triangle-fill"),
                    html.Div(
                        [
                            html.B(id="detail-strip-lead", className="b6"),
                            " ",
                            html.Span(id="detail-strip-text"),
                        ]
                    ),
                ],
                id="detail-strip",
                className="strip warn d-none",
                role="status",
            ),
            _tabs(kind, shown),
            *[
                html.Div(
                    bodies[key],
                    id={"type": "detail-tab", "name": key},
                    className="tab-body" if key == shown else "tab-body d-none",
                )
                for key in names
            ],
            _delete_dialog(kind, namespace, name),
        ],
    )


def _head(kind: str, cluster: str, namespace: str, name: str) -> html.Div:
    spoken = KINDS[kind]
    crumbs = [(spoken.many[:1].upper() + spoken.many[1:], f"/{kind}")]
    crumbs.append((cluster, f"/{kind}?cluster={quote(cluster)}"))
    if namespace:
        crumbs.append((namespace, f"/{kind}?cluster={quote(cluster)}&namespace={quote(namespace)}"))
    more = dbc.DropdownMenu(
        [
            dbc.DropdownMenuItem("Copy as kubectl", id="detail-kubectl"),
            dbc.DropdownMenuItem("Copy link", id="detail-link"),
            dbc.DropdownMenuItem("Download YAML", id="detail-yaml-file"),
            *(
                [
                    dbc.DropdownMenuItem(divider=True),
                    dbc.DropdownMenuItem(
                        f"Delete {spoken.one}", id="detail-ask", className="text-danger"
                    ),
                ]
                if kind != "gatewayclasses"
                else [html.Span(id="detail-ask")]
            ),
        ],
        label="More",
        color="secondary",
        align_end=True,
    )
    edit = html.A(
        "Edit",
        href=edit_href(kind, cluster, namespace, name),
        id="detail-edit",
        className="btn btn-primary",
    )
    return page_head(name, id="detail", crumbs=crumbs, actions=[more, edit])


def _tabs(kind: str, shown: str) -> html.Nav:
    return html.Nav(
        [
            html.A(
                [label, html.Span(id=count_id(key), className="n")],
                href="?" if key == "overview" else f"?tab={key}",
                id={"type": "detail-tablink", "name": key},
                className="on" if key == shown else "",
                **{"data-tab": key},
            )
            for key, label in TABS[kind]
        ],
        className="tabs",
        **{"aria-label": KINDS[kind].kind},
    )


def _grid_panel(title: str, name: str, columns: Sequence[Column], foot: Any = None) -> html.Section:
    return panel(
        title,
        tables.detail_grid(f"detail-{name}", list(columns)),
        rule=True,
        flush=True,
        unit="",
        unit_id=f"detail-{name}-unit",
        foot=foot,
    )


def _wrapped(columns: Sequence[Column], *fields: str) -> list[Column]:
    """Columns of which the named ones grow with their text."""
    return [made | MULTILINE if made["field"] in fields else made for made in columns]


def _conditions() -> html.Section:
    return panel(
        "Conditions",
        html.Div("Waiting for the first answer.", className="quiet"),
        rule=True,
        flush=True,
        body_id="detail-conditions",
        source=html.Span(id="detail-controller"),
    )


def _two(left: Sequence[Any]) -> list[Any]:
    return [
        html.Div(
            [html.Div(list(left), className="stack"), _conditions()], className="cols detail-cols"
        )
    ]


def _gateway() -> list[Any]:
    foot = [
        html.A("All routes that name it", href="?tab=routes", **{"data-tab": "routes"}),
        html.Span(id="detail-unattached"),
    ]
    return _two(
        [
            _grid_panel(
                "Listeners", "listeners", LISTENERS, foot=html.Span(id="detail-listeners-said")
            ),
            _grid_panel("Routes", "top-routes", ROUTES, foot=foot),
        ]
    )


def _httproute() -> list[Any]:
    return _two(
        [
            _grid_panel("Rules", "rules", _wrapped(RULES, "matches", "filters", "backends")),
            _grid_panel("Gateways", "parents", _wrapped(PARENTS, "message")),
        ]
    )


def _gatewayclass() -> list[Any]:
    return _two(
        [
            _grid_panel("Gateways of this class", "gateways", GATEWAYS),
            panel(
                "Supported features",
                html.Div(className="quiet"),
                rule=True,
                flush=True,
                unit="as the controller says",
                body_id="detail-features",
            ),
        ]
    )


_OVERVIEWS = {"gateways": _gateway, "httproutes": _httproute, "gatewayclasses": _gatewayclass}


def _yaml() -> html.Section:
    return panel(
        "YAML",
        html.Div(dcc.Markdown(id="detail-yaml"), className="yaml-view", tabIndex=0),
        rule=True,
        flush=True,
        unit="as the server has it, without managed fields",
        source=dcc.Clipboard(id="detail-copy-yaml", title="Copy the YAML", className="copy"),
    )


def _delete_dialog(kind: str, namespace: str, name: str) -> dbc.Modal:
    spoken = KINDS[kind]
    place = f"{namespace}/{name}" if namespace else name
    return dbc.Modal(
        dbc.ModalBody(
            [
                html.H2(f"Delete {spoken.one} {place}?", id="detail-delete-title"),
                html.P(id="detail-delete-said", className="t2"),
                html.Div(
                    id="detail-delete-dependents",
                    className="conds",
                    tabIndex=0,
                    role="region",
                    **{"aria-label": "What depends on it"},
                ),
                dbc.Label(
                    ["Type ", html.Span(name, className="mono"), " to confirm"],
                    html_for="detail-delete-name",
                    className="lab",
                ),
                dbc.Input(id="detail-delete-name", autocomplete="off", className="mono"),
                dbc.Label(
                    "Reason, kept in the audit log",
                    html_for="detail-delete-reason",
                    className="lab mt-2",
                ),
                dbc.Input(id="detail-delete-reason", autocomplete="off", maxlength=500),
                html.Div(
                    [
                        html.Button(
                            "Cancel",
                            id="detail-delete-cancel",
                            className="btn btn-secondary",
                            type="button",
                        ),
                        html.Button(
                            f"Delete {spoken.one}",
                            id="detail-delete-go",
                            className="btn btn-danger",
                            type="button",
                            disabled=True,
                        ),
                    ],
                    className="row-f",
                ),
            ]
        ),
        id="detail-delete",
        is_open=False,
        centered=True,
        autofocus=False,
        className="danger-dialog",
        labelledby="detail-delete-title",
    )
