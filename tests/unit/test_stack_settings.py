"""Promise: what is sent of an autoscaling or a picker is done, or refused by name."""

from typing import Any

import pytest

from api.stack_settings import AutoscalingUpdate
from services.errors import Invalid
from services.inference.stack_settings import autoscaling, picker

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


WEIGHTS = {"queueDepth": 50, "kvCache": 30}
COMPOSITE: dict[str, Any] = {"strategy": "composite", "weights": WEIGHTS, "replicas": 2}
WHOLE: dict[str, Any] = {"strategy": "kv_cache", "config": "plugins: []", "replicas": 2}


def picked(live: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = picker({"spec": {"epp": live}}, given)["spec"]["epp"]
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"strategy": "least_queue"}, {"strategy": "least_queue", "replicas": 2}),
        ({**COMPOSITE, "strategy": "kv_cache"}, {"strategy": "kv_cache", "replicas": 2}),
        ({"strategy": None}, {"replicas": 2}),
        ({"config": "text"}, {"strategy": "composite", "config": "text", "replicas": 2}),
        ({"strategy": "composite"}, COMPOSITE),
        ({"replicas": 3}, {**COMPOSITE, "replicas": 3}),
    ],
)
def test_weights_go_with_what_they_count_for(given: Any, expected: Any) -> None:
    assert picked(COMPOSITE, given) == expected


def test_weights_that_are_named_are_left_for_the_server_to_refuse() -> None:
    named = {"strategy": "least_queue", "weights": {"queueDepth": 7}}
    assert picked(COMPOSITE, named)["weights"] == {**WEIGHTS, "queueDepth": 7}


@pytest.mark.parametrize(
    ("live", "given", "field"),
    [
        (WHOLE, {"strategy": "composite"}, "strategy"),
        (WHOLE, {**WHOLE, "strategy": "composite"}, "strategy"),
        (WHOLE, {"weights": WEIGHTS}, "weights"),
        (COMPOSITE, {"config": "text", "weights": {"queueDepth": 7}}, "weights"),
    ],
)
def test_what_has_no_effect_beside_a_whole_configuration_is_refused(
    live: Any, given: Any, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        picked(live, given)
    assert refused.value.details["fields"][0]["field"] == field


def test_a_whole_configuration_that_is_sent_back_or_removed_is_taken() -> None:
    assert picked(WHOLE, {**WHOLE, "weights": None, "replicas": 3}) == {**WHOLE, "replicas": 3}
    told = picked(WHOLE, {"config": None, "strategy": "composite", "weights": WEIGHTS})
    assert told == COMPOSITE
