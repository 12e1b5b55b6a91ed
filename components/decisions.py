"""The page of picker decisions: the newest left, why a request went where it went right, what other
weights would have made of it, and where the time went.

What is known is one value in a store each, drawn by ``assets/js/pages/decisions.js``; so are the
sliders, because how many there are is the decision's to say.
"""

from collections.abc import Mapping

from dash import dcc, html

from components.page import files_button, loading, menu_of, page_head, panel
from components.panels import asked, time_range

DEFAULT_RANGE = "15m"

ASKED = "decisions-asked"
LIST = "decisions-list"
CHOSEN = "decisions-chosen"
"""Store with the decision to tell in full: ``{request, cluster}``."""
ROWS = "decisions-rows"
ONE = "decisions-one"
REPLAY = "decisions-weighed"
"""Store with what to replay: ``{request, cluster, weights, basis}``."""
REPLAYED = "decisions-replayed"
EXPORT = "decisions-export"


def layout(query: Mapping[str, str]) -> html.Div:
    """Every part stands from the first paint; ``query`` says what is asked first."""
    return html.Div(
        [
            page_head(
                "Picker decisions",
                actions=[
                    time_range(DEFAULT_RANGE),
                    files_button(EXPORT, note="All decisions of the range, at most 2,000,000."),
                ],
            ),
            html.Div(
                [
                    html.Div(id="decisions-filters", className="slot"),
                    html.Span(className="grow"),
                    html.Span(id="decisions-count", className="t3 s12", role="status"),
                ],
                className="filters",
            ),
            html.Div(id="decisions-problem", role="status", className="live-strip"),
            html.Div(
                [
                    html.Section(
                        [
                            html.Header(
                                [
                                    html.H2("Decisions"),
                                    html.Span("newest first", className="u"),
                                    html.Span(id="decisions-src", className="src"),
                                    menu_of(ROWS, "Decisions"),
                                ],
                                className="rule",
                            ),
                            html.Div(
                                loading(12),
                                id=ROWS,
                                className="scroll",
                                tabIndex="0",
                                role="region",
                                **{"aria-label": "Decisions, newest first"},
                            ),
                            html.Div(id="decisions-foot", className="gridfoot"),
                        ],
                        className="panel decisions-list",
                    ),
                    html.Div(
                        [
                            _panel("Why this pod", "why"),
                            _panel("Candidates", "candidates", flush=True, menu=True),
                            html.Div(
                                [
                                    _panel("Replay", "replay"),
                                    _panel("Where the time went", "time", menu=True),
                                ],
                                className="cols decisions-below",
                            ),
                        ],
                        className="decisions-one",
                    ),
                ],
                className="decisions-room",
            ),
            asked(ASKED, query),
            dcc.Store(id=LIST),
            dcc.Store(id=CHOSEN),
            dcc.Store(id=ONE),
            dcc.Store(id=REPLAY),
            dcc.Store(id=REPLAYED),
            dcc.Store(id=EXPORT),
        ],
        className="decisions-page",
    )


def _panel(title: str, name: str, *, flush: bool = False, menu: bool = False) -> html.Section:
    return panel(
        title,
        loading(3),
        rule=True,
        flush=flush,
        menu=menu,
        body_id=f"decisions-{name}",
        unit_id=f"decisions-{name}-unit",
        source=html.Span(id=f"decisions-{name}-src"),
    )
