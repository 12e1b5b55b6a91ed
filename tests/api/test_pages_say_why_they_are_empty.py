"""Promise: a page says "none" only where nothing is; where nothing is known it says why."""

from typing import Any

import pytest

from callbacks import dashboard
from services.auth.identity import CONSOLE
from services.errors import Unavailable
from tests.api.conftest import Console

SILENT = {"cluster": ["hub-fra"], "namespace": "nowhere"}
"""Where no access log comes from."""
DOWN = "The analytics store does not answer."


def test_without_any_line_no_request_is_said_to_be_fine(console: Console) -> None:
    told = dashboard.requests(console.container, CONSOLE, SILENT)
    for key in ("failed", "slow"):
        assert told[key]["lines"] == []
        assert told[key]["reason"] == "No access log for this has come from hub-fra yet."


def test_a_store_that_does_not_answer_is_named_in_each_list(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> Any:
        raise Unavailable(DOWN)

    monkeypatch.setattr(console.container.store, "read", down)
    told = dashboard.requests(console.container, CONSOLE, SILENT)
    assert told["failed"] == told["slow"] == {"lines": [], "reason": DOWN}
    assert dashboard.table(console.container, CONSOLE, SILENT)["reason"] == DOWN
