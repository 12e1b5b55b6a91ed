"""The simulator: a request, the path it takes with what decided at each hop, every candidate that
lost, and requests that are kept. ``assets/js/pages/simulator.js`` draws what is told; the whole
request stands in the address."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.cluster_settings import field
from components.page import button, live, loading, page_head, panel

ASKED, TOLD = "simulator-asked", "simulator-told"
CURL, REQUEST = "simulator-curl-text", "simulator-curl-request"
ACT, ACTED = "simulator-act", "simulator-acted"

GRPC = "gRPC"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", GRPC)


def layout(query: Mapping[str, str]) -> html.Div:
    """Everything stands from the first paint; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head(
                "Simulator",
                sub="Where a request goes and why, from the objects of the cluster. Nothing is"
                " sent.",
                actions=[
                    button("Copy link", icon_name="link-45deg", id="simulator-link"),
                    button(
                        "Trace what really happened",
                        icon_name="activity",
                        href="/trace",
                        id="simulator-trace",
                    ),
                ],
            ),
            html.Div(
                [
                    html.Div(
                        [
                            panel("Request", _form(), rule=True, classes="simulator-form"),
                            panel(
                                "Saved requests",
                                loading(3),
                                unit="run again after every change",
                                source=html.Span(id="simulator-saved-src"),
                                body_id="simulator-saved",
                                rule=True,
                                flush=True,
                                menu=True,
                                classes="later",
                            ),
                        ],
                        className="stack",
                    ),
                    html.Div(
                        [
                            html.Div(
                                id="simulator-verdict",
                                className="live-strip",
                                role="status",
                            ),
                            panel(
                                "The path it takes",
                                loading(6),
                                unit="each step with the rule that decided it",
                                source=live("model"),
                                body_id="simulator-path",
                                rule=True,
                                flush=True,
                            ),
                            panel(
                                "Why the others lost",
                                loading(4),
                                unit_id="simulator-lost-unit",
                                body_id="simulator-lost",
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
            *(dcc.Store(id=store) for store in (TOLD, CURL, REQUEST, ACT, ACTED)),
        ],
        className="simulator-page",
    )


def _form() -> html.Div:
    return html.Div(
        [
            field("simulator-gateway", "Gateway", dbc.Select(id="simulator-gateway", options=[])),
            field(
                "simulator-url",
                "URL",
                dbc.Input(
                    id="simulator-url",
                    className="mono",
                    placeholder="https://shop.example.com/cart?item=1",
                    autocomplete="off",
                    maxlength=4000,
                ),
            ),
            html.Div(
                [
                    html.Span("Headers", className="lab"),
                    html.Div(id="simulator-headers", role="group", **{"aria-label": "Headers"}),
                    html.Div(id="simulator-headers-error", className="hint err"),
                ]
            ),
            html.Div(
                [
                    field(
                        "simulator-method",
                        "Method",
                        dbc.Select(
                            id="simulator-method",
                            options=[{"value": one, "label": one} for one in METHODS],
                            value="GET",
                        ),
                    ),
                    field(
                        "simulator-sni",
                        "SNI",
                        dbc.Input(
                            id="simulator-sni",
                            placeholder="as host",
                            autocomplete="off",
                            maxlength=253,
                            className="mono",
                        ),
                    ),
                    field(
                        "simulator-port",
                        "Port",
                        dbc.Input(
                            id="simulator-port",
                            placeholder="as URL",
                            inputmode="numeric",
                            autocomplete="off",
                            maxlength=5,
                            className="mono",
                        ),
                    ),
                ],
                className="frow simulator-small",
            ),
            html.Div(
                [
                    button("Simulate", id="simulator-go", kind="primary"),
                    button("Paste curl", id="simulator-paste", icon_name="clipboard"),
                    html.Span(className="grow"),
                    html.Span(
                        button("Save", id="simulator-save", icon_name="bookmark", kind="link"),
                        className="needs-operator",
                    ),
                ],
                className="row-f wrap",
            ),
        ],
        className="fs",
    )
