"""Autoscaling of inference pools: how each is scaled, and why it has its size."""

import dash
from dash import html

from components import autoscaling

dash.register_page(__name__, path="/autoscaling", title="Autoscaling · NGF Console")


def layout(**query: str) -> html.Div:
    return autoscaling.layout(query)
