"""Any address that has no page: says so, and where to go instead."""

import dash
from dash import html

from components.page import button, page_head, state

dash.register_page(__name__, title="Not found · NGF Console", name="Not found")


def layout(**_query: str) -> html.Div:
    return html.Div(
        [
            page_head("Page not found"),
            html.Section(
                state(
                    "signpost-2",
                    "There is no page at this address",
                    [
                        "A link may be old, or a part of the address mistyped. Search finds pages "
                        "and objects by name (press ",
                        html.Kbd("Ctrl K"),
                        ").",
                    ],
                    [
                        button("Go to the overview", href="/", kind="primary"),
                        button("Gateways", href="/gateways"),
                        button("Routes", href="/routes"),
                    ],
                ),
                className="panel",
            ),
        ]
    )
