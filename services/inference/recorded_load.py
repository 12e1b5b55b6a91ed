"""What the pods of a pool had to do over time, all together, and how many they were.

Loads are what the pods had together: the mean of a pod times how many there were. Sizes are what
autoscalers were seen to set, else how many pods were read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ngf_operator.inference.queries import ENGINES

from services.inference.gauging import Gauges
from services.inference.members import Membership
from services.inference.provider import Asked, MetricsProvider
from services.inference.scaling_history import ScalingHistory, Track
from services.realtime.scope import Scope
from services.telemetry.store import Store
from services.telemetry.windows import Window

LEAST_STEP_S = 60
"""Engines' readings are put together minute by minute."""
RECORDED = (
    "queue_depth",
    "requests_in_flight",
    "kv_cache_pct",
    "gpu_util_pct",
    "tps",
    "prompt_tps",
)
NAMES: Mapping[str, str] = {name: name for name in RECORDED} | {
    one.gauge: name
    for measures in ENGINES.values()
    for name, one in measures.items()
    if one.gauge and name in RECORDED
}
"""Metrics whose load was recorded, by every name that a threshold may give them."""

Means = Iterable[tuple[datetime, float | None]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Loads by metric, and sizes, by the bucket that they are of; a bucket without is left out."""

    loads: Mapping[str, Mapping[datetime, float]]
    sizes: Mapping[datetime, int]
    newest: datetime | None


class RecordedLoads:
    """Answers from the analytics store. All raise Unavailable, and Invalid where too much is
    asked."""

    def __init__(
        self,
        store: Store,
        membership: Membership,
        history: ScalingHistory,
        metrics: MetricsProvider,
    ) -> None:
        self._gauges, self._membership = Gauges(store), membership
        self._history, self._metrics = history, metrics

    def of(self, asked: Asked, scope: Scope, window: Window, step: int) -> Recorded:
        """Of one pool in buckets of ``step`` seconds; ``scope`` is the same pool."""
        members, aligned = self._membership.of(asked, window), window.aligned(step)
        read = self._gauges.over(asked, aligned, members, step, by_pool=True)
        busy = self._gauges.busy(asked, aligned, members, step, by_pool=True)
        history = self._history.tracks(scope, window).value
        tracks = history.tracks if history else ()
        pods = {one.at: one.pods for one in read if one.pods}
        sizes = {**pods, **_sizes(tracks, step)}
        loads = {
            "queue_depth": _of_all(((one.at, one.waiting_mean) for one in read), pods),
            "kv_cache_pct": _of_all(((one.at, one.kv) for one in read), pods),
            "requests_in_flight": {one.at: one.running for one in read if one.running is not None},
            "gpu_util_pct": _of_all(((one.at, one.util) for one in busy), sizes),
            "tps": self._tokens(asked, window, step, prompt=False),
            "prompt_tps": self._tokens(asked, window, step, prompt=True),
            **{track.metric: _of_track(track, step) for track in tracks if track.metric},
        }
        newest = [*(one.newest for one in read), *(one.newest for one in busy)]
        newest += [point.at for track in tracks for point in track.points[-1:]]
        known = {name: one for name, one in loads.items() if one}
        return Recorded(known, sizes, max(newest, default=None))

    def _tokens(
        self, asked: Asked, window: Window, step: int, *, prompt: bool
    ) -> dict[datetime, float]:
        """Tokens a second of all pods; nothing where the source has other buckets."""
        points = max(1, round(window.seconds / step))
        found = self._metrics.tps_throughput(asked, window, points, prompt=prompt).value
        if found is None or found.step != step:
            return {}
        return {one.at: one.value for one in found.points if one.value is not None}


def bucket(at: datetime, step: int) -> datetime:
    """When the bucket begins that a moment is in."""
    return datetime.fromtimestamp(at.timestamp() // step * step, UTC)


def _of_all(means: Means, sizes: Mapping[datetime, int]) -> dict[datetime, float]:
    return {at: mean * sizes[at] for at, mean in means if mean is not None and at in sizes}


def _of_track(track: Track, step: int) -> dict[datetime, float]:
    """What an autoscaler compared, as the load of all pods, in buckets of ``step`` seconds."""
    found: dict[datetime, list[float]] = {}
    for point in track.points:
        if point.value is not None and point.replicas:
            found.setdefault(bucket(point.at, step), []).append(point.value * point.replicas)
    return {at: sum(values) / len(values) for at, values in found.items()}


def _sizes(tracks: Sequence[Track], step: int) -> dict[datetime, int]:
    """The sizes that workloads of a pool had, added up; of each bucket the last."""
    by_workload: dict[tuple[str, str], dict[datetime, int]] = {}
    for track in tracks:
        held = by_workload.setdefault((track.kind, track.name), {})
        for point in track.points:
            if point.replicas is not None:
                held[bucket(point.at, step)] = point.replicas
    found: dict[datetime, int] = {}
    for held in by_workload.values():
        for at, size in held.items():
            found[at] = found.get(at, 0) + size
    return found
