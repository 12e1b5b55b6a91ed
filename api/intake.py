"""Where collectors send telemetry: OTLP over HTTP, at the paths that every collector knows.

A sender is a cluster and no user. On a hub it proves itself with the token of its agent; anywhere,
an API token of the role operator that is limited to exactly one cluster, and to no namespace,
speaks for that cluster. Nothing of a request is read before that. An answer of 200 means that the
rows are on disk. 429 and 503 carry Retry-After: the collector keeps what it has and comes again.
"""

from datetime import UTC, datetime
from typing import cast

from flask import Response, request
from flask_openapi3 import OpenAPI
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from api.guard import INTAKE
from api.wire import wait_at_most
from services.auth.identity import Role
from services.auth.tokens import PREFIX
from services.container import Container
from services.errors import Denied, Unauthenticated, Unavailable
from services.telemetry.decoding import JSON, LARGEST, PROTOBUF, Signal, too_large

SILENT_S = 30.0
"""How long a sender may send nothing in the middle of a request."""


class _Arriving:
    """The body of the request, as it comes in."""

    def read(self, size: int) -> bytes:
        """Raises TooLarge, and Unavailable where its sender stops in the middle."""
        try:
            return request.stream.read(size)
        except RequestEntityTooLarge:
            raise too_large() from None
        except (ClientDisconnected, OSError):
            raise Unavailable("The request did not arrive whole.", retry_after=1) from None


def register(server: OpenAPI, container: Container) -> None:
    """Add ``/v1/logs``, ``/v1/traces`` and ``/v1/metrics``."""

    def take() -> Response:
        cluster = _sender(container)
        request.max_content_length = LARGEST + 1  # one more, so that too much is seen to be
        wait_at_most(request.environ, SILENT_S)
        container.intake.accept(
            cluster,
            cast(Signal, request.path.rpartition("/")[2]),
            _Arriving(),
            request.headers.get("Content-Type", PROTOBUF),
            request.headers.get("Content-Encoding"),
        )
        if request.headers.get("Content-Type", "").startswith(JSON):
            return Response(b"{}", content_type=JSON)
        return Response(b"", content_type=PROTOBUF)

    for rule in INTAKE:
        name = "intake_" + rule.rpartition("/")[2]
        server.add_url_rule(rule, name, take, methods=["POST"])


def _sender(container: Container) -> str:
    """The cluster that proves to be the sender. Raises Unauthenticated, Denied."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise Unauthenticated("The token of a cluster is needed.")
    token = token.strip()
    if not token.startswith(PREFIX):
        if container.registry is None:
            raise Unauthenticated("The token is not valid.")
        return container.registry.tokens.authenticate(token, datetime.now(UTC))
    who = container.tokens.authenticate(token)
    who.require(Role.OPERATOR)
    if who.clusters is None or len(who.clusters) != 1:
        raise Denied("Telemetry is sent with a token that is limited to exactly one cluster.")
    if who.namespaces is not None:
        raise Denied("Telemetry is sent with a token that is not limited to namespaces.")
    return next(iter(who.clusters))
