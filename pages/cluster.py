"""The page of one cluster."""

from typing import Any
from urllib.parse import unquote

import dash

from components import cluster
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/clusters/<name_>",
    title=object_title("Cluster"),
    name="Cluster",
)


def layout(name_: str = "", **_: str) -> Any:
    return cluster.layout(unquote(name_))
