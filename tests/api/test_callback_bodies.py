"""Promise: what no page sends is refused as malformed, and is no fault of the server."""

import json
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.api.test_guard import outputs

PATH = "/_dash-update-component"


def refused(console: Console, caught: pytest.LogCaptureFixture, **options: Any) -> Any:
    answer = console.ask("POST", PATH, console.token(Role.VIEWER), **options)
    assert answer.status_code == 400, answer.text
    assert not [line for line in caught.records if line.exc_info]
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == "malformed"
    return [one["field"] for one in error["details"]["fields"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "output"),
        ([], "body"),
        (None, "body"),
        ("{}", "body"),
        ({"output": "x.children"}, "output"),
        ({"output": 5}, "output"),
        ({"output": {}}, "output"),
    ],
)
def test_what_names_no_callback_is_refused(
    console: Console, caplog: pytest.LogCaptureFixture, body: Any, field: str
) -> None:
    headers = {"Content-Type": "application/json"}
    assert refused(console, caplog, data=json.dumps(body), headers=headers) == [field]


@pytest.mark.parametrize("data", ["", "no json", "{", '{"output": "x.children"'])
def test_what_is_no_json_is_refused(
    console: Console, caplog: pytest.LogCaptureFixture, data: str
) -> None:
    for kind in ("application/json", "text/plain"):
        refused(console, caplog, data=data, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inputs", None),
        ("inputs", {}),
        ("inputs", [None]),
        ("inputs", []),
        ("inputs", [{"id": "x"}]),
        ("state", 5),
        ("state", [{"id": None, "property": "data"}] * 9),
        ("outputs", None),
        ("outputs", []),
        ("outputs", [[{}]]),
        ("outputs", {"id": "no-such-id", "property": "children"}),
        ("changedPropIds", None),
        ("changedPropIds", [5]),
    ],
)
def test_no_callback_takes_other_parts_than_it_declares(
    console: Console, caplog: pytest.LogCaptureFixture, field: str, value: Any
) -> None:
    walked = 0
    for output, known in console.app.callback_map.items():
        if "callback" not in known or (field == "outputs" and known["no_output"]):
            continue
        body = {
            "output": output,
            "outputs": outputs(output),
            "inputs": known["inputs"],
            "state": known["state"],
            "changedPropIds": [],
        }
        assert field in refused(console, caplog, json={**body, field: value})
        walked += 1
    assert walked > 20
