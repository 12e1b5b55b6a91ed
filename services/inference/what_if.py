"""What another autoscaling would have done with the traffic that was recorded.

The recorded load (what all pods had together) goes through the rules of the autoscaler with other
targets and bounds; beside it stands what really happened. How long pods take to start, and how
requests would have fared with fewer or more pods, was never recorded, and is not made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ngf_operator.inference.queries import ENGINES

from services.auth.identity import Identity
from services.errors import Invalid, Unavailable
from services.inference.provider import Asked, MetricsProvider
from services.inference.recorded_load import LEAST_STEP_S, NAMES, RECORDED, RecordedLoads
from services.inference.scaling_replay import SYNC_S, Policy, Tick, above, replay
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

LONGEST = timedelta(days=7)
POINTS = 240
WAKING = ("requests_in_flight", "queue_depth", "tps", "prompt_tps")
"""What is above nothing where requests come in, as the picker would tell."""
ASSUMED = (
    "The recorded load is spread evenly over the pods of each size, and would have come the same.",
    "New pods take requests at once.",
)
UNKNOWN = (
    "How latency would have been with other sizes was never recorded.",
    "How long a new pod takes to load the model is not part of it: each one that is started late"
    " adds that time above the target.",
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A metric, by the name that the stack or the engine has for it, and its target for a pod."""

    metric: str
    target: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """The autoscaling in question."""

    least: int
    most: int
    thresholds: tuple[Threshold, ...]
    backend: str = "keda"
    cooldown_s: int = 300
    polling_s: int = 30
    up_window_s: int = 0
    down_window_s: int = 300


@dataclass(frozen=True, slots=True)
class Sizes:
    """A size over ``hours``, added up. ``minutes_above`` counts only what ``minutes_known``."""

    hours: float
    pod_hours: float
    minutes_above: float
    minutes_known: float
    smallest: int
    largest: int
    changes: int


@dataclass(frozen=True, slots=True)
class WhatIfPoint:
    """One bucket: the load of all pods by metric, and the sizes; None was not recorded."""

    at: datetime
    loads: Mapping[str, float | None]
    replicas: int
    was: int | None


@dataclass(frozen=True, slots=True)
class Used:
    """A threshold and what it was judged by; ``reason`` why it could not be, else ""."""

    metric: str
    target: float
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would have been beside what was, both over the time in which it is known what was, where
    it is known at all. ``gpus`` is how many GPUs a pod has, None not known."""

    step: int
    points: tuple[WhatIfPoint, ...]
    simulated: Sizes
    actual: Sizes | None
    gpus: int | None
    thresholds: tuple[Used, ...]
    assumed: tuple[str, ...]
    unknown: tuple[str, ...]


class WhatIfs:
    """Answers from the analytics store, by the ``loads`` that are in it."""

    def __init__(self, loads: RecordedLoads, metrics: MetricsProvider) -> None:
        self._loads, self._metrics = loads, metrics

    def of(
        self, who: Identity, cluster: str, pool: str, wanted: Wanted, window: Window
    ) -> Answer[WhatIf]:
        """Of a pool (a name, or ``namespace/name``); None with a reason where nothing was recorded.

        Raises NotFound, Unavailable, and Invalid, which names the field.
        """
        _check(wanted, window)
        namespace, _, name = pool.rpartition("/")
        seen = None if who.namespaces is None else tuple(sorted(who.namespaces))
        found = self._metrics.get_pool(Asked((cluster,), seen, name, namespace)).value
        if found is None:
            raise Unavailable(f"Nothing is known of {pool}.")
        asked = Asked((cluster,), seen, name, found.namespace)
        step = max(LEAST_STEP_S, window.step(POINTS))
        scope = Scope.of(who, [cluster], f"{found.namespace}/{name}")
        recorded = self._loads.of(asked, scope, window, step)
        engine = found.serving_backend or ""
        used = tuple(_used(one, recorded.loads, wanted, engine) for one in wanted.thresholds)
        counted = [one for one in used if not one.reason]
        if not counted:
            why = " ".join(dict.fromkeys(one.reason for one in used))
            return Answer(None, "", recorded.newest, window, why)
        policy = _policy(wanted, [one.target for one in counted])
        loads = [recorded.loads[NAMES.get(one.metric, one.metric)] for one in counted]
        waking = _waking(wanted, recorded.loads)
        awake = [recorded.loads[name] for name in waking]
        value = _replayed(policy, loads, awake, counted, recorded.sizes, window, step)
        reason = " ".join(one.reason for one in used if one.reason) or None
        sources = " and ".join(dict.fromkeys(one.source for one in counted))
        made = WhatIf(
            step,
            *value,
            found.gpu_count,
            used,
            (*ASSUMED, *_notes(wanted, waking, step)),
            UNKNOWN,
        )
        return Answer(made, sources, recorded.newest, window, reason)


def _check(wanted: Wanted, window: Window) -> None:
    if window.end - window.start > LONGEST:
        raise Invalid.of("range", f"must be at most {LONGEST.days}d long here")
    if wanted.most < max(1, wanted.least):
        raise Invalid.of("maxReplicas", "must be at least 1 and at least minReplicas")
    if wanted.backend != "keda" and wanted.least < 1:
        raise Invalid.of("minReplicas", "must be at least 1 with an HPA; only KEDA scales to none")
    if not wanted.thresholds:
        raise Invalid.of("thresholds", "must name a metric and its target")
    metrics = [one.metric for one in wanted.thresholds]
    for number, one in enumerate(wanted.thresholds):
        if one.metric in metrics[:number]:
            raise Invalid.of(f"thresholds[{number}].metric", "is there already, with its target")
        if one.target <= 0:
            raise Invalid.of(f"thresholds[{number}].target", "must be more than 0")


def _policy(wanted: Wanted, targets: Sequence[float]) -> Policy:
    return Policy(
        wanted.least,
        wanted.most,
        tuple(targets),
        wanted.cooldown_s,
        wanted.polling_s,
        wanted.up_window_s,
        wanted.down_window_s,
        wanted.backend == "keda",
    )


def _waking(wanted: Wanted, loads: Mapping[str, Mapping[datetime, float]]) -> tuple[str, ...]:
    """What was recorded and tells whether anybody asks for a pool that may sleep."""
    if not _may_sleep(wanted):
        return ()
    return tuple(name for name in WAKING if name in loads)


def _may_sleep(wanted: Wanted) -> bool:
    return wanted.backend == "keda" and wanted.least == 0


def _gauged(canonical: str, engine: str) -> bool:
    """Whether a metric of an engine is one of a pod as it is, which is all that an HPA can ask."""
    engines = [ENGINES[engine]] if engine in ENGINES else ENGINES.values()
    return any(one[canonical].gauge for one in engines if canonical in one)


def _used(
    one: Threshold,
    loads: Mapping[str, Mapping[datetime, float]],
    wanted: Wanted,
    engine: str,
) -> Used:
    canonical = NAMES.get(one.metric, one.metric)
    if wanted.backend == "hpa" and canonical in RECORDED and not _gauged(canonical, engine):
        reason = f"{one.metric} has to be computed, which only the backend keda can."
        return Used(one.metric, one.target, "", reason)
    if canonical in loads:
        own = canonical in RECORDED
        return Used(one.metric, one.target, "engine and GPU metrics" if own else "autoscalers", "")
    if any(word in one.metric for word in ("ttft", "latency", "seconds", "_ms")):
        reason = f"{one.metric} is a duration, and how it changes with the size is not recorded."
    elif canonical in RECORDED:
        reason = f"No values of {one.metric} were recorded for this pool in this time."
    else:
        known = ", ".join(RECORDED)
        reason = f"{one.metric} is not among what is recorded: {known}."
    return Used(one.metric, one.target, "", reason)


def _replayed(
    policy: Policy,
    loads: Sequence[Mapping[datetime, float]],
    awake: Sequence[Mapping[datetime, float]],
    used: Sequence[Used],
    sizes: Mapping[datetime, int],
    window: Window,
    step: int,
) -> tuple[tuple[WhatIfPoint, ...], Sizes, Sizes | None]:
    """Points, what would have been, what was."""
    known = sorted({at for one in loads for at in one} | set(sizes))
    first = next((sizes[at] for at in known if at in sizes), policy.least)
    times = _times(known[0], known[-1], step)
    looks = [tick for at in times for tick in _looks(at, step, loads, awake)]
    replayed = list(replay(policy, looks, first))
    was = [sizes.get(at) for at in times for _ in range(0, step, SYNC_S)]
    actual = [(tick, size) for tick, size in zip(looks, was, strict=True) if size is not None]
    beside = [one for one, size in zip(replayed, was, strict=True) if size is not None]
    each = step // SYNC_S
    points = tuple(
        WhatIfPoint(
            at,
            {name.metric: one.get(at) for name, one in zip(used, loads, strict=True)},
            replayed[(number + 1) * each - 1][1],
            sizes.get(at),
        )
        for number, at in enumerate(times)
        if at >= window.start - timedelta(seconds=step)
    )
    summed = _summed(policy, beside or replayed)
    return points, summed, _summed(policy, actual) if actual else None


def _looks(
    at: datetime,
    step: int,
    loads: Sequence[Mapping[datetime, float]],
    awake: Sequence[Mapping[datetime, float]],
) -> Iterator[Tick]:
    """The looks of one bucket, which all see the same."""
    seen, asked = tuple(one.get(at) for one in loads), any(one.get(at) for one in awake)
    for late in range(0, step, SYNC_S):
        yield Tick(at.timestamp() + late, seen, asked)


def _times(first: datetime, last: datetime, step: int) -> list[datetime]:
    count = round((last - first).total_seconds()) // step + 1
    return [first + timedelta(seconds=step * number) for number in range(count)]


def _summed(policy: Policy, looks: Sequence[tuple[Tick, int]]) -> Sizes:
    minutes = SYNC_S / 60
    told = [above(policy, tick, size) for tick, size in looks]
    sizes = [size for _, size in looks]
    changes = sum(one != other for one, other in pairwise(sizes))
    return Sizes(
        hours=len(sizes) * minutes / 60,
        pod_hours=sum(sizes) * minutes / 60,
        minutes_above=sum(one is True for one in told) * minutes,
        minutes_known=sum(one is not None for one in told) * minutes,
        smallest=min(sizes),
        largest=max(sizes),
        changes=changes,
    )


def _notes(wanted: Wanted, waking: Sequence[str], step: int) -> Iterator[str]:
    if wanted.backend == "keda" and wanted.least > 0:
        yield (
            "KEDA's cooldown only counts on the way to no pods at all; with minReplicas"
            f" {wanted.least} the scale-down window of {wanted.down_window_s} s decides."
        )
    if waking:
        yield f"Whether requests wake a pool that sleeps is told by {', '.join(waking)}."
    elif _may_sleep(wanted):
        yield (
            "Requests at its picker wake a pool that sleeps, too; none were recorded, so here only"
            " the thresholds do."
        )
    if step > LEAST_STEP_S:
        yield f"Each look sees the mean of {step} s; shorter peaks are not in it."
