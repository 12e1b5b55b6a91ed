"""What a page sends to run a callback, looked at before Dash takes it apart.

Dash expects what its own renderer sends and would fail half way through anything else, as if the
fault were the server's. Whoever sends something else is told so, with 400.
"""

from collections.abc import Iterable
from typing import Any

from dash import Dash, Output
from flask import request
from pydantic import BaseModel, Field, ValidationError

from services.errors import ConsoleError

RULE = "/_dash-update-component"


class Malformed(ConsoleError):
    """The body is none that a page of this console sends."""

    code = "malformed"
    status = 400


class Part(BaseModel):
    """A property of a component."""

    id: str | dict[str, Any]
    property: str


Parts = list[Part | list[Part]]


class Body(BaseModel):
    """As dash-renderer sends it; a list within a list is what a wildcard stands for."""

    output: str
    outputs: Part | Parts | None = None
    inputs: Parts = []
    state: Parts = []
    changed: list[str] = Field([], alias="changedPropIds")


def install(app: Dash) -> None:
    """Look at every callback's request of ``app``."""

    def check() -> None:
        if request.url_rule is not None and request.url_rule.rule == RULE:
            _check(app.callback_map, request.get_json(silent=True))

    app.server.before_request(check)


def _check(known: dict[str, Any], given: Any) -> None:
    """Raise Malformed for what no callback among ``known`` takes."""
    try:
        body = Body.model_validate(given)
    except ValidationError as error:
        fields = {str((*part["loc"], "body")[0]) for part in error.errors()}
        raise _malformed(sorted(fields), "not as a page sends it") from None
    callback = known.get(body.output, {})
    if "callback" not in callback:
        raise _malformed(["output"], "no callback has it")
    wrong = [
        name
        for name, count in (("inputs", len(body.inputs)), ("state", len(body.state)))
        if count != len(callback[name])
    ]
    if not callback["no_output"] and not _fits(callback["output"], body.outputs):
        wrong.append("outputs")
    if wrong:
        raise _malformed(wrong, "not those that the callback declares")


def _fits(declared: Any, told: Any) -> bool:
    """Whether these are the declared outputs; one with a wildcard may stand for several."""
    if isinstance(declared, list | tuple):
        same = isinstance(told, list) and len(told) == len(declared)
        return same and all(map(_fits, declared, told))
    if isinstance(told, list):
        return declared.has_wildcard() and all(_fits(declared, one) for one in told)
    return told is not None and Output(told.id, told.property.partition("@")[0]) == declared


def _malformed(fields: Iterable[str], rule: str) -> Malformed:
    return Malformed(
        "This is no request that a page of the console makes.",
        fields=[{"field": field, "rule": rule} for field in fields],
    )
