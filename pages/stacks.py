"""Inference stacks across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(__name__, path="/stacks", title="Stacks · NGF Console", name="Stacks")


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.STACKS, query)
