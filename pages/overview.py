"""Overview: what there is, what needs a person, what was changed."""

import dash
from dash import html

from components import overview

dash.register_page(__name__, path="/", title="Overview · NGF Console", name="Overview")


def layout(**query: str) -> html.Div:
    return overview.layout(query)
