"""What is in effect for an object, setting by setting: a table that any page or drawer can hold.

It is fed by the plain values of REST's ``policies/effective`` and drawn in the browser by
``ngf.effective.table(told, {cluster})`` (``assets/js/pages/policies.js``), which returns a node:
overridden and refused values are struck, with the winner and the reason beside them.
"""

from typing import Any

from dash import html

from components.page import loading, panel


def effective_panel(id: str, title: str = "In effect", unit: str = "") -> html.Section:
    """The panel that holds the table; a script puts it into ``<id>-rows``."""
    return panel(
        title,
        html.Div(loading(6), id=f"{id}-rows"),
        rule=True,
        flush=True,
        unit=unit,
        unit_id=f"{id}-unit",
        foot=html.Span(id=f"{id}-said", className="said-plain"),
    )


def line(told: dict[str, Any]) -> str:
    """One setting in a line of text, for tooltips: ``body.maxSize 10m (shop/upload-size)``."""
    values = [
        f"{one['value']} ({one['policy']['namespace']}/{one['policy']['name']})"
        for one in told["values"]
    ]
    return f"{told['path']} {', '.join(values) or 'without effect'}"
