"""Certificates across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(
    __name__, path="/certificates", title="Certificates · NGF Console", name="Certificates"
)


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.CERTIFICATES, query)
