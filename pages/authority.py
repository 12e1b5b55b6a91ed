"""The page of one ConfigMap with authorities."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/authority/<cluster_>/<namespace_>/<name_>",
    title=object_title("Authority"),
    name="Authority",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    return detail.layout("configmaps", unquote(cluster_), unquote(namespace_), unquote(name_), tab)
