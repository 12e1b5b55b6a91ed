"""REST of autoscaling: how a pool is scaled and why, how it was over time, and scaling events."""

from dataclasses import asdict
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.answers import Rests, rests
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.errors import NotFound, Unavailable
from services.inference.autoscaling import Autoscaling, Scaled
from services.inference.scaling_log import MOST, as_json
from services.realtime.scope import Scope
from services.telemetry.windows import RULE, Window

POOL = "A name, or namespace/name where several namespaces have one of that name"


class PoolParams(BaseModel):
    """Which pool."""

    pool: str = Field(min_length=1, max_length=320, description=POOL)


class HistoryParams(PoolParams):
    """Which pool, and when."""

    range: str = Field("1h", max_length=80, description=f"It {RULE}")


class EventParams(BaseModel):
    """Of which pool, and when."""

    pool: str = Field("", max_length=320, description=f"{POOL}; empty: all")
    range: str = Field("1h", max_length=80, description=f"It {RULE}")
    limit: int = Field(200, ge=1, le=MOST)


class EvidenceItem(BaseModel):
    """A field of an object, and what is in it."""

    object: str
    field: str
    value: str


class SentenceItem(BaseModel):
    """One finding in plain words."""

    status: str = Field(description="err, warn, info, ok or unknown")
    text: str
    evidence: list[EvidenceItem]


class MetricItem(BaseModel):
    """A metric that the autoscaler compares with its target; null cannot be read."""

    name: str
    type: str = Field(description="External, Resource, Pods, Object or ContainerResource")
    per: str = Field(description="pod: of one on average; request: percent; all: of all together")
    value: float | None
    target: float | None
    ratio: float | None


class ScalerItem(BaseModel):
    """What scales a workload."""

    kind: str
    name: str


class WorkloadItem(BaseModel):
    """A workload that serves the pool; null is not known."""

    kind: str
    name: str
    scalers: list[ScalerItem]
    minReplicas: int | None
    maxReplicas: int | None
    replicas: int | None = Field(description="The size it is to have")
    desiredReplicas: int | None = Field(description="The size the autoscaler wants")
    readyReplicas: int | None
    metrics: list[MetricItem]
    explanation: list[SentenceItem]


class AutoscalingAnswer(BaseModel):
    """How a pool is scaled, and why it has its size: the deciding reason first."""

    cluster: str
    namespace: str
    pool: str
    minReplicas: int | None
    maxReplicas: int | None
    replicas: int | None
    stack: str | None = Field(description="The InferenceStack that makes the pool; null: none does")
    settings: dict[str, Any] | None = Field(
        description="What the stack asks of its autoscaler, as a PUT takes it"
    )
    resourceVersion: str | None = Field(
        description="The version of the stack that a PUT can be based on"
    )
    workloads: list[WorkloadItem]
    explanation: list[SentenceItem]
    source: str
    as_of: Time | None = Field(description="Until when it is known to be true, UTC")
    reason: str | None = Field(description="Why it may not be so any more")


class PointItem(BaseModel):
    """A bucket: means of values, last sizes."""

    at: Time
    value: float | None
    target: float | None
    replicas: int | None
    desired: int | None
    ready: int | None
    least: int | None
    most: int | None


class TrackItem(BaseModel):
    """One metric of one workload over time; metric is empty where it has none."""

    kind: str
    name: str
    metric: str
    per: str
    points: list[PointItem] = Field(description="A bucket without a sample is left out")


class HistoryAnswer(Rests):
    """Metric against target, and sizes, over time."""

    stepSeconds: int
    tracks: list[TrackItem]


class ScalingEventItem(BaseModel):
    """What happened to a workload; null was not told."""

    timestamp: Time
    cluster: str
    namespace: str
    pool: str
    event: str = Field(
        description="scale-up, scale-down, activated, deactivated, scaled, paused, resumed,"
        " fallback, fallback ended, failed or limited"
    )
    fromReplicas: int | None
    toReplicas: int | None
    trigger: str | None
    reason: str | None
    message: str | None
    scaler: str | None = Field(description="keda or hpa; null: somebody else wrote the size")
    targetKind: str
    target: str
    source: str = Field(description="Which objects and Events said so")
    id: str


class EventList(Rests):
    """Scaling events, newest first."""

    items: list[ScalingEventItem]


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/autoscaling`` and ``/inference/scaling-events``."""
    fleet, scaling = container.fleet, container.scaling

    def where(path: Tree) -> str:
        return fleet.visible(current_identity(), cluster_of(path, fleet)).name

    def settings(found: Autoscaling) -> dict[str, Any]:
        """The stack of a pool, and its autoscaling."""
        who, pool = current_identity(), f"{found.namespace}/{found.pool}"
        try:
            stack = container.stacks.of_pool(who, found.cluster, pool)
        except (NotFound, Unavailable):
            return {"stack": None, "settings": None, "resourceVersion": None}
        metadata, asked = stack["metadata"], stack["spec"].get("autoscaling")
        version = metadata["resourceVersion"]
        return {"stack": metadata["name"], "settings": asked, "resourceVersion": version}

    def get_autoscaling(path: Tree, query: PoolParams) -> Response:
        """How a pool is scaled right now, and why."""
        found = scaling.now.of(current_identity(), where(path), query.pool)
        return answer(_told(found) | settings(found))

    def get_autoscaling_history(path: Tree, query: HistoryParams) -> Response:
        """Metric against target, and sizes, over time."""
        who, window = current_identity(), Window.parse(query.range)
        found = scaling.now.of(who, where(path), query.pool)
        scope = Scope.of(who, [found.cluster], f"{found.namespace}/{found.pool}")
        history = scaling.history.tracks(scope, window)
        value = history.value
        body = {
            "stepSeconds": value.step if value else 0,
            "tracks": [asdict(one) for one in value.tracks] if value else [],
        }
        return answer(body | rests(history))

    def list_scaling_events(path: Tree, query: EventParams) -> Response:
        """Scaling events of a cluster or of one pool."""
        scope = Scope.of(current_identity(), [where(path)], query.pool)
        found = scaling.history.events(scope, Window.parse(query.range), query.limit)
        items = [as_json(one) for one in found.value or ()]
        return answer({"items": items} | rests(found))

    in_both_trees(
        server,
        "autoscaling",
        [
            (
                "get",
                "/inference/autoscaling",
                get_autoscaling,
                {"responses": {"200": AutoscalingAnswer}},
            ),
            (
                "get",
                "/inference/autoscaling/history",
                get_autoscaling_history,
                {"responses": {"200": HistoryAnswer}},
            ),
            (
                "get",
                "/inference/scaling-events",
                list_scaling_events,
                {"responses": {"200": EventList}},
            ),
        ],
    )


def _told(found: Autoscaling) -> dict[str, Any]:
    least, most = found.limits
    return {
        "cluster": found.cluster,
        "namespace": found.namespace,
        "pool": found.pool,
        "minReplicas": least,
        "maxReplicas": most,
        "replicas": found.replicas,
        "workloads": [_workload(one) for one in found.workloads],
        "explanation": [asdict(one) for one in found.explanation],
        "source": "Kubernetes: autoscalers, ScaledObjects, workloads and pods",
        "as_of": found.as_of,
        "reason": found.reason or None,
    }


def _workload(one: Scaled) -> dict[str, Any]:
    return {
        "kind": one.target.kind,
        "name": one.target.name,
        "scalers": [{"kind": kind, "name": name} for kind, name in one.scalers],
        "minReplicas": one.least,
        "maxReplicas": one.most,
        "replicas": one.replicas,
        "desiredReplicas": one.desired,
        "readyReplicas": one.ready,
        "metrics": [
            {
                "name": each.name,
                "type": each.kind,
                "per": each.per,
                "value": each.value,
                "target": each.target,
                "ratio": each.ratio,
            }
            for each in one.readings
        ],
        "explanation": [asdict(each) for each in one.explanation],
    }
