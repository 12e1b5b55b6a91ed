"""The operator's own metrics, in one registry."""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.process_collector import ProcessCollector

RESULTS = ("unchanged", "acted", "lacking", "failed", "retried")
STATES = ("Ready", "Waiting", "Failed", "Skipped", "Adopted")


class Metrics:
    """Told by the other parts what happened; ``registry`` is what is served."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        prefix = "ngf_console_operator"
        Info(f"{prefix}_build", "What is running", registry=self.registry).info(
            {"version": version}
        )
        self._reconciles = Counter(
            f"{prefix}_reconciles",
            "Reconciles of parents, by kind of parent and what became of them",
            ["kind", "result"],
            registry=self.registry,
        )
        self._duration = Histogram(
            f"{prefix}_reconcile_duration_seconds",
            "Time that one reconcile took",
            ["kind"],
            buckets=(0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self._depth = Gauge(
            f"{prefix}_queue_depth", "Parents that wait for a worker", registry=self.registry
        )
        self._restored = Counter(
            f"{prefix}_drift_restored",
            "Children that others had changed or deleted and that were restored, by kind",
            ["kind"],
            registry=self.registry,
        )
        self._children = Gauge(
            f"{prefix}_children", "Children, by state", ["state"], registry=self.registry
        )
        self._requests = Counter(
            f"{prefix}_api_requests",
            "Requests to the API server, by verb and status; 0 for no answer",
            ["verb", "code"],
            registry=self.registry,
        )
        self._leader = Gauge(
            f"{prefix}_leader", "1 for the replica that reconciles", registry=self.registry
        )

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """A parent was reconciled."""
        self._reconciles.labels(kind, result).inc()
        self._duration.labels(kind).observe(seconds)

    def restored(self, kind: str) -> None:
        """A child was restored."""
        self._restored.labels(kind).inc()

    def requested(self, verb: str, code: int) -> None:
        """The API server was asked."""
        self._requests.labels(verb, str(code)).inc()

    def leads(self, whether: bool) -> None:
        """This replica reconciles, or does not."""
        self._leader.set(int(whether))

    def watches(self, depth: Callable[[], int], in_state: Callable[[str], int]) -> None:
        """Read these when metrics are asked for."""
        self._depth.set_function(depth)
        for state in STATES:
            self._children.labels(state).set_function(partial(in_state, state))
