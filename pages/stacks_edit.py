"""The wizard on a live inference stack."""

from urllib.parse import unquote

import dash
from dash import html

from components import stack_wizard
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/stacks/edit/<cluster_>/<namespace_>/<name_>",
    title=object_title("Edit"),
    name="Edit stack",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", step: str = "", **_: str
) -> html.Div:
    return stack_wizard.layout(
        unquote(cluster_),
        unquote(namespace_),
        unquote(name_),
        create=False,
        progress=step == "progress",
    )
