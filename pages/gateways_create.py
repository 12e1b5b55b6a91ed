"""The wizard that makes a gateway."""

import dash
from dash import html

from components import gateway_wizard

dash.register_page(
    __name__,
    path="/gateways/create",
    title="Create gateway · NGF Console",
    name="Create gateway",
)


def layout(
    cluster: str = "", namespace: str = "", name: str = "", step: str = "", **_: str
) -> html.Div:
    progress = bool(name) and step == "progress"
    return gateway_wizard.layout(
        cluster.split(",")[0], namespace.split(",")[0], name, create=True, progress=progress
    )
