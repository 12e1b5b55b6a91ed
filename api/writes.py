"""The grammar of changes and their answers, the same for every kind."""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field, RootModel

from api.guard import current_identity
from api.openapi import with_headers
from services.auth.identity import Identity
from services.errors import Invalid
from services.gatewayapi.impact import Impact
from services.kube.changes import Applied, Plan
from services.kube.fields import Object


class Judge(Protocol):
    """Who says what a change would do to traffic."""

    def of_plan(self, who: Identity, plan: Plan) -> Impact:
        """Of what a dry-run says that the server would store or remove."""


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


class Deleted(BaseModel):
    """The object that is gone, or marked for deletion and held by finalizers."""

    message: str
    name: str
    namespace: str


class Change(BaseModel):
    """A field that would differ; ``serverSet`` marks defaults and the work of admission."""

    path: str
    old: Any
    new: Any
    serverSet: bool


class Dependent(BaseModel):
    """An object that refers to the one in question, and the field it does so in."""

    kind: str
    namespace: str
    name: str
    field: str


class Owner(BaseModel):
    """The tool that applies the object, and under which name."""

    tool: str
    application: str


class IssueAnswer(BaseModel):
    """One thing that is wrong, or worth knowing, about an object."""

    severity: Literal["error", "warning", "note"]
    kind: str
    namespace: str
    name: str
    field: str = Field(description="Its path; empty for the object as a whole")
    reason: str
    message: str
    section: str = Field(description="Of the specification")
    remedy: str


class Rerouted(BaseModel):
    """A request that would go elsewhere; null where there is or would be no such gateway."""

    name: str = Field(description="Under which it is saved; empty for an example of a route")
    gateway: dict[str, str]
    request: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ImpactAnswer(BaseModel):
    """What a change would do to traffic, by the model of the cluster."""

    introduced: list[IssueAnswer]
    fixed: list[IssueAnswer]
    unchanged: list[IssueAnswer] = Field(description="Of what the change touches")
    moved: list[Rerouted]
    savedRequests: list[Rerouted]
    tried: int = Field(description="Examples that were tried")
    complete: bool = Field(description="Whether these were all examples there are")
    hidden: int = Field(description="Issues and requests outside your limits")
    unread: list[str] = Field(description="Kinds of which nothing is known")


class PlanAnswer(BaseModel):
    """What a dry run says."""

    verb: str
    resourceVersion: str | None = Field(description="Live version; null for a new object")
    changes: list[Change]
    warnings: list[str]
    dependents: list[Dependent] = Field(description="What a deletion would leave dangling")
    hidden: int = Field(description="Further dependents, outside your limits")
    owner: Owner | None
    impact: ImpactAnswer


class ObjectAnswer(BaseModel):
    """One object, flat; further fields are those of its spec."""

    model_config = with_headers("ETag", extra="allow")

    name: str
    namespace: str
    resourceVersion: str | None


class CreateAnswer(ObjectAnswer):
    """The object as stored."""

    model_config = with_headers("ETag", "X-Audit-Id", extra="allow")


class UpdateAnswer(RootModel[ObjectAnswer | PlanAnswer]):
    """The object as stored or, with dryRun, the plan."""

    model_config = with_headers("ETag", "X-Audit-Id")


class DeleteAnswer(RootModel[Deleted | PlanAnswer]):
    """What was deleted or, with dryRun, the plan."""

    model_config = with_headers("X-Audit-Id")


def plan_body(plan: Plan, impacts: Judge) -> dict[str, Any]:
    """A dry run as JSON, with what it would do to traffic."""
    return {
        "impact": impacts.of_plan(current_identity(), plan).document(),
        "verb": plan.verb,
        "resourceVersion": plan.resource_version,
        "changes": [
            {"path": one.path, "old": one.old, "new": one.new, "serverSet": one.server_set}
            for one in plan.changes
        ],
        "warnings": list(plan.warnings),
        "dependents": [
            {name: getattr(one, name) for name in Dependent.model_fields} for one in plan.dependents
        ],
        "hidden": plan.hidden,
        "owner": {"tool": plan.owner.tool, "application": plan.owner.application}
        if plan.owner
        else None,
    }


def stored(done: Applied) -> Object:
    """The object that a change left behind. Raises Invalid."""
    if done.object is None:
        raise Invalid("The API server stored nothing.")
    return done.object


def said(done: Applied) -> dict[str, str]:
    """The headers of an answer to a change: its audit entry, and the version it made."""
    headers = {"X-Audit-Id": str(done.audit_id)}
    if done.object is not None:
        headers["ETag"] = f'"{done.object["metadata"]["resourceVersion"]}"'
    return headers
