"""The editor of a new object, begun from a template."""

from typing import Any
from urllib.parse import unquote

import dash

from components import editor
from components.kinds import KINDS


def title(kind_: str = "", **_: str) -> str:
    words = f"Create {KINDS[kind_].one}" if kind_ in KINDS else "Create"
    return f"{words} · NGF Console"


dash.register_page(__name__, path_template="/create/<kind_>", title=title, name="Create")


def layout(kind_: str = "", cluster: str = "", namespace: str = "", **_: str) -> Any:
    return editor.layout(
        unquote(kind_), cluster.split(",")[0], namespace.split(",")[0], "", create=True
    )
