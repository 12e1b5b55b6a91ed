"""The form that puts another certificate into a TLS Secret."""

from urllib.parse import unquote

import dash
from dash import html

from components import certificate_form
from components.page import object_title

dash.register_page(
    __name__,
    path_template="/certificates/renew/<cluster_>/<namespace_>/<name_>",
    title=object_title("Renew"),
    name="Renew certificate",
    order=0,
)


def layout(cluster_: str = "", namespace_: str = "", name_: str = "", **_: str) -> html.Div:
    return certificate_form.layout("renew", unquote(cluster_), unquote(namespace_), unquote(name_))
