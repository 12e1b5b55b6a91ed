"""The dialog that deletes: what would break, the name to type, a reason for the audit log."""

import dash_bootstrap_components as dbc
from dash import html

from components.kinds import KINDS


def delete_dialog(kind: str, namespace: str, name: str) -> dbc.Modal:
    """What goes with the object, its name to type, and the reason; the way out has the focus."""
    spoken = KINDS[kind]
    place = f"{namespace}/{name}" if namespace else name
    return dbc.Modal(
        dbc.ModalBody(
            [
                html.H2(f"Delete {spoken.one} {place}?", id="detail-delete-title"),
                html.P(id="detail-delete-said", className="t2"),
                html.Div(
                    id="detail-delete-dependents",
                    className="conds",
                    tabIndex=0,
                    role="region",
                    **{"aria-label": "What depends on it"},
                ),
                dbc.Label(
                    ["Type ", html.Span(name, className="mono"), " to confirm"],
                    html_for="detail-delete-name",
                    className="lab",
                ),
                dbc.Input(id="detail-delete-name", autocomplete="off", className="mono"),
                dbc.Label(
                    "Reason, kept in the audit log",
                    html_for="detail-delete-reason",
                    className="lab mt-2",
                ),
                dbc.Input(id="detail-delete-reason", autocomplete="off", maxlength=500),
                html.Div(
                    [
                        html.Button(
                            "Cancel",
                            id="detail-delete-cancel",
                            className="btn btn-secondary",
                            type="button",
                        ),
                        html.Button(
                            f"Delete {spoken.one}",
                            id="detail-delete-go",
                            className="btn btn-danger",
                            type="button",
                            disabled=True,
                        ),
                    ],
                    className="row-f",
                ),
            ]
        ),
        id="detail-delete",
        is_open=False,
        centered=True,
        autofocus=False,
        className="danger-dialog",
        labelledby="detail-delete-title",
    )
