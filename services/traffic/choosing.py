"""The traffic of one cluster in numbers, each from the source that has it.

::

    access logs   rate, errors, latencies; of the cluster, a gateway, a route
    Prometheus    active connections; rate where no log comes, errors then with NGINX Plus only

Where there are logs, rates are theirs: NGF's own counter takes some errors twice, and probes and
scrapes with them. A number that no source has is None and says why; a source that does not answer
is named, and takes nothing from the other.
"""

from dataclasses import dataclass

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.errors import ConsoleError, Unavailable
from services.prometheus import red
from services.prometheus.sources import Sources
from services.telemetry.access import SOURCE as LOGS
from services.telemetry.access import AccessLogs, By, Red
from services.telemetry.scope import Scope, scope_of
from services.telemetry.windows import Window
from services.traffic.figures import (
    CONNECTIONS,
    ERRORS,
    MEAN,
    P50,
    P95,
    P99,
    PROMETHEUS,
    RATE,
    REQUESTS,
    Figures,
    OverTime,
    Part,
    Parts,
)

MOST = 10_000
"""Gateways or routes that are told, those with the most requests."""
NO_LATENCY = "Only access logs tell latencies; no metric of NGF does."
NO_ROUTES = "Only access logs tell traffic by route; no metric of NGF does."
NO_CONNECTIONS = "Only Prometheus tells connections."
OPEN_SOURCE = "Not available from Prometheus on open source NGINX, which counts no status codes."
NO_RESPONSES = "Prometheus has no responses by status in this time."


class Traffic:
    """Raises NotFound for a cluster out of sight, and Unavailable where the store does not answer
    and nobody else knows anything."""

    def __init__(self, fleet: Fleet, logs: AccessLogs, prometheus: Sources) -> None:
        self._fleet, self._logs, self._prometheus = fleet, logs, prometheus

    def summary(self, who: Identity, cluster: str, window: Window) -> Figures:
        """The cluster as a whole."""
        member, scope = self._seen(who, cluster)
        logged = self._logged(scope, window, "")
        metered = self._metered(member, window, who)
        made = Figures()
        for one in logged.found.values():
            _from_logs(made, one)
        if metered.reading:
            _from_metrics(made, metered.reading.together, window)
        _say_why(made, logged, metered, member)
        logged.raise_unless(made.sources)
        return made

    def by_gateway(self, who: Identity, cluster: str, window: Window) -> Parts:
        """Every gateway that either source knows."""
        member, scope = self._seen(who, cluster)
        logged = self._logged(scope, window, "gateway")
        metered = self._metered(member, window, who)
        gateways = metered.reading.gateways if metered.reading else {}
        items = []
        for place in {**logged.found, **gateways}:
            made = Figures()
            if place in logged.found:
                _from_logs(made, logged.found[place])
            if place in gateways:
                _from_metrics(made, gateways[place], window)
            _say_why(made, logged, metered, member)
            items.append(Part(*place, made))
        logged.raise_unless(items)
        reasons = {}
        if metered.reading and metered.reading.unnamed:
            reasons["gateways"] = "Prometheus has data planes whose series name no gateway."
        for source, reason in ((LOGS, logged.reason), (PROMETHEUS, metered.reason)):
            if reason:
                reasons[source] = reason
        return Parts(sorted(items, key=_most), reasons)

    def by_route(self, who: Identity, cluster: str, window: Window) -> Parts:
        """Every route that a log line names, and those requests that name none."""
        _, scope = self._seen(who, cluster)
        logged = self._logged(scope, window, "route")
        items = []
        for place, one in logged.found.items():
            made = Figures()
            _from_logs(made, one)
            made.lack({CONNECTIONS: NO_CONNECTIONS, **dict.fromkeys((MEAN, P95), NO_LATENCY)})
            items.append(Part(*place, made))
        logged.raise_unless(items)
        reasons = {}
        if logged.reason:
            reasons[LOGS] = logged.reason if items else f"{logged.reason} {NO_ROUTES}"
        if ("", "") in logged.found:
            reasons["name"] = "No marker names the route of some requests."
        return Parts(sorted(items, key=_most), reasons)

    def over_time(self, who: Identity, cluster: str, window: Window) -> OverTime:
        """The cluster by buckets of time, those of the logs where there are any."""
        member, scope = self._seen(who, cluster)
        made = OverTime(window.step())
        problem: Unavailable | None = None
        try:
            logged = self._logs.series(scope, window)
        except Unavailable as error:
            problem, made.reasons[LOGS] = error, error.message
        else:
            made.take_logs(logged)
        try:
            source = self._prometheus.of(member)
            metered = red.over_time(source, member, window, made.step, who.namespaces)
        except ConsoleError as error:
            made.reasons[PROMETHEUS] = error.message
        else:
            made.take_metrics(metered)
            if not metered:
                made.reasons[PROMETHEUS] = _no_series(member)
        if problem and not made.points:
            raise problem
        return made

    def _seen(self, who: Identity, cluster: str) -> tuple[Cluster, Scope]:
        return self._fleet.visible(who, cluster), scope_of(self._fleet, who, (cluster,))

    def _logged(self, scope: Scope, window: Window, by: By) -> "_Logged":
        try:
            if not by:
                whole = self._logs.summary(scope, window)
                found = {("", ""): whole.value} if whole.value else {}
                return _Logged(found, whole.reason)
            rows = self._logs.table(scope, window, by, MOST)
        except Unavailable as error:
            return _Logged({}, error.message, error)
        parts = {_place(row.name): row.red for row in rows.value or ()}
        return _Logged(parts, rows.reason)

    def _metered(self, cluster: Cluster, window: Window, who: Identity) -> "_Metered":
        try:
            reading = red.read(self._prometheus.of(cluster), cluster, window)
        except ConsoleError as error:
            return _Metered(None, error.message)
        reading = reading.within(who.namespaces)
        if not reading.gateways and not reading.unnamed:
            return _Metered(None, _no_series(cluster))
        return _Metered(reading, "; ".join(reading.warnings))


@dataclass(frozen=True, slots=True)
class _Logged:
    found: dict[red.Gateway, Red]
    reason: str | None
    problem: Unavailable | None = None

    def raise_unless(self, known: object) -> None:
        """A store that is down is said as such where there is nothing else to say."""
        if self.problem and not known:
            raise self.problem


@dataclass(frozen=True, slots=True)
class _Metered:
    reading: red.Reading | None
    reason: str


def _from_logs(made: Figures, logged: Red) -> None:
    for name, value in {
        REQUESTS: logged.requests,
        RATE: logged.per_second,
        ERRORS: logged.failure_share,
        MEAN: logged.mean_ms,
        P50: logged.p50_ms,
        P95: logged.p95_ms,
        P99: logged.p99_ms,
    }.items():
        made.take(name, value, LOGS, logged.newest)


def _from_metrics(made: Figures, metered: red.Figures, window: Window) -> None:
    rate = metered.rate
    for name, value in {
        REQUESTS: None if rate is None else rate * window.seconds,
        RATE: rate,
        ERRORS: metered.error_rate,
        CONNECTIONS: metered.connections,
    }.items():
        made.take(name, value, PROMETHEUS, metered.as_of)


def _say_why(made: Figures, logged: _Logged, metered: _Metered, cluster: Cluster) -> None:
    """The reason of every field that is not known, first what the better source lacks."""
    logs = logged.reason or "The access logs of this time do not have it."
    metrics = metered.reason or "Prometheus has too few samples of it in this time."
    errors = metrics
    if metered.reading:
        errors = OPEN_SOURCE if cluster.ngf().edition == "oss" else NO_RESPONSES
    made.lack(
        {
            **dict.fromkeys((REQUESTS, RATE), f"{logs} {metrics}"),
            ERRORS: f"{logs} {errors}",
            **dict.fromkeys((MEAN, P50, P95, P99), f"{logs} {NO_LATENCY}"),
            CONNECTIONS: metrics,
        }
    )


def _no_series(cluster: Cluster) -> str:
    return f"Prometheus has no series of data planes of {cluster.name} in this time."


def _place(name: str) -> red.Gateway:
    """``namespace/name``, or the namespace alone of a gateway that a line does not name."""
    namespace, _, rest = name.partition("/")
    return namespace, rest


def _most(part: Part) -> tuple[float, str, str]:
    return -(part.figures.values.get(RATE) or 0.0), part.namespace, part.name
