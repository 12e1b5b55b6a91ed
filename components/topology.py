"""The page of topology: the graph of a cluster, of one gateway, or of what clusters share.

Beside the graph stands the same as a table, which keys and screen readers reach, and which is what
a phone shows first. Everything is drawn from one answer by ``assets/js/pages/topology.js``; what is
looked at (part, filters, opened groups, what is chosen) stands in the address.
"""

from collections.abc import Mapping
from typing import Any

import dash_cytoscape as cyto
from dash import dcc, html

from components import topology_style
from components.page import button, icon_button, page_head, search_field
from components.panels import asked
from components.tables import column, whole_grid

ASKED = "topology-asked"
"""Store with what is looked at: the address as ``view.js`` reads it, and ``as``."""
DATA = "topology-data"
ABOUT_ASKED = "topology-about-asked"
"""Store with the object that more is wanted of: ``{id, view}``."""
ABOUT = "topology-about"
STYLES = "topology-styles"
GRAPH = "topology-graph"
GRID = "topology-grid"

MODES = (("", "Whole cluster"), ("gateway", "By gateway"), ("across", "Across clusters"))
"""Which graph: its name in the address, and its button."""

COLUMNS = [
    column("status", "Status", "NgfStatus", width=160),
    column("name", "Name", "NgfTopologyName", flex=3, width=150, narrow=True),
    column("kind", "Kind", width=132),
    column("reason", "Reason", "NgfTopologyReason", flex=2, width=140),
    column("from", "From", flex=3, width=150, none="none"),
    column("to", "To", flex=3, width=150, none="none"),
    column("note", "Behind it", width=96, number=True, narrow=True),
]


def layout(query: Mapping[str, str]) -> html.Div:
    """The whole page for the query of a URL."""
    return html.Div(
        className="ngf-page topology-page",
        children=[
            asked(ASKED, query),
            dcc.Store(id=DATA),
            dcc.Store(id=ABOUT_ASKED),
            dcc.Store(id=ABOUT),
            dcc.Store(id=STYLES, data=topology_style.shipped()),
            _head(query),
            html.Div(id="topology-strip", role="status", className="live-strip"),
            html.Div(
                [
                    html.Div(id="topology-picks", className="slot"),
                    html.Span(className="grow"),
                    html.Div(id="topology-as", className="seg"),
                ],
                className="filters",
            ),
            html.Div([_graph(), _table(), _drawer()], className="fillrow"),
        ],
    )


def _head(query: Mapping[str, str]) -> html.Div:
    field = search_field(
        "topology-q", "Find in the graph", "Find in the graph", str(query.get("q", ""))
    )
    export = button("SVG", id="topology-svg", icon_name="download")
    export.className = "btn btn-secondary only-d"
    head = page_head(
        "Topology",
        id="topology",
        actions=[html.Div(id="topology-checks", className="slot"), export],
    )
    head.children.insert(1, html.Div(id="topology-modes", className="seg"))
    head.children.insert(2, field)
    return head


def _graph() -> html.Section:
    return html.Section(
        [
            html.Div(
                cyto.Cytoscape(
                    id=GRAPH,
                    elements=[],
                    stylesheet=[],
                    layout={"name": "preset", "fit": False},
                    style={"width": "100%", "height": "100%"},
                    autoRefreshLayout=False,
                    autoungrabify=True,
                    boxSelectionEnabled=False,
                    minZoom=0.08,
                    maxZoom=2.5,
                    responsive=False,
                ),
                id="topology-canvas",
                className="canvas",
                tabIndex=0,
                role="application",
                **{
                    "aria-label": "Graph. Arrow keys walk it, Enter opens a group; the same is"
                    " there as a table.",
                    "aria-describedby": "topology-said",
                },
            ),
            html.Div(id="topology-instead"),
            html.Div(id="topology-said", className="visually-hidden", role="status"),
            html.Div(id="topology-tip", className="tip", hidden=True),
            html.Div(id="topology-gaps", className="gaps"),
            html.Footer(
                [
                    html.Div(
                        [
                            icon_button("dash-lg", "Zoom out", **{"data-topology-zoom": "0.8"}),
                            icon_button("plus-lg", "Zoom in", **{"data-topology-zoom": "1.25"}),
                            button("Fit", small=True, **{"data-topology-zoom": "fit"}),
                        ],
                        className="zoom",
                    ),
                    html.Span(id="topology-count", className="s12 t3", role="status"),
                    html.Span(className="grow"),
                    html.Div(
                        id="topology-key", className="key", role="group", **{"aria-label": "Status"}
                    ),
                ]
            ),
        ],
        id="topology-room",
        className="panel fill",
        **{"aria-label": "Graph"},
    )


def _table() -> html.Section:
    grid: Any = whole_grid(
        GRID, COLUMNS, "ngfTopologyId", "stale", "Nothing here matches what is looked for."
    )
    return html.Section(
        [
            html.Div(grid, className="grid-room"),
            html.Div(id="topology-table-gaps", className="gaps"),
            html.Footer(
                [
                    html.Span(id="topology-rows", role="status"),
                    html.Span(className="grow"),
                    html.Div(
                        id="topology-table-key",
                        className="key",
                        role="group",
                        **{"aria-label": "Status"},
                    ),
                ]
            ),
        ],
        id="topology-table",
        className="panel fill",
        hidden=True,
        **{"aria-label": "Objects"},
    )


def _drawer() -> html.Aside:
    return html.Aside(
        id="topology-drawer", className="drawer", hidden=True, **{"aria-label": "Details"}
    )
