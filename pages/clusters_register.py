"""The registration of a cluster."""

import dash
from dash import html

from components import cluster_register

dash.register_page(
    __name__,
    path="/clusters/register",
    title="Register cluster · NGF Console",
    name="Register cluster",
    order=0,  # before /clusters/<name>, which has this address too
)


def layout(**_query: str) -> html.Div:
    return cluster_register.layout()
