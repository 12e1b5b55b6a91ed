"""REST of inference pools: what there is, by the objects of a cluster."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.answers import Rests, rests
from api.guard import current_identity
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from api.pool_scope import asked_of
from services.container import Container
from services.errors import NotFound, Unavailable
from services.inference.provider import Asked
from services.inference.results import PoolStatus
from services.inference.stack_settings import pool_of
from services.telemetry.answers import Answer


class PoolName(Tree):
    """One pool."""

    name: str = Field(min_length=1, max_length=253, description="Name of the pool")


class PoolsParams(BaseModel):
    """Which pools."""

    namespace: str = Field("", max_length=63, description="Only those of this namespace")


class InNamespaceParams(BaseModel):
    """In which namespace it is."""

    namespace: str = Field(
        "", max_length=63, description="Needed where several namespaces have a pool of that name"
    )


class PoolCondition(BaseModel):
    """How the pool stands."""

    type: str
    status: str
    reason: str
    message: str


class PoolStatusItem(BaseModel):
    """Endpoints, and how the pool stands."""

    readyReplicas: int | None
    totalReplicas: int | None
    conditions: list[PoolCondition]


class PoolItem(BaseModel):
    """An inference pool; null is not known, and ``reasons`` says why by the name of the field."""

    cluster: str
    name: str
    namespace: str
    modelName: str | None
    modelVersion: str | None
    servingBackend: str | None
    gpuType: str | None
    gpuCount: int | None = Field(description="GPUs of one replica")
    replicas: int | None
    minReplicas: int | None
    maxReplicas: int | None
    selector: dict[str, str] | None
    status: PoolStatusItem
    avgGpuUtil: float | None = Field(description="Percent, of the last 15 minutes")
    endpointPicker: str | None = Field(description="Name of its Service")
    stack: str | None = Field(description="The InferenceStack that makes it; null: none does")
    createdAt: Time | None
    reasons: dict[str, str]


class PoolList(Rests):
    """Pools by name."""

    items: list[PoolItem]
    total: int


class PoolAnswer(Rests, PoolItem):
    """One pool, and what is told of it rests on."""


_FIELDS = {
    "model_name": "modelName",
    "model_version": "modelVersion",
    "serving_backend": "servingBackend",
    "gpu_type": "gpuType",
    "gpu_count": "gpuCount",
    "replicas": "replicas",
    "min_replicas": "minReplicas",
    "max_replicas": "maxReplicas",
    "avg_gpu_util": "avgGpuUtil",
}
"""Names of fields in the service and in REST."""


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/pools``; `pool_writes` changes them."""

    def made(path: PoolName, query: InNamespaceParams) -> Asked:
        """The pool of the stack of that name. Raises NotFound, Unavailable and Invalid."""
        who, where = current_identity(), cluster_of(path, container.fleet)
        stack = container.stacks.of_pool(who, where, path.name, query.namespace)
        return asked_of(container, path, pool_of(stack), stack["metadata"]["namespace"])

    def list_inference_pools(path: Tree, query: PoolsParams) -> Response:
        """The pools of a cluster."""
        found = container.metrics.list_pools(asked_of(container, path, "", query.namespace))
        items = [pool_item(one) for one in found.value or []]
        return answer({"items": items, "total": len(items), **rests(found)})

    def get_inference_pool(path: PoolName, query: InNamespaceParams) -> Response:
        """One pool, by its name or that of the InferenceStack that makes it."""
        asked = asked_of(container, path, path.name, query.namespace)
        found: Answer[PoolStatus]
        try:
            found = container.metrics.get_pool(asked)
        except NotFound as missing:
            try:
                asked = made(path, query)
            except (NotFound, Unavailable):
                raise missing from None
            found = container.metrics.get_pool(asked)
        return answer({**(pool_item(found.value) if found.value else {}), **rests(found)})

    in_both_trees(
        server,
        "inference-pools",
        [
            ("get", "/inference/pools", list_inference_pools, {"responses": {"200": PoolList}}),
            (
                "get",
                "/inference/pools/<name>",
                get_inference_pool,
                {"responses": {"200": PoolAnswer}},
            ),
        ],
    )


def pool_item(pool: PoolStatus) -> dict[str, Any]:
    """One pool as REST has it."""
    known = {name: getattr(pool, field) for field, name in _FIELDS.items()}
    condition = {
        "type": "Ready",
        "status": "True" if pool.status == "Ready" else "False",
        "reason": pool.status,
        "message": pool.status_reason,
    }
    return {
        "cluster": pool.cluster,
        "name": pool.name,
        "namespace": pool.namespace,
        **known,
        "selector": None if pool.selector is None else dict(pool.selector),
        "status": {
            "readyReplicas": pool.ready_replicas,
            "totalReplicas": pool.replicas,
            "conditions": [condition],
        },
        "endpointPicker": pool.picker or None,
        "stack": pool.stack or None,
        "createdAt": pool.created_at.isoformat() if pool.created_at else None,
        "reasons": {
            _FIELDS[field]: why
            for field, why in pool.reasons.items()
            if field in _FIELDS and known[_FIELDS[field]] is None
        },
    }
