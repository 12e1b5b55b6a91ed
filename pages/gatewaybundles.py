"""Gateway bundles across clusters: what the operator makes gateways of."""

import dash
from dash import html

from components import list_page

dash.register_page(
    __name__,
    path="/gatewaybundles",
    title="Gateway bundles · NGF Console",
    name="Gateway bundles",
)


def layout(**query: str) -> html.Div:
    return list_page.layout(list_page.BUNDLES, query)
