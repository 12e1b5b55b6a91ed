"""What a Prometheus has of the traffic of a cluster's gateways.

Rate and connections of every gateway, errors with NGINX Plus only, latencies never: no data plane
of NGF exposes those of requests. A series belongs to a gateway by the label that relabelling gave
it, else by its pod, which the console knows. A series that tells neither counts in the sum of the
cluster only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.ngf import GATEWAY_LABEL
from services.clusters.fleet import Cluster
from services.prometheus import queries
from services.prometheus.client import Labels, Sample
from services.prometheus.sources import Source
from services.telemetry.windows import Window

Gateway = tuple[str, str]
"""Namespace and name."""
UNKNOWN: Gateway = ("", "")
RATE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one gateway or of several together; None is not known. Rates are per second."""

    rate: float | None = None
    connections: float | None = None
    responses: float | None = None
    errors: float | None = None
    as_of: datetime | None = None

    @property
    def error_rate(self) -> float | None:
        """Answers of 5xx to all answers, 0 to 1; None without any."""
        if self.errors is None or not self.responses:
            return None
        return min(1.0, self.errors / self.responses)

    def and_also(self, other: "Figures") -> "Figures":
        """Both together; what only one of them knows is the sum of what is known."""
        return Figures(
            _added(self.rate, other.rate),
            _added(self.connections, other.connections),
            _added(self.responses, other.responses),
            _added(self.errors, other.errors),
            max(filter(None, (self.as_of, other.as_of)), default=None),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer: each gateway's figures, those of series that name none, and what is missing by
    the server's own words."""

    gateways: Mapping[Gateway, Figures]
    unnamed: Figures | None
    warnings: tuple[str, ...] = ()

    def within(self, namespaces: Collection[str] | None) -> "Reading":
        """Without gateways of other namespaces, and then without what may be theirs."""
        if namespaces is None:
            return self
        kept = {key: one for key, one in self.gateways.items() if key[0] in namespaces}
        return Reading(kept, None, self.warnings)

    @property
    def together(self) -> Figures:
        """All that was read, summed."""
        total = self.unnamed or Figures()
        for one in self.gateways.values():
            total = total.and_also(one)
        return total


def read(source: Source, cluster: Cluster, window: Window) -> Reading:
    """The figures of a window. Raises Unavailable."""
    query = queries.traffic(source.scope, max(1, round(window.seconds)))
    found = source.client.instant(query, window.end)
    pods = _pods(cluster)
    gateways: dict[Gateway, Figures] = {}
    for sample in found.items:
        key = gateway_of(sample.labels, pods)
        gateways[key] = gateways.get(key, Figures()).and_also(_figure(sample))
    unnamed = gateways.pop(UNKNOWN, None)
    return Reading(gateways, unnamed, found.warnings)


def over_time(
    source: Source,
    cluster: Cluster,
    window: Window,
    step: int,
    namespaces: Collection[str] | None = None,
) -> dict[datetime, Figures]:
    """Rate and connections of all gateways of ``namespaces`` (of everything without them), by the
    start of each bucket of ``step`` seconds; buckets of which nothing is known are not there, and
    those that are not over.

    What a bucket has is how things stood at its end, with the rate of two minutes at least: data
    planes have new numbers once a minute. Raises Unavailable.
    """
    query = queries.over_time(source.scope, max(step, RATE_SECONDS))
    ends = timedelta(seconds=step)
    first, last = window.aligned(step).start + ends, min(window.end, datetime.now(UTC))
    if last < first:
        return {}
    found = source.client.range(query, first, last, step)
    pods = _pods(cluster)
    made: dict[datetime, Figures] = {}
    for series in found.items:
        if namespaces is not None and gateway_of(series.labels, pods)[0] not in namespaces:
            continue
        field = series.labels.get(queries.FIELD, "")
        for at, value in series.points:
            figure = _alone(field, value)
            made[at - ends] = made.get(at - ends, Figures()).and_also(figure)
    return made


def gateway_of(labels: Labels, pods: Mapping[Gateway, str]) -> Gateway:
    """Whose a series is: namespace and name of a Gateway, or :data:`UNKNOWN`."""
    label = queries.PLACE[2]
    namespace = labels.get("gateway_namespace") or labels.get("namespace") or ""
    name = labels.get("gateway") or labels.get(label) or ""
    if not name:
        name = pods.get((namespace, labels.get("pod") or ""), "")
    return (namespace, name) if namespace and name else UNKNOWN


def _pods(cluster: Cluster) -> dict[Gateway, str]:
    """The gateway of each pod of a data plane, by namespace and name of the pod."""
    return {
        place: labels[GATEWAY_LABEL]
        for place, pod in cluster.snapshot("pods").objects.items()
        if GATEWAY_LABEL in (labels := pod["metadata"].get("labels") or {})
    }


def _figure(sample: Sample) -> Figures:
    field = sample.labels.get(queries.FIELD, "")
    if field == "as_of":
        return Figures(as_of=datetime.fromtimestamp(sample.value, UTC))
    return _alone(field, sample.value)


def _added(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def _alone(field: str, value: float) -> Figures:
    """One figure alone; the queries name the fields."""
    alone: dict[str, Any] = {field: value}
    return Figures(**alone)
