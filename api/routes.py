"""REST of routes of all five kinds and of ListenerSets: one family each, all alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_openapi3 import OpenAPI
from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn, Seen
from api.guard import requires
from api.lists import LIST, ListParams
from api.objects import CHANGED, GONE, MADE, ONE, Merge, Objects, Read
from api.openapi import Named, Tree, in_both_trees
from api.writes import WriteParams
from services.auth.identity import Role
from services.container import Container
from services.gatewayapi import merging

View = tuple[str, str, Callable[..., Any], dict[str, Any]]


@dataclass(frozen=True)
class Family:
    """One kind: its plural, as in its path, the word of one in operation ids, and in sentences with
    its article; what a client sends."""

    kind: str
    one: str
    spoken: str
    create: type[models.Sent]
    update: type[models.Sent]
    read: Read
    merge: Merge = merging.onto_route


FAMILIES = (
    Family(
        "httproutes",
        "httproute",
        "an HTTP route",
        models.RouteCreate,
        models.RouteUpdate,
        partial(models.route, ("parentRefs", "hostnames", "rules")),
    ),
    Family(
        "grpcroutes",
        "grpcroute",
        "a gRPC route",
        models.RouteCreate,
        models.RouteUpdate,
        partial(models.route, ("parentRefs", "hostnames", "rules")),
    ),
    Family(
        "tlsroutes",
        "tlsroute",
        "a TLS route",
        models.TlsRouteCreate,
        models.TlsRouteUpdate,
        partial(models.route, ("parentRefs", "hostnames", "rules")),
    ),
    Family(
        "tcproutes",
        "tcproute",
        "a TCP route",
        models.StreamRouteCreate,
        models.StreamRouteUpdate,
        partial(models.route, ("parentRefs", "rules")),
    ),
    Family(
        "udproutes",
        "udproute",
        "a UDP route",
        models.StreamRouteCreate,
        models.StreamRouteUpdate,
        partial(models.route, ("parentRefs", "rules")),
    ),
    Family(
        "listenersets",
        "listenerset",
        "a listener set",
        models.ListenerSetCreate,
        models.ListenerSetUpdate,
        models.listener_set,
        merging.onto_listeners,
    ),
)


def register(server: OpenAPI, container: Container) -> None:
    """Add every family to both trees."""
    for family in FAMILIES:
        in_both_trees(server, family.kind, _views(family, container))


def _views(family: Family, container: Container) -> list[View]:
    objects = Objects(container, family.kind, family.read, family.merge)
    noun = family.spoken.split(" ", 1)[1]

    def listed(path: Tree, query: ListParams, header: Seen) -> Response:
        return objects.listed(path, query, header)

    def got(path: Named, header: Seen) -> Response:
        return objects.got(path, path.namespace, path.name, header)

    @requires(Role.OPERATOR)
    def created(path: Tree, query: WriteParams, body: models.Sent) -> Response:
        return objects.created(path, query, body)

    @requires(Role.OPERATOR)
    def updated(path: Named, query: WriteParams, header: BasedOn, body: models.Sent) -> Response:
        return objects.updated(path, query, header, body)

    @requires(Role.OPERATOR)
    def deleted(path: Named, query: WriteParams, header: BasedOn) -> Response:
        return objects.deleted(path, query, header)

    created.__annotations__["body"] = family.create
    updated.__annotations__["body"] = family.update
    collection, one = f"/{family.kind}", f"/{family.kind}/<namespace>/<name>"
    missing = "404 where the cluster has no such kind installed."
    says: list[tuple[str, str, Callable[..., Any], str, str, dict[str, Any]]] = [
        ("get", collection, listed, f"list_{family.kind}", f"List {noun}s; {missing}", LIST),
        ("post", collection, created, f"create_{family.one}", f"Create {family.spoken}.", MADE),
        (
            "get",
            one,
            got,
            f"get_{family.one}",
            f"One {noun}, nothing left out. The ETag is its resourceVersion.",
            ONE,
        ),
        (
            "put",
            one,
            updated,
            f"update_{family.one}",
            f"Change {family.spoken}; what the body does not mention stays.",
            CHANGED,
        ),
        ("delete", one, deleted, f"delete_{family.one}", f"Delete {family.spoken}.", GONE),
    ]
    views: list[View] = []
    for method, rule, view, name, doc, options in says:
        view.__name__, view.__doc__ = name, doc
        views.append((method, rule, view, options))
    return views
