"""The page of one gateway bundle."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/gatewaybundle/<cluster_>/<namespace_>/<name_>",
    title=object_title("Gateway bundle"),
    name="Gateway bundle",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    place = map(unquote, (cluster_, namespace_, name_))
    return detail.layout("gatewaybundles", *place, tab)
