"""The page of one policy or filter."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title
from components.policy_kinds import POLICIES

dash.register_page(
    __name__,
    path_template="/policy/<kind_>/<cluster_>/<namespace_>/<name_>",
    title=object_title("Policy"),
    name="Policy",
)


def layout(
    kind_: str = "",
    cluster_: str = "",
    namespace_: str = "",
    name_: str = "",
    tab: str = "",
    **_: str,
) -> Any:
    kind = unquote(kind_)
    known = kind if kind in POLICIES else next(iter(POLICIES))
    return detail.layout(known, unquote(cluster_), unquote(namespace_), unquote(name_), tab)
