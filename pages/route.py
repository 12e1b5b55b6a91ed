"""The page of one route or ListenerSet: one address for each kind."""

from functools import partial
from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.kinds import KINDS, ROUTE_KINDS
from components.page import object_title


def layout(
    kind: str, cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    return detail.layout(kind, unquote(cluster_), unquote(namespace_), unquote(name_), tab)


for _kind in (*ROUTE_KINDS, "listenersets"):
    _page = KINDS[_kind].page
    dash.register_page(
        f"{__name__}_{_page}",
        path_template=f"/{_page}/<cluster_>/<namespace_>/<name_>",
        title=object_title(KINDS[_kind].one),
        name=KINDS[_kind].kind,
        layout=partial(layout, _kind),
    )
