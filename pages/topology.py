"""The way of traffic as a graph."""

import dash
from dash import html

from components import topology

dash.register_page(__name__, path="/topology", title="Topology · NGF Console", name="Topology")


def layout(**query: str) -> html.Div:
    return topology.layout(query)
