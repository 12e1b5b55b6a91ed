"""Promise: what another autoscaling would have done is worked out from load that was recorded,
beside what really happened; what was never recorded is null with the reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.scraped import otlp, put

PATH = "/api/v1/clusters/gpu-iad/inference/autoscaling/what-if"
PODS = ("phi4-mini-7f9c5d8b4-m4q9z", "phi4-mini-7f9c5d8b4-second")
QUIET, BUSY = 10, 10
"""Minutes with no requests waiting, then minutes with twelve waiting in each of two pods."""


@pytest.fixture(scope="module")
def window(console: Console) -> str:
    """Twenty recorded minutes, two days ago, of a pool with two pods."""
    begin = (datetime.now(UTC) - timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    for minute in range(QUIET + BUSY):
        at = begin + timedelta(minutes=minute, seconds=20)
        waiting = 0 if minute < QUIET else 12
        for pod in PODS:
            labels = {"pod": pod, "namespace": "llm", "node": "n1", "pool": "phi4-mini"}
            text = f"tgi_queue_size {waiting}\ntgi_batch_current_size 2\n"
            put(console.container.store, "gpu-iad", otlp(text, labels, begin, at))
    end = begin + timedelta(minutes=QUIET + BUSY)
    return f"{begin:%Y-%m-%dT%H:%MZ}/{end:%Y-%m-%dT%H:%MZ}"


def asked(console: Console, window: str, status: int = 200, **more: Any) -> Any:
    order = {
        "pool": "llm/phi4-mini",
        "range": window,
        "minReplicas": 1,
        "maxReplicas": 5,
        "thresholds": [{"metric": "queue_depth", "target": 4}],
        **more,
    }
    answer = console.ask("POST", PATH, console.token(Role.VIEWER), json=order)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_recorded_load_is_scaled_by_the_other_rules(console: Console, window: str) -> None:
    found = asked(console, window)
    assert found["reason"] is None
    assert found["stepSeconds"] == 60
    loads = [one["loads"]["queue_depth"] for one in found["points"]]
    assert loads[:QUIET] == [0.0] * QUIET
    assert loads[QUIET:] == [24.0] * BUSY
    sizes = [one["replicas"] for one in found["points"]]
    assert sizes[0] == 2, "it begins as it was, and waits for its window"
    assert sizes[QUIET - 1] == 1
    assert sizes[-1] == 5, "six are needed, five are allowed"
    assert {one["was"] for one in found["points"]} == {2}
    actual, simulated = found["actual"], found["simulated"]
    assert actual["podHours"] == pytest.approx(2 * (QUIET + BUSY) / 60)
    assert actual["minutesAboveTarget"] == BUSY
    assert simulated["minutesAboveTarget"] == BUSY, "five pods for twenty-four requests"
    assert (simulated["smallest"], simulated["largest"], actual["changes"]) == (1, 5, 0)


def test_enough_pods_bring_it_below_its_target(console: Console, window: str) -> None:
    found = asked(console, window, maxReplicas=8)
    assert found["simulated"]["largest"] == 6
    assert found["simulated"]["minutesAboveTarget"] < BUSY / 2
    assert found["simulated"]["podHours"] > found["actual"]["podHours"]


def test_the_name_that_the_engine_has_means_the_same(console: Console, window: str) -> None:
    by_engine = [{"metric": "tgi_queue_size", "target": 4}]
    one, other = asked(console, window), asked(console, window, thresholds=by_engine)
    assert one["simulated"] == other["simulated"]


def test_what_was_not_recorded_is_null_with_the_reason(console: Console, window: str) -> None:
    missing = asked(console, window, thresholds=[{"metric": "kv_cache_pct", "target": 80}])
    assert (missing["simulated"], missing["points"]) == (None, [])
    assert "kv_cache_pct" in missing["reason"]
    latency = asked(console, window, thresholds=[{"metric": "ttft_ms", "target": 200}])
    assert latency["simulated"] is None
    assert "duration" in latency["reason"]
    some = [{"metric": "ttft_ms", "target": 200}, {"metric": "queue_depth", "target": 4}]
    both = asked(console, window, thresholds=some)
    assert both["simulated"]["largest"] == 5
    assert [bool(one["reason"]) for one in both["thresholds"]] == [True, False]
    assert both["unknown"]


def test_requests_keep_a_pool_awake_that_may_sleep(console: Console, window: str) -> None:
    """Nobody waits in the quiet minutes, but two requests are in flight in each pod."""
    found = asked(console, window, minReplicas=0, cooldownSeconds=60, scaleDownSeconds=0)
    assert found["simulated"]["smallest"] == 1
    assert any("requests_in_flight" in one for one in found["assumed"])
    assert not any("sleeps" in one for one in asked(console, window)["assumed"])


def test_what_an_hpa_cannot_ask_is_not_tried(console: Console, window: str) -> None:
    some = [{"metric": "tps", "target": 200}, {"metric": "queue_depth", "target": 4}]
    found = asked(console, window, thresholds=some, backend="hpa")
    assert [one["reason"] for one in found["thresholds"]] == [
        "tps has to be computed, which only the backend keda can.",
        "",
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"maxReplicas": 1, "minReplicas": 2}, "maxReplicas"),
        ({"minReplicas": 0, "backend": "hpa"}, "minReplicas"),
        ({"thresholds": []}, "thresholds"),
        ({"thresholds": [{"metric": "queue_depth", "target": 0}]}, "thresholds.0.target"),
        ({"thresholds": [{"metric": "queue_depth", "target": 4}] * 2}, "thresholds[1].metric"),
        ({"range": "30d"}, "range"),
        ({"unheardOf": 1}, "unheardOf"),
    ],
)
def test_a_wrong_order_is_refused_by_its_field(
    console: Console, window: str, wrong: Any, field: str
) -> None:
    found = asked(console, window, 422, **wrong)
    assert found["error"]["details"]["fields"][0]["field"] == field


def test_of_a_pool_that_one_may_not_see_nothing_is_told(console: Console, window: str) -> None:
    elsewhere = console.token(Role.VIEWER, namespaces=("default",))
    order = {
        "pool": "llm/phi4-mini",
        "range": window,
        "maxReplicas": 3,
        "thresholds": [{"metric": "queue_depth", "target": 4}],
    }
    assert console.ask("POST", PATH, elsewhere, json=order).status_code == 404
