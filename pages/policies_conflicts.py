"""Policies that do not take effect as written."""

from typing import Any

import dash

from components import policies

dash.register_page(
    __name__,
    path="/policies/conflicts",
    title="Conflicts of policies · NGF Console",
    name="Conflicts of policies",
)


def layout(**query: Any) -> Any:
    return policies.conflicts(query)
