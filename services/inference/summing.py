"""One summary out of what was counted and read: of a pool, or of several together."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from services.inference import engines
from services.inference.counting import Counted, Grown
from services.inference.gauging import Busy, Gauged
from services.inference.results import MetricsSummary, Vantage
from services.telemetry import buckets

METRICS = (
    "ttft",
    "picker_ttft",
    "generation_tokens",
    "prompt_tokens",
    "requests",
    "errors",
    "prefix_cache_hits",
    "prefix_cache_queries",
)
"""Counters that a summary is made of."""

_Row = TypeVar("_Row", Grown, Gauged, Busy)

NOTHING_STREAMED = "No request had its first token in this range."
NO_LOOK_UP = "No prompt was looked up in the prefix cache in this range."
NO_GPU = "No readings of its GPUs (DCGM) have come in this range."


def source_of(names: Collection[str]) -> str:
    """``vLLM metrics``, ``SGLang and vLLM metrics, DCGM``."""
    own = set(names) - {"dcgm"}
    told = [f"{engines.titles(own)} metrics"] if own else []
    return ", ".join([*told, *(["DCGM"] if "dcgm" in names else [])]) or "engine metrics"


def named(sources: Iterable[str]) -> str:
    """Sources of one answer, each once, in the order in which they come."""
    return ", ".join(dict.fromkeys(sources)) or source_of(())


def ttft_of(counted: Counted) -> tuple[Counted, Vantage]:
    """What to tell of the time to first token: the engine's, or the picker's where only it knows.

    Through NGF a picker sees no responses and has no samples.
    """
    own, pickers = counted.of("ttft"), counted.of("picker_ttft")
    if not own.count and pickers.count:
        return pickers, "picker"
    return own, "engine"


def summary(counted: Counted, gauged: Sequence[Gauged], busy: Sequence[Busy]) -> MetricsSummary:
    """Of rows that belong together; ``gauged`` and ``busy`` have one bucket at most."""
    gauge = gauged[0] if gauged else None
    gpu = busy[0] if busy else None
    names = sorted((counted.sources - {"picker"}) | set(gauge.sources if gauge else ()))
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    reasons: dict[str, str] = {}

    def tell(field: str, what: str, value: Any, source: str = "", quiet: str = "") -> None:
        values[field] = value
        if value is None:
            reasons[field] = quiet or engines.why_missing(names, what)
        else:
            sources[field] = source or source_of(names)

    ttft, vantage = ttft_of(counted)
    hist, count = ttft.buckets, ttft.count
    seen_by = "picker histogram" if vantage == "picker" else source_of(ttft.sources)
    mean = ttft.value / count if ttft.value is not None and count else None
    quiet = NOTHING_STREAMED if ttft.rows else ""
    tell("avg_ttft_ms", "ttft", mean, seen_by, quiet)
    for level in (50, 95, 99):
        value = buckets.value_at(hist, level / 100)
        tell(f"p{level}_ttft_ms", "ttft", value, seen_by, quiet)
    generated, prompt = counted.of("generation_tokens"), counted.of("prompt_tokens")
    tell("avg_tps", "generation_tokens", generated.per_second, source_of(generated.sources))
    tell("prompt_tps", "prompt_tokens", prompt.per_second, source_of(prompt.sources))
    tell("total_tokens", "generation_tokens", _whole(generated.value))
    requests = counted.of("requests")
    tell("requests", "requests", _whole(requests.value))
    # An engine counts errors from the first one on: without it there was none among requests.
    errors = _whole(counted.of("errors").value)
    known = requests.value is not None
    tell("errors", "errors", 0 if errors is None and known else errors)
    quiet = NO_LOOK_UP if counted.of("prefix_cache_queries").rows else ""
    tell("prefix_cache_hit_rate", "prefix_cache", _hit_rate(counted, gauge), "", quiet)
    for field, what, key in (
        ("avg_queue_depth", "waiting", "waiting_mean"),
        ("max_queue_depth", "waiting", "waiting_max"),
        ("requests_in_flight", "running", "running"),
        ("avg_kv_cache_pct", "kv_cache", "kv"),
        ("max_kv_cache_pct", "kv_cache", "kv_max"),
    ):
        tell(field, what, getattr(gauge, key) if gauge else None)
    values["avg_gpu_util"] = gpu.util if gpu else None
    if values["avg_gpu_util"] is None:
        reasons["avg_gpu_util"] = NO_GPU
    else:
        sources["avg_gpu_util"] = source_of(gpu.sources if gpu else ())
    newest = [one for one in (counted.newest, gauge and gauge.newest, gpu and gpu.newest) if one]
    return MetricsSummary(
        **values,
        vantage=vantage if hist else None,
        pods=gauge.pods if gauge else None,
        watched_s=generated.seconds if generated.rows else None,
        engines=tuple(names),
        sources=sources,
        reasons=reasons,
        as_of=max(newest, default=None),
    )


def by_pool(
    counted: Counted, gauged: Sequence[Gauged], busy: Sequence[Busy]
) -> dict[tuple[str, str, str], MetricsSummary]:
    """A summary of each pool that anything tells of, by cluster, namespace and name."""
    counts, gauges, gpus = _by_place(counted.rows), _by_place(gauged), _by_place(busy)
    return {
        place: placed(
            summary(Counted(counts.get(place, ())), gauges.get(place, ()), gpus.get(place, ())),
            place,
        )
        for place in sorted({*counts, *gauges, *gpus})
    }


def placed(of: MetricsSummary, place: tuple[str, str, str]) -> MetricsSummary:
    """A summary as that of one pool."""
    cluster, namespace, pool = place
    return replace(of, cluster=cluster, namespace=namespace, pool=pool)


def _by_place(rows: Sequence[_Row]) -> dict[tuple[str, str, str], list[_Row]]:
    found: dict[tuple[str, str, str], list[_Row]] = {}
    for one in rows:
        if one.pool:
            found.setdefault((one.cluster, one.namespace, one.pool), []).append(one)
    return found


def _hit_rate(counted: Counted, gauge: Gauged | None) -> float | None:
    """Share of looked-up tokens, 0 to 1; a ratio of nothing is none."""
    hits, asked = counted.of("prefix_cache_hits").value, counted.of("prefix_cache_queries").value
    if asked:
        return (hits or 0.0) / asked
    return gauge.hits / 100 if gauge and gauge.hits is not None else None


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
