"""Why requests are slow: the slowest ones, and what the time to first token goes along with.

Requests come from the engines' spans, the state of their pods from the readings just before: queue
and cache of the engine, utilization of its devices. What was not read is null.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.inference.correlation import Correlation, correlate
from services.inference.members import Membership
from services.inference.provider import Asked
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window

SOURCE = "engine spans, pod readings"
SAMPLE = 5_000
"""About as many requests are correlated, at random where there are more."""
SLOWEST = 20
FACTORS = {
    "queue_depth": "queue_depth",
    "kv_cache": "kv_cache_util",
    "gpu_util": "gpu_util",
    "input_length": "input_tokens",
}
"""Names of factors, and the field of a request each is."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; shares are 0 to 1, None is not known."""

    timestamp: datetime
    cluster: str
    namespace: str
    pool: str
    pod: str
    request_id: str
    trace_id: str
    model: str
    ttft_ms: float
    total_ms: float | None
    input_tokens: int | None
    queue_depth: int | None
    kv_cache_util: float | None
    gpu_util: float | None


@dataclass(frozen=True, slots=True)
class Slow:
    """The slowest requests, and correlations over ``sampled`` requests of the same window."""

    requests: tuple[Request, ...]
    correlations: tuple[Correlation, ...]
    sampled: int


def slow(
    store: Store, membership: Membership, asked: Asked, window: Window, limit: int = SLOWEST
) -> Answer[Slow]:
    """What was slow in ``window``. Raises Unavailable, Invalid."""
    where, bound = asked.where()
    bound |= membership.of(asked, window).parameters()
    bound |= {"from": window.start, "to": window.end}
    (extent,) = store.read("slow_extent", bound, clusters=asked.clusters, where=where).dicts()
    if not extent["requests"]:
        why = "No engine has told the time to first token of a request in this time."
        return Answer(None, SOURCE, None, window, why)
    share = min(1_000_000, math.ceil(1_000_000 * SAMPLE / extent["requests"]))
    slowest = extent["longest"][:limit][-1]
    rows = store.read(
        "slow_requests",
        {**bound, "share": share, "slow": slowest},
        clusters=asked.clusters,
        where=where,
    ).dicts()
    found = [(row.pop("sampled"), _request(row)) for row in rows]
    sample = [one for sampled, one in found if sampled]
    outcome = [one.ttft_ms for one in sample]
    correlations = tuple(
        correlate(factor, outcome, [getattr(one, field) for one in sample])
        for factor, field in FACTORS.items()
    )
    requests = tuple(one for _, one in found[:limit])
    return Answer(Slow(requests, correlations, len(sample)), SOURCE, extent["newest"], window)


def _request(row: dict[str, Any]) -> Request:
    cache, used = row.pop("kv_cache_pct"), row.pop("gpu_util_pct")
    return Request(
        **row,
        kv_cache_util=None if cache is None else cache / 100,
        gpu_util=None if used is None else used / 100,
    )
