"""REST, sign-in, sockets: Flask blueprints. Parse, call one service, present."""

from typing import Any

import structlog
from flask import Response, request
from flask_openapi3 import OpenAPI
from werkzeug.exceptions import HTTPException

from api import audit, clusters, docs, health, metrics, resources, signin, sockets, static, tokens
from api.guard import error_response
from api.openapi import V1, problem
from services.container import Container
from services.errors import ConsoleError

log = structlog.get_logger(__name__)


def register(server: OpenAPI, container: Container) -> None:
    """Add everything the console answers besides Dash's pages."""
    metrics.register(server, container)
    static.install(server)
    signin.register(server, container)
    sockets.register(server, container)
    health.register(server, container)
    clusters.register(server, container)
    resources.register(server, container)
    audit.register(server, container)
    tokens.register(server, container)
    docs.register(server)
    server.register_error_handler(ConsoleError, _expected)
    server.register_error_handler(Exception, _unexpected)

    for rule in ("/api", "/api/<path:_path>"):
        server.add_url_rule(
            rule,
            f"no-such-endpoint-{rule}",
            _no_such_endpoint,
            methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        )


def _no_such_endpoint(_path: str = "") -> Response:
    """Dash answers unknown paths with a page; programs get a 404."""
    return problem(
        404,
        "not_found",
        f"There is no endpoint {request.path}.",
        {"document": f"{V1}/openapi.json"},
    )


def _expected(error: ConsoleError) -> Any:
    return error_response(error)


def _unexpected(error: Exception) -> Any:
    if isinstance(error, HTTPException):
        if request.path.startswith("/api/"):
            code = (error.name or "error").lower().replace(" ", "_")
            answer = problem(error.code or 500, code, error.description or error.name, {})
            answer.headers.extend(
                (name, value) for name, value in error.get_headers() if name == "Allow"
            )
            return answer
        return error
    log.exception("request failed", path=request.path)
    return problem(500, "internal", "The console could not answer; its log has the cause.", {})
