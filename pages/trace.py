"""The trace of a request: the path it must take, and what was recorded of it."""

import dash
from dash import html

from components import trace

dash.register_page(__name__, path="/trace", title="Request trace · NGF Console", name="Trace")


def layout(**query: str) -> html.Div:
    return trace.layout(query)
