"""The fleet: every cluster, what needs a person first."""

import dash
from dash import html

from components import fleet

dash.register_page(__name__, path="/clusters", title="Clusters · NGF Console", name="Clusters")


def layout(**query: str) -> html.Div:
    return fleet.layout(query)
