"""REST of endpoint pickers: what they see of their pools, what they decided, how long it took."""

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.answers import Rests, rests
from api.openapi import Tree, answer, in_both_trees
from api.pool_scope import AnyPoolParams, asked_of, checked, window_of
from services.container import Container
from services.inference.pickers import Picker, pickers


class PickerItem(BaseModel):
    """The picker of a pool. What is not told is null."""

    namespace: str
    pool: str
    readyEndpoints: int | None
    queueSize: float | None = Field(description="Waiting requests of an endpoint, on average")
    running: float | None = Field(description="Running requests of an endpoint, on average")
    kvCachePct: float | None = Field(description="Of an endpoint, on average")
    saturation: float | None = Field(description="1 and more: requests wait or are refused")
    requests: float | None = Field(description="Of the range, that got an endpoint")
    errors: dict[str, float] = Field(description="Of the range, by code")
    picks: dict[str, float] = Field(description="Of the range, by endpoint")
    p50Decision: float | None = Field(description="Milliseconds")
    p95Decision: float | None = Field(description="Milliseconds")


class PickerList(Rests):
    """Pickers by namespace and pool."""

    items: list[PickerItem]
    total: int


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/metrics/pickers``."""

    def list_pickers(path: Tree, query: AnyPoolParams) -> Response:
        """Endpoint pickers: their pools as they see them now, what they decided in the range."""
        asked = asked_of(container, path, query.pool)
        checked(container, asked)
        membership = container.inference.membership
        found = pickers(container.store, membership, asked, window_of(query))
        items = [_item(one) for one in found.value or []]
        return answer({"items": items, "total": len(items), **rests(found)})

    in_both_trees(
        server,
        "pickers",
        [("get", "/inference/metrics/pickers", list_pickers, {"responses": {"200": PickerList}})],
    )


def _item(one: Picker) -> dict[str, object]:
    return {
        "namespace": one.namespace,
        "pool": one.pool,
        "readyEndpoints": one.ready_endpoints,
        "queueSize": one.queue_size,
        "running": one.running,
        "kvCachePct": one.kv_cache_pct,
        "saturation": one.saturation,
        "requests": one.requests,
        "errors": one.errors,
        "picks": one.picks,
        "p50Decision": one.decision_p50_ms,
        "p95Decision": one.decision_p95_ms,
    }
