"""Changes of inference pools over REST: of the InferenceStack that makes one."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import Field
from werkzeug.wrappers import Response

from api.conditions import BasedOn
from api.guard import requires
from api.inference_pools import InNamespaceParams, PoolName, pool_item
from api.objects import GONE, Place
from api.openapi import Tree, cluster_of, in_both_trees
from api.operated import CHANGED, DEPLOYED, MADE, OperatedObjects
from api.operated_models import OperatedSent, StackUpdate
from api.pool_scope import asked_of
from api.refusals import stack_to_change, version_of
from api.writes import WriteParams
from services.auth.identity import Role
from services.container import Container
from services.errors import Invalid, NotFound, Unavailable
from services.inference import stack_settings
from services.kube.fields import Object
from services.kube.permission import Verb
from services.operated_edits import METADATA

_TOLD = (
    "cluster",
    "avgGpuUtil",
    "endpointPicker",
    "stack",
    "reasons",
    "source",
    "as_of",
    "window",
    "reason",
)
"""What an answer says of a pool beside what can be changed."""
_ECHO = {"status", "reasons"}
"""What only an answer has: a body with it is one that was read, edited or not."""
_NAMES = {f"spec.pool.{name}": name for name in stack_settings.OF_POOL}


class PoolUpdate(StackUpdate):
    """The fields to change; what is not named is kept, null removes."""

    gpuType: str | None = Field(None, min_length=1)
    gpuCount: int | None = Field(None, ge=0, description="GPUs of one replica")
    replicas: int | None = Field(None, ge=0)
    minReplicas: int | None = Field(None, ge=0)
    maxReplicas: int | None = Field(None, ge=1)
    selector: dict[str, str] | None = Field(None, description="Replaced as a whole")

    @property
    def was_read(self) -> bool:
        """Whether this is an answer that is sent back: what it says of the live pool is no wish."""
        return not _ECHO.isdisjoint(self.model_fields_set)


class PoolCreate(PoolUpdate):
    """A new pool: an InferenceStack of its name, whatever else that may have beside."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    modelName: str = Field(min_length=1)
    servingBackend: str = Field(min_length=1)
    gpuType: str = Field(min_length=1)
    gpuCount: int = Field(1, ge=0)
    replicas: int = Field(1, ge=0)


class _Stack(OperatedSent):
    """A pool that was sent, as a stack."""


class PoolWriteParams(WriteParams, InNamespaceParams):
    """How a change is made, and in which namespace the pool is."""


def register(server: OpenAPI, container: Container) -> None:
    """Add the changes to both trees."""
    fleet, stacks, changes = container.fleet, container.stacks, container.changes
    objects = OperatedObjects(container, stacks, labelled=False)

    def stack_of(path: PoolName, query: PoolWriteParams, verb: Verb) -> Mapping[str, Any]:
        where = cluster_of(path, fleet)
        return stack_to_change(container, verb, where, path.name, query, query.namespace)

    def place_of(path: PoolName, stack: Mapping[str, Any]) -> Place:
        metadata = stack["metadata"]
        return cluster_of(path, fleet), stacks.kind, metadata["namespace"], metadata["name"]

    def read(path: PoolName, stack: Mapping[str, Any]) -> dict[str, Any]:
        """What a client reads of the pool of a stack; nothing where nobody can tell."""
        pool, namespace = stack_settings.pool_of(stack), stack["metadata"]["namespace"]
        asked = asked_of(container, path, pool, namespace)
        with suppress(NotFound, Invalid, Unavailable):
            found = container.metrics.get_pool(asked).value
            return pool_item(found) if found else {}
        return {}

    @requires(Role.OPERATOR)
    def create_inference_pool(path: Tree, query: WriteParams, body: PoolCreate) -> Response:
        """Create a pool: an InferenceStack of its name, from which the operator makes it."""
        told = {name: value for name, value in body.given().items() if name not in _TOLD}
        given = {"gpuCount": body.gpuCount, "replicas": body.replicas, **told}
        return objects.created(path, query, _Stack(**stack_settings.nested(given)))

    @requires(Role.OPERATOR)
    def update_inference_pool(
        path: PoolName, query: PoolWriteParams, header: BasedOn, body: PoolUpdate
    ) -> Response:
        """Change a pool, by the InferenceStack that makes it."""
        stack = stack_of(path, query, "update")
        known = read(path, stack) if body.was_read else {}
        given = {
            name: value
            for name, value in body.given().items()
            if name not in (*_TOLD, *METADATA) and (name not in known or known[name] != value)
        }

        def edit(live: Object) -> Object:
            _require_same(body, path.name, live)
            return stack_settings.pool(live, given)

        place = place_of(path, stack)
        based_on = version_of(header, changes, "update", place, query, body.resourceVersion)
        return objects.edited(place, query, edit, based_on)

    @requires(Role.OPERATOR)
    def delete_inference_pool(path: PoolName, query: PoolWriteParams, header: BasedOn) -> Response:
        """Delete a pool, with the InferenceStack that makes it."""
        place = place_of(path, stack_of(path, query, "delete"))
        based_on = version_of(header, changes, "delete", place, query)
        return objects.removed(place, query, based_on)

    @requires(Role.OPERATOR)
    def deploy_inference_pool(path: PoolName, query: PoolWriteParams) -> Response:
        """Ask the operator to apply everything of a pool anew."""
        return objects.deployed(place_of(path, stack_of(path, query, "update")), query)

    named = "/inference/pools/<name>"
    in_both_trees(
        server,
        "inference-pool-writes",
        [
            ("post", "/inference/pools", create_inference_pool, MADE),
            ("put", named, update_inference_pool, CHANGED),
            ("delete", named, delete_inference_pool, GONE),
            ("post", f"{named}/deploy", deploy_inference_pool, DEPLOYED),
        ],
        _NAMES,
    )


def _require_same(body: PoolUpdate, name: str, stack: Object) -> None:
    """Raise Invalid where a body says that it is of another pool than its path names."""
    metadata, given = stack["metadata"], body.given()
    known = (name, stack_settings.pool_of(stack), metadata["name"])
    if given.get("name", name) not in known:
        raise Invalid.of("name", f"must be {name!r}, as in the path")
    if given.get("namespace", metadata["namespace"]) != metadata["namespace"]:
        raise Invalid.of("namespace", f"must be {metadata['namespace']!r}, that of the pool")
