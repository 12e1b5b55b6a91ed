"""Series of a scrape target, as a Prometheus receiver passes them on in OTLP.

Counters and histograms only grow; their start is the first scrape, because that is when a receiver
sees them first. Values are kept here and written into one message for each scrape.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, ResourceMetrics

from services.demo.traffic.exports import describe, nanoseconds

Labels = Mapping[str, str]
_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE


class Gauge:
    """A value that is set."""

    __slots__ = ("point", "value")

    def __init__(self, point: Any) -> None:
        self.point, self.value = point, 0.0

    def write(self, at: int) -> None:
        self.point.as_double = self.value
        self.point.time_unix_nano = at


class Counter:
    """A value that grows."""

    __slots__ = ("point", "value")

    def __init__(self, point: Any) -> None:
        self.point, self.value = point, 0.0

    def add(self, amount: float = 1.0) -> "Counter":
        self.value += amount
        return self

    def write(self, at: int) -> None:
        self.point.as_double = self.value
        self.point.time_unix_nano = at
        if not self.point.start_time_unix_nano:
            self.point.start_time_unix_nano = at


class Histogram:
    """Observations counted in buckets; the last one is open."""

    __slots__ = ("_bounds", "_point", "counts", "total")

    def __init__(self, point: Any, bounds: Sequence[float]) -> None:
        self._point, self._bounds = point, bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        point.explicit_bounds.extend(bounds)

    def observe(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self._bounds, value)] += times
        self.total += value * times

    def write(self, at: int) -> None:
        point = self._point
        point.bucket_counts[:] = self.counts
        point.count = sum(self.counts)
        point.sum = self.total
        point.time_unix_nano = at
        if not point.start_time_unix_nano:
            point.start_time_unix_nano = at


class Target:
    """What is scraped in one place. ``common`` are labels of all its series."""

    def __init__(self, job: str, instance: str, common: Labels) -> None:
        self._message = ResourceMetrics()
        identity = {"service.name": job, "service.instance.id": instance}
        describe(self._message.resource.attributes, identity)
        self._metrics = self._message.scope_metrics.add().metrics
        self._common = common
        self._points: dict[str, Any] = {}
        self._series: list[Gauge | Counter | Histogram] = []

    def gauge(self, name: str, /, **labels: str) -> Gauge:
        """A new series of a gauge."""
        gauge = Gauge(self._point(name, "gauge", labels))
        self._series.append(gauge)
        return gauge

    def counter(self, name: str, /, **labels: str) -> Counter:
        """A new series of a counter."""
        counter = Counter(self._point(name, "sum", labels))
        self._series.append(counter)
        return counter

    def histogram(self, name: str, bounds: Sequence[float], /, **labels: str) -> Histogram:
        """A new series of a histogram."""
        histogram = Histogram(self._point(name, "histogram", labels), bounds)
        self._series.append(histogram)
        return histogram

    def drop(self, name: str, series: Gauge | Counter) -> None:
        """Show a series of ``name`` no more."""
        self._series.remove(series)
        self._points[name].remove(series.point)

    def scrape(self, at: float) -> ResourceMetrics:
        """All series as they stand; the next scrape changes the same message."""
        moment = nanoseconds(at)
        for one in self._series:
            one.write(moment)
        return self._message

    def _point(self, name: str, kind: str, labels: Labels) -> Any:
        points = self._points.get(name)
        if points is None:
            metric = self._metrics.add()
            metric.name = name
            data = getattr(metric, kind)
            if kind != "gauge":
                data.aggregation_temporality = _CUMULATIVE
            if kind == "sum":
                data.is_monotonic = True
            points = self._points[name] = data.data_points
        point = points.add()
        describe(point.attributes, {**labels, **self._common})
        return point
