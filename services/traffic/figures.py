"""Numbers about traffic, of which each says its source, or why it is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.prometheus import red
from services.telemetry.access import SOURCE as LOGS
from services.telemetry.access import Series
from services.telemetry.answers import Answer

PROMETHEUS = "Prometheus"
RATE, REQUESTS, ERRORS = "requestsPerSec", "totalRequests", "errorRate"
MEAN, P50, P95, P99 = "avgLatencyMs", "p50LatencyMs", "p95LatencyMs", "p99LatencyMs"
CONNECTIONS = "activeConnections"
FIELDS = (REQUESTS, ERRORS, MEAN, P50, P95, P99, RATE, CONNECTIONS)


@dataclass(slots=True)
class Figures:
    """Numbers by field, the source of each that is known, the reason of each that is not."""

    values: dict[str, float | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    as_of: dict[str, datetime] = field(default_factory=dict)

    def take(self, name: str, value: float | None, source: str, as_of: datetime | None) -> None:
        """A number, unless it is not known or another source has it already."""
        if value is None or self.values.get(name) is not None:
            return
        self.values[name], self.sources[name] = value, source
        if as_of:
            self.as_of[source] = as_of

    def lack(self, reasons: Mapping[str, str]) -> None:
        """Why fields that nobody knows are not known."""
        for name, reason in reasons.items():
            if self.values.setdefault(name, None) is None:
                self.reasons[name] = reason


@dataclass(frozen=True, slots=True)
class Part:
    """One gateway or route; both names are "" where no source tells them."""

    namespace: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Parts:
    """Gateways or routes, most requests first, and why some, or all, may be missing."""

    items: list[Part]
    reasons: dict[str, str]

    @property
    def as_of(self) -> dict[str, datetime]:
        """The newest that is known, by source."""
        found: dict[str, datetime] = {}
        for part in self.items:
            for source, at in part.figures.as_of.items():
                found[source] = max(at, found.get(source, at))
        return found


@dataclass(slots=True)
class OverTime:
    """Buckets of ``step`` seconds by their start; ``reasons`` and ``as_of`` by source."""

    step: int
    points: dict[datetime, Figures] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    as_of: dict[str, datetime] = field(default_factory=dict)

    def take_logs(self, logged: Answer[list[Series]]) -> None:
        """Rate, errors and latencies; the buckets are theirs."""
        if logged.reason:
            self.reasons[LOGS] = logged.reason
        if not logged.value:
            return
        whole = logged.value[0]
        self.step = whole.step
        if logged.as_of:
            self.as_of[LOGS] = logged.as_of
        for point in whole.points:
            made = self.points.setdefault(point.at, Figures())
            for name, value in {
                RATE: point.per_second,
                ERRORS: point.failure_share,
                P50: point.p50_ms,
                P95: point.p95_ms,
                P99: point.p99_ms,
            }.items():
                made.take(name, value, LOGS, None)

    def take_metrics(self, metered: Mapping[datetime, red.Figures]) -> None:
        """Connections, and the rate where no log told any: logs leave out what is not over."""
        for at, figures in metered.items():
            made = self.points.setdefault(at, Figures())
            made.take(CONNECTIONS, figures.connections, PROMETHEUS, None)
            if LOGS not in self.as_of:
                made.take(RATE, figures.rate, PROMETHEUS, None)
        self.points = dict(sorted(self.points.items()))
