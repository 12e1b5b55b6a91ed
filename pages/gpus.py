"""GPU capacity of the fleet."""

import dash
from dash import html

from components import gpus

dash.register_page(__name__, path="/gpus", title="GPU capacity · NGF Console", name="GPU capacity")


def layout(**query: str) -> html.Div:
    return gpus.layout(query)
