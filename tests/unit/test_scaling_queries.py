"""Promise: a scaler's queries are PromQL that answers with one number, of the pool and no other."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests
from ngf_operator.inference import queries

from tests import prometheus
from tests.real.kube_api import wait_until
from tests.serving import loopback

prometheus.needed()

RECORDED = Path(__file__).parents[1] / "recorded"
POOL = {"namespace": "llm", "pool": "llama-pool"}
OTHER = {"namespace": "llm", "pool": "qwen-pool"}
MATCHERS = queries.labels("llm", "llama-pool", "llama", pooled=True)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Prometheus that collects the recorded metrics of an engine and of a picker."""
    with _serving("vllm") as engine, _serving("epp") as picker:
        scraped = [
            (engine, {**POOL, "pod": "llama-1"}),
            (engine, {**POOL, "pod": "llama-2"}),
            (engine, {**OTHER, "pod": "qwen-1"}),
            (picker, POOL),
        ]
        with prometheus.server(scraped=scraped) as address:
            rate = f"rate(vllm:request_success_total{{{MATCHERS}}}[1m])"
            wait_until("all were scraped twice", lambda: len(_ask(address, rate)) >= 2)
            wait_until("the picker was, too", lambda: _ask(address, "llm_d_epp_request_total"))
            yield address


@contextmanager
def _serving(name: str) -> Iterator[str]:
    """The address at which recorded metrics are."""
    text = (RECORDED / name / "metrics.txt").read_bytes()

    def app(environ: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain; version=0.0.4")])
        return [text]

    server = loopback(app)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _ask(address: str, query: str, later_s: float = 0) -> list[float]:
    params = {"query": query, "time": str(time.time() + later_s)}
    answer = requests.get(f"{address}/api/v1/query", params=params, timeout=10).json()
    assert answer["status"] == "success", (query, answer)
    return [float(one["value"][1]) for one in answer["data"]["result"]]


@pytest.mark.parametrize("metric", queries.ENGINES["vllm"])
def test_each_metric_of_an_engine_that_is_measured_is_one_number(url: str, metric: str) -> None:
    [value] = _ask(url, queries.asked(queries.ENGINES["vllm"][metric], MATCHERS))
    assert value >= 0


def test_numbers_are_those_of_the_pool(url: str) -> None:
    def value(metric: str) -> float:
        [found] = _ask(url, queries.asked(queries.ENGINES["vllm"][metric], MATCHERS))
        return found

    assert value("queue_depth") == 8, "4 wait at each of its two pods"
    assert value("kv_cache_pct") == pytest.approx(64.46)


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tgi", "triton"])
def test_a_pool_that_has_measured_nothing_is_idle_and_one_that_nobody_reads_is_unknown(
    url: str, engine: str
) -> None:
    unread = queries.labels("llm", "mistral-pool", "mistral", pooled=True)
    for measure in queries.ENGINES[engine].values():
        if engine != "vllm":
            assert _ask(url, queries.asked(measure, MATCHERS)) == [0]
        assert _ask(url, queries.asked(measure, unread)) == []


@pytest.mark.parametrize("engine", queries.ENGINES)
def test_every_query_can_be_asked(url: str, engine: str) -> None:
    for pooled in (True, False):
        matchers = queries.labels("llm", "llama-pool", "llama", pooled=pooled)
        for measure in queries.of(engine).values():
            assert len(_ask(url, queries.asked(measure, matchers))) <= 1
    assert _ask(url, queries.gpu_query("llm", "llama")) == []


def test_a_pool_without_pods_is_known_to_be_asked_for(url: str) -> None:
    [asked] = _ask(url, queries.awake("llm", "llama-pool"))
    assert asked > 0, "the first request makes the counter, which has no rate yet"
    assert _ask(url, queries.awake("llm", "llama-pool"), later_s=200) == [0]
    assert _ask(url, queries.awake("llm", "unknown")) == [0]
