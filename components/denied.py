"""The strip above what a person may look at and not change."""

from dash import html

from components.status import icon


def denied(page: str) -> html.Div:
    """Why this person may not change what is on ``page``, the prefix of its ids; mostly hidden."""
    return html.Div(
        [
            icon("lock"),
            html.Div(
                [
                    html.B(id=f"{page}-denied-lead", className="b6"),
                    " ",
                    html.Span(id=f"{page}-denied-text"),
                ]
            ),
            html.A("Show my permissions", href="/settings", className="act"),
        ],
        id=f"{page}-denied",
        className="strip info d-none",
        role="status",
    )
