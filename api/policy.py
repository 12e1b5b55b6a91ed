"""REST of single policies and filters, by namespace and name: read, create, change, delete."""

from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api import models
from api.conditions import BasedOn, Seen, marked
from api.guard import current_identity, requires
from api.openapi import Named, Tree, answer, cluster_of, in_both_trees
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
from services.gatewayapi.policies import service
from services.gatewayapi.policies.kinds import BY_TYPE, PolicyKind
from services.kube.deletion import outcome

TYPES = ", ".join(sorted(BY_TYPE))


class OfType(Tree):
    """Policies of one type."""

    type: str = Field(description=f"One of {TYPES}")


class NamedPolicy(Named):
    """One policy."""

    type: str = Field(description=f"One of {TYPES}")


class NamedAlone(OfType):
    """One policy; its namespace is a parameter."""

    name: str = Field(description="Name of the policy")


class Within(BaseModel):
    """Where a policy is."""

    namespace: str = Field("default", description="Namespace of the policy")


class WriteWithin(WriteParams):
    """How a change is made, and where the policy is."""

    namespace: str = Field("default", description="Namespace of the policy")


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees."""
    fleet, resources, changes = container.fleet, container.resources, container.changes

    def kind_at(path: OfType | NamedPolicy) -> tuple[str, PolicyKind]:
        """The cluster and the kind. Raises NotFound for a type that is not, or not there."""
        kind, cluster = service.kind_of(path.type), cluster_of(path, fleet)
        container.policies.served(current_identity(), cluster, kind)
        return cluster, kind

    def read(path: OfType | NamedPolicy, namespace: str, name: str, seen: Seen) -> Response:
        cluster, kind = kind_at(path)
        obj = resources.raw(current_identity(), cluster, kind.name, namespace, name)
        body = answer(models.policy(kind.type, obj))
        return marked(body, obj["metadata"]["resourceVersion"], seen, weak=False)

    def update(
        path: OfType | NamedPolicy,
        place: tuple[str, str],
        query: WriteParams,
        based_on: str,
        given: dict[str, Any],
    ) -> Response:
        who, (cluster, kind) = current_identity(), kind_at(path)

        def edit(live: models.Object) -> dict[str, Any]:
            wanted = merging.onto_policy(live, given)
            if based_on:
                wanted["metadata"]["resourceVersion"] = based_on
            return wanted

        if query.dry_run:
            plan = changes.plan_update(who, cluster, kind.name, *place, edit)
            return answer(plan_body(plan, container.impacts))
        done = changes.update(
            who,
            cluster,
            kind.name,
            *place,
            edit,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        return answer(models.policy(kind.type, stored(done)), 200, said(done))

    def delete(
        path: OfType | NamedPolicy, place: tuple[str, str], query: WriteParams, based_on: str
    ) -> Response:
        who, (cluster, kind) = current_identity(), kind_at(path)
        if query.dry_run:
            plan = changes.plan_delete(who, cluster, kind.name, *place, based_on)
            return answer(plan_body(plan, container.impacts))
        done = changes.delete(
            who,
            cluster,
            kind.name,
            *place,
            resource_version=based_on,
            reason=query.reason,
            confirm_owned=query.confirm_owned,
        )
        body = {"message": outcome(done.object), "name": place[1], "namespace": place[0]}
        return answer(body, 200, said(done))

    def get_policy(path: NamedPolicy, header: Seen) -> Response:
        """One policy. The ETag is its resourceVersion."""
        return read(path, path.namespace, path.name, header)

    def get_policy_within(path: NamedAlone, query: Within, header: Seen) -> Response:
        """One policy. The ETag is its resourceVersion."""
        return read(path, query.namespace, path.name, header)

    @requires(Role.OPERATOR)
    def create_policy(path: OfType, query: WriteParams, body: models.PolicyCreate) -> Response:
        """Create a policy."""
        who, (cluster, kind), given = current_identity(), kind_at(path), body.given()
        metadata = {one: given[one] for one in merging.METADATA if given.get(one) is not None}
        obj = {"metadata": metadata, "spec": given["spec"]}
        if query.dry_run:
            return answer(
                plan_body(changes.plan_create(who, cluster, kind.name, obj), container.impacts)
            )
        done = changes.create(
            who, cluster, kind.name, obj, reason=query.reason, confirm_owned=query.confirm_owned
        )
        return answer(models.policy(kind.type, stored(done)), 201, said(done))

    @requires(Role.OPERATOR)
    def update_policy(
        path: NamedPolicy, query: WriteParams, header: BasedOn, body: models.PolicyUpdate
    ) -> Response:
        """Change a policy; what the body does not mention stays."""
        based_on = header.version(body.resourceVersion or "")
        return update(path, (path.namespace, path.name), query, based_on, body.given())

    @requires(Role.OPERATOR)
    def update_policy_within(
        path: NamedAlone, query: WriteWithin, header: BasedOn, body: models.PolicyUpdate
    ) -> Response:
        """Change a policy; what the body does not mention stays."""
        based_on = header.version(body.resourceVersion or "")
        return update(path, (query.namespace, path.name), query, based_on, body.given())

    @requires(Role.OPERATOR)
    def delete_policy(path: NamedPolicy, query: WriteParams, header: BasedOn) -> Response:
        """Delete a policy; with dryRun, what depends on it."""
        return delete(path, (path.namespace, path.name), query, header.version())

    @requires(Role.OPERATOR)
    def delete_policy_within(path: NamedAlone, query: WriteWithin, header: BasedOn) -> Response:
        """Delete a policy; with dryRun, what depends on it."""
        return delete(path, (query.namespace, path.name), query, header.version())

    one: dict[str, Any] = {"responses": {"200": ObjectAnswer, "304": None}}
    made: dict[str, Any] = {"responses": {"201": CreateAnswer, "200": PlanAnswer}}
    changed: dict[str, Any] = {"responses": {"200": UpdateAnswer}}
    gone: dict[str, Any] = {"responses": {"200": DeleteAnswer}}
    of_type = "/policies/<type>"
    named, alone = f"{of_type}/<namespace>/<name>", f"{of_type}/<name>"
    in_both_trees(
        server,
        "policy",
        [
            ("post", of_type, create_policy, made),
            ("get", named, get_policy, one),
            ("put", named, update_policy, changed),
            ("delete", named, delete_policy, gone),
            ("get", alone, get_policy_within, one),
            ("put", alone, update_policy_within, changed),
            ("delete", alone, delete_policy_within, gone),
        ],
    )
