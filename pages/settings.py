"""Settings: what this console is, what it reads, who may use its API, how it looks."""

import dash
from dash import html

from components import settings

dash.register_page(__name__, path="/settings", title="Settings · NGF Console", name="Settings")


def layout(**_query: str) -> html.Div:
    return settings.layout()
