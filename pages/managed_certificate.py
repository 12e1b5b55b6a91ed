"""The page of one Certificate that cert-manager keeps."""

from typing import Any
from urllib.parse import unquote

import dash

from components import detail
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/managed-certificate/<cluster_>/<namespace_>/<name_>",
    title=object_title("Managed certificate"),
    name="Managed certificate",
)


def layout(
    cluster_: str = "", namespace_: str = "", name_: str = "", tab: str = "", **_: str
) -> Any:
    return detail.layout(
        "certificates", unquote(cluster_), unquote(namespace_), unquote(name_), tab
    )
