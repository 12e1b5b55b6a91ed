"""Promise: what is sent of an autoscaling is done, or refused by name."""

from typing import Any

import pytest

from api.stack_settings import AutoscalingUpdate
from services.errors import Invalid
from services.inference.stack_settings import autoscaling

ASKED: dict[str, Any] = {"backend": "keda", "thresholds": [{"metric": "queue_depth", "target": 5}]}
LIVE: dict[str, Any] = {"metadata": {"name": "s"}, "spec": {"autoscaling": ASKED, "pool": {}}}


def test_what_goes_is_not_changed_as_well() -> None:
    assert "autoscaling" not in autoscaling(LIVE, ASKED, enabled=False)["spec"]
    with pytest.raises(Invalid) as refused:
        autoscaling(LIVE, {**ASKED, "cooldownSeconds": 7}, enabled=False)
    assert refused.value.details["fields"][0]["field"] == "cooldownSeconds"


def test_an_answer_that_is_sent_back_wants_its_settings_and_what_is_beside_them() -> None:
    answer = {
        **dict.fromkeys(("workloads", "explanation", "source", "as_of", "reason", "stack")),
        **{"pool": "llm/s-pool", "replicas": 2, "settings": {**ASKED, "cooldownSeconds": 7}},
    }
    body = AutoscalingUpdate(**answer)
    assert body.was_read
    assert body.given() == {**ASKED, "cooldownSeconds": 7, "replicas": 2}
    plain = AutoscalingUpdate(**{"pool": "s", "replicas": 2, "settings": None})
    assert (plain.was_read, plain.given()) == (False, {"replicas": 2})
