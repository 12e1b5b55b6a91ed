"""The wizard that makes an inference stack."""

import dash
from dash import html

from components import stack_wizard

dash.register_page(
    __name__,
    path="/stacks/create",
    title="Create stack · NGF Console",
    name="Create stack",
)


def layout(
    cluster: str = "", namespace: str = "", name: str = "", step: str = "", **_: str
) -> html.Div:
    progress = bool(name) and step == "progress"
    return stack_wizard.layout(
        cluster.split(",")[0], namespace.split(",")[0], name, create=True, progress=progress
    )
