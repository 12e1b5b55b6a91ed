"""The audit page: filters, an endless table, and a drawer with what one entry changed."""

from collections.abc import Mapping

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import dcc, html

from components.page import button, page_head
from components.status import icon
from components.tables import THEME, column

GRID = "audit-grid"
RECORD = "audit-record"

COLUMNS = [
    column("time", "When", "NgfWhen", width=104),
    column("status_word", "Outcome", "NgfStatus", width=108, sort=False),
    column("actor", "Who", width=150),
    column("verb", "Did", width=84, sort=False),
    column("kind", "Kind", width=126, sort=False),
    column("name", "Object", "NgfName", flex=2, width=180, narrow=True),
    column("cluster", "Cluster", "NgfCluster", width=110),
    column("fields", "Fields", width=72, number=True, sort=False, narrow=True),
    column("why", "Reason given", flex=2, width=160, sort=False, none="none"),
    column("error", "What went wrong", flex=2, width=160, sort=False),
]

OUTCOMES = {"": "Any outcome", "done": "Done", "denied": "Denied", "failed": "Failed"}
VERBS = {"": "Any change", "create": "Create", "update": "Update", "delete": "Delete"}


def layout(query: Mapping[str, str]) -> html.Div:
    """``query`` fills the filters before the first paint."""
    return html.Div(
        [
            page_head(
                "Audit log",
                actions=[
                    button("CSV", id="audit-csv", icon_name="download"),
                    button("Check the chain", id="audit-verify", icon_name="link-45deg"),
                ],
                sub=html.Span(id="audit-total"),
            ),
            html.Div(
                [
                    html.Div(
                        [
                            icon("search"),
                            dbc.Label(
                                "Filter by object or reason",
                                html_for="audit-q",
                                class_name="visually-hidden",
                            ),
                            dcc.Input(
                                id="audit-q",
                                type="text",
                                debounce=0.25,
                                value=query.get("q", ""),
                                placeholder="Object, person or reason",
                                className="fld-input",
                                autoComplete="off",
                            ),
                            html.Kbd("/", className="only-d"),
                        ],
                        className="fld",
                        style={"flex": "0 1 300px"},
                    ),
                    _choice("outcome", "Outcome", OUTCOMES, query),
                    _choice("verb", "Change", VERBS, query),
                ],
                className="filters",
            ),
            html.Section(
                [
                    html.Div(
                        [
                            dag.AgGrid(
                                id=GRID,
                                columnDefs=COLUMNS,
                                rowModelType="infinite",
                                className="ngf-grid",
                                style={"height": "100%", "width": "100%"},
                                defaultColDef={
                                    "resizable": True,
                                    "suppressMovable": True,
                                    "suppressHeaderMenuButton": True,
                                },
                                getRowId="ngfAuditId(params)",
                                eventListeners={"gridReady": ["ngfReady(params)"]},
                                dashGridOptions={
                                    "theme": THEME,
                                    "cacheBlockSize": 50,
                                    "maxBlocksInCache": 8,
                                    "infiniteInitialRowCount": 1,
                                    "animateRows": False,
                                    "suppressMultiSort": True,
                                },
                            ),
                            html.Div(id="audit-instead", className="instead d-none"),
                        ],
                        className="grid-room",
                    ),
                    html.Div(
                        [
                            html.Span(id="audit-foot"),
                            html.Span(className="grow"),
                            html.Span("Entries are never changed or removed.", className="only-d"),
                        ],
                        className="gridfoot",
                    ),
                ],
                className="panel fill",
            ),
            html.Div(id="audit-drawer"),
            dcc.Store(id=RECORD),
            dcc.Download(id="audit-download"),
        ],
        className="list-page",
    )


def _choice(key: str, label: str, options: Mapping[str, str], query: Mapping[str, str]) -> html.Div:
    return html.Div(
        [
            dbc.Label(label, html_for=f"audit-{key}", class_name="visually-hidden"),
            dbc.Select(
                id=f"audit-{key}",
                options=[{"value": value, "label": text} for value, text in options.items()],
                value=query.get(key, "") if query.get(key, "") in options else "",
            ),
        ]
    )
