"""The form that makes a key and a certificate request."""

import dash
from dash import html

from components import certificate_form

dash.register_page(
    __name__,
    path="/certificates/request",
    title="Request certificate · NGF Console",
    name="Request certificate",
    order=0,
)


def layout(**_query: str) -> html.Div:
    return certificate_form.layout("request")
