"""Which kind of policy to make."""

from typing import Any

import dash

from components import policies

dash.register_page(
    __name__,
    path="/policies/create",
    title="Create a policy · NGF Console",
    name="Create a policy",
)


def layout(**_: Any) -> Any:
    return policies.create()
