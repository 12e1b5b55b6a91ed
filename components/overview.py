"""The overview page. Its numbers and lists are one store, drawn by ``assets/js/overview.js``: a
push changes the words that differ and mounts nothing anew."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import kpi, kpi_row, live, loading, page_head, panel
from components.panels import asked, chart_panel, time_range

DATA = "overview-data"
TICK = "overview-tick"

ASKED = "overview-asked"
CHARTS = "overview-red"
FIGURES = "overview-figures"

CLUSTERS = "overview-clusters"
TOKENS = "overview-model"

RED_TILES = (
    ("requests", "Requests", "/dashboard"),
    ("failures", "5xx responses", "/logs?status=5xx"),
    ("p95", "Latency, p95", "/dashboard"),
)
"""Key, label, and the page behind the label."""


def layout(query: Mapping[str, str]) -> html.Div:
    """Every panel stands from the first paint at its final place."""
    return html.Div(
        [
            page_head("Overview", actions=[time_range()]),
            html.Div(id="overview-strip", role="status", className="live-strip"),
            kpi_row(
                "overview-kpis",
                "Key figures",
                [
                    *(_measured(*one) for one in RED_TILES),
                    kpi("overview-gateways", _link("Gateways", "/gateways"), "watch"),
                    _measured("tokens", "Tokens", "/pools"),
                    kpi("overview-gpus", _link("GPUs allocated", "/gpus"), "nodes"),
                ],
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(
                                [
                                    chart_panel(
                                        "overview-rate", "Requests", unit="per second, by cluster"
                                    ),
                                    chart_panel(
                                        "overview-failed",
                                        "Failed responses",
                                        unit="share of all responses",
                                    ),
                                ],
                                className="charts",
                            ),
                            panel(
                                "Clusters",
                                loading(3),
                                body_id=CLUSTERS,
                                menu=True,
                                unit_id="overview-clusters-n",
                                source=[
                                    live("watch, access logs"),
                                    html.A("All clusters", href="/clusters", className="n-keep"),
                                ],
                                rule=True,
                                flush=True,
                            ),
                        ],
                        className="stack",
                    ),
                    html.Div(
                        [
                            panel(
                                "Needs attention",
                                loading(4),
                                source=live("watch"),
                                body_id="overview-attention",
                                unit_id="overview-attention-n",
                                rule=True,
                                flush=True,
                                foot=[
                                    html.Span("All with problems:"),
                                    html.A(
                                        "gateways",
                                        href="/gateways?status=err,warn",
                                        className="n-keep",
                                    ),
                                    html.A(
                                        "HTTP routes",
                                        href="/routes?kind=HTTPRoute&status=err,warn",
                                        className="n-keep",
                                    ),
                                    html.A("pools", href="/autoscaling", className="n-keep"),
                                ],
                            ),
                            panel(
                                "Recent changes",
                                loading(3),
                                body_id="overview-changes",
                                source=html.A("Audit log", href="/audit", className="n-keep"),
                                rule=True,
                                flush=True,
                            ),
                        ],
                        className="stack",
                    ),
                ],
                className="cols overview-cols",
            ),
            dcc.Store(id=DATA),
            dcc.Store(id=TICK, data=0),
            asked(ASKED, query),
            dcc.Store(id=CHARTS),
            dcc.Store(id=FIGURES),
            dcc.Store(id=TOKENS),
        ]
    )


def _measured(key: str, label: str, href: str) -> html.Div:
    return kpi(f"overview-{key}", _link(label, href), spark=True)


def _link(label: str, href: str) -> html.A:
    return html.A(label, href=href, className="n-keep plain")
