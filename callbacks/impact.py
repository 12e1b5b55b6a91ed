"""What a draft would do to traffic, beside what the server would store of it."""

from datetime import UTC, datetime
from typing import Any

from dash import Input, Output, State, html

from callbacks import impact_words
from callbacks.drafts import Draft
from callbacks.registrar import Callbacks
from components import yaml_view
from components.times import clock
from services.auth.identity import Role


def register(callbacks: Callbacks) -> None:
    """Register the panel of the editor on ``callbacks``."""
    services = callbacks.container

    @callbacks.on(
        Output("edit-impact", "children"),
        Output("edit-impact-at", "children"),
        Input("edit-ready", "data"),
        State("edit-draft", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        role=Role.VIEWER,
        prevent_initial_call=True,
    )
    def show(
        ready: int | None,
        stored: dict[str, Any] | None,
        base: dict[str, Any] | None,
        ref: dict[str, Any],
    ) -> Any:
        if ready is None or not stored or not base:
            return html.Div("Shown once the dry-run has passed.", className="quiet"), ""
        draft = Draft(**stored)
        wanted = draft.object
        if not ref["create"]:
            wanted = yaml_view.restored(wanted, base["object"])
        found = services.impacts.of(callbacks.who(), draft.cluster, put=[wanted])
        said = f"model of {draft.cluster}, {clock(datetime.now(UTC))}"
        return impact_words.lines(found, draft.cluster), said
