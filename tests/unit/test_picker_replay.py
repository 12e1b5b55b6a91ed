"""Promise: a replay says who would win by the recorded scores, or why they do not tell."""

import pytest

from services.errors import Invalid
from services.inference.decisions import Decision
from services.inference.evidence import PodState
from services.inference.gathering import decisions, gather
from services.inference.replay import Replay, replay
from tests import recorded_picker
from tests.recorded_picker import FULLY_LOGGED


@pytest.fixture(scope="module")
def recorded() -> dict[str, Decision]:
    spans, lines = list(recorded_picker.spans()), list(recorded_picker.lines())
    ids = {one["attributes"].get("gen_ai.request.id", "") for one in spans} - {""}
    return {one.request_id: one for one in decisions(gather(sorted(ids), spans, lines), {})}


@pytest.fixture
def logged(recorded: dict[str, Decision]) -> Decision:
    return recorded[FULLY_LOGGED]


def ranking(found: Replay) -> dict[str, float]:
    return {one.endpoint.label: one.total for one in found.places or ()}


def test_with_the_weights_in_force_everything_is_as_it_was(logged: Decision) -> None:
    found = replay(logged, {})
    assert ranking(found) == pytest.approx(
        {"llama-1": 4.9472, "llama-0": 3.364, "llama-2": 3.2368, "llama-3": 2.0536}
    )
    assert [one.recorded for one in found.places or ()] == [
        pytest.approx(one.total) for one in found.places or ()
    ]
    assert found.margin == pytest.approx(1.5832)


def test_a_total_that_was_not_recorded_is_not_known() -> None:
    lines = [one for one in recorded_picker.lines() if one["request_id"] == FULLY_LOGGED]
    [one] = decisions(gather([FULLY_LOGGED], (), lines), {})
    found = replay(one, {scorer.name: 1.0 for scorer in one.scorers})
    assert found.places
    assert {place.recorded for place in found.places} == {None}


def test_other_weights_count_the_recorded_scores_anew(logged: Decision) -> None:
    found = replay(logged, {"queue-scorer": 0, "lora-affinity-scorer": 10})
    assert ranking(found) == pytest.approx(
        {"llama-3": 11.0536, "llama-0": 11.164, "llama-1": 10.1472, "llama-2": 10.0368}
    )
    assert [one.label for one in found.winners] == ["llama-0"]
    assert found.margin == pytest.approx(0.1104)


def test_equal_totals_are_a_tie_of_all_who_share_them(logged: Decision) -> None:
    found = replay(logged, {"queue-scorer": 0, "kv-cache-utilization-scorer": 0})
    assert {one.label for one in found.winners} == {"llama-0", "llama-3"}
    assert found.margin == 0


def test_from_totals_alone_nothing_is_computed(recorded: dict[str, Decision]) -> None:
    one = next(one for one in recorded.values() if one.detail.value == "totals")
    found = replay(one, {"queue-scorer": 5})
    assert found.places is None
    assert found.winners == ()
    assert found.margin is None
    assert "verbosity 4" in found.reason


def state(waiting: float | None, running: float | None, kv_cache: float | None) -> PodState:
    return PodState(0, waiting, running, kv_cache, "pod metrics")


def test_todays_state_measures_anew_what_metrics_tell(logged: Decision) -> None:
    now = {
        "llama-0": state(0, 1, 0.10),
        "llama-1": state(10, 9, 0.90),
        "llama-2": state(5, 4, 0.50),
        "llama-3": state(5, 4, 0.50),
    }
    found = replay(logged, {}, now)
    assert found.basis == "now"
    assert found.anew == ("queue-scorer", "kv-cache-utilization-scorer")
    assert found.kept == ("prefix-cache-scorer", "lora-affinity-scorer", "busy-scorer")
    assert ranking(found) == pytest.approx(
        {"llama-0": 2 + 1.8 + 1.5, "llama-3": 1 + 1 + 1.5, "llama-2": 1 + 1 + 1.3, "llama-1": 1.5}
    )
    assert [one.label for one in found.winners] == ["llama-0"]


def test_pods_that_say_nothing_now_are_left_out_and_named(logged: Decision) -> None:
    found = replay(logged, {}, {"llama-0": state(1, 1, 0.5), "llama-2": state(1, 1, 0.5)})
    assert {one.label for one in found.gone} == {"llama-1", "llama-3"}
    assert set(ranking(found)) == {"llama-0", "llama-2"}
    none = replay(logged, {}, {})
    assert none.places is None
    assert none.reason == "None of the candidates reports metrics now."


def test_a_metric_that_one_pod_lacks_keeps_the_recorded_score(logged: Decision) -> None:
    now = {f"llama-{number}": state(number, None, 0.5) for number in range(4)}
    now["llama-2"] = state(None, None, 0.5)
    found = replay(logged, {}, now)
    assert found.anew == ("kv-cache-utilization-scorer",)
    assert "queue-scorer" in found.kept


@pytest.mark.parametrize(
    ("weights", "field", "rule"),
    [
        ({"queue": 1}, "weights.queue", "must name a scorer of it: queue-scorer, "),
        ({"queue-scorer": -1}, "weights.queue-scorer", "must be a number from 0 to 1000"),
        ({"queue-scorer": float("nan")}, "weights.queue-scorer", "must be a number from 0"),
        ({"queue-scorer": 1e9}, "weights.queue-scorer", "must be a number from 0 to 1000"),
    ],
)
def test_what_is_no_weight_is_refused(
    logged: Decision, weights: dict[str, float], field: str, rule: str
) -> None:
    with pytest.raises(Invalid) as refused:
        replay(logged, weights)
    [wrong] = refused.value.details["fields"]
    assert wrong["field"] == field
    assert wrong["rule"].startswith(rule)
