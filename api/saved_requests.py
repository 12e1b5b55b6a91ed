"""REST of saved requests: kept for a gateway with the answer somebody found right, and told with
the answer that the model gives now."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.guard import current_identity, requires
from api.openapi import Time, Tree, answer, cluster_of, in_both_trees
from services.auth.identity import Role
from services.configdb.saved_requests import NAME_MAX
from services.container import Container
from services.diagnostics.reruns import Rerun

_REQUEST: Any = Field(description="As POST /gateways/{namespace}/{name}/simulate takes it")


class SavedParams(BaseModel):
    """Which of them."""

    gateway: str = Field("", description="namespace/name; empty: of every gateway")


class SavedPath(Tree):
    """One saved request."""

    id: str = Field(description="Id of the saved request")


class SaveBody(BaseModel):
    """A request to keep. What the model answers now becomes what is expected."""

    model_config = ConfigDict(extra="forbid")

    gateway: str = Field(min_length=3, description="namespace/name")
    name: str = Field(min_length=1, max_length=NAME_MAX)
    request: dict[str, Any] = _REQUEST


class SavedChange(BaseModel):
    """What to change; what is left out stays. A new request is expected to do what it does now."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, min_length=1, max_length=NAME_MAX)
    request: dict[str, Any] | None = Field(None, description="As where it is made")


class SavedAnswer(BaseModel):
    """A saved request with what was expected of it and what the model says now."""

    id: str
    gateway: str = Field(description="namespace/name")
    name: str
    request: dict[str, Any]
    expected: dict[str, Any] = Field(description="The part of an answer that is compared")
    now: dict[str, Any] | None = Field(description="The same of now; null: nothing answers")
    changed: bool | None = Field(description="Whether they differ; null: nothing answers")
    differences: list[str] = Field(description="What differs, in words")
    reason: str | None = Field(description="Why nothing answers")
    savedAt: Time
    savedBy: str


class SavedList(BaseModel):
    """Saved requests by gateway and name."""

    items: list[SavedAnswer]


class SavedGone(BaseModel):
    """What was forgotten."""

    message: str
    name: str


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/saved-requests``."""
    fleet, reruns = container.fleet, container.reruns

    def list_saved_requests(path: Tree, query: SavedParams) -> Response:
        """Saved requests, each run again on the cluster as it is now."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        return answer({"items": [_told(one) for one in reruns.list(who, cluster, query.gateway)]})

    def get_saved_request(path: SavedPath) -> Response:
        """One saved request, run again."""
        return answer(_told(reruns.get(current_identity(), cluster_of(path, fleet), path.id)))

    @requires(Role.OPERATOR)
    def save_request(path: Tree, body: SaveBody) -> Response:
        """Keep a request for a gateway, with what the model answers now as expected."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        return answer(_told(reruns.save(who, cluster, body.gateway, body.name, body.request)), 201)

    @requires(Role.OPERATOR)
    def change_saved_request(path: SavedPath, body: SavedChange) -> Response:
        """Rename it, or replace its request."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        return answer(_told(reruns.change(who, cluster, path.id, body.name, body.request)))

    @requires(Role.OPERATOR)
    def accept_saved_request(path: SavedPath) -> Response:
        """Take what the model answers now for what is expected."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        return answer(_told(reruns.accept(who, cluster, path.id)))

    @requires(Role.OPERATOR)
    def delete_saved_request(path: SavedPath) -> Response:
        """Forget it."""
        gone = reruns.remove(current_identity(), cluster_of(path, fleet), path.id)
        return answer({"message": "forgotten", "name": gone.name})

    one: dict[str, Any] = {"responses": {"200": SavedAnswer}}
    in_both_trees(
        server,
        "saved-requests",
        [
            (
                "get",
                "/saved-requests",
                list_saved_requests,
                {"responses": {"200": SavedList}},
            ),
            ("post", "/saved-requests", save_request, {"responses": {"201": SavedAnswer}}),
            ("get", "/saved-requests/<id>", get_saved_request, one),
            ("put", "/saved-requests/<id>", change_saved_request, one),
            (
                "delete",
                "/saved-requests/<id>",
                delete_saved_request,
                {"responses": {"200": SavedGone}},
            ),
            ("post", "/saved-requests/<id>/accept", accept_saved_request, one),
        ],
    )


def _told(one: Rerun) -> dict[str, Any]:
    saved = one.saved
    return {
        "id": saved.id,
        "gateway": f"{saved.namespace}/{saved.gateway}",
        "name": saved.name,
        "request": saved.request,
        "expected": one.expected,
        "now": one.now,
        "changed": one.changed,
        "differences": list(one.differences),
        "reason": one.reason or None,
        "savedAt": saved.changed.isoformat(),
        "savedBy": saved.changed_by,
    }
