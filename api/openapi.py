"""The Flask application that describes itself: one declaration validates and documents.

Every REST view declares its path, query, header and body as pydantic models. The same models refuse
bad input (422, naming field and rule) and make the OpenAPI document at ``/api/v1/openapi.json``.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Response, make_response
from flask_openapi3 import APIBlueprint, Info, OpenAPI
from pydantic import BaseModel, Field, ValidationError, create_model

V1 = "/api/v1"
CLUSTER = f"{V1}/clusters/<cluster>"
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]


class ErrorBody(BaseModel):
    """What went wrong: a stable code, one sentence, and what a program may want to act on."""

    code: str
    message: str
    details: dict[str, Any]


class Problem(BaseModel):
    """The body of every answer from 400 up."""

    error: ErrorBody


PROBLEMS: Any = {
    "400": Problem,
    "401": Problem,
    "403": Problem,
    "404": Problem,
    "409": Problem,
    "413": Problem,
    "415": Problem,
    "422": Problem,
    "503": Problem,
}


class Tree(BaseModel):
    """A path below ``/api/v1/clusters/{cluster}`` or, for the default cluster, ``/api/v1``."""


class Named(Tree):
    """One namespaced object."""

    namespace: str = Field(description="Namespace of the object")
    name: str = Field(description="Name of the object")


class NamedClass(Tree):
    """One cluster-scoped object."""

    name: str = Field(description="Name of the object")


def make_server(name: str, root: str, version: str) -> OpenAPI:
    """The application, without any route."""
    return OpenAPI(
        name,
        info=Info(
            title="NGF Console",
            version=version,
            description="Gateways and routes of a fleet of clusters. Lists read memory and say how"
            " old it is; writes are checked by the API server before they are made.",
        ),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "session"},
        },
        validation_error_model=Problem,
        validation_error_callback=refused,
        doc_ui=False,
        root_path=root,
        static_folder=None,
    )


def blueprint(name: str, prefix: str) -> APIBlueprint:
    """A group of views below ``prefix`` that needs an identity."""
    return APIBlueprint(
        name, __name__, url_prefix=prefix, abp_security=SECURITY, abp_responses=PROBLEMS
    )


def in_both_trees(
    server: OpenAPI, family: str, views: list[tuple[str, str, Callable[..., Any], dict[str, Any]]]
) -> None:
    """Register ``(method, rule, view, options)`` for a named and for the default cluster.

    The view's ``path`` model gains a ``cluster`` in the tree of the named one; ``cluster_of`` reads
    it back.
    """
    for prefix, scoped in ((CLUSTER, True), (V1, False)):
        group = blueprint(f"{family}-{'cluster' if scoped else 'default'}", prefix)
        for method, rule, view, options in views:
            register = getattr(group, method)
            register(rule, operation_id=_operation(view, scoped), **options)(_bound(view, scoped))
        server.register_api(group)


def _operation(view: Callable[..., Any], scoped: bool) -> str:
    return f"{view.__name__}_on_cluster" if scoped else view.__name__


def _bound(view: Callable[..., Any], scoped: bool) -> Callable[..., Any]:
    @wraps(view)
    def call(**parts: Any) -> Any:
        return view(**parts)

    call.__annotations__ = dict(view.__annotations__)
    if scoped:
        model = view.__annotations__["path"]
        call.__annotations__["path"] = create_model(
            f"{model.__name__}OfCluster",
            __base__=model,
            cluster=(str, Field(description="Cluster")),
        )
    return call


def cluster_of(path: Tree, default: str) -> str:
    """The cluster the path names, or the default one."""
    return str(getattr(path, "cluster", default))


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    response = make_response(orjson.dumps(body), status)
    response.mimetype = "application/json"
    response.headers.update(headers or {})
    return response


def problem(status: int, code: str, message: str, details: dict[str, Any]) -> Response:
    """An answer in the one shape of errors."""
    return answer({"error": {"code": code, "message": message, "details": details}}, status)


def refused(error: ValidationError) -> Response:
    """422 with every field that breaks a rule."""
    fields = [
        {
            "field": ".".join(map(str, part["loc"])),
            "rule": part["msg"].removeprefix("Value error, "),
        }
        for part in error.errors(include_context=False, include_input=False)
    ]
    return problem(422, "invalid", "The request breaks a rule.", {"fields": fields})
