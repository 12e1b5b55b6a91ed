"""What the panels' questions cost on 10 million log lines and 10 million requests at engines.

Each question is asked as the product asks it, answer made and all, and once more as bare SQL in the
engine, in turns: the ratio is what the product adds. Goal: 1.2. Then what rollups spare, and how
fast telemetry comes in. A new question is one line of ``questions``.

``BENCH_ROWS`` changes the number of rows.
"""

import logging
import math
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from clickhouse_connect.driver.binding import bind_query

from cli.source import demo
from services.auth.identity import CONSOLE
from services.container import Container
from services.demo.places import PLACES
from services.inference import remembered
from services.inference.provider import Asked
from services.inference.slow import slow
from services.settings import load
from services.telemetry.access import AccessLogs
from services.telemetry.engines import Embedded
from services.telemetry.log_filters import Filters
from services.telemetry.log_lines import LogLines
from services.telemetry.scope import Scope
from services.telemetry.store import PANEL, Limits, Rows, Store
from services.telemetry.windows import Window
from tests.bench import sent_telemetry, telemetry_rows
from tests.serving import free_port

ROWS = int(os.environ.get("BENCH_ROWS", 10_000_000))
ROUNDS = 7
MEMORY_MIB = 4096
NOW = datetime.now(UTC).replace(second=0, microsecond=0)

Question = Callable[[], Any]


class Uncached(Limits):
    """Without the engine's memory of which conditions matched where, because rounds are to be
    alike, and with time enough on a machine that has much else to do."""

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"use_query_condition_cache": 0, "max_execution_time": 120}


class Watched(Store):
    """Notes what it is asked, and how many rows were read for it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.read_rows = 0

    def read(
        self,
        query: str,
        parameters: Mapping[str, Any],
        *,
        clusters: Collection[str] | None,
        limits: Limits = PANEL,
        where: str = "",
        around: str = "$query",
    ) -> Rows:
        uncached = Uncached(**vars(limits))
        text, bound = self.text(query, parameters, clusters, where, around)
        self.asked.append((text, bound, uncached.settings()))
        rows = super().read(
            query, parameters, clusters=clusters, limits=uncached, where=where, around=around
        )
        self.read_rows += rows.read_rows
        return rows


def questions(container: Container) -> dict[str, Question]:
    """What panels and pages ask, by name."""
    red, lines = AccessLogs(container.store), LogLines(container.store)
    metrics, decisions = container.metrics, container.decisions
    hour, day, minutes = (Window.last(seconds, NOW) for seconds in (3600, 86400, 900))
    one, all_of = Scope(("web-fra",)), Scope(telemetry_rows.CLUSTERS)
    failed, text = Filters(status=("5xx",)), Filters(status=("5xx",), text="orders")
    pool, pools = Asked(("gpu-iad",), pool="llama3-70b", namespace="llm"), Asked(("gpu-iad",))
    return {
        "red: summary, 1 h": lambda: red.summary(one, hour),
        "red: by route, 1 h": lambda: red.table(one, hour, "route"),
        "red: by route, 24 h": lambda: red.table(one, day, "route"),
        "red: by route, 24 h, fleet": lambda: red.table(all_of, day, "route"),
        "red: by gateway, 24 h, fleet": lambda: red.table(all_of, day, "gateway"),
        "red: series, 15 min, of lines": lambda: red.series(one, minutes),
        "red: series, 24 h": lambda: red.series(one, day),
        "red: series by class, 24 h, fleet": lambda: red.series(all_of, day, "status_class"),
        "logs: newest 50, 24 h": lambda: lines.page(one, day, Filters()),
        "logs: newest 50, 24 h, fleet": lambda: lines.page(all_of, day, Filters()),
        "logs: 5xx with a text, 24 h": lambda: lines.page(one, day, text),
        "logs: histogram, 24 h": lambda: lines.histogram(one, day, Filters()),
        "logs: histogram of a text, 24 h": lambda: lines.histogram(one, day, text),
        "logs: count of 5xx, 24 h": lambda: lines.count(one, day, failed),
        "logs: top paths of 5xx, 24 h": lambda: lines.top(one, day, failed, "path"),
        "logs: frequent values, 1 h": lambda: lines.facets(one, hour, Filters()),
        "logs: slowest, 1 h": lambda: red.slowest(one, hour),
        "logs: one request id, 24 h": lambda: lines.page(one, day, Filters(request_id="0" * 32)),
        "pool: summary, 1 h": lambda: metrics.summary(pool, hour),
        "pool: summary, 24 h": lambda: metrics.summary(pool, day),
        "pools: summaries, 24 h": lambda: metrics.by_pool(pools, day),
        "pool: TTFT percentiles, 24 h": lambda: metrics.ttft_percentiles(pool, day),
        "pool: TTFT histogram, 24 h": lambda: metrics.ttft_histogram(pool, day),
        "pool: tokens/s, 24 h": lambda: metrics.tps_throughput(pool, day),
        "pool: queue, 24 h": lambda: metrics.queue_depth_series(pool, day),
        "pool: KV cache by pod, 1 h": lambda: metrics.kv_cache_by_pod(pool, hour),
        "pool: GPUs, 24 h": lambda: metrics.gpu_util_series(pool, day),
        "pool: cost, 24 h": lambda: metrics.cost_estimate(pool, day),
        "pods: last readings": lambda: metrics.pod_metrics(pool, hour),
        "GPUs: last readings": lambda: metrics.devices(pools, hour),
        "slow requests of a pool, 1 h": lambda: slow(
            container.store, container.inference.membership, pool, hour
        ),
        "decisions: newest 20": lambda: decisions.newest(CONSOLE, hour, 20, pool="llama3-70b"),
        "decisions: count, 24 h": lambda: decisions.counted(CONSOLE, day),
    }


RAW = {
    "red: by route, 24 h": ("red_table_raw", {"by": "route", "limit": 200}),
    "red: by route, 24 h, fleet": ("red_table_raw", {"by": "route", "limit": 200}),
    "red: series, 24 h": ("red_series_raw", {"by": "", "named": [], "step": 1800}),
}
"""The same from the lines themselves, for questions that rollups answer."""


@contextmanager
def bare(folder: Path) -> Iterator[Callable[[str, dict[str, Any], dict[str, Any]], None]]:
    """The engine without the product: runs one text."""
    import chdb

    handle: Any = chdb.connect(f"{folder}?max_server_memory_usage={MEMORY_MIB * 1024 * 1024}")

    def run(text: str, parameters: dict[str, Any], settings: dict[str, Any]) -> None:
        _, bound = bind_query(text, parameters)
        given = {name.removeprefix("param_"): value for name, value in bound.items()}
        clause = ", ".join(f"{name} = {value!r}" for name, value in settings.items())
        handle.query(f"{text}\nSETTINGS {clause}", "Native", params=given).bytes()

    yield run
    handle.close()


@dataclass
class Took:
    """The least of several rounds in milliseconds: by the clock, and of processors, which does not
    change with what else a machine does."""

    clock: float = math.inf
    processor: float = math.inf

    def note(self, run: Callable[[], Any]) -> "Took":
        """One round more."""
        clock, processor = time.perf_counter(), time.process_time()
        run()
        self.clock = min(self.clock, 1000 * (time.perf_counter() - clock))
        self.processor = min(self.processor, 1000 * (time.process_time() - processor))
        return self


def fill(store: Store) -> None:
    """The rows, and how fast they went in."""
    database = store.layout.database
    inserts = {
        "access logs": (telemetry_rows.ACCESS, ROWS),
        "requests at engines": (telemetry_rows.INFERENCE, ROWS),
        "readings": (telemetry_rows.READINGS, 2 * telemetry_rows.PODS * 4 * 60 * 24),
        "counters": (telemetry_rows.COUNTERS, 6 * telemetry_rows.PODS * 60 * 24),
        "picker spans and lines": (telemetry_rows.DECISIONS, min(ROWS, 900_000)),
    }
    for name, (text, rows) in inserts.items():
        with store.engine.client() as client:
            took = Took().note(partial(telemetry_rows.fill, client, database, text, rows, NOW))
        print(f"{rows:,} {name} with their rollups: {1000 * rows / took.clock:,.0f}/s")
    with store.engine.client() as client:
        for table in ("ngf_metrics_1m", "ngf_counters_1m", "ngf_inference_metrics_1m"):
            client.command(f"OPTIMIZE TABLE {database}.{table} FINAL")


def compare(store: Watched, run: Any, asked: dict[str, Question]) -> None:
    """A line a question: what it takes bare, in the product, the ratio, and the rows read."""
    ratios = []
    for name, question in asked.items():
        store.asked.clear()
        store.read_rows = 0
        question()  # the first finds no page of the tables in memory
        texts, read = list(store.asked), store.read_rows
        product, engine = Took(), Took()
        for _ in range(ROUNDS):
            product.note(question)
            engine.note(lambda texts=texts: [run(*one) for one in texts])  # type: ignore[misc]
        ratios.append(product.processor / engine.processor)
        print(
            f"{name}: {engine.clock:.1f} ms bare, {product.clock:.1f} ms,"
            f" {product.clock / engine.clock:.2f} x ({ratios[-1]:.2f} x of processors),"
            f" {read:,} rows read, {len(texts)} statements"
        )
        if name in RAW:
            beside(store, run, name, texts, engine.clock, read)
    over = sum(ratio > 1.2 for ratio in ratios)
    median = statistics.median(ratios)
    print(f"of processors: median {median:.2f} x, {over} of {len(ratios)} over 1.2 x")


def beside(store: Watched, run: Any, name: str, texts: list[Any], rolled: float, read: int) -> None:
    """What the same costs without a rollup."""
    query, parameters = RAW[name]
    bound = {**texts[0][1], **parameters, "from": NOW - timedelta(days=1), "to": NOW}
    named = bound.get("clusters") or [bound["cluster"]]
    store.read_rows = 0
    store.read(query, bound, clusters=named)
    raw = Took()
    for _ in range(ROUNDS):
        raw.note(partial(run, *store.asked[-1]))
    print(
        f"  from the lines: {raw.clock:.1f} ms, {store.read_rows:,} rows;"
        f" the rollup is {raw.clock / rolled:.1f} x faster,"
        f" and reads {store.read_rows / read:.0f} x less"
    )


def main() -> int:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = load(
            {
                "demo": True,
                "demo_traffic": False,
                "demo_operator": False,
                "data": Path(folder),
                "port": free_port(),
            }
        )
        data = Path(folder) / "store"
        store = Watched(Embedded(data, MEMORY_MIB))
        container = Container.build(settings, demo(settings, PLACES), store)
        container.fleet.start()
        container.fleet.wait_ready(20)
        logging.getLogger("agent").setLevel(logging.ERROR)  # nothing is served that agents reach
        remembered.SECONDS = -1.0  # each round asks anew
        store.open()
        fill(store)
        with bare(data) as run:
            compare(store, run, questions(container))
        print(sent_telemetry.rates(container))
        container.fleet.stop()
        container.telemetry.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak of memory, engine and demo fleet included: {peak} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
