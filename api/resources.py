"""REST of gateway classes and gateways, and the lists of the whole fleet."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import Field
from werkzeug.wrappers import Response

from api import models
from api.conditions import Seen
from api.guard import current_identity
from api.lists import LIST, ListParams, page_answer
from api.objects import ONE, Objects, Read
from api.openapi import V1, Named, NamedClass, Tree, blueprint, in_both_trees
from api.routes import FAMILIES
from services.container import Container

READ: dict[str, Read] = {"gateways": models.gateway} | {one.kind: one.read for one in FAMILIES}


class FleetParams(ListParams):
    """A list over several clusters."""

    cluster: str = Field("", description="Clusters, comma separated; empty: all")


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees and the fleet-wide lists."""
    classes = Objects(container, "gatewayclasses", models.gateway_class)
    gateways = Objects(container, "gateways", models.gateway)

    def list_gatewayclasses(path: Tree, query: ListParams, header: Seen) -> Response:
        """List gateway classes."""
        return classes.listed(path, query, header)

    def get_gatewayclass(path: NamedClass, header: Seen) -> Response:
        """One gateway class."""
        return classes.got(path, "", path.name, header)

    def list_gateways(path: Tree, query: ListParams, header: Seen) -> Response:
        """List gateways."""
        return gateways.listed(path, query, header)

    def get_gateway(path: Named, header: Seen) -> Response:
        """One gateway. The ETag is its resourceVersion."""
        return gateways.got(path, path.namespace, path.name, header)

    in_both_trees(
        server,
        "gatewayapi",
        [
            ("get", "/gatewayclasses", list_gatewayclasses, LIST),
            ("get", "/gatewayclasses/<name>", get_gatewayclass, ONE),
            ("get", "/gateways", list_gateways, LIST),
            ("get", "/gateways/<namespace>/<name>", get_gateway, ONE),
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
