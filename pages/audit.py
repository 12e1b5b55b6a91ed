"""Audit log: who did what, where, why, and what came of it."""

import dash
from dash import html

from components import audit

dash.register_page(__name__, path="/audit", title="Audit log · NGF Console", name="Audit log")


def layout(**query: str) -> html.Div:
    return audit.layout(query)
