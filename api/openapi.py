"""The Flask application that describes itself: one declaration validates and documents.

Every REST view declares its path, query, header and body as pydantic models. The same models refuse
bad input (422, naming field and rule) and make the OpenAPI document at ``/api/v1/openapi.json``. A
query parameter that no model names, or that comes twice, is refused, too: a mistyped ``dryRun``, or
a second one, would write for real. What every GET has is ``format`` (api/tables.py).
"""

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Annotated, Any, cast

import orjson
from flask import Response, current_app, make_response, request
from flask_openapi3 import APIBlueprint, Info, OpenAPI
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from werkzeug.exceptions import BadRequest

from api.bodies import BoundedJSON
from api.guard import current_identity
from api.tables import FORMATS
from services.clusters.fleet import Fleet
from services.errors import Invalid, NotFound

V1 = "/api/v1"
CLUSTER = f"{V1}/clusters/<cluster>"
AGENT_SECURITY: list[dict[str, list[str]]] = [{"agent": []}]
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]

BODY = "must be a JSON object, sent as application/json"
"""The rule that a body breaks which is none."""

HEADERS = {
    "ETag": "Marks this version; for If-None-Match, and that of an object for If-Match",
    "X-Audit-Id": "Number of the audit entry that the change made",
    "Retry-After": "Seconds to wait",
}


def with_headers(*names: str, example: Any = None, **config: Any) -> ConfigDict:
    """The configuration of a model whose answers carry these of ``HEADERS``."""
    described = {
        name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in names
    }
    extra = {"headers": described, **({"example": example} if example else {})}
    return cast(ConfigDict, {**config, "openapi_extra": extra})


def _example(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": details}}


Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment as ISO 8601, with its zone."""


class ErrorBody(BaseModel):
    """What went wrong: a stable code, one sentence, and what a program may want to act on."""

    code: str
    message: str
    details: dict[str, Any]


@cache
def _made_once(make: Callable[..., dict[str, Any]], *args: Any, **options: Any) -> dict[str, Any]:
    return make(*args, **options)


class Problem(BaseModel):
    """The body of every answer from 400 up."""

    model_config = with_headers(
        example=_example(
            "kubeconfig_refused",
            "users[ci].user.exec: the console never runs a program named by a kubeconfig",
            fields=[{"field": "users[ci].user.exec", "rule": "the console never runs a program"}],
        )
    )

    error: ErrorBody

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """As of any model, but made once: each view asks for it eleven times."""
        return _made_once(super().model_json_schema, *args, **options)


class NotAvailable(Problem):
    """Nothing answers. Of a cluster it says when it was seen, and when to come again."""

    model_config = with_headers(
        "Retry-After",
        example=_example(
            "unavailable",
            "Cluster web-fra is not reachable: https://10.0.0.1:6443 does not answer: timed out",
            cluster="web-fra",
            last_seen="2026-11-24T13:00:00+00:00",
            retry_after=17,
        ),
    )


class TooManyAttempts(Problem):
    """Too many bad credentials came from this address."""

    model_config = with_headers("Retry-After")


PROBLEMS: Any = {
    "400": Problem,
    "401": Problem,
    "403": Problem,
    "404": Problem,
    "409": Problem,
    "413": Problem,
    "415": Problem,
    "422": Problem,
    "429": TooManyAttempts,
    "501": Problem,
    "503": NotAvailable,
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


class _Server(OpenAPI):
    """Keeps what is documented of a path when another group adds a method to it."""

    def register_api(self, api: APIBlueprint, **options: Any) -> None:
        known = dict(self.paths)
        super().register_api(api, **options)
        for path in known.keys() & self.paths.keys():
            item = self.paths[path]
            added = {method: getattr(item, method) for method in item.model_fields_set}
            self.paths[path] = known[path].model_copy(update=added)


def make_server(name: str, root: str, version: str, session_cookie: str) -> OpenAPI:
    """The application, without any route."""
    server = _Server(
        name,
        info=Info(
            title="NGF Console",
            version=version,
            description="Gateways and routes of a fleet of clusters. Lists read memory and say how"
            " old it is; writes are checked by the API server before they are made.",
        ),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer"},
            "agent": {"type": "http", "scheme": "bearer", "description": "Token of an agent"},
            "session": {"type": "apiKey", "in": "cookie", "name": session_cookie},
        },
        validation_error_model=Problem,
        validation_error_callback=refused,
        doc_ui=False,
        root_path=root,
        static_folder=None,
    )
    server.json = BoundedJSON(server)
    return server


def blueprint(name: str, prefix: str) -> APIBlueprint:
    """A group of views below ``prefix`` that needs an identity."""
    group = APIBlueprint(
        name, __name__, url_prefix=prefix, abp_security=SECURITY, abp_responses=PROBLEMS
    )
    group.before_request(_refuse_unclear_parameters)
    group.before_request(_refuse_unreadable_body)
    return group


def _refuse_unclear_parameters() -> Response | None:
    view = current_app.view_functions[request.endpoint or ""]
    fields = getattr(view.__annotations__.get("query"), "model_fields", {})
    known = [field.alias or name for name, field in fields.items()]
    tabular = request.method in ("GET", "HEAD") and "format" not in known
    known += ["format"] if tabular else []
    rule = f"must be one of {', '.join(known)}" if known else "there are no parameters here"
    wrong = [
        {"field": name, "rule": rule if name not in known else "must be given once"}
        for name, values in request.args.lists()
        if name not in known or len(values) > 1
    ]
    if tabular and request.args.get("format", FORMATS[0]) not in FORMATS:
        wrong.append({"field": "format", "rule": f"must be one of {', '.join(FORMATS)}"})
    if not wrong:
        return None
    message = "The request has unknown or repeated parameters."
    return problem(422, "invalid", message, {"fields": wrong})


def _refuse_unreadable_body() -> Response | None:
    view = current_app.view_functions[request.endpoint or ""]
    if "body" not in view.__annotations__:
        return None
    fields = {"fields": [{"field": "body", "rule": BODY}]}
    if not request.is_json:
        return problem(415, "unsupported_media_type", f"The body {BODY}.", fields)
    try:
        request.get_json()
    except BadRequest:
        return problem(400, "bad_request", f"The body {BODY}.", fields)
    return None


def in_both_trees(
    server: OpenAPI,
    family: str,
    views: list[tuple[str, str, Callable[..., Any], dict[str, Any]]],
    names: Mapping[str, str] | None = None,
) -> None:
    """Register ``(method, rule, view, options)`` for a named and for the default cluster.

    The view's ``path`` model gains a ``cluster`` in the tree of the named one; ``cluster_of`` reads
    it back. ``names`` are those that the API has for fields which services call otherwise.
    """
    for prefix, scoped in ((CLUSTER, True), (V1, False)):
        group = blueprint(f"{family}-{'cluster' if scoped else 'default'}", prefix)
        for method, rule, view, options in views:
            register = getattr(group, method)
            register(rule, operation_id=_operation(view, scoped), **options)(
                _bound(view, scoped, names or {})
            )
        server.register_api(group)


def _operation(view: Callable[..., Any], scoped: bool) -> str:
    return f"{view.__name__}_on_cluster" if scoped else view.__name__


def _bound(view: Callable[..., Any], scoped: bool, names: Mapping[str, str]) -> Callable[..., Any]:
    @wraps(view)
    def call(**parts: Any) -> Any:
        try:
            return view(**parts)
        except Invalid as error:
            raise error.renamed(names) from None

    call.__annotations__ = dict(view.__annotations__)
    if scoped:
        call.__annotations__["path"] = _of_cluster(view.__annotations__["path"])
    return call


@cache
def _of_cluster(path: type[Tree]) -> type[Tree]:
    """The same model with the cluster that is named."""
    return create_model(
        f"{path.__name__}OfCluster",
        __base__=path,
        cluster=(str, Field(description="Cluster")),
    )


def cluster_of(path: Tree, fleet: Fleet) -> str:
    """The cluster the path names, or the default one.

    Raises NotFound, without its name, where the default one is outside the caller's limits.
    """
    named: str | None = getattr(path, "cluster", None)
    if named is not None:
        return named
    if not current_identity().may_see_cluster(fleet.default_name()):
        raise NotFound(f"Name a cluster, as in {CLUSTER}: the default one is outside your limits.")
    return fleet.default_name()


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
            "field": ".".join(map(str, part["loc"])) or "body",
            "rule": part["msg"].removeprefix("Value error, ") if part["loc"] else BODY,
        }
        for part in error.errors(include_context=False, include_input=False)
    ]
    return problem(422, "invalid", "The request breaks a rule.", {"fields": fields})
