"""What is in effect for one object."""

from typing import Any

import dash

from components import policies

dash.register_page(
    __name__,
    path="/policies/effective",
    title="Policies in effect · NGF Console",
    name="Policies in effect",
)


def layout(**query: Any) -> Any:
    return policies.effective(query)
