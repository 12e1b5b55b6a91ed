"""REST, sign-in, sockets: Flask blueprints. Parse, call one service, present."""

from typing import Any

import structlog
from flask import Response, current_app, request
from flask_openapi3 import OpenAPI
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from api import (
    audit,
    autoscaling,
    benchmarks,
    certificates,
    clusters,
    decisions,
    diagnostics,
    docs,
    export,
    gateways,
    health,
    heartbeats,
    inference_metrics,
    inference_pools,
    intake,
    live,
    logs,
    metrics,
    moved,
    operated,
    pickers,
    policies,
    policy,
    pool_writes,
    registration,
    resources,
    routes,
    saved_requests,
    signin,
    simulations,
    slow_requests,
    sockets,
    spans,
    stack_settings,
    static,
    tables,
    tokens,
    topology,
    traffic,
    what_if,
)
from api.guard import error_response
from api.openapi import V1, problem
from services.container import Container
from services.errors import ConsoleError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger(__name__)


def register(server: OpenAPI, container: Container) -> None:
    """Add everything the console answers besides Dash's pages."""
    metrics.register(server, container)
    tables.install(server, container)
    static.install(server)
    signin.register(server, container)
    live.register(server, sockets.register(server, container), container)
    health.register(server, container)
    clusters.register(server, container)
    registration.register(server, container)
    heartbeats.register(server, container)
    intake.register(server, container)
    resources.register(server, container)
    gateways.register(server, container)
    operated.register(server, container)
    routes.register(server, container)
    policies.register(server, container)
    policy.register(server, container)
    certificates.register(server, container)
    logs.register(server, container)
    spans.register(server, container)
    traffic.register(server, container)
    inference_pools.register(server, container)
    inference_metrics.register(server, container)
    pickers.register(server, container)
    slow_requests.register(server, container)
    benchmarks.register(server, container)
    decisions.register(server, container)
    autoscaling.register(server, container)
    pool_writes.register(server, container)
    stack_settings.register(server, container)
    what_if.register(server, container)
    topology.register(server, container)
    simulations.register(server, container)
    saved_requests.register(server, container)
    diagnostics.register(server, container)
    audit.register(server, container)
    tokens.register(server, container)
    export.register(server, container)
    docs.register(server)
    moved.register(server)
    server.register_error_handler(ConsoleError, _expected)
    server.register_error_handler(Exception, _unexpected)

    for rule in ("/api", "/api/<path:_path>"):
        server.add_url_rule(rule, view_func=_not_served, methods=METHODS)


def _not_served(_path: str = "") -> Response:
    """405 where other methods are served, else 404: Dash would answer programs with a page."""
    adapter = current_app.create_url_adapter(request)
    allowed = [method for method in METHODS if adapter and _serves(adapter, method)]
    if allowed:
        answer = problem(
            405,
            "method_not_allowed",
            f"{request.path} does not take {request.method}.",
            {"allowed": allowed},
        )
        answer.headers["Allow"] = ", ".join(allowed)
        return answer
    return problem(
        404,
        "not_found",
        f"There is no endpoint {request.path}.",
        {"document": f"{V1}/openapi.json"},
    )


def _serves(adapter: MapAdapter, method: str) -> bool:
    endpoint, _ = adapter.match(method=method)
    return bool(endpoint != _not_served.__name__)


def _expected(error: ConsoleError) -> Any:
    return error_response(error)


def _unexpected(error: Exception) -> Any:
    if static.is_missing(error):
        return NotFound()
    if isinstance(error, HTTPException):
        if not request.path.startswith("/api/"):
            return error
        if isinstance(error, MethodNotAllowed):
            return _not_served()  # one that HTTP does not know
        code = (error.name or "error").lower().replace(" ", "_")
        return problem(error.code or 500, code, error.description or error.name, {})
    log.exception("request failed", path=request.path)
    return problem(500, "internal", "The console could not answer; its log has the cause.", {})
