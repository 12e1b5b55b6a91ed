"""REST of API tokens, for admins. Only the answer to its creation holds a token's text."""

from datetime import timedelta
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api.conditions import Seen
from api.guard import current_identity, requires
from api.lists import LIST, own_answer
from api.openapi import V1, answer, blueprint
from services.auth.identity import Role
from services.container import Container


class NewToken(BaseModel):
    """A token to make."""

    name: str = Field(min_length=1, max_length=253)
    role: Role
    clusters: list[str] | None = Field(None, description="Limit to these clusters")
    namespaces: list[str] | None = Field(None, description="Limit to these namespaces")
    ttl_days: int | None = Field(None, alias="ttlDays", ge=1, le=3650)


class TokenPath(BaseModel):
    """One token."""

    token: str = Field(description="Id or name")


class MadeToken(BaseModel):
    """The new token, with its text for the only time."""

    info: dict[str, Any]
    token: str


class Revoked(BaseModel):
    """The token that is refused from now on."""

    message: str
    name: str


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/tokens``."""
    group = blueprint("tokens", V1)

    @group.get("/tokens", operation_id="list_tokens", **LIST)
    @requires(Role.ADMIN)
    def tokens(header: Seen) -> Response:
        """API tokens by name, without their texts; for an admin with limits those within them."""
        items = [info.as_dict() for info in container.tokens.list(current_identity())]
        return own_answer(items, len(items), header)

    @group.post("/tokens", responses={"201": MadeToken}, operation_id="create_token")
    @requires(Role.ADMIN)
    def create(body: NewToken) -> Response:
        """Make a token."""
        info, text = container.tokens.create(
            current_identity(),
            body.name,
            body.role,
            clusters=body.clusters,
            namespaces=body.namespaces,
            ttl=timedelta(days=body.ttl_days) if body.ttl_days else None,
        )
        return answer({"info": info.as_dict(), "token": text}, 201)

    @group.delete("/tokens/<token>", responses={"200": Revoked}, operation_id="revoke_token")
    @requires(Role.ADMIN)
    def revoke(path: TokenPath) -> Response:
        """Refuse a token from now on."""
        info = container.tokens.revoke(current_identity(), path.token)
        return answer({"message": "revoked", "name": info.name})

    server.register_api(group)
