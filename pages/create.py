"""The editor of a new object, begun from a template."""

from typing import Any
from urllib.parse import unquote

import dash

from components import editor

dash.register_page(
    __name__, path_template="/create/<kind>", title="Create · NGF Console", name="Create"
)


def layout(kind: str = "", cluster: str = "", namespace: str = "", **_: str) -> Any:
    return editor.layout(
        unquote(kind), cluster.split(",")[0], namespace.split(",")[0], "", create=True
    )
