"""One inference pool."""

import dash
from dash import html

from components import pool

dash.register_page(__name__, path="/pool", title="Pool · NGF Console", name="Pool")


def layout(**query: str) -> html.Div:
    return pool.layout(query)
