"""The simulator: where a request goes and why, without sending it."""

import dash
from dash import html

from components import simulator

dash.register_page(__name__, path="/simulator", title="Simulator · NGF Console", name="Simulator")


def layout(**query: str) -> html.Div:
    return simulator.layout(query)
