"""The schema that a form is made from: of the cluster that the draft is for."""

from typing import Any

from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.drafts import Draft
from callbacks.registrar import Callbacks
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
        if not stored or ref["kind"] not in POLICIES:
            return no_update
        cluster = Draft(**stored).cluster
        if known and known["at"] == [cluster, ref["kind"]]:
            return no_update
        told: Told = {
            "at": [cluster, ref["kind"]],
            "targets": list(POLICIES[ref["kind"]].targets),
            "templates": TEMPLATES.get(ref["kind"], []),
            "schema": None,
            "why": "",
        }
        try:
            container.fleet.visible(callbacks.who(), cluster)
            return told | {"schema": container.schemas.of(cluster, ref["kind"])}
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
