"""Why a route does not work: checks from the route to its endpoints, each with its evidence, what
to do and where. ``assets/js/pages/route_check.js`` draws what is told."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.cluster_settings import field
from components.page import button, live, loading, page_head, panel

ASKED, TOLD = "route-check-asked", "route-check-told"
CHECKS = "route-check-checks"

KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")


def layout(query: Mapping[str, str]) -> html.Div:
    """Everything stands from the first paint; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head(
                "Route check",
                sub="Why does my route not work? Every step from the route to its endpoints.",
                actions=[button("Copy link", icon_name="link-45deg", id="route-check-link")],
            ),
            html.Div(
                [
                    html.Div(
                        [
                            panel("Route", _form(), rule=True, classes="route-check-form"),
                            panel(
                                "Routes that need a look",
                                loading(4),
                                unit_id="route-check-poor-unit",
                                body_id="route-check-poor",
                                rule=True,
                                flush=True,
                                classes="later",
                            ),
                        ],
                        className="stack",
                    ),
                    html.Div(
                        [
                            html.Div(
                                id="route-check-verdict", className="live-strip", role="status"
                            ),
                            panel(
                                "Checks",
                                loading(10),
                                unit_id="route-check-unit",
                                source=live("model"),
                                body_id=CHECKS,
                                rule=True,
                                flush=True,
                                menu=True,
                            ),
                        ],
                        className="stack",
                    ),
                ],
                className="cols simulator-cols",
            ),
            dcc.Store(id=ASKED, data=dict(query)),
            dcc.Store(id=TOLD),
        ],
        className="simulator-page",
    )


def _form() -> html.Div:
    return html.Div(
        [
            field(
                "route-check-cluster", "Cluster", dbc.Select(id="route-check-cluster", options=[])
            ),
            field(
                "route-check-kind",
                "Kind",
                dbc.Select(
                    id="route-check-kind",
                    options=[{"value": one, "label": one} for one in KINDS],
                    value=KINDS[0],
                ),
            ),
            html.Div(
                [
                    field(
                        "route-check-route",
                        "Namespace and name",
                        dbc.Input(
                            id="route-check-route",
                            className="mono",
                            placeholder="shop/cart",
                            autocomplete="off",
                            list="route-check-known",
                            maxlength=320,
                        ),
                    ),
                    html.Datalist(id="route-check-known"),
                ]
            ),
            html.Div(button("Check", id="route-check-go", kind="primary"), className="row-f"),
        ],
        className="fs",
    )
