"""The page of one object: what it is on the left, its conditions on the right, the rest in tabs.

Tabs are links that change the view in the address; their panels stay mounted. `callbacks.details`
fills leaf properties. Ids start with ``detail-``; there is one such page at a time.
"""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import tables
from components.delete_dialog import delete_dialog
from components.detail_columns import (
    ATTACHMENTS,
    AUDIT,
    CHAIN,
    EVENTS,
    GATEWAYS,
    IN_EFFECT,
    LISTENERS,
    PARENTS,
    PROBLEMS,
    ROUTES,
    RULES,
    SETTINGS,
    TARGETS,
    USES,
)
from components.kinds import (
    CERTIFICATE_KINDS,
    KINDS,
    ROUTE_KINDS,
    diagnosed,
    list_href,
    topology_href,
)
from components.missing import missing
from components.page import page_head, panel
from components.policy_kinds import POLICIES
from components.status import icon
from components.tables import Column

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
        ("gatewayclasses", *ROUTE_KINDS, "listenersets", *CERTIFICATE_KINDS, *POLICIES),
        (("overview", "Overview"), ("yaml", "YAML"), ("events", "Events"), ("audit", "Audit")),
    ),
}
PARTS = (
    dict.fromkeys(ROUTE_KINDS, "routes")
    | dict.fromkeys(CERTIFICATE_KINDS, "certificates")
    | dict.fromkeys(POLICIES, "policies")
)
"""The callback of its own that fills the overview of a kind, where that is not called as it."""

JUDGED = (*ROUTE_KINDS, "listenersets")
"""Kinds whose page says what the model finds wrong with the object."""

MULTILINE = {"wrapText": True, "autoHeight": True}
NO_ROUTES = "No route names this gateway. Create one with it as its gateway."
NO_EVENTS = "No event. The cluster keeps events for about an hour; older ones are gone."
NO_ENTRIES = "No change was made through this console yet. Edits and deletions are kept here."
SHOWN_ROUTES = 8
"""Routes on a gateway's overview; its Routes tab has all of them."""


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
        "overview": _OVERVIEWS[kind](),
        "routes": [_grid_panel("Routes", "routes", ROUTES, NO_ROUTES)],
        "yaml": [_yaml()],
        "events": [_grid_panel("Events", "events", _wrapped(EVENTS, "message"), NO_EVENTS)],
        "audit": [_grid_panel("Audit", "audit", _wrapped(AUDIT, "changes"), NO_ENTRIES, live="")],
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
                if kind not in CERTIFICATE_KINDS
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


def _grid_panel(
    title: str,
    name: str,
    columns: Sequence[Column],
    empty: str,
    *,
    foot: Any = None,
    live: str = "watch",
) -> html.Section:
    """A table in a panel. ``empty`` says why there is nothing and what to do; ``live`` names where
    its rows come from, and ``assets/js/live.js`` adds how old they are."""
    return panel(
        title,
        tables.detail_grid(f"detail-{name}", list(columns), empty),
        rule=True,
        flush=True,
        unit="",
        unit_id=f"detail-{name}-unit",
        foot=foot,
        source=html.Span(**{"data-live": live}) if live else None,
    )


def _wrapped(columns: Sequence[Column], *fields: str) -> list[Column]:
    """Columns of which the named ones grow with their text."""
    return [made | MULTILINE if made["field"] in fields else made for made in columns]


def _conditions(title: str) -> html.Section:
    return panel(
        title,
        html.Div("Waiting for the first answer.", className="quiet"),
        rule=True,
        flush=True,
        body_id="detail-conditions",
        classes=title.lower(),
        source=html.Span(id="detail-controller"),
    )


def _two(left: Sequence[Any], title: str = "Conditions") -> list[Any]:
    return [
        html.Div(
            [html.Div(list(left), className="stack"), _conditions(title)],
            className="cols detail-cols",
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
                "Listeners",
                "listeners",
                LISTENERS,
                "No listener, so nothing reaches this gateway. Edit it and add one.",
                foot=html.Span(id="detail-listeners-said", className="said"),
            ),
            _grid_panel("Routes", "top-routes", ROUTES, NO_ROUTES, foot=foot),
        ]
    )


def _problems() -> html.Section:
    return _grid_panel(
        "Problems",
        "problems",
        _wrapped(PROBLEMS, "said", "remedy"),
        "None: the model of the cluster finds nothing wrong with it.",
    )


def _route() -> list[Any]:
    return _two(
        [
            _grid_panel(
                "Rules",
                "rules",
                _wrapped(RULES, "matches", "filters", "backends"),
                "No rule, so no request matches. Edit the route and add one.",
            ),
            _grid_panel(
                "Gateways",
                "parents",
                _wrapped(ATTACHMENTS, "model", "message"),
                "The route names no gateway, so nothing reaches it. Edit it and add one.",
            ),
            _problems(),
            _grid_panel(
                "Policies in effect",
                "effective",
                _wrapped(IN_EFFECT, "settings"),
                "No policy applies, neither directly nor by way of a gateway.",
            ),
        ]
    )


def _gatewayclass() -> list[Any]:
    return _two(
        [
            _grid_panel(
                "Gateways of this class",
                "gateways",
                GATEWAYS,
                "No gateway is of this class yet. Create one and choose this class.",
            ),
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


def _listenerset() -> list[Any]:
    return _two(
        [
            _grid_panel(
                "Listeners",
                "set-listeners",
                LISTENERS,
                "No listener, so the set adds nothing to its gateway. Edit it and add one.",
                foot=html.Span(id="detail-set-said", className="said"),
            ),
            _grid_panel(
                "Gateway",
                "set-parents",
                _wrapped(PARENTS, "message"),
                "The set names no gateway, so nothing reaches it.",
            ),
            _problems(),
        ]
    )


def _certificate() -> list[Any]:
    return _two(
        [
            _grid_panel(
                "Chain",
                "chain",
                _wrapped(CHAIN, "names"),
                "There is no certificate to read yet; the findings say why.",
                foot=html.Span(id="detail-chain-said", className="said"),
            ),
            _grid_panel(
                "Used by",
                "uses",
                _wrapped(USES, "hosts", "routes"),
                "No listener, gateway or policy refers to it.",
                foot=html.Span(id="detail-uses-said", className="said"),
            ),
            panel(
                "PEM",
                html.Pre(id="detail-pem", className="mono s12", tabIndex=0),
                rule=True,
                flush=True,
                unit="",
                unit_id="detail-pem-unit",
                source=dcc.Clipboard(id="detail-copy-pem", title="Copy the PEM", className="copy"),
            ),
        ],
        "Findings",
    )


def _policy() -> list[Any]:
    return _two(
        [
            html.Div(id="detail-policy-strip", className="live-strip", role="status"),
            _grid_panel(
                "Targets",
                "targets",
                _wrapped(TARGETS, "state"),
                "It targets nothing itself; rules of routes name it as a filter.",
            ),
            _grid_panel(
                "Settings",
                "settings",
                _wrapped(SETTINGS, "value", "where"),
                "It sets nothing. Edit it and add a setting.",
            ),
        ]
    )


_OVERVIEWS = {
    "gateways": _gateway,
    "gatewayclasses": _gatewayclass,
    **dict.fromkeys(ROUTE_KINDS, _route),
    "listenersets": _listenerset,
    **dict.fromkeys(CERTIFICATE_KINDS, _certificate),
    **dict.fromkeys(POLICIES, _policy),
}


def _yaml() -> html.Section:
    return panel(
        "YAML",
        html.Div(dcc.Markdown(id="detail-yaml"), className="yaml-view", tabIndex=0),
        rule=True,
        flush=True,
        unit="as the server has it, without managed fields",
        source=dcc.Clipboard(id="detail-copy-yaml", title="Copy the YAML", className="copy"),
    )
