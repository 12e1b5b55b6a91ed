"""The editor of a live object."""

from typing import Any
from urllib.parse import unquote

import dash

from components import editor
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/edit/<kind>/<cluster>/<namespace>/<name>",
    title=object_title("Edit"),
    name="Edit",
)


def layout(kind: str = "", cluster: str = "", namespace: str = "", name: str = "", **_: str) -> Any:
    kind, cluster, namespace, name = map(unquote, (kind, cluster, namespace, name))
    return editor.layout(kind, cluster, "" if namespace == "-" else namespace, name)
