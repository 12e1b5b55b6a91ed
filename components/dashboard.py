"""The dashboard: key figures, four charts, a table by cluster, gateway or route, and requests that
failed or took long, each a step from the log."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import kpi, kpi_row, loading, menu_of, page_head, panel
from components.panels import asked, chart_panel, time_range
from components.tables import column, whole_grid

ASKED = "dashboard-asked"
CHARTS = "dashboard-charts"
FIGURES = "dashboard-figures"
ROWS = "dashboard-rows"
EXAMPLES = "dashboard-examples"
GRID = "dashboard-grid"

TILES = (
    ("requests", "Requests"),
    ("failures", "5xx responses"),
    ("client_errors", "4xx responses"),
    ("p50", "Latency, p50"),
    ("p95", "Latency, p95"),
    ("p99", "Latency, p99"),
)
PANELS = (
    ("requests", "Requests", "per second, by cluster"),
    ("failures", "Failed responses", "share of all responses"),
    ("latency", "Latency", "ms, of whole requests"),
    ("classes", "Responses", "by class of status"),
)
BY = (("cluster", "Clusters"), ("gateway", "Gateways"), ("route", "Routes"))
"""What the table has a row for."""

COLUMNS = [
    column("name", "Name", "NgfRedName", flex=3, width=170, narrow=True),
    column("cluster", "Cluster", "NgfCluster", width=120),
    column("per_second", "Req/s", "NgfRate", width=92, number=True, narrow=True),
    column("failure_share", "5xx, %", "NgfShare", width=92, number=True),
    column("client_error_share", "4xx, %", "NgfShare", width=92, number=True, calm=True),
    column("p50", "p50, ms", "NgfMs", width=92, number=True),
    column("p95", "p95, ms", "NgfMs", width=92, number=True),
    column("p99", "p99, ms", "NgfMs", width=92, number=True),
    column("logs", "Logs", "NgfRedLogs", width=124, sort=False),
]


def layout(query: Mapping[str, str]) -> html.Div:
    """Every panel stands at its final height; ``query`` is what is asked first."""
    return html.Div(
        [
            page_head("Dashboard", actions=[time_range()]),
            html.Div(id="dashboard-chips", className="filters chips"),
            kpi_row(
                "dashboard-kpis",
                "Key figures",
                [kpi(f"dashboard-kpi-{key}", label, spark=True) for key, label in TILES],
            ),
            html.Div(
                [chart_panel(f"dashboard-{key}", title, unit=unit) for key, title, unit in PANELS],
                className="charts",
            ),
            html.Section(
                [
                    html.Header(
                        [
                            html.H2("Where"),
                            html.Div(id="dashboard-by", className="seg sm"),
                            html.Span(id="dashboard-rows-note", className="u wrn"),
                            html.Span(id="dashboard-rows-src", className="src"),
                            menu_of(ROWS, "Where"),
                        ],
                        className="rule",
                    ),
                    html.Div(
                        [
                            whole_grid(GRID, COLUMNS, "ngfRedId", "dim", ""),
                            html.Div(id="dashboard-rows-none", className="instead-of-rows"),
                        ],
                        className="red-table",
                    ),
                ],
                className="panel",
            ),
            html.Div(
                [
                    _examples("failed", "Latest failures", "5xx"),
                    _examples("slow", "Slowest requests", "in the range"),
                ],
                className="charts",
            ),
            asked(ASKED, query),
            *(dcc.Store(id=store) for store in (CHARTS, FIGURES, ROWS, EXAMPLES)),
        ],
        className="dashboard-page",
    )


def _examples(key: str, title: str, unit: str) -> html.Section:
    return panel(
        title,
        loading(4),
        unit=unit,
        source=html.Span(id=f"dashboard-{key}-src"),
        body_id=f"dashboard-{key}",
        rule=True,
        flush=True,
        menu=True,
    )
