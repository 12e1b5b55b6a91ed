"""The agent's own metrics, in one registry: heartbeats, reports, and the process."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.process_collector import ProcessCollector

from agent.hub import OUTCOMES, Outcome


class HeartbeatMetrics:
    """Told by the heartbeat loop what happened."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._heartbeats = Counter(
            "ngf_console_agent_heartbeats",
            "Heartbeats sent, by what became of them",
            ["outcome"],
            registry=registry,
        )
        for outcome in OUTCOMES:
            self._heartbeats.labels(outcome)
        self._accepted = Gauge(
            "ngf_console_agent_last_success_timestamp_seconds",
            "When the hub last accepted a heartbeat, 0 for never",
            registry=registry,
        )
        self._duration = Histogram(
            "ngf_console_agent_report_duration_seconds",
            "Time to read the cluster for a heartbeat",
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self._missing = Gauge(
            "ngf_console_agent_report_missing_parts",
            "Parts that the last report could not give",
            registry=registry,
        )
        self._interval = Gauge(
            "ngf_console_agent_interval_seconds",
            "Time between heartbeats, as the hub wants it",
            registry=registry,
        )
        self._endpoint = Info(
            "ngf_console_agent_hub_config", "What the hub answered", registry=registry
        )

    def reported(self, seconds: float, missing: int) -> None:
        """A report was made."""
        self._duration.observe(seconds)
        self._missing.set(missing)

    def sent(self, outcome: Outcome) -> None:
        """A heartbeat was sent, or could not be."""
        self._heartbeats.labels(outcome).inc()
        if outcome == "accepted":
            self._accepted.set(time.time())

    def configured(self, interval_s: float, otel_endpoint: str | None) -> None:
        """The configuration in effect."""
        self._interval.set(interval_s)
        self._endpoint.info({"otel_endpoint": otel_endpoint or ""})


def registry(version: str) -> CollectorRegistry:
    """With what every process of the agent has: its memory and its version."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    build = Info("ngf_console_agent_build", "What is running", registry=made)
    build.info({"version": version})
    return made
