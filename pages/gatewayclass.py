"""The page of one gateway class."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gatewayclass/<cluster>/<name>",
    title=object_title("Gateway class"),
    name="Gateway class",
)


def layout(cluster: str = "", name: str = "", tab: str = "", **_: str) -> Any:
    return detail.layout("gatewayclasses", unquote(cluster), "", unquote(name), tab)
