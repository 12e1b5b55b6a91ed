"""The overview of one inference stack: what it asks for, each part with the page that shows it."""

from typing import Any

from dash import Input, Output, State, no_update

from callbacks import stack_words
from callbacks.detail_reads import Ref, seen
from callbacks.registrar import Callbacks


def register(callbacks: Callbacks) -> None:
    """Register the panel on ``callbacks``."""

    @callbacks.on(
        Output("detail-asked-for", "children"),
        Input("detail-asked-for", "id"),
        Input("detail-touched", "data"),
        State("operated-ref", "data"),
    )
    def show(_: str, touched: int | None, ref: Ref) -> Any:
        model = seen(callbacks, ref)
        return no_update if model is None else stack_words.asked_for(model, ref["cluster"])
