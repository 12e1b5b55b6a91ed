"""The console's own metrics at ``/metrics``, in Prometheus' text format.

What happens is counted as it happens; what is (watches, their age) is read when somebody asks.
``docs/metrics.md`` describes each.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from api.guard import current_identity
from services.clusters.jobs import Jobs
from services.container import Container
from services.errors import Denied
from services.kube.catalogue import KINDS
from services.realtime.topics import Topics
from services.telemetry.opening import Telemetry

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""A client may call its method anything; what is none of these is counted as ``other``."""


class FleetCollector:
    """State of every watch of every cluster, read from the snapshots."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def collect(self) -> Iterator[Metric]:
        """One family after the other, as prometheus-client asks for them."""
        labels = ["cluster"]
        up = GaugeMetricFamily(
            "ngf_console_cluster_up", "1 while the cluster answers", None, labels
        )
        kinds = ["cluster", "kind"]
        count = GaugeMetricFamily("ngf_console_objects", "Objects held in memory", None, kinds)
        live = GaugeMetricFamily("ngf_console_watch_live", "1 while the watch is open", None, kinds)
        age = GaugeMetricFamily(
            "ngf_console_watch_age_seconds", "Seconds since the data was known true", None, kinds
        )
        phase = GaugeMetricFamily(
            "ngf_console_cluster_phase", "1 for the phase it is in", None, [*labels, "phase"]
        )
        resting = GaugeMetricFamily(
            "ngf_console_cluster_breaker_open", "1 while no call is made to it", None, labels
        )
        check = GaugeMetricFamily(
            "ngf_console_cluster_check_seconds", "What the last answered check took", None, labels
        )
        beat = GaugeMetricFamily(
            "ngf_console_agent_heartbeat_age_seconds", "Since the last heartbeat", None, labels
        )
        now = datetime.now(UTC)
        for cluster, info in self._container.fleet.described():
            up.add_metric([info.name], info.state.connected)
            phase.add_metric([info.name, info.standing.phase], 1)
            resting.add_metric([info.name], info.state.breaker == "open")
            if info.state.latest and info.state.latest.seconds is not None:
                check.add_metric([info.name], info.state.latest.seconds)
            if info.agent:
                beat.add_metric([info.name], (now - info.agent.at).total_seconds())
            for kind in KINDS:
                snapshot = cluster.snapshot(kind)
                if snapshot.state == "absent":
                    continue
                place = [info.name, kind]
                count.add_metric(place, len(snapshot.objects))
                live.add_metric(place, snapshot.state == "live")
                if snapshot.as_of:
                    age.add_metric(place, max(0.0, (now - snapshot.as_of).total_seconds()))
        yield from (up, phase, resting, check, beat, count, live, age)
        if self._container.jobs:
            yield from _of_jobs(self._container.jobs)
        yield from _of_telemetry(self._container.telemetry)
        yield from _of_topics(self._container.topics)
        build = InfoMetricFamily("ngf_console_build", "Version of the console")
        build.add_metric([], {"version": self._container.version})
        yield build


def _of_jobs(jobs: Jobs) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "ngf_console_leader", "1 on the replica that does what is done once", jobs.leadership.leads
    )
    written = CounterMetricFamily(
        "ngf_console_status_writes", "Statuses of ManagedClusters written", None, ["writer"]
    )
    for writer, count in jobs.written.items():
        written.add_metric([writer], count)
    yield written


def _of_telemetry(telemetry: Telemetry) -> Iterator[Metric]:
    taken, writer = telemetry.intake.taken, telemetry.writer
    requests = CounterMetricFamily(
        "ngf_console_telemetry_requests", "Requests of telemetry taken", None, ["signal"]
    )
    for signal, count in list(taken.requests.items()):
        requests.add_metric([signal], count)
    refused = CounterMetricFamily(
        "ngf_console_telemetry_refused", "Requests of telemetry refused", None, ["reason"]
    )
    for reason, count in list(taken.refused.items()):
        refused.add_metric([reason], count)
    rows = CounterMetricFamily(
        "ngf_console_telemetry_rows", "Rows of telemetry taken", None, ["table"]
    )
    for table, count in list(taken.rows.items()):
        rows.add_metric([table], count)
    untimely = CounterMetricFamily(
        "ngf_console_telemetry_untimely",
        "Rows of telemetry dropped because they are of a time that is not kept",
        None,
        ["table"],
    )
    for table, count in list(taken.untimely.items()):
        untimely.add_metric([table], count)
    written = CounterMetricFamily(
        "ngf_console_telemetry_written", "Rows of telemetry written to the store", None, ["table"]
    )
    for table, count in list(writer.written.items()):
        written.add_metric([table], count)
    yield from (requests, refused, rows, untimely, written)
    yield CounterMetricFamily(
        "ngf_console_telemetry_repeated",
        "Requests of telemetry that came again and were not taken twice",
        taken.repeated,
    )
    yield CounterMetricFamily(
        "ngf_console_telemetry_put_aside", "Rows that the store refused", writer.put_aside
    )
    spool = telemetry.intake.spool
    yield GaugeMetricFamily(
        "ngf_console_telemetry_waiting_bytes", "Telemetry on disk that waits", spool.bytes
    )
    yield GaugeMetricFamily(
        "ngf_console_telemetry_waiting_rows", "Rows on disk that wait", spool.rows
    )
    yield GaugeMetricFamily(
        "ngf_console_store_up", "1 while the store answers", telemetry.store.problem is None
    )


def _of_topics(topics: Topics) -> Iterator[Metric]:
    listeners = GaugeMetricFamily(
        "ngf_console_live_listeners", "Sockets that listen to a topic", None, ["topic"]
    )
    scopes = GaugeMetricFamily(
        "ngf_console_live_scopes", "Scopes in which a topic is listened to", None, ["topic"]
    )
    for name, (listening, asked) in topics.listening().items():
        listeners.add_metric([name], listening)
        scopes.add_metric([name], asked)
    sent = CounterMetricFamily(
        "ngf_console_live_messages_sent", "Messages handed to sockets", None, ["topic"]
    )
    lost = CounterMetricFamily(
        "ngf_console_live_messages_lost", "Messages too many for a slow socket", None, ["topic"]
    )
    closed = CounterMetricFamily(
        "ngf_console_live_sockets_closed", "Sockets that ended", None, ["topic", "reason"]
    )
    for name, count in topics.counts.items():
        sent.add_metric([name], count.sent)
        lost.add_metric([name], count.lost)
        for reason, number in count.closed.copy().items():
            closed.add_metric([name, reason], number)
    yield from (listeners, scopes, sent, lost, closed)


def register(server: Flask, container: Container) -> None:
    """Count requests and answer ``/metrics``."""
    registry = CollectorRegistry()
    registry.register(FleetCollector(container))
    requests = Counter(
        "ngf_console_http_requests",
        "Requests answered",
        ["method", "route", "status"],
        registry=registry,
    )
    seconds = Histogram(
        "ngf_console_http_request_duration_seconds",
        "Time to answer",
        ["method", "route"],
        buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10),
        registry=registry,
    )

    @server.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        socket = bool(request.url_rule and request.url_rule.websocket)
        method = request.method if request.method in METHODS else "other"
        requests.labels(method, route, response.status_code).inc()
        if "began" in g and not socket:
            seconds.labels(method, route).observe(time.perf_counter() - g.began)
        return response

    @server.route("/metrics", methods=["GET"])
    def metrics() -> Response:
        who = current_identity()
        if who.clusters is not None or who.namespaces is not None:
            raise Denied("The metrics speak of every cluster; this identity is limited.")
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
