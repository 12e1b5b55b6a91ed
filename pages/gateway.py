"""The page of one gateway."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gateway/<cluster_>/<namespace_>/<name_>",
    title=object_title("Gateway"),
    name="Gateway",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    return detail.layout("gateways", unquote(cluster_), unquote(namespace_), unquote(name_), tab)
