"""REST of Gateway API objects: gateway classes, gateways and HTTP routes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel
from werkzeug.wrappers import Response

from api import models
from api.guard import current_identity, requires
from api.lists import ListAnswer, ListParams, page_answer
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
from services.auth.identity import Role
from services.container import Container
from services.errors import Invalid
from services.gatewayapi import merging
from services.kube.changes import Applied, Plan

Object = Mapping[str, Any]
Read = Callable[[Object], dict[str, Any]]
READ: dict[str, Read] = {
    "gatewayclasses": models.gateway_class,
    "gateways": models.gateway,
    "httproutes": models.http_route,
}


class WriteParams(BaseModel):
    """How a change is made."""

    dry_run: bool = Field(
        False, alias="dryRun", description="Answer what would change and change nothing"
    )
    reason: str = Field("", max_length=1000, description="Why; kept in the audit log")
    confirm_owned: bool = Field(
        False,
        alias="confirmOwned",
        description="Change an object that Argo CD, Flux or Helm owns; needs a reason",
    )


class WriteHeaders(BaseModel):
    """The version the client saw."""

    if_match: str = Field(
        "",
        alias="If-Match",
        description="resourceVersion the change is based on; else the live one",
    )


class Deleted(BaseModel):
    """The object that is gone."""

    message: str
    name: str
    namespace: str


class PlanAnswer(BaseModel):
    """What a dry run says."""

    verb: str
    changes: list[dict[str, Any]]
    warnings: list[str]


class ObjectAnswer(BaseModel):
    """One object, flat; further fields are those of its spec."""

    model_config = ConfigDict(extra="allow")

    name: str
    namespace: str
    resourceVersion: str | None  # noqa: N815


class UpdateAnswer(RootModel[ObjectAnswer | PlanAnswer]):
    """The object as stored or, with dryRun, the plan."""


class DeleteAnswer(RootModel[Deleted | PlanAnswer]):
    """What was deleted or, with dryRun, the plan."""


class FleetParams(ListParams):
    """A list over several clusters."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees and the fleet-wide lists."""
    fleet, resources, changes = container.fleet, container.resources, container.changes

    def where(path: Tree) -> str:
        return cluster_of(path, fleet.default_name())

    def listed(kind: str, path: Tree, query: ListParams) -> Response:
        who, cluster = current_identity(), where(path)
        who.require(Role.VIEWER, cluster=cluster)
        page = resources.list(who, kind, query.query((cluster,)))
        read = READ[kind]
        return page_answer(
            page,
            [
                read(resources.raw(who, cluster, kind, row["namespace"], row["name"]))
                for row in page.items
            ],
        )

    def got(kind: str, path: Tree, namespace: str, name: str) -> Response:
        obj = resources.raw(current_identity(), where(path), kind, namespace, name)
        version = obj["metadata"].get("resourceVersion", "")
        return answer(READ[kind](obj), headers={"ETag": f'"{version}"'})

    def list_gatewayclasses(path: Tree, query: ListParams) -> Response:
        """List gateway classes."""
        return listed("gatewayclasses", path, query)

    def get_gatewayclass(path: NamedClass) -> Response:
        """One gateway class."""
        return got("gatewayclasses", path, "", path.name)

    def list_gateways(path: Tree, query: ListParams) -> Response:
        """List gateways."""
        return listed("gateways", path, query)

    def get_gateway(path: Named) -> Response:
        """One gateway. The ETag is its resourceVersion."""
        return got("gateways", path, path.namespace, path.name)

    def list_httproutes(path: Tree, query: ListParams) -> Response:
        """List HTTP routes."""
        return listed("httproutes", path, query)

    def get_httproute(path: Named) -> Response:
        """One HTTP route with all its rules. The ETag is its resourceVersion."""
        return got("httproutes", path, path.namespace, path.name)

    def create(kind: str, spoken: str, path: Tree, query: WriteParams, body: Any) -> Response:
        who, cluster = current_identity(), where(path)
        served = fleet.get(cluster).snapshot(kind).resource
        version = served.api_version if served else ""
        obj = merging.new_object(version, spoken, body.given())
        if query.dry_run:
            return answer(plan_body(changes.plan_create(who, cluster, kind, obj)))
        done = changes.create(
            who, cluster, kind, obj, reason=query.reason, confirm_owned=query.confirm_owned
        )
        return answer(READ[kind](_stored(done)), 201, _audited(done))

    def update(
        kind: str,
        merge: Callable[[Object, Object], dict[str, Any]],
        path: Named,
        query: WriteParams,
        header: WriteHeaders,
        body: Any,
    ) -> Response:
        who, cluster = current_identity(), where(path)
        live = resources.raw(who, cluster, kind, path.namespace, path.name)
        seen = _version(header) or live["metadata"]["resourceVersion"]
        wanted = merge(live, body.given())
        wanted["metadata"]["resourceVersion"] = seen
        place = (who, cluster, kind, path.namespace, path.name, wanted)
        if query.dry_run:
            return answer(plan_body(changes.plan_update(*place)))
        done = changes.update(
            *place,
            resource_version=seen,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(READ[kind](_stored(done)), 200, _audited(done))

    def delete(kind: str, path: Named, query: WriteParams, header: WriteHeaders) -> Response:
        who, place = current_identity(), (where(path), kind, path.namespace, path.name)
        if query.dry_run:
            return answer(plan_body(changes.plan_delete(who, *place)))
        done = changes.delete(
            who,
            *place,
            resource_version=_version(header) or None,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        body = {"message": "deleted", "name": path.name, "namespace": path.namespace}
        return answer(body, 200, _audited(done))

    @requires(Role.OPERATOR)
    def create_gateway(path: Tree, query: WriteParams, body: models.GatewayCreate) -> Response:
        """Create a gateway."""
        return create("gateways", "Gateway", path, query, body)

    @requires(Role.OPERATOR)
    def update_gateway(
        path: Named, query: WriteParams, header: WriteHeaders, body: models.GatewayUpdate
    ) -> Response:
        """Change a gateway; what the body does not mention stays."""
        return update("gateways", merging.onto_gateway, path, query, header, body)

    @requires(Role.OPERATOR)
    def delete_gateway(path: Named, query: WriteParams, header: WriteHeaders) -> Response:
        """Delete a gateway; with dryRun, what depends on it."""
        return delete("gateways", path, query, header)

    @requires(Role.OPERATOR)
    def create_httproute(path: Tree, query: WriteParams, body: models.RouteCreate) -> Response:
        """Create an HTTP route."""
        return create("httproutes", "HTTPRoute", path, query, body)

    @requires(Role.OPERATOR)
    def update_httproute(
        path: Named, query: WriteParams, header: WriteHeaders, body: models.RouteUpdate
    ) -> Response:
        """Change an HTTP route; what the body does not mention stays."""
        return update("httproutes", merging.onto_route, path, query, header, body)

    @requires(Role.OPERATOR)
    def delete_httproute(path: Named, query: WriteParams, header: WriteHeaders) -> Response:
        """Delete an HTTP route."""
        return delete("httproutes", path, query, header)

    page: dict[str, Any] = {"responses": {"200": ListAnswer}}
    one: dict[str, Any] = {"responses": {"200": ObjectAnswer}}
    made: dict[str, Any] = {"responses": {"201": ObjectAnswer, "200": PlanAnswer}}
    changed: dict[str, Any] = {"responses": {"200": UpdateAnswer}}
    gone: dict[str, Any] = {"responses": {"200": DeleteAnswer}}
    named = "/<namespace>/<name>"
    in_both_trees(
        server,
        "gatewayapi",
        [
            ("get", "/gatewayclasses", list_gatewayclasses, page),
            ("get", "/gatewayclasses/<name>", get_gatewayclass, one),
            ("get", "/gateways", list_gateways, page),
            ("post", "/gateways", create_gateway, made),
            ("get", f"/gateways{named}", get_gateway, one),
            ("put", f"/gateways{named}", update_gateway, changed),
            ("delete", f"/gateways{named}", delete_gateway, gone),
            ("get", "/httproutes", list_httproutes, page),
            ("post", "/httproutes", create_httproute, made),
            ("get", f"/httproutes{named}", get_httproute, one),
            ("put", f"/httproutes{named}", update_httproute, changed),
            ("delete", f"/httproutes{named}", delete_httproute, gone),
        ],
    )
    server.register_api(_fleet_wide(container))


def _fleet_wide(container: Container) -> Any:
    group = blueprint("global", f"{V1}/global")

    def listed(kind: str, key: str, query: FleetParams) -> Response:
        who = current_identity()
        chosen = tuple(filter(None, query.cluster.split(",")))
        page = container.resources.list(who, kind, query.query(chosen or None))
        region = {info.name: info.region for info in container.fleet.list()}
        return page_answer(
            page,
            [
                {
                    "clusterName": row["cluster"],
                    "clusterRegion": region[row["cluster"]],
                    key: READ[kind](
                        container.resources.raw(
                            who, row["cluster"], kind, row["namespace"], row["name"]
                        )
                    ),
                }
                for row in page.items
            ],
        )

    @group.get("/gateways", responses={"200": ListAnswer}, operation_id="list_all_gateways")
    def gateways(query: FleetParams) -> Response:
        """Gateways of the whole fleet."""
        return listed("gateways", "gateway", query)

    @group.get("/routes", responses={"200": ListAnswer}, operation_id="list_all_routes")
    def routes(query: FleetParams) -> Response:
        """HTTP routes of the whole fleet."""
        return listed("httproutes", "route", query)

    return group


def plan_body(plan: Plan) -> dict[str, Any]:
    """A dry run as JSON."""
    return {
        "verb": plan.verb,
        "resourceVersion": plan.resource_version,
        "changes": [
            {"path": one.path, "old": one.old, "new": one.new, "serverSet": one.server_set}
            for one in plan.changes
        ],
        "warnings": list(plan.warnings),
        "dependents": [
            {name: getattr(one, name) for name in ("kind", "namespace", "name", "field")}
            for one in plan.dependents
        ],
        "owner": {"tool": plan.owner.tool, "application": plan.owner.application}
        if plan.owner
        else None,
    }


def _version(header: WriteHeaders) -> str:
    return header.if_match.removeprefix("W/").strip('"')


def _stored(done: Applied) -> Object:
    if done.object is None:
        raise Invalid("The API server stored nothing.")
    return done.object


def _audited(done: Applied) -> dict[str, str]:
    return {"X-Audit-Id": str(done.audit_id)}
