"""What the overview of an object shows, by its kind: tables left, its conditions right."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import dcc, html

from components import tables
from components.detail_columns import (
    ATTACHMENTS,
    CHAIN,
    CHILDREN,
    GATEWAYS,
    IN_EFFECT,
    LACKING,
    LISTENERS,
    PARENTS,
    PROBLEMS,
    ROUTES,
    RULES,
    SETTINGS,
    TARGETS,
    USES,
)
from components.kinds import CERTIFICATE_KINDS, OPERATED, ROUTE_KINDS
from components.page import panel
from components.policy_kinds import POLICIES
from components.tables import Column

MULTILINE = {"wrapText": True, "autoHeight": True}
NO_ROUTES = "No route names this gateway. Create one with it as its gateway."
SHOWN_ROUTES = 8
"""Routes on a gateway's overview; its Routes tab has all of them."""


def grid_panel(
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


def wrapped(columns: Sequence[Column], *fields: str) -> list[Column]:
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
            grid_panel(
                "Listeners",
                "listeners",
                LISTENERS,
                "No listener, so nothing reaches this gateway. Edit it and add one.",
                foot=html.Span(id="detail-listeners-said", className="said"),
            ),
            grid_panel("Routes", "top-routes", ROUTES, NO_ROUTES, foot=foot),
        ]
    )


def _problems() -> html.Section:
    return grid_panel(
        "Problems",
        "problems",
        wrapped(PROBLEMS, "said", "remedy"),
        "None: the model of the cluster finds nothing wrong with it.",
    )


def _route() -> list[Any]:
    return _two(
        [
            grid_panel(
                "Rules",
                "rules",
                wrapped(RULES, "matches", "filters", "backends"),
                "No rule, so no request matches. Edit the route and add one.",
            ),
            grid_panel(
                "Gateways",
                "parents",
                wrapped(ATTACHMENTS, "model", "message"),
                "The route names no gateway, so nothing reaches it. Edit it and add one.",
            ),
            _problems(),
            grid_panel(
                "Policies in effect",
                "effective",
                wrapped(IN_EFFECT, "settings"),
                "No policy applies, neither directly nor by way of a gateway.",
            ),
        ]
    )


def _gatewayclass() -> list[Any]:
    return _two(
        [
            grid_panel(
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
            grid_panel(
                "Listeners",
                "set-listeners",
                LISTENERS,
                "No listener, so the set adds nothing to its gateway. Edit it and add one.",
                foot=html.Span(id="detail-set-said", className="said"),
            ),
            grid_panel(
                "Gateway",
                "set-parents",
                wrapped(PARENTS, "message"),
                "The set names no gateway, so nothing reaches it.",
            ),
            _problems(),
        ]
    )


def _certificate() -> list[Any]:
    return _two(
        [
            grid_panel(
                "Chain",
                "chain",
                wrapped(CHAIN, "names"),
                "There is no certificate to read yet; the findings say why.",
                foot=html.Span(id="detail-chain-said", className="said"),
            ),
            grid_panel(
                "Used by",
                "uses",
                wrapped(USES, "hosts", "routes"),
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
            grid_panel(
                "Targets",
                "targets",
                wrapped(TARGETS, "state"),
                "It targets nothing itself; rules of routes name it as a filter.",
            ),
            grid_panel(
                "Settings",
                "settings",
                wrapped(SETTINGS, "value", "where"),
                "It sets nothing. Edit it and add a setting.",
            ),
        ]
    )


def _operated_tables() -> list[Any]:
    return [
        grid_panel(
            "Children",
            "children",
            wrapped(CHILDREN, "message"),
            "The operator has made nothing of it yet.",
            foot=html.Span(id="detail-children-said", className="said"),
        ),
        grid_panel(
            "What is lacking",
            "lacking",
            wrapped(LACKING, "message"),
            "Nothing: the cluster has all that it asks for.",
        ),
    ]


def _operated() -> list[Any]:
    return _two(_operated_tables())


def _stack() -> list[Any]:
    asked = panel(
        "What it asks for", html.Div(className="quiet"), rule=True, body_id="detail-asked-for"
    )
    return _two([*_operated_tables(), asked])


OVERVIEWS: Mapping[str, Callable[[], list[Any]]] = {
    "gateways": _gateway,
    "gatewayclasses": _gatewayclass,
    **dict.fromkeys(ROUTE_KINDS, _route),
    "listenersets": _listenerset,
    **dict.fromkeys(CERTIFICATE_KINDS, _certificate),
    **dict.fromkeys(POLICIES, _policy),
    **dict.fromkeys(OPERATED, _operated),
    "inferencestacks": _stack,
}
