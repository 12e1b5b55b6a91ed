"""The fleet page. Its numbers, problems and cards are one store, drawn by ``assets/js/pages/
fleet.js``; filters and the choice of cards or table are the address's, which the browser applies
to what it has. The table is an AG Grid that gets the same rows."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from components.page import button, kpi, kpi_row, loading, page_head, search_field
from components.status import icon
from components.tables import column, whole_grid

DATA = "fleet-data"
ASKED = "fleet-asked"
GRID = "fleet-grid"

TILES = (
    ("clusters", "Clusters", "checks"),
    ("agents", "Agents reporting", "heartbeats"),
    ("ngf", "NGF versions", "watch"),
    ("gpus", "GPUs", "nodes"),
    ("versions", "Agent versions", "heartbeats"),
)
"""Key, label, and where the number comes from."""
WATCHED = ("ngf", "gpus")
"""Tiles that are as old as the watch is, which ``assets/js/live.js`` says."""

VIEWS = (("cards", "Cards", "grid"), ("table", "Table", "table"))

COLUMNS = [
    column("status", "Status", "NgfStatus", width=124) | {"pinned": "left"},
    column("name", "Name", "NgfClusterName", flex=3, width=140, narrow=True),
    column("reason", "Why", flex=4, width=150, sort=False),
    column("region", "Region", flex=2, width=94),
    column("environment", "Environment", width=106),
    column("ngf", "NGF", width=100, none="not known"),
    column("gateways", "Gateways", "NgfNumber", width=88, number=True),
    column("httproutes", "Routes", "NgfNumber", width=74, number=True, narrow=True),
    column("gpus", "GPUs", "NgfGpus", width=86, number=True, sort=False),
    column("heartbeat", "Heartbeat", "NgfHeartbeat", width=94, number=True),
    column("latency", "API", "NgfLatency", width=74, number=True),
]


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` fills the filter field."""
    chosen = [name for name in query.get("cluster", "").split(",") if name]
    return html.Div(
        [
            page_head(
                "Clusters",
                actions=[
                    html.Div(
                        [_view(*view) for view in VIEWS],
                        className="seg",
                        role="group",
                        **{"aria-label": "How clusters are shown"},
                    ),
                    button("Check all", id="fleet-check", icon_name="arrow-clockwise"),
                    html.Span(id="fleet-why", className="t3 s12"),
                    button(
                        "Register cluster",
                        id="fleet-register",
                        kind="primary",
                        href="/clusters/register",
                        hidden=True,
                    ),
                ],
            ),
            html.Div(id="fleet-strip", role="status", className="live-strip"),
            kpi_row(
                "fleet-kpis",
                "Key figures",
                [kpi(f"fleet-{key}", label, _source(key, source)) for key, label, source in TILES],
            ),
            html.Div(
                [
                    search_field(
                        "fleet-q",
                        "Filter by name, region or label",
                        "Name, region or label",
                        query.get("q", ""),
                        150,
                    ),
                    html.Div(id="fleet-chips", className="row-f wrap"),
                    html.Span(className="grow"),
                    html.Span(id="fleet-order", className="t3 s12 only-d", role="status"),
                ],
                className="filters",
                role="search",
            ),
            html.Div(loading(6), id="fleet-attention", className="fleet-part"),
            html.Div(id="fleet-cards"),
            html.Section(
                whole_grid(GRID, COLUMNS, "ngfClusterId", "gone", "No cluster to show"),
                id="fleet-table",
                className="panel fill fleet-table",
                hidden=True,
                **{"aria-label": "Clusters"},
            ),
            dcc.Store(id=DATA),
            dcc.Store(id=ASKED, data={"clusters": chosen}),
        ],
        className="fleet-page",
    )


def _source(key: str, source: str) -> Any:
    """A tile's source and how old it is."""
    if key in WATCHED:
        return html.Span(source, **{"data-live": source})
    return [f"{source} ", html.Span(id=f"fleet-{key}-at")]


def _view(key: str, label: str, icon_name: str) -> Any:
    return html.Button(
        [icon(icon_name), label],
        type="button",
        **{"data-fleet-view": key, "aria-pressed": "false"},
    )
