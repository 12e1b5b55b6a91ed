"""Diagnostics of inference: why requests are slow, and what an engine bears."""

import dash
from dash import html

from components import diagnostics

dash.register_page(
    __name__, path="/diagnostics", title="Diagnostics · NGF Console", name="Diagnostics"
)


def layout(**query: str) -> html.Div:
    return diagnostics.layout(query)
