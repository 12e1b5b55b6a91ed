"""REST of policies and filters: the same paths for every type, conflicts, what is in effect."""

from dataclasses import replace
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from api import models
from api.conditions import Seen, marked
from api.guard import current_identity
from api.lists import LIST, ListParams, fingerprint, page_answer
from api.openapi import Tree, answer, cluster_of, in_both_trees, with_headers
from api.policy import OfType
from services.container import Container
from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies import service
from services.gatewayapi.policies.effective import APPLIES_TO
from services.gatewayapi.policies.kinds import ALL, PolicyKind


class PolicyParams(ListParams):
    """A list of policies."""

    kind: str = Field("", description="Kinds such as RateLimitPolicy; comma separated")


class ConflictParams(BaseModel):
    """Which conflicts."""

    namespace: str = Field("", description="Only policies of this namespace")


class EffectiveParams(BaseModel):
    """The object in question."""

    kind: str = Field(description=f"One of {', '.join(APPLIES_TO)}")
    namespace: str = Field("", description="Empty for a GatewayClass")
    name: str = Field(min_length=1)
    section: str = Field(
        "", description="A listener of a Gateway, a port of a Service, a rule of a route"
    )


class OfKind(BaseModel):
    """One type of policies and whether the cluster serves it."""

    type: str
    kind: str
    attachment: str = Field(description="direct, inherited or filter")
    targets: list[str] = Field(description="Kinds that it may target")
    purpose: str
    served: bool | None = Field(description="null while that is not known")


class Types(BaseModel):
    """Every type of policy that this console knows."""

    items: list[OfKind]


class Spoken(BaseModel):
    """An object; ``hidden`` where it is outside your limits, and then without its name."""

    kind: str
    namespace: str
    name: str
    hidden: bool = False


class Conflicting(BaseModel):
    """One policy that does not take effect as written."""

    cluster: str
    kind: str
    namespace: str
    name: str
    type: str
    plural: str
    target: Spoken | None
    reason: str = Field(description="What a controller says under Accepted; empty: it says nothing")
    message: str
    source: str = Field(description="Where the rule is from")
    counterpart: Spoken | None = Field(description="What it gives way to")
    fields: list[str] = Field(description="Settings that both set")
    field: str = Field(description="The field of the policy that is at fault")
    said: list[dict[str, Any]] = Field(description="Conditions in which controllers refuse it")
    agrees: bool | None = Field(
        description="Whether the controller names the same reason; null while it has not looked"
    )


class Conflicts(BaseModel):
    """Every policy that has no effect where it is meant to have one."""

    model_config = with_headers("ETag")

    items: list[Conflicting]
    total: int


class PolicySchema(BaseModel):
    """What a type's spec may hold, as a schema of OpenAPI v3; ``rules`` are its CEL rules."""

    model_config = with_headers("ETag", extra="allow")

    type: str = "object"
    properties: dict[str, Any] = {}


class Effect(BaseModel):
    """What is in effect for an object."""

    model_config = with_headers("ETag")

    policies: list[dict[str, Any]] = Field(
        description="Policies, filters and NginxProxy objects that apply, farthest first"
    )
    settings: list[dict[str, Any]] = Field(
        description="Setting by setting: values that count, overridden and refused ones, with why"
    )
    hidden: int = Field(description="Further policies, outside your limits")
    unread: list[str] = Field(description="Kinds of which nothing is known now")


def register(server: OpenAPI, container: Container) -> None:
    """Add both trees."""
    fleet, policies, schemas = container.fleet, container.policies, container.schemas

    def where(path: Tree) -> str:
        return cluster_of(path, fleet)

    def kind_at(path: OfType) -> tuple[str, PolicyKind]:
        """The cluster and the kind. Raises NotFound for a type that is not, or not there."""
        kind, cluster = service.kind_of(path.type), where(path)
        policies.served(current_identity(), cluster, kind)
        return cluster, kind

    def list_policies(path: Tree, query: PolicyParams, header: Seen) -> Response:
        """List policies and filters of all types."""
        who = current_identity()
        cluster = fleet.visible(who, where(path)).name
        asked = query.query((cluster,))
        if kinds := tuple(filter(None, query.kind.split(","))):
            asked = replace(asked, filters={**asked.filters, "kind": kinds})
        page = policies.list(who, service.TOGETHER, asked)
        items = [
            models.policy(row["type"], obj)
            for row, obj in zip(page.items, page.objects, strict=True)
        ]
        return page_answer(page, items, header)

    def list_policy_types(path: Tree) -> Response:
        """The types of policies, what each may target, and whether the cluster serves it."""
        member = fleet.visible(current_identity(), where(path))
        known = {"absent": False, "live": True, "stale": True}
        items = [
            {
                "type": one.type,
                "kind": one.kind,
                "attachment": one.attachment,
                "targets": list(one.targets),
                "purpose": one.purpose,
                "served": known.get(member.snapshot(one.name).state),
            }
            for one in ALL
        ]
        return answer({"items": items})

    def list_all_policy_conflicts(path: Tree, query: ConflictParams, header: Seen) -> Response:
        """Every policy that is refused, each with what it gives way to."""
        return conflicting(where(path), "", query, header)

    def list_policy_conflicts(path: OfType, query: ConflictParams, header: Seen) -> Response:
        """Policies of one type that are refused, each with what it gives way to."""
        cluster, kind = kind_at(path)
        return conflicting(cluster, kind.name, query, header)

    def conflicting(cluster: str, kind: str, query: ConflictParams, seen: Seen) -> Response:
        who = current_identity()
        name = fleet.visible(who, cluster).name
        items = policies.conflicts(who, (name,), kind, query.namespace)
        return marked(answer({"items": items, "total": len(items)}), fingerprint(items), seen)

    def get_effective_policies(path: Tree, query: EffectiveParams, header: Seen) -> Response:
        """What is in effect for an object: per setting which policy won, and over which."""
        ref = Ref(query.kind, query.namespace, query.name)
        found = policies.effective(current_identity(), where(path), ref, query.section)
        return marked(answer(found), fingerprint(found), header)

    def list_policies_of_type(path: OfType, query: ListParams, header: Seen) -> Response:
        """List policies of one type."""
        cluster, kind = kind_at(path)
        page = policies.list(current_identity(), kind.name, query.query((cluster,)))
        return page_answer(page, [models.policy(kind.type, obj) for obj in page.objects], header)

    def get_policy_schema(path: OfType, header: Seen) -> Response:
        """The schema of a type's spec, as the cluster itself serves it."""
        cluster, kind = kind_at(path)
        found = schemas.of(cluster, kind.name)
        return marked(answer(found), fingerprint(found), header)

    told: dict[str, Any] = {"responses": {"200": Conflicts, "304": None}}
    told_schema: dict[str, Any] = {"responses": {"200": PolicySchema, "304": None}}
    of_type = "/policies/<type>"
    in_both_trees(
        server,
        "policies",
        [
            ("get", "/policies", list_policies, LIST),
            ("get", "/policies/types", list_policy_types, {"responses": {"200": Types}}),
            ("get", "/policies/conflicts", list_all_policy_conflicts, told),
            (
                "get",
                "/policies/effective",
                get_effective_policies,
                {"responses": {"200": Effect, "304": None}},
            ),
            ("get", of_type, list_policies_of_type, LIST),
            ("get", f"{of_type}/conflicts", list_policy_conflicts, told),
            ("get", f"{of_type}/schema", get_policy_schema, told_schema),
        ],
    )
