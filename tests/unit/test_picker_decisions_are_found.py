"""Promise: decisions are found again in the store: the newest of a pool, counted, or by request id,
within the limits of who asks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.errors import NotFound, Unavailable
from services.inference.decision_store import Decisions, Place
from services.telemetry.engines import Server
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests import recorded_picker
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, NAMESPACE, PICKER, POOL, put_recording
from tests.stores import fresh_store

TODAY = Window.last(6 * 3600, datetime.now(UTC) + timedelta(hours=3))
"""Around the recording, which is put in when the tests run, long after this was read."""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A store with the recording in it."""
    store = fresh_store()
    put_recording(store)
    yield store
    store.close()


@pytest.fixture
def decisions(store: Store) -> Decisions:
    return Decisions(store, Fleet())


def test_the_newest_come_first_and_no_more_than_asked(decisions: Decisions) -> None:
    found = decisions.newest(CONSOLE, TODAY, 500)
    ids = [one.decision.request_id for one in found.value or ()]
    times = [one.decision.at.value for one in found.value or ()]
    assert len(ids) == len(set(ids)) == 52
    assert times == sorted(times, reverse=True)
    some = decisions.newest(CONSOLE, TODAY, 7)
    assert [one.decision.request_id for one in some.value or ()] == ids[:7]
    assert found.as_of
    assert found.source == "picker spans and log"


def test_each_is_where_the_caller_was_sent(decisions: Decisions) -> None:
    went = {one.request_id: one.endpoint for one in recorded_picker.sent()}
    found = [one.decision for one in decisions.newest(CONSOLE, TODAY, 500).value or ()]
    known = [one for one in found if one.picked.value and one.request_id in went]
    assert len(known) == 34
    for one in known:
        assert one.picked.value
        assert one.picked.value.address == went[one.request_id]
    assert sum(bool(one.tie) for one in found) == 3


def test_they_are_counted_with_those_that_have_scores(decisions: Decisions) -> None:
    found = decisions.counted(CONSOLE, TODAY).value
    assert found
    assert (found.decisions, found.with_scores) == (52, 1)


def test_one_is_told_with_every_source(decisions: Decisions) -> None:
    known = decisions.one(CONSOLE, FULLY_LOGGED)
    one, place = known.found.decision, known.found.place
    assert (place.cluster, place.namespace, place.pool, place.picker) == (
        CLUSTER,
        NAMESPACE,
        POOL,
        PICKER,
    )
    assert one.picked.source == "log Request handled"
    assert one.detail.value == "scores"
    assert (one.status.value, one.latency_ms.value, one.first_byte_ms.value) == (200, 820.5, 212)
    assert (one.ttft_ms.value, one.output_tokens.value) == (210, 611)
    assert [step.name for step in one.steps][-2:] == ["Queue", "Prefill"]
    assert [step.duration_ms for step in one.steps][-2:] == [61, 149]


def test_metrics_say_what_a_pod_was_like_where_the_picker_does_not(decisions: Decisions) -> None:
    known = decisions.one(CONSOLE, "dd8c0f96-a02f-4772-a8a0-fe7188e1cae0")
    states = {one.endpoint.label: one.state for one in known.found.decision.candidates}
    assert {label: state and state.waiting for label, state in states.items()} == {
        f"llama-{number}": number for number in range(4)
    }
    assert {state and state.source for state in states.values()} == {"pod metrics"}


def test_ranks_of_a_pod_are_its_state_together_and_devices_are_none(
    store: Store, decisions: Decisions
) -> None:
    at = TODAY.start.replace(microsecond=0)
    place = {"timestamp": f"{at:%F %T}", "cluster_name": CLUSTER, "namespace": "ranked"}
    pod = {**place, "pod_name": "llama-0"}
    rows = (
        {**pod, "source": "vllm", "queue_depth": 7, "kv_cache_util_pct": 60},
        {**pod, "source": "vllm", "queue_depth": 4, "kv_cache_util_pct": 20},
        {**pod, "source": "triton", "gpu_uuid": "GPU-1", "queue_depth": 90},
    )
    store.insert("ngf_pod_metrics", b"\n".join(map(orjson.dumps, rows)), "ranks")
    state = decisions.states(Place(CLUSTER, "ranked", "", ""), at)["llama-0"]
    assert (state.waiting, state.kv_cache) == (11, pytest.approx(0.4))
    asked = {"ids": ["r"], "namespaces": ["ranked"], "pods": ["llama-0"], "times": [at]}
    bounds = {"from": at, "to": at + timedelta(minutes=1)}
    (then,) = store.read("epp_states_at", {**asked, **bounds}, clusters=[CLUSTER]).dicts()
    assert (then["waiting"], then["kv_cache_pct"]) == (11, pytest.approx(40))


def test_a_list_has_the_state_of_the_pods_that_were_picked(decisions: Decisions) -> None:
    found = {
        one.decision.request_id: one.decision
        for one in decisions.newest(CONSOLE, TODAY, 500).value or ()
    }
    logged, second = (
        found[FULLY_LOGGED].chosen,
        found["dd8c0f96-a02f-4772-a8a0-fe7188e1cae0"].chosen,
    )
    assert logged
    assert logged.state
    assert logged.state.source == "picker log"
    assert second
    assert second.state
    assert (second.state.source, second.state.waiting) == ("pod metrics", 1)
    late = found["a2a12883-c2f2-4940-afca-c6982b4d68da"].chosen
    assert late
    assert late.state is None, "a reading of five minutes ago says nothing"


def test_a_request_without_an_endpoint_is_found_with_its_spans(decisions: Decisions) -> None:
    drained = next(one.request_id for one in recorded_picker.sent() if "drained" in one.tag)
    one = decisions.one(CONSOLE, drained).found.decision
    assert one.filtering.after.source == "span filter_endpoints"
    assert one.decision_ms.value
    assert one.filtering.emptied_by == "drop-overloaded"


def test_an_unknown_request_is_not_found(decisions: Decisions) -> None:
    with pytest.raises(NotFound, match="No picker told of a request"):
        decisions.one(CONSOLE, "nobody-sent-this")


@pytest.mark.parametrize(
    ("pool", "count"),
    [(POOL, 52), (f"{NAMESPACE}/{POOL}", 52), ("another", 0), (f"web/{POOL}", 0)],
)
def test_a_pool_has_its_own(decisions: Decisions, pool: str, count: int) -> None:
    found = decisions.newest(CONSOLE, TODAY, 500, pool=pool)
    assert len(found.value or ()) == count
    assert bool(found.reason) == (count == 0)


@pytest.mark.parametrize(
    ("clusters", "namespaces", "count"),
    [
        (frozenset({CLUSTER}), None, 52),
        (frozenset({"web-fra"}), None, 0),
        (frozenset(), None, 0),
        (None, frozenset({NAMESPACE, "web"}), 52),
        (None, frozenset({"web"}), 0),
    ],
)
def test_nobody_is_told_of_what_is_beyond_the_own_limits(
    decisions: Decisions,
    clusters: frozenset[str] | None,
    namespaces: frozenset[str] | None,
    count: int,
) -> None:
    who = Identity("mara", Role.VIEWER, clusters, namespaces)
    assert len(decisions.newest(who, TODAY, 500).value or ()) == count
    if not count:
        with pytest.raises(NotFound):
            decisions.one(who, FULLY_LOGGED)


def test_a_cluster_that_is_not_there_is_not_found(decisions: Decisions) -> None:
    with pytest.raises(NotFound, match="There is no cluster named nowhere"):
        decisions.newest(CONSOLE, TODAY, 5, clusters=["nowhere"])


def test_outside_the_window_there_is_none_and_the_reason(decisions: Decisions) -> None:
    before = Window(TODAY.start - timedelta(hours=2), TODAY.start - timedelta(hours=1))
    found = decisions.newest(CONSOLE, before, 5)
    assert found.value == []
    assert found.as_of is None
    assert found.reason == "No span or log line of a picker came in during this time."


def test_a_store_that_is_away_is_named() -> None:
    away = Decisions(Store(Server("http://127.0.0.1:9")), Fleet())
    with pytest.raises(Unavailable, match=r"ClickHouse at 127\.0\.0\.1:9 does not answer"):
        away.newest(CONSOLE, TODAY, 5)
