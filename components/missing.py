"""What an object's page shows in place of everything else when the object is not there."""

from urllib.parse import quote

from dash import html

from components.kinds import KINDS, list_href
from components.page import button


def missing(page: str, kind: str, name: str) -> html.Section:
    """The state of ``page``, the prefix of its ids. Callbacks fill title and text; the class
    ``missing`` on the page shows it and hides the rest. A new object has no ``name`` yet."""
    spoken = KINDS.get(kind)
    many, picture = (spoken.many, spoken.icon) if spoken else ("objects", "question-circle")
    ways = [button(f"All {many}", href=list_href(kind), kind="primary")]
    if name:
        ways.append(button("Its audit entries", href=f"/audit?q={quote(name)}"))
    return html.Section(
        html.Div(
            [
                html.Div(className=f"state-i bi bi-{picture}", **{"aria-hidden": "true"}),
                html.Div(id=f"{page}-missing-title", className="b6"),
                html.Div(id=f"{page}-missing-text", className="state-t"),
                html.Div(ways, className="state-a"),
            ],
            className="state",
            role="status",
        ),
        className="panel missing-state",
    )
