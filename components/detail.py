"""The page of one object: what it is on the left, its conditions on the right, the rest in tabs.

Tabs are links that change the view in the address; their panels stay mounted. `callbacks.details`
fills leaf properties. Ids start with ``detail-``; there is one such page at a time.
"""

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.delete_dialog import delete_dialog
from components.detail_columns import (
    AUDIT,
    EVENTS,
    ROUTES,
)
from components.detail_overviews import NO_ROUTES, OVERVIEWS, grid_panel, wrapped
from components.kinds import (
    CERTIFICATE_KINDS,
    KINDS,
    OPERATED,
    ROUTE_KINDS,
    diagnosed,
    list_href,
    topology_href,
)
from components.missing import missing
from components.page import button, page_head, panel
from components.policy_kinds import POLICIES
from components.reads import OBJECT, touched
from components.status import icon

Tab = tuple[str, str]

TABS: dict[str, tuple[Tab, ...]] = {
    "gateways": (
        ("overview", "Overview"),
        ("routes", "Routes"),
        ("yaml", "YAML"),
        ("events", "Events"),
        ("audit", "Audit"),
    ),
    **dict.fromkeys(
        (
            "gatewayclasses",
            *ROUTE_KINDS,
            "listenersets",
            *CERTIFICATE_KINDS,
            *POLICIES,
            *OPERATED,
        ),
        (("overview", "Overview"), ("yaml", "YAML"), ("events", "Events"), ("audit", "Audit")),
    ),
}
PARTS = (
    dict.fromkeys(ROUTE_KINDS, "routes")
    | dict.fromkeys(CERTIFICATE_KINDS, "certificates")
    | dict.fromkeys(POLICIES, "policies")
    | dict.fromkeys(OPERATED, "operated")
)
"""The callback of its own that fills the overview of a kind, where that is not called as it."""

JUDGED = (*ROUTE_KINDS, "listenersets")
"""Kinds whose page says what the model finds wrong with the object."""

NO_EVENTS = "No event. The cluster keeps events for about an hour; older ones are gone."
NO_ENTRIES = "No change was made through this console yet. Edits and deletions are kept here."


PAGE = "ngf-page detail-page"
UNREAD, MISSING, GONE = f"{PAGE} unread", f"{PAGE} missing", f"{PAGE} gone"
"""What is known of the object: it is there, not read yet, not there, no longer there."""


def count_id(tab: str) -> dict[str, str]:
    """The id of the number beside a tab's name."""
    return {"type": "detail-count", "name": tab}


def layout(kind: str, cluster: str, namespace: str, name: str, tab: str = "") -> html.Div:
    """The page of one object, before anything about it is known."""
    ref = {"kind": kind, "cluster": cluster, "namespace": namespace, "name": name}
    bodies = {
        "overview": OVERVIEWS[kind](),
        "routes": [grid_panel("Routes", "routes", ROUTES, NO_ROUTES)],
        "yaml": [_yaml()],
        "events": [grid_panel("Events", "events", wrapped(EVENTS, "message"), NO_EVENTS)],
        "audit": [grid_panel("Audit", "audit", wrapped(AUDIT, "changes"), NO_ENTRIES, live="")],
    }
    names = [key for key, _ in TABS[kind]]
    shown = tab if tab in names else names[0]
    return html.Div(
        id="detail-page",
        className=UNREAD,
        children=[
            dcc.Store(id="detail-ref", data=ref),
            dcc.Store(id=f"{PARTS.get(kind, kind)}-ref", data=ref),
            *([dcc.Store(id="judged-ref", data=ref)] if kind in JUDGED else []),
            *touched("detail", OBJECT[kind]),
            dcc.Store(id="detail-copied"),
            dcc.Download(id="detail-download"),
            _head(kind, cluster, namespace, name),
            missing("detail", kind, name),
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
            delete_dialog(kind, namespace, name),
        ],
    )


def _head(kind: str, cluster: str, namespace: str, name: str) -> html.Div:
    spoken = KINDS[kind]
    crumbs = [(spoken.title, list_href(kind))]
    crumbs.append((cluster, list_href(kind, cluster=cluster)))
    if namespace:
        crumbs.append((namespace, list_href(kind, cluster=cluster, namespace=namespace)))
    more = dbc.DropdownMenu(
        [
            *(
                [
                    html.A(
                        "Show in topology",
                        href=topology_href(kind, cluster, namespace, name),
                        className="dropdown-item",
                    )
                ]
                if kind not in (*CERTIFICATE_KINDS, *OPERATED)
                else []
            ),
            *(
                html.A(label, href=href, className="dropdown-item")
                for label, href in diagnosed(kind, cluster, namespace, name)
            ),
            dbc.DropdownMenuItem("Copy as kubectl", id="detail-kubectl"),
            dbc.DropdownMenuItem("Copy link", id="detail-link"),
            dbc.DropdownMenuItem("Download YAML", id="detail-yaml-file"),
            *(
                [dbc.DropdownMenuItem(f"Delete {spoken.one}", id="detail-ask", className="d-none")]
                if kind != "gatewayclasses"
                else [html.Span(id="detail-ask")]
            ),
            html.Div(id="detail-denied", className="dropdown-header"),
        ],
        label="More",
        color="secondary",
        align_end=True,
    )
    edit = html.A("Edit", href="?tab=yaml", id="detail-edit", className="btn btn-primary invisible")
    now = button(
        "Reconcile now", id="detail-reconcile", icon_name="arrow-repeat", className="d-none"
    )
    actions = [more, *([now] if kind in OPERATED else []), edit]
    return page_head(name, id="detail", crumbs=crumbs, actions=actions)


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


def _yaml() -> html.Section:
    return panel(
        "YAML",
        html.Div(dcc.Markdown(id="detail-yaml"), className="yaml-view", tabIndex=0),
        rule=True,
        flush=True,
        unit="as the server has it, without managed fields",
        source=dcc.Clipboard(id="detail-copy-yaml", title="Copy the YAML", className="copy"),
    )
