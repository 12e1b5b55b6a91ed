"""The page of one gateway class."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gatewayclass/<cluster_>/<name_>",
    title=object_title("Gateway class"),
    name="Gateway class",
)


def layout(cluster_: str = "", name_: str = "", tab: str = "", **_: str) -> Any:
    return detail.layout("gatewayclasses", unquote(cluster_), "", unquote(name_), tab)
