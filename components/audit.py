"""The audit page: filters, an endless table, and a drawer with what one entry changed."""

from collections.abc import Mapping
from typing import Any

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import dcc, html

from components.page import button, files_button, page_head, search_field
from components.tables import COLUMN, FIT, THEME, column

GRID = "audit-grid"
RECORD = "audit-record"
EXPORT = "audit-export"
OPENED = "audit-opened"
"""The view the page was opened with; the grid may ask before the shell has told it."""


COLUMNS = [
    column("time", "When", "NgfWhen", width=92),
    column("status_word", "Outcome", "NgfStatus", width=104, sort=False),
    column("actor", "Who", flex=2, width=110),
    column("verb", "Did", width=78, sort=False),
    column("kind", "Kind", width=116, sort=False),
    column("name", "Object", "NgfName", flex=3, width=150, narrow=True),
    column("cluster", "Cluster", "NgfCluster", width=104),
    column("fields", "Fields", width=72, number=True, sort=False, narrow=True),
    column("why", "Reason given", flex=2, width=110, sort=False, none="none"),
    column("error", "What went wrong", flex=3, width=130, sort=False),
]

OUTCOMES = {"any": "Any outcome", "done": "Done", "denied": "Denied", "failed": "Failed"}
VERBS = {"any": "Any change", "create": "Create", "update": "Update", "delete": "Delete"}


def layout(query: Mapping[str, str]) -> html.Div:
    """``query`` fills the filters before the first paint."""
    return html.Div(
        [
            page_head(
                "Audit log",
                actions=[
                    files_button(EXPORT, note="The newest 10,000 entries that match."),
                    button("Check the chain", id="audit-verify", icon_name="link-45deg"),
                ],
                sub=html.Span(id="audit-total"),
            ),
            html.Div(
                [
                    search_field(
                        "audit-q",
                        "Filter by object or reason",
                        "Object, person or reason",
                        query.get("q", ""),
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
                                defaultColDef=COLUMN,
                                getRowId="ngfAuditId(params)",
                                eventListeners=FIT,
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
            dcc.Store(id=OPENED, data=_view(query)),
            dcc.Store(id=EXPORT),
            dcc.Download(id="audit-download"),
        ],
        className="list-page",
    )


def _view(query: Mapping[str, str]) -> dict[str, Any]:
    lists = {key: query[key].split(",") for key in ("cluster", "outcome") if query.get(key)}
    return {**query, **lists}


def _choice(key: str, label: str, options: Mapping[str, str], query: Mapping[str, str]) -> html.Div:
    return html.Div(
        [
            dbc.Label(label, html_for=f"audit-{key}", class_name="visually-hidden"),
            dbc.Select(
                id=f"audit-{key}",
                options=[{"value": value, "label": text} for value, text in options.items()],
                value=query[key] if query.get(key) in options else "any",
            ),
        ]
    )
