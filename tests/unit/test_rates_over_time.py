"""Promise: a rate over time is what counters grew by in a second, whenever they were read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.inference.counting import Counted, grown_in_buckets
from services.inference.members import Members
from services.inference.provider import Asked
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.scraped import otlp, put
from tests.stores import fresh_store

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1))
TOKENS = "generation_tokens"


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One for all tests: each has a cluster of its own."""
    made = fresh_store()
    yield made
    made.close()


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def run(store: Store, cluster: str, seconds: Iterable[int], pod: str = "llama-0") -> None:
    """Scrapes of an engine that makes ten tokens a second, at seconds of the hour."""
    labels = {"pod": pod, "namespace": "llm", "pool": "llama"}
    scrapes = b""
    for second in seconds:
        text = f"# TYPE vllm:{TOKENS}_total counter\nvllm:{TOKENS}_total {10 * (3_600 + second)}\n"
        scrapes += otlp(text, labels, START - timedelta(hours=2), START + timedelta(seconds=second))
    put(store, cluster, scrapes)


def rates(store: Store, cluster: str, step: int = 60) -> dict[int, float | None]:
    """Tokens in a second by the minute in which a bucket begins."""
    told = grown_in_buckets(store, Asked((cluster,)), HOUR, step, (TOKENS,), Members((), ()))
    return {
        int((at - START).total_seconds() / 60): Counted(
            [row for row in told.rows if row.at == at]
        ).rate
        for at in dict.fromkeys(row.at for row in told.rows if row.at)
    }


def test_a_gap_is_no_burst(store: Store, cluster: str) -> None:
    run(store, cluster, [*range(5, 600, 15), *range(845, 1_200, 15)])
    told = rates(store, cluster)
    assert [minute for minute in range(20) if minute not in told] == [10, 11, 12, 13]
    assert [told[minute] for minute in (5, 14, 15)] == pytest.approx([10, 10, 10])


def test_a_bucket_that_is_not_over_is_no_dip(store: Store, cluster: str) -> None:
    run(store, cluster, range(-3_595, 46 * 60, 60))
    assert rates(store, cluster, 3_600) == {0: pytest.approx(10)}


def test_engines_that_are_read_seldom_do_not_make_more(store: Store, cluster: str) -> None:
    run(store, cluster, range(10, 3_600, 120))
    told = rates(store, cluster)
    assert list(told.values())[1:] == pytest.approx([10] * 29)


def test_a_pod_that_follows_another_makes_no_more_than_both_did(store: Store, cluster: str) -> None:
    run(store, cluster, range(5, 1_830, 15), "old")
    run(store, cluster, range(1_835, 3_600, 15), "new")
    told = rates(store, cluster, 900)
    assert [told[minute] for minute in (15, 45)] == pytest.approx([10, 10])
    assert told[30] == pytest.approx(10, rel=0.02)
