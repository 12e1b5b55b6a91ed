"""Promise: readings of a stretch of time are put together as they were at each moment of it: pods
and devices that followed one another were never there at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.inference.gauging import Gauged, Gauges
from services.inference.members import Members
from services.inference.provider import Asked
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.stores import fresh_store

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1))
NOBODY = Members((), ())

Row = dict[str, Any]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One for all tests: each has a cluster of its own."""
    made = fresh_store()
    yield made
    made.close()


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Asked:
    return Asked((str(request.node.name),))


def put(store: Store, asked: Asked, rows: Iterator[Row]) -> None:
    place = {"cluster_name": (asked.clusters or ("",))[0], "namespace": "llm", "pool_name": "llama"}
    lines = b"\n".join(orjson.dumps({**place, **row}) for row in rows)
    store.insert("ngf_pod_metrics", lines, str(hash(lines)))


def read(pod: str, first: int, last: int, every: int = 15, **readings: Any) -> Iterator[Row]:
    """Readings of a pod from one second of the hour to another."""
    for second in range(first, last, every):
        at = START + timedelta(seconds=second)
        yield {"timestamp": f"{at:%F %T}", "pod_name": pod, "source": "vllm", **readings}


def whole(store: Store, asked: Asked) -> Gauged:
    (found,) = Gauges(store).over(asked, HOUR, NOBODY)
    return found


def test_pods_that_followed_one_another_are_no_more_than_one(store: Store, asked: Asked) -> None:
    for number in range(10):
        first = 360 * number
        put(store, asked, read(f"pod-{number}", first, first + 360, requests_in_flight=10))
    found = whole(store, asked)
    assert (found.running, found.pods) == (10, 1)


def test_pods_that_were_there_at_once_are_added(store: Store, asked: Asked) -> None:
    """One of them for half of the time."""
    put(store, asked, read("pod-0", 0, 3600, requests_in_flight=10, queue_depth=2))
    put(store, asked, read("pod-1", 1800, 3600, requests_in_flight=20, queue_depth=4))
    found = whole(store, asked)
    assert (found.running, found.pods) == (20, 2)
    assert (found.waiting_mean, found.waiting_max) == (2.5, 4)


def test_a_burst_of_a_minute_weighs_a_minute(store: Store, asked: Asked) -> None:
    put(store, asked, read("pod-0", 0, 3600, queue_depth=0))
    put(store, asked, read("pod-1", 600, 660, queue_depth=120))
    assert whole(store, asked).waiting_mean == pytest.approx(1)


def test_pods_that_are_read_in_turns_are_there_at_once(store: Store, asked: Asked) -> None:
    """Each every two minutes: what one read counts until it is read again."""
    put(store, asked, read("pod-0", 0, 3600, 120, requests_in_flight=10))
    put(store, asked, read("pod-1", 60, 3600, 120, requests_in_flight=10))
    found = whole(store, asked)
    assert found.pods == 2
    assert found.running == pytest.approx(20, rel=0.02)


def test_buckets_of_time_tell_the_same_as_the_whole(store: Store, asked: Asked) -> None:
    for number in range(4):
        put(store, asked, read(f"pod-{number}", 900 * number, 900 * (number + 1), queue_depth=3))
    found = Gauges(store).over(asked, HOUR, NOBODY, 1800)
    assert [(one.at, one.waiting_mean, one.pods) for one in found] == [
        (START, 3, 1),
        (START + timedelta(minutes=30), 3, 1),
    ]


def test_a_device_that_came_late_weighs_as_long_as_it_was_there(store: Store, asked: Asked) -> None:
    put(store, asked, read("pod-0", 0, 3600, source="dcgm", gpu_uuid="a", gpu_util_pct=90))
    put(store, asked, read("pod-1", 3540, 3600, source="dcgm", gpu_uuid="b", gpu_util_pct=0))
    (found,) = Gauges(store).busy(asked, HOUR, NOBODY)
    assert found.util == pytest.approx(90 * 60 / 61)
