"""The page of one inference pool: key figures, time to first token, tokens, waiting requests, KV
cache of each pod, GPUs and what it all costs; its pods; its cost in detail.

What is known is one store for each tab, drawn by ``assets/js/pages/pool.js``.
"""

from collections.abc import Mapping

from dash import dcc, html

from components.figures import heat
from components.page import kpi, kpi_row, loading, page_head, panel
from components.panels import asked, chart_panel, time_range

PATH = "/pool"
ASKED = "pool-asked"
DATA = "pool-data"
TTFT, SPREAD, TOKENS = "pool-ttft", "pool-spread", "pool-tokens"
WAITING, CACHE, BUSY = "pool-waiting", "pool-cache", "pool-busy"
PODS, DEVICES, GPUS = "pool-pods", "pool-devices", "pool-gpus"
COST, BILL = "pool-cost", "pool-bill"
SETTINGS = "pool-settings"

TABS = (("overview", "Overview"), ("pods", "Pods"), ("cost", "Cost"))
LINKS = (("decisions", "Decisions"), ("autoscaling", "Autoscaling"))
"""Tabs of other pages, which have the pool in their address."""

TILES = (
    ("ttft", "TTFT p95"),
    ("tokens", "Generated"),
    ("waiting", "Waiting"),
    ("cache", "KV cache"),
    ("prefix", "Prefix hits"),
    ("cost", "Cost"),
)


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` says which pool, and what of it."""
    return html.Div(
        [
            page_head(
                query.get("pool") or "Pool",
                id="pool",
                crumbs=[("Pools", "/pools")],
                actions=[time_range(), html.Span(id="pool-links", className="row-f")],
            ),
            html.Section(id="pool-missing", className="panel missing-state", role="status"),
            html.Dl(id="pool-facts", className="facts"),
            html.Div(id="pool-strip", role="status", className="live-strip"),
            html.Nav(
                [
                    html.A(
                        [label, html.Span(id="pool-pods-n", className="n")]
                        if key == "pods"
                        else label,
                        href="?",
                        **{"data-tab": key},
                    )
                    for key, label in TABS
                ]
                + [
                    html.A(label, href=f"/{key}", **{"data-tab": key, "data-elsewhere": key})
                    for key, label in LINKS
                ],
                className="tabs",
                id="pool-tabs",
                **{"aria-label": "Pool"},
            ),
            html.Div(_overview(), className="stack", **{"data-panel": "overview"}),
            html.Div(
                [
                    panel(
                        "Pods",
                        loading(6),
                        unit="as they were read last",
                        source=html.Span(id="pool-pods-src"),
                        body_id=PODS,
                        menu=True,
                        rule=True,
                        flush=True,
                    ),
                    panel(
                        "GPU devices",
                        loading(6),
                        unit="as they were read last",
                        source=html.Span(id="pool-devices-src"),
                        body_id=DEVICES,
                        menu=True,
                        rule=True,
                        flush=True,
                    ),
                ],
                className="stack",
                hidden=True,
                **{"data-panel": "pods"},
            ),
            html.Div(
                [
                    panel(
                        "Cost",
                        loading(6),
                        source=html.Span(id="pool-bill-src"),
                        body_id=BILL,
                        menu=True,
                        rule=True,
                        flush=True,
                    ),
                    chart_panel(BUSY, "GPU utilization", unit="mean of its GPUs"),
                ],
                className="charts",
                hidden=True,
                **{"data-panel": "cost"},
            ),
            asked(ASKED, query),
            dcc.Store(id=DATA),
        ],
        className="pool-page",
    )


def _overview() -> list[html.Div]:
    return [
        kpi_row(
            "pool-kpis",
            "Key figures",
            [kpi(f"pool-kpi-{key}", label, spark=True) for key, label in TILES],
        ),
        html.Div(
            [
                html.Div(
                    [
                        chart_panel(
                            TTFT,
                            "Time to first token",
                            height=196,
                            classes="wide",
                        ),
                        chart_panel(TOKENS, "Tokens", unit="per second", height=156),
                        chart_panel(WAITING, "Waiting requests", unit="a pod", height=156),
                        chart_panel(
                            CACHE,
                            "KV cache",
                            unit="use per pod, amber from 95%",
                            height=heat.height(8),
                            classes="wide",
                        ),
                    ],
                    className="charts pool-charts",
                ),
                html.Div(
                    [
                        chart_panel(SPREAD, "TTFT distribution", height=196),
                        panel(
                            "GPU devices",
                            loading(4),
                            unit=html.Span(id="pool-gpus-unit"),
                            source=html.Span(id="pool-gpus-src"),
                            body_id=GPUS,
                            menu=True,
                            rule=True,
                            flush=True,
                        ),
                        html.Section(id=SETTINGS, className="panel"),
                        panel(
                            "Cost",
                            loading(4),
                            source=html.Span(id="pool-cost-src"),
                            body_id=COST,
                            menu=True,
                            flush=True,
                        ),
                    ],
                    className="stack",
                ),
            ],
            className="pool-room",
        ),
    ]
