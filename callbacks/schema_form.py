"""The schema that a form is made from: of the cluster that the draft is for."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.drafts import Draft
from callbacks.registrar import Callbacks
from components import filter_blocks, route_form
from components.field_paths import value_at
from components.kinds import OPERATED
from components.policy_kinds import POLICIES
from components.policy_templates import TEMPLATES
from components.schema_form import SCHEMA
from services.errors import ConsoleError

Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the reading of schemas and the drawing of the form on ``callbacks``."""
    container = callbacks.container

    @callbacks.on(
        Output(SCHEMA, "data"),
        Input("edit-draft", "data"),
        State(SCHEMA, "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )
    def schema(stored: Told | None, known: Told | None, ref: Told) -> Any:
        kind = ref["kind"]
        if not stored or kind not in (*POLICIES, *OPERATED, *route_form.FILTERS):
            return no_update
        cluster = Draft(**stored).cluster
        if known and known["at"] == [cluster, kind]:
            return no_update
        told: Told = {
            "at": [cluster, kind],
            "targets": list(POLICIES[kind].targets) if kind in POLICIES else [],
            "templates": TEMPLATES.get(kind, []),
            "filters": filter_blocks.told() if kind in route_form.FILTERS else [],
            "schema": None,
            "why": "",
        }
        try:
            container.fleet.visible(callbacks.who(), cluster)
            found = container.schemas.of(cluster, kind)
            return told | {"schema": _of_filter(found) if kind in route_form.FILTERS else found}
        except ConsoleError as error:
            return told | {"why": f"{error.message} The YAML can be edited."}

    callbacks.clientside(
        ClientsideFunction("ngfSchema", "draw"),
        Output("edit-said", "data", allow_duplicate=True),
        Input(SCHEMA, "data"),
        Input("edit-draft", "data"),
        State("edit-base", "data"),
        State("edit-ref", "data"),
        prevent_initial_call=True,
    )


def _of_filter(spec: dict[str, Any]) -> Any:
    """The schema of one filter of a backend, given that of a route's ``spec``."""
    rule = value_at(spec, "properties.rules.items")
    return value_at(rule, "properties.backendRefs.items.properties.filters.items")
