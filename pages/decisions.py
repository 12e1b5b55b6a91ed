"""Decisions of endpoint pickers: why this pod."""

import dash
from dash import html

from components import decisions

dash.register_page(__name__, path="/decisions", title="Picker decisions · NGF Console")


def layout(**query: str) -> html.Div:
    return decisions.layout(query)
