"""Why a route does not work: every check with its evidence and what to do."""

import dash
from dash import html

from components import route_check

dash.register_page(
    __name__, path="/route-check", title="Route check · NGF Console", name="Route check"
)


def layout(**query: str) -> html.Div:
    return route_check.layout(query)
