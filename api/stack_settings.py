"""REST of what an InferenceStack says of its picker and its autoscaling."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel
from werkzeug.wrappers import Response

from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity, requires
from api.objects import Objects
from api.openapi import Tree, answer, cluster_of, in_both_trees, with_headers
from api.operated import Consequences
from api.pool_scope import POOL, POOL_LENGTH
from api.refusals import stack_to_change, version_of
from api.writes import PlanAnswer, WriteParams
from services.auth.identity import Role
from services.container import Container
from services.errors import Invalid, NotFound, Unavailable
from services.inference import stack_settings
from services.kube.fields import Object


class OnePoolParams(BaseModel):
    """Which pool."""

    pool: str = Field(min_length=1, max_length=POOL_LENGTH, description=POOL)


class Weights(BaseModel):
    """How much each sign counts; null removes one."""

    model_config = ConfigDict(extra="forbid")

    queueDepth: int | None = Field(None, ge=0)
    kvCache: int | None = Field(None, ge=0)
    prefixAffinity: int | None = Field(None, ge=0)


class _Sent(BaseModel):
    """What a client sends of a part of a stack. Further fields go to the API server as they are;
    what a GET adds is ignored."""

    model_config = ConfigDict(extra="allow")

    pool: str = Field(min_length=1, max_length=POOL_LENGTH, description=POOL)
    resourceVersion: str | None = Field(
        None, description="The version it is based on, where no If-Match says another"
    )
    cluster: Any = Field(None, description="Ignored")
    namespace: str | None = Field(
        None, max_length=63, description="That of the pool, where its name does not say one"
    )
    stack: Any = Field(None, description="Ignored")
    picker: Any = Field(None, description="Ignored")

    @property
    def place(self) -> str:
        """The pool, with its namespace where the client says one."""
        named = "/" in self.pool or not self.namespace
        return self.pool if named else f"{self.namespace}/{self.pool}"

    def given(self) -> dict[str, Any]:
        """What the client wants."""
        told = {"pool", "resourceVersion", "cluster", "namespace", "stack", "picker", "enabled"}
        return self.model_dump(exclude_unset=True, exclude=told)


class PickerUpdate(_Sent):
    """The fields to change; what is not named is kept, null removes."""

    strategy: str | None = Field(
        None, description="least_queue, kv_cache, prefix_affinity or composite"
    )
    weights: Weights | None = None
    config: str | None = Field(
        None, description="A whole EndpointPickerConfig instead of strategy and weights"
    )


class ThresholdItem(BaseModel):
    """A metric, and its target for one pod."""

    model_config = ConfigDict(extra="allow")

    metric: str = Field(min_length=1)
    target: int = Field(ge=1)


class AutoscalingUpdate(_Sent):
    """The fields to change; what is not named is kept, null removes. Thresholds are matched by
    metric, those that are not named any more go."""

    enabled: bool | None = Field(None, description="false takes the autoscaler away")
    minReplicas: int | None = Field(None, ge=0)
    maxReplicas: int | None = Field(None, ge=1)
    replicas: int | None = Field(None, ge=0)
    backend: Literal["keda", "hpa"] | None = None
    thresholds: list[ThresholdItem] | None = None
    cooldownSeconds: int | None = Field(None, ge=0)
    settings: dict[str, Any] | None = Field(
        None, description="The same fields as a GET has them; those beside it go before"
    )
    workloads: Any = Field(None, description="Ignored")
    explanation: Any = Field(None, description="Ignored")
    source: Any = Field(None, description="Ignored")
    as_of: Any = Field(None, description="Ignored")
    reason: Any = Field(None, description="Ignored")

    @property
    def was_read(self) -> bool:
        """Whether this is an answer of a GET that is sent back: its sizes are those of the live
        workload."""
        return not {"workloads", "explanation"}.isdisjoint(self.model_fields_set)

    def given(self) -> dict[str, Any]:
        """What the client wants, without what a GET adds."""
        told = {name: one for name, one in super().given().items() if name not in _TOLD}
        return {**(self.settings or {}), **told}


_TOLD = {"settings", "workloads", "explanation", "source", "as_of", "reason"}


class PickerSettings(BaseModel):
    """How a pool's endpoint picker decides; further fields are those of the stack's ``epp``."""

    model_config = with_headers("ETag", extra="allow")

    cluster: str
    namespace: str
    pool: str
    stack: str
    resourceVersion: str
    strategy: str | None
    weights: dict[str, int] | None
    config: str | None
    picker: str = Field(description="Name of its Deployment and Service")


class AutoscalingSettings(BaseModel):
    """What a stack asks of its autoscaler; further fields are those of its ``autoscaling``."""

    model_config = with_headers("ETag", extra="allow")

    cluster: str
    namespace: str
    pool: str
    stack: str
    resourceVersion: str
    enabled: bool
    minReplicas: int | None
    maxReplicas: int | None
    replicas: int | None


class PickerChanged(RootModel[PickerSettings | PlanAnswer]):
    """What is stored or, with dryRun, the plan."""

    model_config = with_headers("ETag", "X-Audit-Id")


class AutoscalingChanged(RootModel[AutoscalingSettings | PlanAnswer]):
    """What is stored or, with dryRun, the plan."""

    model_config = with_headers("ETag", "X-Audit-Id")


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/inference/epp`` and the changes of ``/inference/autoscaling``."""
    fleet, stacks, changes = container.fleet, container.stacks, container.changes
    judge = Consequences(container.previews)

    def stack_of(path: Tree, pool: str) -> tuple[str, Mapping[str, Any]]:
        where = cluster_of(path, fleet)
        return where, stacks.of_pool(current_identity(), where, pool)

    def to_change(path: Tree, body: _Sent, query: WriteParams) -> tuple[str, Mapping[str, Any]]:
        where = cluster_of(path, fleet)
        return where, stack_to_change(container, "update", where, body.place, query)

    def place_of(where: str, stack: Mapping[str, Any]) -> tuple[str, str, str, str]:
        metadata = stack["metadata"]
        return where, stacks.kind, metadata["namespace"], metadata["name"]

    def sizes(where: str, stack: Mapping[str, Any]) -> dict[str, Any]:
        """The sizes that a client reads of the pool of a stack; nothing where nobody can tell."""
        pool = f"{stack['metadata']['namespace']}/{stack_settings.pool_of(stack)}"
        with suppress(NotFound, Invalid, Unavailable):
            found = container.scaling.now.of(current_identity(), where, pool)
            least, most = found.limits
            return {"minReplicas": least, "maxReplicas": most, "replicas": found.replicas}
        return {}

    def get_inference_picker(path: Tree, query: OnePoolParams, header: Seen) -> Response:
        """How the endpoint picker of a pool decides. 404 with code ``no_stack`` for a pool that no
        InferenceStack makes."""
        where, stack = stack_of(path, query.pool)
        version = stack["metadata"]["resourceVersion"]
        return marked(answer(_picker(where, stack)), version, header, weak=False)

    @requires(Role.OPERATOR)
    def update_inference_picker(
        path: Tree, query: WriteParams, header: BasedOn, body: PickerUpdate
    ) -> Response:
        """Change how the endpoint picker of a pool decides. It is rolled, as it reads this once."""
        where, stack = to_change(path, body, query)
        objects = Objects(container, stacks.kind, lambda obj: _picker(where, obj), impacts=judge)

        def edit(live: Object) -> Object:
            return stack_settings.picker(live, body.given())

        place = place_of(where, stack)
        based_on = version_of(header, changes, "update", place, query, body.resourceVersion)
        return objects.edited(place, query, edit, based_on)

    @requires(Role.OPERATOR)
    def update_autoscaling(
        path: Tree, query: WriteParams, header: BasedOn, body: AutoscalingUpdate
    ) -> Response:
        """Change the sizes of a pool and what scales it. Of a GET that is sent back only what
        differs from the pool as it is counts."""
        where, stack = to_change(path, body, query)
        known = sizes(where, stack) if body.was_read else {}
        given = {
            name: one
            for name, one in body.given().items()
            if name not in known or known[name] != one
        }
        objects = Objects(
            container, stacks.kind, lambda obj: _autoscaling(where, obj), impacts=judge
        )

        def edit(live: Object) -> Object:
            return stack_settings.autoscaling(live, given, enabled=body.enabled)

        place = place_of(where, stack)
        based_on = version_of(header, changes, "update", place, query, body.resourceVersion)
        return objects.edited(place, query, edit, based_on)

    told: dict[str, Any] = {"responses": {"200": PickerSettings, "304": None}}
    picked: dict[str, Any] = {"responses": {"200": PickerChanged}}
    scaled: dict[str, Any] = {"responses": {"200": AutoscalingChanged}}
    in_both_trees(
        server,
        "stack-settings",
        [
            ("get", "/inference/epp", get_inference_picker, told),
            ("put", "/inference/epp", update_inference_picker, picked),
            ("put", "/inference/autoscaling", update_autoscaling, scaled),
        ],
        {f"spec.pool.{name}": name for name in stack_settings.SIZES},
    )


def _place(where: str, stack: Mapping[str, Any]) -> dict[str, Any]:
    metadata = stack["metadata"]
    return {
        "cluster": where,
        "namespace": metadata["namespace"],
        "pool": stack_settings.pool_of(stack),
        "stack": metadata["name"],
        "resourceVersion": metadata["resourceVersion"],
    }


def _picker(where: str, stack: Mapping[str, Any]) -> dict[str, Any]:
    asked = stack["spec"].get("epp") or {}
    named = {name: asked.get(name) for name in ("strategy", "weights", "config")}
    picker = stack_settings.picker_of(stack)
    return {**asked, **named, **_place(where, stack), "picker": picker}


def _autoscaling(where: str, stack: Mapping[str, Any]) -> dict[str, Any]:
    asked, pool = stack["spec"].get("autoscaling"), stack["spec"].get("pool") or {}
    sizes = {name: pool.get(name) for name in stack_settings.SIZES}
    return {**(asked or {}), **sizes, **_place(where, stack), "enabled": asked is not None}
