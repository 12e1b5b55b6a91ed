"""Changes of gateways over REST: of the bundle that makes one, else of the Gateway itself."""

from collections.abc import Mapping
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import RootModel
from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn
from api.guard import current_identity, requires
from api.objects import GONE, Objects
from api.openapi import Named, Tree, cluster_of, in_both_trees, with_headers
from api.operated import DEPLOYED, OperatedObjects, place_of
from api.operated_models import OperatedMade
from api.refusals import on_record, version_of
from api.writes import CreateAnswer, PlanAnswer, WriteParams
from services import operated_edits as edits
from services.auth.identity import Role
from services.container import Container
from services.errors import NotFound
from services.gatewayapi import merging
from services.gatewayapi.bundles import shows
from services.gatewayapi.gateway_fields import changed, for_bundle
from services.kube.fields import Object
from services.kube.permission import Verb


class GatewayMade(RootModel[OperatedMade | CreateAnswer]):
    """The bundle as stored, or the Gateway where the cluster has no bundles."""

    model_config = with_headers("ETag", "X-Audit-Id")


class GatewayChanged(RootModel[OperatedMade | CreateAnswer | PlanAnswer]):
    """The bundle, or the Gateway that none makes, as stored; with dryRun, the plan."""

    model_config = with_headers("ETag", "X-Audit-Id")


MADE: dict[str, Any] = {"responses": {"201": GatewayMade, "200": PlanAnswer}}
CHANGED: dict[str, Any] = {"responses": {"200": GatewayChanged}}


def register(server: OpenAPI, container: Container) -> None:
    """Add the changes to both trees."""
    fleet, bundles, changes = container.fleet, container.bundles, container.changes
    gateways = Objects(container, "gateways", models.gateway, merging.onto_listeners)
    bundled = OperatedObjects(container, bundles, labelled=True)

    def bundle_of(path: Named, query: WriteParams, verb: Verb) -> Object | None:
        """The bundle of a Gateway that is to be changed."""
        who, place = current_identity(), place_of(container, path, gateways.kind)
        with on_record(changes, verb, place, query):
            return bundles.of_gateway(who, place[0], path.namespace, path.name)

    def gateway_of(path: Named) -> Mapping[str, Any] | None:
        who, where = current_identity(), cluster_of(path, fleet)
        return container.resources.lookup(who, where, "gateways", path.namespace, path.name)

    @requires(Role.OPERATOR)
    def create_gateway(path: Tree, query: WriteParams, body: models.GatewayCreate) -> Response:
        """Create a gateway: a GatewayBundle of its name, from which the operator makes it. Where
        the cluster has no GatewayBundles, the Gateway itself. 409 where there is one that the
        bundle could not take over."""
        who, where = current_identity(), cluster_of(path, fleet)
        place = where, "gateways", body.namespace, body.name
        with on_record(changes, "create", place, query):
            without = fleet.visible(who, where).snapshot(bundles.kind).state == "absent"
            if not without:
                bundles.require_free(who, where, body.namespace, body.name)
        if without:
            return gateways.created(path, query, body)
        return bundled.created(path, query, _Bundle.of(body))

    @requires(Role.OPERATOR)
    def update_gateway(
        path: Named, query: WriteParams, header: BasedOn, body: models.GatewayUpdate
    ) -> Response:
        """Change a gateway, by the bundle that makes it where one does; what the body does not
        mention stays."""
        bundle, gateway = bundle_of(path, query, "update"), gateway_of(path)
        if bundle is None:
            return gateways.updated(path, query, header, body)
        place, given = place_of(container, path, bundles.kind), body.given()
        based_on = version_of(header, changes, "update", place, query, body.resourceVersion)
        if gateway is not None:
            given = changed(given, gateway, models.gateway(gateway))
            if shows(gateway, bundle) and _is_read_from(gateway, body, based_on):
                based_on = ""
        given = for_bundle(given)

        def edit(live: Object) -> Object:
            return edits.onto(live, given, labelled_spec=True)

        return bundled.edited(place, query, edit, based_on)

    @requires(Role.OPERATOR)
    def delete_gateway(path: Named, query: WriteParams, header: BasedOn) -> Response:
        """Delete a gateway, with the bundle that makes it where one does; with dryRun, what depends
        on it."""
        bundle, gateway = bundle_of(path, query, "delete"), gateway_of(path)
        if bundle is None:
            return gateways.deleted(path, query, header)
        place = place_of(container, path, bundles.kind)
        based_on = version_of(header, changes, "delete", place, query)
        if gateway is not None and based_on == gateway["metadata"]["resourceVersion"]:
            based_on = "" if shows(gateway, bundle) else based_on
        return bundled.removed(place, query, based_on)

    @requires(Role.OPERATOR)
    def deploy_gateway(path: Named, query: WriteParams) -> Response:
        """Ask the operator to apply everything of a gateway anew."""
        if bundle_of(path, query, "update") is None:
            with on_record(changes, "update", place_of(container, path, gateways.kind), query):
                raise NotFound(
                    f"No GatewayBundle makes Gateway {path.namespace}/{path.name}.",
                    code="no_bundle",
                )
        return bundled.deployed(place_of(container, path, bundles.kind), query)

    named = "/gateways/<namespace>/<name>"
    in_both_trees(
        server,
        "gateway-writes",
        [
            ("post", "/gateways", create_gateway, MADE),
            ("put", named, update_gateway, CHANGED),
            ("delete", named, delete_gateway, GONE),
            ("post", f"{named}/deploy", deploy_gateway, DEPLOYED),
        ],
    )


def _is_read_from(gateway: Mapping[str, Any], body: models.Sent, based_on: str) -> bool:
    """Whether a change was made of the Gateway as it is, status aside: the version that was read is
    then the Gateway's, and says nothing of its bundle. Labels and annotations are replaced as a
    whole, and have no generation."""
    metadata = gateway["metadata"]
    same = body.generation is not None and body.generation == metadata.get("generation")
    labels = all(
        getattr(body, name) == (metadata.get(name) or {})
        for name in edits.LABELS
        if name in body.model_fields_set
    )
    return (same and labels) or based_on == metadata["resourceVersion"]


class _Bundle(models.Sent):
    """A Gateway that was sent, as a bundle."""

    @classmethod
    def of(cls, body: models.GatewayCreate) -> "_Bundle":
        """The same in a bundle's words."""
        return cls(**for_bundle(body.given()))
