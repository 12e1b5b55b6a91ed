"""The trace of a request: the path that the model gives it, and the access-log lines and spans
that were recorded. ``assets/js/pages/trace.js`` draws it; the request stands in the address."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.cluster_settings import field
from components.page import button, live, loading, page_head, panel
from components.panels import asked, time_range
from components.simulator import METHODS

ASKED, TOLD = "trace-asked", "trace-told"
LINES, SPANS = "trace-lines", "trace-spans"


def layout(query: Mapping[str, str]) -> html.Div:
    """Everything stands from the first paint; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head(
                "Request trace",
                sub="The path a request must take, and what was recorded of it.",
                actions=[
                    time_range(),
                    button(
                        "Simulate it",
                        icon_name="play-btn",
                        href="/simulator",
                        id="trace-simulate",
                    ),
                ],
            ),
            html.Div(
                [
                    panel("Request", _form(), rule=True, classes="trace-form"),
                    html.Div(
                        [
                            html.Div(id="trace-verdict", className="live-strip", role="status"),
                            panel(
                                "Step by step",
                                loading(6),
                                unit="durations are those of a record, or none",
                                source=live("model"),
                                body_id="trace-path",
                                rule=True,
                                flush=True,
                            ),
                            panel(
                                "Requests in the access log",
                                loading(4),
                                unit_id="trace-lines-unit",
                                source=html.Span(id="trace-lines-src"),
                                body_id=LINES,
                                rule=True,
                                flush=True,
                                menu=True,
                            ),
                            panel(
                                "Spans",
                                loading(3),
                                unit_id="trace-spans-unit",
                                source=html.Span(id="trace-spans-src"),
                                body_id=SPANS,
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
            asked(ASKED, query),
            dcc.Store(id=TOLD),
        ],
        className="simulator-page",
    )


def _form() -> html.Div:
    return html.Div(
        [
            field("trace-gateway", "Gateway", dbc.Select(id="trace-gateway", options=[])),
            field(
                "trace-url",
                "URL",
                dbc.Input(
                    id="trace-url",
                    className="mono",
                    placeholder="https://shop.example.com/cart",
                    autocomplete="off",
                    maxlength=4000,
                ),
            ),
            field(
                "trace-method",
                "Method",
                dbc.Select(
                    id="trace-method",
                    options=[{"value": one, "label": one} for one in METHODS],
                    value="GET",
                ),
            ),
            field(
                "trace-request-id",
                "Request id",
                dbc.Input(
                    id="trace-request-id",
                    className="mono",
                    placeholder="of the gateway or the client",
                    autocomplete="off",
                    maxlength=400,
                ),
                "With an id alone, the request is read from its access-log line.",
            ),
            html.Div(button("Trace", id="trace-go", kind="primary"), className="row-f"),
        ],
        className="fs",
    )
