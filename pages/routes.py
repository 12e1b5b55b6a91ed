"""Routes of all kinds and ListenerSets across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(__name__, path="/routes", title="Routes · NGF Console", name="Routes")


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.ROUTES, query)
