"""Dashboard: how many requests, how many fail, how long they take, and where."""

import dash
from dash import html

from components import dashboard

dash.register_page(__name__, path="/dashboard", title="Dashboard · NGF Console", name="Dashboard")


def layout(**query: str) -> html.Div:
    return dashboard.layout(query)
