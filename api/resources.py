"""REST of Gateway API objects: gateway classes, gateways and HTTP routes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import Field
from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity, requires
from api.lists import LIST, ListParams, page_answer
from api.openapi import (
    V1,
    Named,
    NamedClass,
    Tree,
    answer,
    blueprint,
    cluster_of,
    in_both_trees,
)
from api.writes import (
    CreateAnswer,
    DeleteAnswer,
    ObjectAnswer,
    PlanAnswer,
    UpdateAnswer,
    WriteParams,
    plan_body,
    said,
    stored,
)
from services.auth.identity import Role
from services.container import Container
from services.gatewayapi import merging
from services.kube.deletion import outcome

Object = Mapping[str, Any]
Read = Callable[[Object], dict[str, Any]]
READ: dict[str, Read] = {
    "gatewayclasses": models.gateway_class,
    "gateways": models.gateway,
    "httproutes": models.http_route,
}


class FleetParams(ListParams):
    """A list over several clusters."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees and the fleet-wide lists."""
    fleet, resources, changes = container.fleet, container.resources, container.changes

    def where(path: Tree) -> str:
        return cluster_of(path, fleet)

    def listed(kind: str, path: Tree, query: ListParams, seen: Seen) -> Response:
        who = current_identity()
        cluster = fleet.visible(who, where(path)).name
        page = resources.list(who, kind, query.query((cluster,)))
        return page_answer(page, [READ[kind](obj) for obj in page.objects], seen)

    def got(kind: str, path: Tree, namespace: str, name: str, seen: Seen) -> Response:
        obj = resources.raw(current_identity(), where(path), kind, namespace, name)
        version = obj["metadata"]["resourceVersion"]
        return marked(answer(READ[kind](obj)), version, seen, weak=False)

    def list_gatewayclasses(path: Tree, query: ListParams, header: Seen) -> Response:
        """List gateway classes."""
        return listed("gatewayclasses", path, query, header)

    def get_gatewayclass(path: NamedClass, header: Seen) -> Response:
        """One gateway class."""
        return got("gatewayclasses", path, "", path.name, header)

    def list_gateways(path: Tree, query: ListParams, header: Seen) -> Response:
        """List gateways."""
        return listed("gateways", path, query, header)

    def get_gateway(path: Named, header: Seen) -> Response:
        """One gateway. The ETag is its resourceVersion."""
        return got("gateways", path, path.namespace, path.name, header)

    def list_httproutes(path: Tree, query: ListParams, header: Seen) -> Response:
        """List HTTP routes."""
        return listed("httproutes", path, query, header)

    def get_httproute(path: Named, header: Seen) -> Response:
        """One HTTP route with all its rules. The ETag is its resourceVersion."""
        return got("httproutes", path, path.namespace, path.name, header)

    def create(kind: str, path: Tree, query: WriteParams, body: models.Sent) -> Response:
        who, cluster, obj = current_identity(), where(path), merging.new_object(body.given())
        if query.dry_run:
            return answer(plan_body(changes.plan_create(who, cluster, kind, obj)))
        done = changes.create(
            who, cluster, kind, obj, reason=query.reason, confirm_owned=query.confirm_owned
        )
        return answer(READ[kind](stored(done)), 201, said(done))

    def update(
        kind: str,
        merge: Callable[[Object, Object], dict[str, Any]],
        path: Named,
        query: WriteParams,
        header: BasedOn,
        body: models.Sent,
    ) -> Response:
        who, place = current_identity(), (where(path), kind, path.namespace, path.name)
        based_on = header.version(body.resourceVersion or "")

        def edit(live: Object) -> dict[str, Any]:
            wanted = merge(live, body.given())
            if based_on:
                wanted["metadata"]["resourceVersion"] = based_on
            return wanted

        if query.dry_run:
            return answer(plan_body(changes.plan_update(who, *place, edit)))
        done = changes.update(
            who,
            *place,
            edit,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(READ[kind](stored(done)), 200, said(done))

    def delete(kind: str, path: Named, query: WriteParams, header: BasedOn) -> Response:
        who, place = current_identity(), (where(path), kind, path.namespace, path.name)
        based_on = header.version()
        if query.dry_run:
            return answer(plan_body(changes.plan_delete(who, *place, based_on)))
        done = changes.delete(
            who,
            *place,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        body = {"message": outcome(done.object), "name": path.name, "namespace": path.namespace}
        return answer(body, 200, said(done))

    @requires(Role.OPERATOR)
    def create_gateway(path: Tree, query: WriteParams, body: models.GatewayCreate) -> Response:
        """Create a gateway."""
        return create("gateways", path, query, body)

    @requires(Role.OPERATOR)
    def update_gateway(
        path: Named, query: WriteParams, header: BasedOn, body: models.GatewayUpdate
    ) -> Response:
        """Change a gateway; what the body does not mention stays."""
        return update("gateways", merging.onto_gateway, path, query, header, body)

    @requires(Role.OPERATOR)
    def delete_gateway(path: Named, query: WriteParams, header: BasedOn) -> Response:
        """Delete a gateway; with dryRun, what depends on it."""
        return delete("gateways", path, query, header)

    @requires(Role.OPERATOR)
    def create_httproute(path: Tree, query: WriteParams, body: models.RouteCreate) -> Response:
        """Create an HTTP route."""
        return create("httproutes", path, query, body)

    @requires(Role.OPERATOR)
    def update_httproute(
        path: Named, query: WriteParams, header: BasedOn, body: models.RouteUpdate
    ) -> Response:
        """Change an HTTP route; what the body does not mention stays."""
        return update("httproutes", merging.onto_route, path, query, header, body)

    @requires(Role.OPERATOR)
    def delete_httproute(path: Named, query: WriteParams, header: BasedOn) -> Response:
        """Delete an HTTP route."""
        return delete("httproutes", path, query, header)

    one: dict[str, Any] = {"responses": {"200": ObjectAnswer, "304": None}}
    made: dict[str, Any] = {"responses": {"201": CreateAnswer, "200": PlanAnswer}}
    changed: dict[str, Any] = {"responses": {"200": UpdateAnswer}}
    gone: dict[str, Any] = {"responses": {"200": DeleteAnswer}}
    named = "/<namespace>/<name>"
    in_both_trees(
        server,
        "gatewayapi",
        [
            ("get", "/gatewayclasses", list_gatewayclasses, LIST),
            ("get", "/gatewayclasses/<name>", get_gatewayclass, one),
            ("get", "/gateways", list_gateways, LIST),
            ("post", "/gateways", create_gateway, made),
            ("get", f"/gateways{named}", get_gateway, one),
            ("put", f"/gateways{named}", update_gateway, changed),
            ("delete", f"/gateways{named}", delete_gateway, gone),
            ("get", "/httproutes", list_httproutes, LIST),
            ("post", "/httproutes", create_httproute, made),
            ("get", f"/httproutes{named}", get_httproute, one),
            ("put", f"/httproutes{named}", update_httproute, changed),
            ("delete", f"/httproutes{named}", delete_httproute, gone),
        ],
    )
    server.register_api(_fleet_wide(container))


def _fleet_wide(container: Container) -> Any:
    group = blueprint("global", f"{V1}/global")

    def listed(kind: str, key: str, query: FleetParams, seen: Seen) -> Response:
        who = current_identity()
        names = filter(None, query.cluster.split(","))
        chosen = tuple(container.fleet.visible(who, name).name for name in names)
        page = container.resources.list(who, kind, query.query(chosen or None))
        items = [
            {
                "clusterName": row["cluster"],
                "clusterRegion": page.asked[row["cluster"]].place["region"],
                key: READ[kind](obj),
            }
            for row, obj in zip(page.items, page.objects, strict=True)
        ]
        return page_answer(page, items, seen)

    @group.get("/gateways", operation_id="list_all_gateways", **LIST)
    def gateways(query: FleetParams, header: Seen) -> Response:
        """Gateways of the whole fleet."""
        return listed("gateways", "gateway", query, header)

    @group.get("/routes", operation_id="list_all_routes", **LIST)
    def routes(query: FleetParams, header: Seen) -> Response:
        """HTTP routes of the whole fleet."""
        return listed("httproutes", "route", query, header)

    return group
