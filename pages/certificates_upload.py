"""The form that stores a certificate with its key."""

import dash
from dash import html

from components import certificate_form

dash.register_page(
    __name__,
    path="/certificates/upload",
    title="Upload certificate · NGF Console",
    name="Upload certificate",
    order=0,
)


def layout(**_query: str) -> html.Div:
    return certificate_form.layout("upload")
