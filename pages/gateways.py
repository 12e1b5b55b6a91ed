"""Gateways across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(__name__, path="/gateways", title="Gateways · NGF Console", name="Gateways")


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.GATEWAYS, query)
