"""HTTP routes across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(
    __name__, path="/httproutes", title="HTTP routes · NGF Console", name="HTTP routes"
)


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.HTTPROUTES, query)
