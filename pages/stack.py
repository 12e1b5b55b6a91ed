"""The page of one inference stack."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/stack/<cluster_>/<namespace_>/<name_>",
    title=object_title("Stack"),
    name="Stack",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    return detail.layout(
        "inferencestacks", unquote(cluster_), unquote(namespace_), unquote(name_), tab
    )
