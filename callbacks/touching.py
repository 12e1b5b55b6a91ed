"""Tells a part of a page that something which it reads has changed."""

from dash import ClientsideFunction, Input, Output, State

from callbacks.registrar import Callbacks
from components import ids


def follow(callbacks: Callbacks, name: str, place: str) -> None:
    """Mark ``name`` (`components.reads`) when what it reads changes in the cluster that the store
    ``place`` names under ``cluster``."""
    callbacks.clientside(
        ClientsideFunction("ngfLive", "touched"),
        Output(f"{name}-touched", "data"),
        Input(ids.LIVE_CHANGES, "data"),
        State(f"{name}-reads", "data"),
        State(place, "data"),
        prevent_initial_call=True,
    )
