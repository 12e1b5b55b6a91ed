"""What the autoscaling that is being written would have done with recorded traffic: its charts,
which stand below a step of the stack wizard."""

from dash import dcc, html

from components.panels import chart_panel

ASKED, TOLD = "stack-replay-asked", "stack-replay"
"""Stores of the question and its answer."""
SIZE, LOAD = "stack-size", "stack-load"
"""Charts."""


def layout() -> html.Div:
    """Replicas that would have been against those that were, and the load against its target."""
    return html.Div(
        [
            chart_panel(SIZE, "Replicas that would have been", height=176),
            chart_panel(LOAD, "Load against the target", height=156),
            dcc.Store(id=ASKED),
            dcc.Store(id=TOLD),
        ],
        id="stack-what-if",
        className="stack d-none",
    )
