"""The page of GPU capacity: totals, by type, by cluster, by node, pushed when they change; over the
range of the page how busy the devices were, and each of them. Drawn by
``assets/js/pages/gpus.js``; nodes and devices are AG Grids."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import kpi, kpi_row, live, loading, menu_of, page_head, panel, search_field
from components.panels import asked, chart_panel, time_range
from components.tables import column, whole_grid

DATA = "gpus-data"
TICK = "gpus-tick"
"""Asks for what there is now once more: something changed."""
ASKED = "gpus-asked"
TIME = "gpus-time"
"""What devices read: over the range, and last in it."""
GRID = "gpus-grid"
DEVICES = "gpus-devices"
BUSY, MEMORY = "gpus-busy", "gpus-memory"
TYPES, CLUSTERS = "gpus-by-type", "gpus-by-cluster"
TABLE = "gpus-table"
"""The menu of the table that is shown, of nodes or of devices."""

CAPACITY = "nodes and agents"
"""Where capacity comes from."""

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

DEVICE_COLUMNS = [
    column("name", "Node", "NgfName", flex=3, width=150, narrow=True),
    column("number", "GPU", width=56, number=True, narrow=True, none="none"),
    column("cluster", "Cluster", "NgfCluster", width=110),
    column("short", "Type", "NgfGpuType", flex=1, width=100),
    column("pod", "Pod", "NgfGpuPod", flex=3, width=140),
    column("busy", "Busy", "NgfGpuRead", width=76, number=True, narrow=True, unit="%"),
    column("memory", "Memory", "NgfGpuRead", width=84, number=True, unit="%"),
    column("heat", "°C", "NgfGpuRead", width=60, number=True),
    column("watts", "W", "NgfGpuRead", width=72, number=True),
    column("xid", "Last XID", "NgfGpuXid", width=84, number=True),
]


def _source(words: str) -> html.Span | None:
    return live(words) if words else None


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` fills the filter field."""
    return html.Div(
        [
            page_head("GPU capacity", actions=[time_range()]),
            html.Div(id="gpus-strip", role="status", className="live-strip"),
            html.Div(id="gpus-failed", role="status", className="live-strip"),
            kpi_row(
                "gpus-kpis",
                "Key figures",
                [kpi(f"gpus-{key}", label, _source(source)) for key, label, source in TILES],
            ),
            html.Div(
                [
                    panel(
                        "By type",
                        loading(3),
                        source=live(CAPACITY),
                        rule=True,
                        flush=True,
                        body_id=TYPES,
                        menu=True,
                        unit="allocated of what can be scheduled",
                    ),
                    panel(
                        "By cluster",
                        loading(3),
                        source=live(CAPACITY),
                        rule=True,
                        flush=True,
                        body_id=CLUSTERS,
                        menu=True,
                        unit_id="gpus-by-cluster-unit",
                    ),
                ],
                className="cols two-cols",
            ),
            html.Div(
                [
                    chart_panel(BUSY, "GPU utilization", unit="mean of all devices", height=148),
                    chart_panel(MEMORY, "GPU memory", unit="in use, of all devices", height=148),
                ],
                className="charts",
            ),
            html.Div(
                [
                    html.Div(id="gpus-by", className="seg"),
                    search_field(
                        "gpus-q",
                        "Filter by node, cluster, type or pod",
                        "Node, cluster, type or pod",
                        query.get("q", ""),
                        150,
                    ),
                    html.Span(className="grow"),
                    html.Span(id="gpus-count", className="t3 s12", role="status"),
                    html.Span(id="gpus-src", className="t3 s12"),
                    menu_of(TABLE, "GPUs"),
                ],
                className="filters",
                role="search",
            ),
            html.Section(
                whole_grid(GRID, COLUMNS, "ngfGpuId", "stale", "No node to show"),
                className="panel fill gpus-table",
                **{"aria-label": "GPUs by node"},
            ),
            html.Section(
                whole_grid(DEVICES, DEVICE_COLUMNS, "ngfGpuId", "stale", "No device to show"),
                className="panel fill gpus-table",
                hidden=True,
                **{"aria-label": "GPUs by device"},
            ),
            asked(ASKED, query),
            dcc.Store(id=TICK, data=0),
            dcc.Store(id=DATA),
            dcc.Store(id=TIME),
        ],
        className="gpus-page",
    )
