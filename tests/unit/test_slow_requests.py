"""Promise: what goes along with slowness is computed over real requests and what was read of their
pods just before, chance is told from connection, and what was not read is not known."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.inference import slow as slow_module
from services.inference.correlation import SAMPLES, chance, correlate
from services.inference.members import Membership
from services.inference.pools import PoolsOf
from services.inference.provider import Asked
from services.inference.slow import Slow, slow
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window
from tests.stores import fresh_store

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=1), NOW)
COUNT = 120
LLAMA = Asked(("a",), ("llm",), "llama")


@pytest.mark.parametrize(
    ("spearman", "n", "p"),
    [(0.5, 20, 0.0277), (0.3, 100, 0.0031), (-0.3, 100, 0.0031), (0.0, 50, 1.0), (1.0, 20, 0.0)],
)
def test_chance_is_told_by_fishers_transformation(spearman: float, n: int, p: float) -> None:
    assert chance(spearman, n) == pytest.approx(p, abs=0.0002)


def test_ranks_see_what_lines_do_not() -> None:
    values = [float(value) for value in range(1, 41)]
    found = correlate("queue_depth", [value**8 for value in values], values)
    assert found.spearman == pytest.approx(1)
    assert found.pearson is not None
    assert found.pearson < 0.8
    assert (found.impact, found.n, found.reason) == ("high", 40, None)
    falling = correlate("queue_depth", values[::-1], values)
    assert (falling.spearman, falling.impact) == (pytest.approx(-1), "high")


def test_ties_share_their_rank() -> None:
    """Against the value that R's cor(method = "spearman") gives."""
    found = correlate("x", [1, 2, 3, 4, 5] * 4, [1, 1, 2, 2, 3] * 4)
    assert found.spearman == pytest.approx(0.9486833)


def test_bins_hold_about_as_many_requests_each() -> None:
    values = [float(value) for value in range(1, 41)]
    found = correlate("x", [10 * value for value in values], values).bins
    assert [(one.low, one.high, one.n) for one in found[:2]] == [(1, 5, 5), (6, 10, 5)]
    assert (found[0].p50, found[-1].p95) == (30, pytest.approx(398))
    few = correlate("x", values, [0.0] * 30 + [1.0] * 10).bins
    assert [(one.low, one.high, one.n) for one in few] == [(0, 0, 30), (1, 1, 10)]


def test_chance_is_no_impact() -> None:
    drawn = random.Random(7)
    outcome = [drawn.gauss(0, 1) for _ in range(SAMPLES)]
    found = correlate("x", outcome, [drawn.gauss(0, 1) for _ in range(SAMPLES)])
    assert found.p is not None
    assert found.p > 0.01
    assert found.impact == "low"


def test_too_few_and_all_the_same_say_nothing() -> None:
    few = correlate("x", [1.0] * 30, [None] * 25 + [1.0] * 5)
    assert (few.spearman, few.p, few.impact, few.n) == (None, None, None, 5)
    assert few.reason == "Known of 5 requests; it takes 20."
    none = correlate("x", [1.0] * 30, [None] * 30)
    assert (none.n, none.reason) == (0, "Known of no request.")
    same = correlate("x", [float(one) for one in range(30)], [4.0] * 30)
    assert (same.spearman, same.reason) == (None, "It was the same in all 30 requests.")


def at(second: int) -> datetime:
    return WINDOW.start + timedelta(seconds=second)


def line(timestamp: datetime, **fields: Any) -> dict[str, Any]:
    return {"timestamp": timestamp.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], **fields}


def requests() -> Iterator[dict[str, Any]]:
    """One a 20 s, in turn on two pods; the deeper the queue, the later the first token."""
    drawn = random.Random(3)
    for number in range(COUNT):
        place = {"cluster_name": "a", "namespace": "llm", "inference_pool": "llama"}
        yield line(
            at(60 + 20 * number),
            **place,
            pod_name=f"llama-{number % 2}",
            request_id=f"r{number}",
            trace_id=f"{number:032x}",
            model_name="m",
            source="engine span",
            time_to_first_token_ms=100 + 10 * queue(number) + drawn.random(),
            total_inference_time_ms=2000,
            input_tokens=drawn.randrange(100, 900),
        )
    for namespace, cluster in (("other", "a"), ("llm", "b")):
        place = {"cluster_name": cluster, "namespace": namespace, "inference_pool": "llama"}
        yield line(at(90), **place, request_id=f"{cluster}-{namespace}", time_to_first_token_ms=9e6)


def queue(number: int) -> int:
    return (number * 7) % 23


def readings() -> Iterator[dict[str, Any]]:
    """Five seconds before each request and one second after, which is too late; of the last pod's
    devices two, of the first's none; of cache only two minutes before each."""
    for number in range(COUNT):
        pod = {"cluster_name": "a", "namespace": "llm", "pod_name": f"llama-{number % 2}"}
        began = 60 + 20 * number
        engine = {**pod, "pool_name": "llama", "source": "vllm"}
        yield line(at(began - 5), **engine, queue_depth=queue(number))
        yield line(at(began + 1), **engine, queue_depth=500)
        if number % 2:
            for gpu, used in ((0, 40), (1, 60)):
                device = {"source": "dcgm", "gpu_id": gpu, "gpu_uuid": f"GPU-{gpu}"}
                yield line(at(began - 4), **pod, **device, gpu_util_pct=used)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    made = fresh_store()
    insert(made, "ngf_inference_logs", *requests())
    insert(made, "ngf_pod_metrics", *readings())
    yield made
    made.close()


def insert(store: Store, table: str, *rows: dict[str, Any]) -> None:
    lines = b"\n".join(map(orjson.dumps, rows))
    store.insert(table, lines, str(hash(lines)))


def ask(
    store: Store, asked: Asked, window: Window = WINDOW, limit: int = slow_module.SLOWEST
) -> Answer[Slow]:
    """With a cluster whose objects know of one pod that says nothing of its pool."""
    objects = {"a": PoolsOf((), {("llm", "mute-0"): "mute"}, NOW)}
    return slow(store, Membership(store, lambda _: objects), asked, window, limit)


def value(answer: Answer[Slow]) -> Slow:
    assert answer.value is not None
    return answer.value


def test_a_request_has_what_was_read_of_its_pod_before_it(store: Store) -> None:
    answer = ask(store, LLAMA)
    found = value(answer)
    assert found.sampled == COUNT
    assert answer.as_of == at(60 + 20 * (COUNT - 1))
    by_id = {one.request_id: one for one in found.requests}
    assert len(by_id) == 20
    slowest = found.requests[0]
    assert slowest.ttft_ms == max(one.ttft_ms for one in found.requests) >= 320
    for name, one in by_id.items():
        assert one.queue_depth == queue(int(name[1:]))
        assert one.gpu_util == (pytest.approx(0.5) if one.pod == "llama-1" else None)
        assert one.kv_cache_util is None


def test_factors_that_matter_are_told_from_those_that_do_not(store: Store) -> None:
    answer = ask(store, Asked(("a",), pool="llama", namespace="llm"))
    by_factor = {one.factor: one for one in value(answer).correlations}
    queued = by_factor["queue_depth"]
    assert (queued.impact, queued.n) == ("high", COUNT)
    assert queued.spearman is not None
    assert queued.spearman > 0.98
    assert by_factor["input_length"].impact == "low"
    assert by_factor["kv_cache"].reason == "Known of no request."
    assert by_factor["gpu_util"].reason == "It was the same in all 60 requests."


def test_a_sample_stands_for_more_and_the_slowest_are_of_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_module, "SAMPLE", 40)
    found = value(ask(store, Asked(("a",), ("llm",)), limit=3))
    again = value(ask(store, Asked(("a",), ("llm",)), limit=3))
    assert found == again
    assert 20 < found.sampled < 60
    assert [one.queue_depth for one in found.requests] == [22, 22, 22]
    assert {one.factor: one.impact for one in found.correlations}["queue_depth"] == "high"


def test_other_clusters_namespaces_pools_and_times_are_not_seen(store: Store) -> None:
    assert value(ask(store, Asked(("b",)))).requests[0].request_id == "b-llm"
    assert value(ask(store, Asked(("a",), pool="llama"))).requests[0].ttft_ms == 9e6
    for nothing in (
        ask(store, Asked(())),
        ask(store, Asked(("a",), pool="' OR 1")),
        ask(store, Asked(("a",), ())),
        ask(store, Asked(("a",)), Window(NOW, NOW + timedelta(hours=1))),
    ):
        assert nothing.value is None
        assert nothing.reason == (
            "No engine has told the time to first token of a request in this time."
        )


def test_a_short_time_reads_little_of_a_long_one(store: Store) -> None:
    """A day of 300,000 requests on another cluster, of which ten minutes are asked for."""
    with store.engine.client() as client:
        client.command(
            f"INSERT INTO {store.layout.table('ngf_inference_logs')}"
            " (timestamp, cluster_name, namespace, inference_pool, request_id, trace_id,"
            " time_to_first_token_ms) SELECT toDateTime64('2026-11-26 00:00:00', 3, 'UTC')"
            " + number * 0.288, 'long', 'llm', 'llama', toString(number), '', number % 900"
            " FROM numbers(300000)"
        )
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    asked = {"from": noon, "to": noon + timedelta(minutes=10), "pods": [""], "pools": [""]}
    extent = store.read("slow_extent", asked, clusters={"long"})
    assert extent.dicts()[0]["requests"] == 2084
    assert extent.read_rows < 20_000
    found = store.read("slow_requests", {**asked, "share": 500_000, "slow": 890}, clusters={"long"})
    assert 900 < len(found.rows) < 1200
    assert found.read_rows < 60_000


def test_a_pod_that_names_no_pool_is_found_by_what_objects_say(store: Store) -> None:
    """Its readings come in parts, one a rank, and its devices are no ranks."""
    pod = {"cluster_name": "a", "namespace": "llm", "pod_name": "mute-0"}
    request = {**pod, "request_id": "unnamed", "time_to_first_token_ms": 70}
    insert(store, "ngf_inference_logs", line(at(30), **request))
    insert(
        store,
        "ngf_pod_metrics",
        line(at(28), **pod, source="vllm", queue_depth=7, kv_cache_util_pct=60),
        line(at(28), **pod, source="vllm", queue_depth=4, kv_cache_util_pct=20),
        line(at(29), **pod, source="triton", gpu_uuid="GPU-1", gpu_util_pct=50),
    )
    (found,) = value(ask(store, Asked(("a",), pool="mute"))).requests
    assert (found.request_id, found.pool, found.pod) == ("unnamed", "mute", "mute-0")
    assert (found.queue_depth, found.kv_cache_util) == (11, pytest.approx(0.4))
    assert found.gpu_util == pytest.approx(0.5)
