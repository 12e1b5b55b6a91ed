"""The page of logs, a tab for each kind of lines. The lines are a window of at most 200 that a
script draws; a line opens in place, and older ones come by the page."""

from collections.abc import Mapping

from dash import dcc, html

from components.page import button, files_button, loading, page_head, panel, search_field
from components.panels import asked, chart_panel, time_range
from components.status import icon

ASKED = "logs-asked"
PAGE = "logs-page"
"""What spread and frequent values are asked of, and the same with the page of lines."""
HISTOGRAM = "logs-spread"
FACETS = "logs-facets"
ROWS = "logs-rows-data"
TOP = "logs-top"
EXPORT = "logs-export"
DOWNLOAD = "logs-download"
QUESTIONS_ASKED = "logs-questions-asked"
QUESTIONS = "logs-questions"

TABS = (
    ("", "Access logs", "Requests", "Text in path, host, user agent or request id"),
    ("spans", "Spans", "Spans", "Text in name, service, pod or failure, trace or request id"),
    ("picker", "Picker", "Picker log", "Text in message, endpoint or error, or request id"),
)
"""Name in the address, label, what is counted over time, what text is looked for in."""


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` is what is asked first."""
    chosen = next((tab for tab in TABS if tab[0] == query.get("tab")), TABS[0])
    _, _, counted, searched = chosen
    return html.Div(
        [
            page_head(
                "Logs",
                pill=html.Div(
                    [_tab(tab, on=tab is chosen) for tab in TABS],
                    className="seg",
                    role="group",
                    **{"aria-label": "What is shown"},
                ),
                actions=[
                    _menu("questions", "Saved questions", "bookmark"),
                    button("Copy link", icon_name="link-45deg", id="logs-link"),
                    files_button(EXPORT, note="The newest 10,000 lines that match."),
                ],
            ),
            html.Div(
                [
                    search_field(
                        "logs-q",
                        "Text that occurs in lines, or an id of theirs",
                        searched,
                        query.get("q", ""),
                        debounce=400,
                    ),
                    html.Div(id="logs-chips", className="chips"),
                    html.Button(
                        [icon("plus-lg"), "Filter"],
                        className="chip add",
                        type="button",
                        **{"data-logs-menu": "filter", "aria-haspopup": "dialog"},
                    ),
                    time_range(short=True),
                    button("Follow", icon_name="broadcast", id="logs-follow"),
                ],
                className="filters",
            ),
            chart_panel("logs-histogram", counted, height=124),
            html.Div(
                [
                    panel(
                        "Top values",
                        loading(8),
                        source="in the range",
                        rule=True,
                        flush=True,
                        body_id=TOP,
                        menu=True,
                        classes="facets",
                    ),
                    html.Section(
                        [
                            html.Div(
                                loading(12),
                                id="logs-rows",
                                className="scroll",
                                tabIndex="0",
                                role="region",
                                **{"aria-label": "Log lines, newest first"},
                            ),
                            html.Div(id="logs-foot", className="gridfoot"),
                        ],
                        className="panel fill lines",
                    ),
                ],
                className="fillrow",
            ),
            asked(ASKED, query),
            asked(PAGE, query),
            *(dcc.Store(id=store) for store in (HISTOGRAM, FACETS, ROWS, EXPORT)),
            dcc.Store(id=QUESTIONS_ASKED),
            dcc.Store(id=QUESTIONS),
            dcc.Download(id=DOWNLOAD),
        ],
        className="list-page logs-page",
    )


def _tab(tab: tuple[str, str, str, str], *, on: bool) -> html.Button:
    name, label, counted, searched = tab
    return html.Button(
        label,
        className="on" if on else "",
        type="button",
        **{
            "data-logs-tab": name,
            "data-counted": counted,
            "data-searched": searched,
            "aria-pressed": str(on).lower(),
        },
    )


def _menu(name: str, label: str, icon_name: str) -> html.Button:
    return html.Button(
        [icon(icon_name), label, icon("chevron-down")],
        className="btn btn-secondary",
        type="button",
        **{"data-logs-menu": name, "aria-haspopup": "dialog"},
    )
