"""The page of GPU capacity: totals, by type, by cluster, by node. One store, drawn by
``assets/js/pages/gpus.js``; the nodes are an AG Grid."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import kpi, loading, page_head, panel, search_field
from components.tables import column, whole_grid

DATA = "gpus-data"
ASKED = "gpus-asked"
GRID = "gpus-grid"

TILES = (
    ("gpus", "GPUs", "nodes"),
    ("free", "Free", "nodes"),
    ("used", "Utilization", ""),
    ("types", "Types", "nodes"),
    ("nodes", "Nodes", "nodes"),
)
"""Key, label, and where the number comes from; "" says it with the number."""
KEYS = tuple(key for key, _, _ in TILES)

COLUMNS = [
    column("name", "Node", "NgfName", flex=3, width=150, narrow=True),
    column("cluster", "Cluster", "NgfCluster", width=110),
    column("short", "Type", "NgfGpuType", flex=2, width=110),
    column("offered", "Offered", width=116),
    column("resource", "Resource", flex=2, width=140, mono=True),
    column("allocated", "Allocated", "NgfTaken", width=132, number=True, narrow=True),
    column("free", "Free", width=60, number=True),
    column("physical", "GPUs behind", width=96, number=True, none="not told"),
    column("busy", "Busy", "NgfGpuBusy", width=92, number=True),
    column("heat", "°C", "NgfGpuHeat", width=56, number=True),
    column("watts", "W", "NgfGpuWatts", width=72, number=True),
]


def _source(words: str) -> html.Span | None:
    return html.Span(**{"data-live": words}) if words else None


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` fills the filter field."""
    chosen = [name for name in query.get("cluster", "").split(",") if name]
    return html.Div(
        [
            page_head("GPU capacity"),
            html.Div(id="gpus-strip", role="status", className="live-strip"),
            html.Div(id="gpus-failed", role="status", className="live-strip"),
            html.Div(
                [kpi(f"gpus-{key}", label, _source(source)) for key, label, source in TILES],
                className="kpis",
            ),
            html.Div(
                [
                    panel(
                        "By type",
                        loading(3),
                        rule=True,
                        flush=True,
                        body_id="gpus-by-type",
                        unit="allocated of what can be scheduled",
                    ),
                    panel(
                        "By cluster",
                        loading(3),
                        rule=True,
                        flush=True,
                        body_id="gpus-by-cluster",
                        unit_id="gpus-by-cluster-unit",
                    ),
                ],
                className="cols two-cols",
            ),
            html.Div(
                [
                    search_field(
                        "gpus-q",
                        "Filter nodes by name, cluster or type",
                        "Node, cluster or type",
                        query.get("q", ""),
                        150,
                    ),
                    html.Span(className="grow"),
                    html.Span(id="gpus-count", className="t3 s12", role="status"),
                ],
                className="filters",
                role="search",
            ),
            html.Section(
                whole_grid(GRID, COLUMNS, "ngfGpuId", "stale", "No node to show"),
                className="panel fill gpus-table",
                **{"aria-label": "GPUs by node"},
            ),
            dcc.Store(id=DATA),
            dcc.Store(id=ASKED, data={"clusters": chosen}),
        ],
        className="gpus-page",
    )
