"""The wizard on the live GatewayBundle of a gateway."""

from urllib.parse import unquote

import dash
from dash import html

from components import gateway_wizard
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gateways/edit/<cluster_>/<namespace_>/<name_>",
    title=object_title("Edit"),
    name="Edit gateway",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", step: str = "", **_: str
) -> html.Div:
    return gateway_wizard.layout(
        unquote(cluster_),
        unquote(namespace_),
        unquote(name_),
        create=False,
        progress=step == "progress",
    )
