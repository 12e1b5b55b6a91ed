"""The page of one gateway."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gateway/<cluster>/<namespace>/<name>",
    title=object_title("Gateway"),
    name="Gateway",
)


def layout(cluster: str = "", namespace: str = "", name: str = "", tab: str = "", **_: str) -> Any:
    return detail.layout("gateways", unquote(cluster), unquote(namespace), unquote(name), tab)
