"""What the editor says of what a draft names: gateways and listeners, Services and their ports.

It follows the draft, so that a Service is known to be there before the route that names it is sent,
and the cluster, so that it stays true while the draft waits.
"""

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks import touching
from callbacks.drafts import Draft
from callbacks.registrar import Callbacks
from components import forms, route_backends, route_parents
from components.editor import FORMS
from components.field_paths import entries
from components.kinds import ROUTE_KINDS
from services.gatewayapi.drafting import Draft as Drafted
from services.kube.fields import origins


def register(callbacks: Callbacks) -> None:
    """Register the callbacks that fill offers, marks and states on ``callbacks``."""
    drafting = callbacks.container.drafting

    touching.follow(callbacks, "edit-names", "edit-draft")
    for drawn in ("offers", "told"):
        callbacks.clientside(
            ClientsideFunction("ngfForm", drawn),
            Output("edit-said", "data", allow_duplicate=True),
            Input(f"edit-{drawn}", "data"),
            prevent_initial_call=True,
        )

    @callbacks.on(
        Output("edit-offers", "data"),
        Input("edit-draft", "data"),
        Input("edit-names-touched", "data"),
        State("edit-ref", "data"),
        State("edit-offers", "data"),
        prevent_initial_call=True,
    )
    def offer(
        stored: dict[str, Any] | None,
        touched: int | None,
        ref: dict[str, Any],
        offered: dict[str, Any] | None,
    ) -> Any:
        if not stored:
            return no_update
        draft = Draft(**stored)
        namespace = _namespace(draft, ref)
        route = draft.object if ref["kind"] in ROUTE_KINDS else {}
        rules = FORMS[ROUTE_KINDS[0]].items(route)
        found = drafting.offers(
            callbacks.who(),
            draft.cluster,
            namespace,
            route_parents.named(route, namespace),
            _named(rules, draft.opened, namespace),
        )
        return no_update if found == offered else found

    @callbacks.on(
        Output("edit-told", "data"),
        Input("edit-draft", "data"),
        Input("edit-names-touched", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )
    def show(
        stored: dict[str, Any] | None,
        touched: int | None,
        base: dict[str, Any] | None,
        ref: dict[str, Any],
    ) -> Any:
        if not stored or not base or ref["kind"] not in ROUTE_KINDS:
            return no_update
        draft = Draft(**stored)
        form, opened = FORMS[ref["kind"]], draft.opened
        rules = form.items(draft.object)
        before = [] if ref["create"] else form.items(base["object"])
        was = origins(before, rules)[opened] if 0 <= opened < len(rules) else -1
        live = _backends(before, was)
        drafted = _backends(rules, opened)[: route_backends.BACKENDS]
        namespace = _namespace(draft, ref)
        who = callbacks.who()
        about = Drafted(draft.cluster, ref["kind"], namespace, draft.object, opened)
        states = {
            "parent": drafting.parent_states(who, about)[: route_parents.PARENTS],
            "backend": drafting.backend_states(who, about)[: route_backends.BACKENDS],
        }
        rows = {
            f"{area}-{at}": forms.told(state)
            for area, found in states.items()
            for at, state in enumerate(found)
        }
        scale = route_backends.scale(live, _backends(rules, opened))
        weights = route_backends.live_weights(live, drafted, namespace)
        shares = route_backends.shares(_backends(rules, opened))
        for at, (weight, share) in enumerate(zip(weights, shares, strict=False)):
            rows[f"backend-{at}"] |= {"live": weight, "share": share, "scale": scale}
        return rows


def _namespace(draft: Draft, ref: dict[str, Any]) -> str:
    return str((draft.object.get("metadata") or {}).get("namespace") or ref["namespace"])


def _named(rules: Sequence[dict[str, Any]], at: int, namespace: str) -> list[dict[str, Any]]:
    """What the backends with a row point to."""
    drafted = _backends(rules, at)[: route_backends.BACKENDS]
    return [route_backends.named(one, namespace) for one in drafted]


def _backends(rules: Sequence[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    return entries(rules[at], "backendRefs") if 0 <= at < len(rules) else []
