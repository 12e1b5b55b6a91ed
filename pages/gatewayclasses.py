"""Gateway classes across clusters."""

import dash
from dash import html

from components import list_page

dash.register_page(
    __name__, path="/gatewayclasses", title="Gateway classes · NGF Console", name="Gateway classes"
)


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.GATEWAYCLASSES, query)
