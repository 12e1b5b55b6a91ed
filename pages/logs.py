"""Logs: the access logs of the fleet, over time, by their frequent values, line by line."""

import dash
from dash import html

from components import logs

dash.register_page(__name__, path="/logs", title="Logs · NGF Console", name="Logs")


def layout(**query: str) -> html.Div:
    return logs.layout(query)
