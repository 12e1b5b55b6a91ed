"""Policies and filters of all kinds."""

from typing import Any

import dash

from components import list_page

dash.register_page(__name__, path="/policies", title="Policies · NGF Console", name="Policies")


def layout(**query: Any) -> Any:
    return list_page.layout(list_page.POLICIES, query)
