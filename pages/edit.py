"""The editor of a live object."""

from typing import Any
from urllib.parse import unquote

import dash

from components import editor
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/edit/<kind_>/<cluster_>/<namespace_>/<name_>",
    title=object_title("Edit"),
    name="Edit",
)


def layout(
    kind_: str = "", cluster_: str = "", namespace_: str = "", name_: str = "", **_: str
) -> Any:
    kind, cluster, namespace, name = map(unquote, (kind_, cluster_, namespace_, name_))
    return editor.layout(kind, cluster, "" if namespace == "-" else namespace, name)
