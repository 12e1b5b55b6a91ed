"""Promise: live decisions are those that came since one listens, each with all its pieces and none
left out; live GPUs are the newest readings, and what nobody measured is null."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
import pytest

from services.auth.identity import CONSOLE
from services.clusters.fleet import Cluster, Fleet
from services.inference import live, live_decisions, podwise
from services.inference.decision_store import Decisions
from services.inference.live_decisions import LiveDecisions
from services.inference.members import Membership
from services.inference.pools import PoolsOf
from services.kube.shelf import Snapshot
from services.realtime.scope import Scope
from services.realtime.topics import Source
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.recorded_picker import CLUSTER, NAMESPACE, put_recording
from tests.stores import fresh_store

Row = dict[str, Any]
EVERYTHING = Scope()
ENGINE = {"source": "vllm"}
GPU = {"source": "dcgm", "pool_name": "", "gpu_type": "H100"}
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    found = fresh_store()
    yield found
    found.close()


@pytest.fixture
def sources(store: Store) -> Iterator[dict[str, Source]]:
    membership = Membership(store, lambda _: {"gpu": PoolsOf((), {("llm", "qwen-0"): "qwen"}, NOW)})
    yield {topic.name: topic.source for topic in live.topics(store, Fleet(), membership)}
    with store.engine.client() as client:
        for table in ("ngf_epp_decisions", "ngf_pod_metrics"):
            client.command(f"TRUNCATE TABLE IF EXISTS {store.layout.table(table)}")


def put(store: Store, table: str, *rows: Row) -> None:
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    place = {"timestamp": at, "cluster_name": "gpu", "namespace": "llm", "pool_name": "llama"}
    lines = b"".join(orjson.dumps({**place, **row}) + b"\n" for row in rows)
    store.insert(table, lines, str(hash(lines)))


def handled(number: int, **more: Any) -> Row:
    return {
        "request_id": f"r{number}",
        "picker": "llama-epp",
        "evidence": "handled",
        "selected_pod": "llama-0",
        **more,
    }


def told(source: Source, scope: Scope, cursor: Any) -> tuple[list[Row], Any]:
    items, cursor = source(scope, cursor)
    return list(items), cursor


def test_every_decision_since_the_last_question_comes_once(
    store: Store, sources: dict[str, Source]
) -> None:
    decisions = sources["epp-decisions"]
    put(store, "ngf_epp_decisions", handled(0))
    items, cursor = told(decisions, EVERYTHING, None)
    assert items == [], "what was there is in the list"
    put(store, "ngf_epp_decisions", *map(handled, range(1, 300)))
    items, cursor = told(decisions, EVERYTHING, cursor)
    assert {one["requestId"] for one in items} == {f"r{number}" for number in range(1, 300)}
    items, cursor = told(decisions, EVERYTHING, cursor)
    assert items == []


def begun(number: int, seconds_ago: float, **more: Any) -> Row:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return handled(number, timestamp=f"{at:%F %T.%f}"[:-3], **more)


def test_none_of_more_than_a_page_is_left_out_however_late_it_comes(
    store: Store, sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_decisions, "PAGE", 10)
    decisions = sources["epp-decisions"]
    _, cursor = told(decisions, EVERYTHING, None)
    put(store, "ngf_epp_decisions", *(begun(number, 5) for number in range(45)))
    prompt, cursor = told(decisions, EVERYTHING, cursor)
    put(store, "ngf_epp_decisions", *(begun(number, 20) for number in range(45, 90)))
    late, cursor = told(decisions, EVERYTHING, cursor)
    assert {one["requestId"] for one in prompt} == {f"r{number}" for number in range(45)}
    assert {one["requestId"] for one in late} == {f"r{number}" for number in range(45, 90)}
    assert told(decisions, EVERYTHING, cursor)[0] == []


def test_what_is_left_of_a_request_that_passes_out_of_reach_is_no_news(
    store: Store, sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions = sources["epp-decisions"]
    _, cursor = told(decisions, EVERYTHING, None)
    put(store, "ngf_epp_decisions", begun(1, 8), begun(1, 2, evidence="pick", selected_pod=None))
    items, cursor = told(decisions, EVERYTHING, cursor)
    assert [one["evidence"] for one in items] == [["handled", "pick"]]
    monkeypatch.setattr(live_decisions, "LATE", timedelta(seconds=5))
    for _ in range(3):
        items, cursor = told(decisions, EVERYTHING, cursor)
        assert items == []


def test_a_profile_without_a_request_id_is_told_with_the_request_of_its_trace(
    store: Store, sources: dict[str, Source]
) -> None:
    decisions = sources["epp-decisions"]
    _, cursor = told(decisions, EVERYTHING, None)
    span = {"picker": "llama-epp", "trace_id": "t1"}
    put(
        store,
        "ngf_epp_decisions",
        {**span, "request_id": "r1", "evidence": "pick"},
        {**span, "evidence": "profile", "decision_latency_us": 410.5},
    )
    (one,), _ = told(decisions, EVERYTHING, cursor)
    assert (one["requestId"], one["decisionLatencyUs"]) == ("r1", 410.5)
    assert one["evidence"] == ["pick", "profile"]


def test_a_late_piece_brings_the_decision_again_with_everything(
    store: Store, sources: dict[str, Source]
) -> None:
    decisions = sources["epp-decisions"]
    _, cursor = told(decisions, EVERYTHING, None)
    put(store, "ngf_epp_decisions", handled(1, objective="interactive"))
    (first,), cursor = told(decisions, EVERYTHING, cursor)
    assert (first["selectedPod"], first["candidatesConsidered"]) == ("llama-0", None)
    assert first["evidence"] == ["handled"]
    piece = {
        "evidence": "pick",
        "selected_pod": None,
        "candidates_considered": 4,
        "top_endpoints": ["llama-0", "llama-1"],
        "top_scores": [1.0, 0.25],
    }
    put(store, "ngf_epp_decisions", handled(1, **piece))
    (second,), cursor = told(decisions, EVERYTHING, cursor)
    assert second["evidence"] == ["handled", "pick"]
    assert (second["selectedPod"], second["candidatesConsidered"]) == ("llama-0", 4)
    assert second["topScores"] == [1.0, 0.25]
    assert second["queueDepth"] is None


class Pods:
    """A cluster that has the pods of the recording; stands in for one that is watched."""

    name = CLUSTER

    def snapshot(self, kind: str) -> Snapshot:
        names = [f"llama-{number}" for number in range(4)] if kind == "pods" else []
        found: dict[tuple[str, str], Any] = {
            (NAMESPACE, name): {
                "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"},
                "status": {"podIP": f"127.0.0.{number + 2}"},
            }
            for number, name in enumerate(names)
        }
        return Snapshot(kind, found, 1, NOW, "live")


class Watched(Fleet):
    """A fleet of that cluster."""

    def clusters(self, *_: Any) -> list[Cluster]:
        return [cast(Cluster, Pods())]

    def get(self, name: str) -> Cluster:
        return self.clusters()[0]


def test_the_pod_is_the_one_that_the_list_of_decisions_tells(
    store: Store, sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_decisions, "LATE", timedelta(minutes=20))
    monkeypatch.setattr(live_decisions, "LONGEST", timedelta(minutes=20))
    fleet = Watched()
    decisions = LiveDecisions(store, fleet)
    _, cursor = decisions(EVERYTHING, None)
    put_recording(store)
    items, _ = decisions(EVERYTHING, cursor)
    heard = {one["requestId"]: (one["selectedPod"], one["endpoint"]) for one in items}
    window = Window.last(6 * 3600, datetime.now(UTC) + timedelta(hours=3))
    found = Decisions(store, fleet).newest(CONSOLE, window, 500).value or ()
    listed = {
        row.request_id: (row.selected_pod, row.endpoint) for row in map(podwise.decision, found)
    }
    assert len(heard) > 30
    assert heard == {name: listed[name] for name in heard}
    by_log = {one["address"] for one in items if "handled" in one["evidence"]}
    assert by_log == {"127.0.0.2:8000", "127.0.0.3:8000"}


@pytest.mark.parametrize(
    ("scope", "heard"),
    [
        (EVERYTHING, {"r1", "r2", "r3"}),
        (Scope(frozenset({"other"})), {"r3"}),
        (Scope(frozenset({"gpu"}), frozenset({"llm"})), {"r1"}),
        (Scope(None, None, "llm/llama"), {"r1", "r3"}),
        (Scope(frozenset()), set()),
    ],
)
def test_only_what_belongs_to_the_scope_is_told(
    store: Store, sources: dict[str, Source], scope: Scope, heard: set[str]
) -> None:
    decisions = sources["epp-decisions"]
    _, cursor = told(decisions, scope, None)
    put(
        store,
        "ngf_epp_decisions",
        handled(1),
        handled(2, namespace="batch", pool_name="qwen"),
        handled(3, cluster_name="other"),
    )
    items, _ = told(decisions, scope, cursor)
    assert {one["requestId"] for one in items} == heard


def test_each_device_is_told_with_what_its_engine_says(
    store: Store, sources: dict[str, Source]
) -> None:
    told_of = sources["gpu-metrics"]
    assert told(told_of, EVERYTHING, None) == ([], None)
    put(
        store,
        "ngf_pod_metrics",
        {**ENGINE, "pod_name": "llama-0", "queue_depth": 3, "kv_cache_util_pct": 0},
        {**ENGINE, "pod_name": "llama-0", "queue_depth": 4},
        {**GPU, "pod_name": "llama-0", "gpu_id": 0, "gpu_uuid": "a", "gpu_util_pct": 88},
        {**GPU, "pod_name": "llama-0", "gpu_id": 1, "gpu_uuid": "b", "gpu_util_pct": 91},
        {**ENGINE, "pod_name": "llama-1", "queue_depth": 0},
        {"source": "nginx", "pool_name": "", "pod_name": "edge-nginx-0", "connections_active": 9},
    )
    (pods,), cursor = told_of(EVERYTHING, None)
    shown = [(one["podName"], one["gpuId"], one["gpuUtilPct"], one["queueDepth"]) for one in pods]
    assert shown == [("llama-0", 0, 88, 7), ("llama-0", 1, 91, 7), ("llama-1", None, None, 0)]
    assert (pods[0]["kvCacheUtilPct"], pods[2]["kvCacheUtilPct"]) == (0, None)
    assert told(told_of, EVERYTHING, cursor)[0] == [], "nothing new was measured"


def test_a_pool_has_the_devices_and_the_engines_of_its_pods(
    store: Store, sources: dict[str, Source]
) -> None:
    """Exporters of devices name no pool, nor do engines that were found by another label."""
    put(
        store,
        "ngf_pod_metrics",
        {**ENGINE, "pod_name": "llama-0", "queue_depth": 3},
        {**GPU, "pod_name": "llama-0", "gpu_uuid": "a", "gpu_util_pct": 88},
        {**ENGINE, "pod_name": "qwen-0", "pool_name": "", "queue_depth": 5},
        {**GPU, "pod_name": "qwen-0", "gpu_uuid": "b", "gpu_util_pct": 12},
    )
    for pool, shown in (
        ("llama", [("llama", "llama-0", "a", 88, 3)]),
        ("llm/qwen", [("qwen", "qwen-0", "b", 12, 5)]),
        ("other/qwen", []),
    ):
        items, _ = told(sources["gpu-metrics"], Scope(pool=pool), None)
        names = ("pool", "podName", "gpuUuid", "gpuUtilPct", "queueDepth")
        found = [tuple(one[name] for name in names) for listed in items for one in listed]
        assert found == shown


def test_devices_that_nobody_has_are_told_each_by_itself(
    store: Store, sources: dict[str, Source]
) -> None:
    """The first GPU of each node, and the parts of one GPU, have the same number."""
    free = {**GPU, "pod_name": "", "namespace": "", "gpu_id": 0}
    put(
        store,
        "ngf_pod_metrics",
        {**free, "node_name": "n1", "gpu_uuid": "a", "gpu_util_pct": 1},
        {**free, "node_name": "n2", "gpu_uuid": "b", "gpu_util_pct": 2},
        {**free, "node_name": "n2", "gpu_uuid": "c/7", "gpu_util_pct": 3},
        {**free, "node_name": "n2", "gpu_uuid": "c/8", "gpu_util_pct": 4},
    )
    (found,), _ = sources["gpu-metrics"](EVERYTHING, None)
    assert [(one["nodeName"], one["gpuUuid"], one["gpuUtilPct"]) for one in found] == [
        ("n1", "a", 1),
        ("n2", "b", 2),
        ("n2", "c/7", 3),
        ("n2", "c/8", 4),
    ]
    assert {(one["podName"], one["pool"], one["queueDepth"]) for one in found} == {
        (None, None, None)
    }
