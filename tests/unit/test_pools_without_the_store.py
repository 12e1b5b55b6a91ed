"""Promise: pools that objects tell of are told while the analytics store is away, with what is
missing then; only where nothing is known is it an error."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.clusters.fleet import Fleet
from services.errors import NotFound, Unavailable
from services.inference.clickhouse import ClickHouseProvider
from services.inference.decision_store import Decisions
from services.inference.members import Membership
from services.inference.pools import PoolsOf
from services.inference.prices import OF_THE_DEMO
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.telemetry.engines import Server
from services.telemetry.store import Store
from services.telemetry.windows import Window

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
LLAMA = PoolStatus("gpu", "llm", "llama", gpu_type="H100", gpu_count=1, replicas=6, status="Ready")
KNOWN = PoolsOf((LLAMA,), {}, NOW)
UNREAD = PoolsOf((), {}, None, "loading")
AWAY = "ClickHouse at 127.0.0.1:9 does not answer."


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store(Server("http://127.0.0.1:9"))
    yield made
    made.close()


def provider(store: Store, **clusters: PoolsOf) -> ClickHouseProvider:
    membership = Membership(store, lambda _: clusters)
    decisions = Decisions(store, Fleet())
    return ClickHouseProvider(store, membership, OF_THE_DEMO, decisions, lambda: NOW)


def test_pools_of_objects_stay_and_the_rest_says_why_it_is_missing(store: Store) -> None:
    metrics = provider(store, gpu=KNOWN)
    found = metrics.list_pools(Asked())
    (pool,) = found.value or ()
    assert (pool.place, pool.replicas, pool.status) == (LLAMA.place, 6, "Ready")
    assert (pool.avg_gpu_util, pool.reasons["avg_gpu_util"]) == (None, AWAY)
    assert (found.reason, found.as_of) == (AWAY, NOW)
    assert metrics.get_pool(Asked(pool="llama")).value == pool
    with pytest.raises(NotFound):
        metrics.get_pool(Asked(pool="gone"))
    with pytest.raises(Unavailable):
        metrics.summary(Asked(), Window.last(3600, NOW))


def test_clusters_that_were_never_read_are_named_with_it(store: Store) -> None:
    found = provider(store, gpu=KNOWN, other=UNREAD).list_pools(Asked())
    assert len(found.value or ()) == 1
    assert found.reason == f"Pools of other were never read; {AWAY}"


def test_where_nothing_is_known_it_is_an_error(store: Store) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        provider(store, gpu=UNREAD).list_pools(Asked())
