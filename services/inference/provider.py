"""Where numbers of inference come from: one interface, behind it the analytics store or a mock.

Every answer says its source, its age and its window (``results`` has what it holds).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.errors import Invalid, NotFound
from services.inference.results import (
    CostEstimate,
    Device,
    EppDecision,
    MetricsSummary,
    PodMetrics,
    PodSeries,
    PoolStatus,
    Series,
    TtftHistogram,
    TtftSeries,
)
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
from services.telemetry.windows import Window


@dataclass(frozen=True, slots=True)
class Asked:
    """Which pools: ``clusters`` and ``namespaces`` are those that may be seen, None all; ``pool``
    and ``namespace`` narrow it to one, "" does not."""

    clusters: tuple[str, ...] | None = None
    namespaces: tuple[str, ...] | None = None
    pool: str = ""
    namespace: str = ""

    @classmethod
    def of(cls, scope: Scope) -> "Asked":
        """What a scope covers."""
        namespace, _, pool = scope.pool.rpartition("/")
        clusters, namespaces = scope.clusters, scope.namespaces
        return cls(
            None if clusters is None else tuple(sorted(clusters)),
            None if namespaces is None else tuple(sorted(namespaces)),
            pool,
            namespace,
        )

    def where(self) -> tuple[str, dict[str, Any]]:
        """Conditions beside the clusters, beginning with AND, and their parameters.

        They speak of ``pool_name`` and of ``of_pool``, which knows pods that name no pool, too.
        """
        where = ""
        bound: dict[str, Any] = {}
        if self.namespaces is not None:
            where += " AND namespace IN {namespaces:Array(String)}"
            bound["namespaces"] = sorted(self.namespaces)
        if self.namespace:
            where += " AND namespace = {namespace:String}"
            bound["namespace"] = self.namespace
        if self.pool:
            where += " AND pool_name IN ({pool:String}, '') AND of_pool = {pool:String}"
            bound["pool"] = self.pool
        return where, bound

    def covers(self, cluster: str, namespace: str, name: str = "") -> bool:
        """Whether a pool is among those asked about."""
        return (
            (self.clusters is None or cluster in self.clusters)
            and (self.namespaces is None or namespace in self.namespaces)
            and self.namespace in ("", namespace)
            and self.pool in ("", name)
        )


class MetricsProvider(Protocol):
    """Answers about pools. All of it raises Unavailable where the source does not answer, but
    pools that objects tell of."""

    source: str

    def list_pools(self, asked: Asked) -> Answer[list[PoolStatus]]:
        """Pools by name; those of objects without what the source would add, where it does not
        answer."""

    def get_pool(self, asked: Asked) -> Answer[PoolStatus]:
        """The one pool asked for. Raises NotFound, and Invalid where several have the name."""

    def summary(self, asked: Asked, window: Window) -> Answer[MetricsSummary]:
        """What is asked about, together."""

    def by_pool(self, asked: Asked, window: Window) -> Answer[list[MetricsSummary]]:
        """Each pool by itself, by name."""

    def pod_metrics(self, asked: Asked, window: Window) -> Answer[list[PodMetrics]]:
        """Pods that were read at the end of the window, by name."""

    def devices(self, asked: Asked, window: Window) -> Answer[list[Device]]:
        """GPUs that were read at the end of the window, by node and number."""

    def recent_decisions(
        self, asked: Asked, window: Window, limit: int
    ) -> Answer[list[EppDecision]]:
        """The newest decisions of the pickers, newest first."""

    def ttft_histogram(self, asked: Asked, window: Window) -> Answer[TtftHistogram]:
        """How the time to first token is distributed."""

    def ttft_percentiles(
        self, asked: Asked, window: Window, points: int = 60
    ) -> Answer[TtftSeries]:
        """Its percentiles over time."""

    def tps_throughput(
        self, asked: Asked, window: Window, points: int = 60, *, prompt: bool = False
    ) -> Answer[Series]:
        """Tokens generated in a second, of all pods together, or those of prompts."""

    def queue_depth_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        """Waiting requests of a pod, mean."""

    def gpu_util_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        """Utilization of the GPUs, mean."""

    def gpu_memory_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        """Share of the GPUs' memory that is in use, in percent."""

    def kv_cache_series(self, asked: Asked, window: Window, points: int = 60) -> Answer[Series]:
        """Use of the KV cache of a pod, mean."""

    def kv_cache_by_pod(self, asked: Asked, window: Window, points: int = 60) -> Answer[PodSeries]:
        """Use of the KV cache of each pod."""

    def cost_estimate(self, asked: Asked, window: Window) -> Answer[CostEstimate]:
        """What the one pool asked for costs. Raises as `get_pool`."""

    def standing_cost(self, pool: PoolStatus) -> CostEstimate:
        """What a pool costs by its size alone; asks nobody."""

    def upsert_pool(self, pool: PoolStatus) -> None:
        """Write a pool down before its objects are seen."""

    def delete_pool(self, cluster: str, namespace: str, name: str) -> None:
        """Forget a pool that was written down; one that is not there is none."""


def the_one(pools: Sequence[PoolStatus], asked: Asked) -> PoolStatus:
    """The only one of ``pools``, which are those called as asked.

    Raises NotFound, and Invalid where it takes a namespace or a cluster to tell them apart.
    """
    if not pools:
        raise no_pool(asked)
    if len(pools) > 1:
        places = ", ".join(f"{one.cluster} {one.namespace}" for one in pools[:5])
        raise Invalid.of("namespace", f"must be given, as pools have this name in {places}")
    return pools[0]


def no_pool(asked: Asked) -> NotFound:
    """What is said where no pool is called as asked."""
    place = "/".join(filter(None, (asked.namespace, asked.pool)))
    return NotFound(f"There is no inference pool {place}.", pool=asked.pool)
