"""What the editor says of the backends of the open rule: the live weight and the state of each.

It follows the draft, so that a Service is known to be there before the route that names it is sent,
and the cluster, so that it stays true while the draft waits.
"""

from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx

from callbacks.drafts import Draft
from callbacks.registrar import Callbacks, nothing
from components import ids, route_backends
from components.editor import FORMS
from components.field_paths import entries
from services.kube.fields import origins

KIND = "httproutes"
READ = ("services", "endpointslices", "inferencepools", "*")
"""Kinds that a backend's state is read from; ``*`` is all of them."""


def register(callbacks: Callbacks) -> None:
    """Register the callback that fills marks and states on ``callbacks``."""

    @callbacks.on(
        Output(route_backends.live_id(ALL), "style"),
        Output(route_backends.live_id(ALL), "children"),
        Output(route_backends.state_id(ALL), "className"),
        Output(route_backends.state_id(ALL), "children"),
        Input("edit-draft", "data"),
        Input(ids.LIVE_CHANGES, "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )
    def show(
        stored: dict[str, Any] | None,
        changes: list[dict[str, Any]] | None,
        base: dict[str, Any] | None,
        ref: dict[str, Any],
    ) -> Any:
        if not stored or not base or ref["kind"] != KIND:
            return nothing()
        draft = Draft(**stored)
        if ctx.triggered_id == ids.LIVE_CHANGES and not _concerned(changes or [], draft.cluster):
            return nothing()
        form, opened = FORMS[KIND], draft.opened
        rules = form.items(draft.object)
        live = [] if ref["create"] else form.items(base["object"])
        was = origins(live, rules)[opened] if 0 <= opened < len(rules) else -1
        drafted = _backends(rules, opened)[: route_backends.BACKENDS]
        namespace = str((draft.object.get("metadata") or {}).get("namespace") or ref["namespace"])
        return route_backends.told(
            route_backends.live_weights(_backends(live, was), drafted, namespace),
            callbacks.container.resources.backend_states(
                callbacks.who(),
                draft.cluster,
                [route_backends.named(one, namespace) for one in drafted],
            ),
        )


def _backends(rules: Sequence[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    return entries(rules[at], "backendRefs") if 0 <= at < len(rules) else []


def _concerned(changes: list[dict[str, Any]], cluster: str) -> bool:
    return any(one["kind"] in READ and one["cluster"] in (cluster, "*") for one in changes)
