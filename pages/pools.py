"""Inference pools of the fleet."""

import dash
from dash import html

from components import pools

dash.register_page(__name__, path="/pools", title="Pools · NGF Console", name="Pools")


def layout(**query: str) -> html.Div:
    return pools.layout(query)
