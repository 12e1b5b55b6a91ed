"""GatewayBundles and InferenceStacks in REST: flat, nothing dropped, and what came of them."""

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from api import models
from api.openapi import Time, with_headers
from api.writes import Change, ObjectAnswer, PlanAnswer
from services.operated_edits import LABELS, own_labels
from services.operated_limits import HIDDEN
from services.previews import Preview

_STATUS = (
    "phase",
    "conditions",
    "observedGeneration",
    "observedSpecHash",
    "lastReconciledAt",
    "reconcileRequested",
    "drift",
)
_OF_KIND = {"GatewayBundle": ("gatewayAddress",), "InferenceStack": ("poolRef", "endpoint")}
_TOLD = {
    "kind",
    "children",
    HIDDEN,
    *_STATUS,
    *(name for names in _OF_KIND.values() for name in names),
}
"""What an answer adds to what a client wants; ignored where it is sent back."""
_HIDDEN = "Further children, in namespaces outside your limits"


class OperatedSent(models.Sent):
    """What a client sends; what only the operator says is ignored. null removes a label."""

    # wider than what others send, because a patch takes single ones away:
    labels: dict[str, str | None] | None = None  # type: ignore[assignment]
    annotations: dict[str, str | None] | None = None  # type: ignore[assignment]

    def given(self) -> dict[str, Any]:
        """What the client wants, without what a GET adds."""
        return {name: one for name, one in super().given().items() if name not in _TOLD}


class BundleUpdate(OperatedSent):
    """The fields to change. Sections are merged, listeners are matched by name, null removes; what
    is not named is kept. ``labels`` and ``annotations`` are those of the Gateway."""

    gatewayClassName: str | None = Field(None, min_length=1)
    listeners: list[models.Listener] | None = Field(None, min_length=1)
    nginxProxy: dict[str, Any] | None = None
    waf: dict[str, Any] | None = None
    snippetsFilter: dict[str, Any] | None = None
    snippetsPolicy: dict[str, Any] | None = None
    routeMarker: dict[str, Any] | None = None
    tls: dict[str, Any] | None = None
    referenceGrants: dict[str, Any] | None = None


class BundleCreate(BundleUpdate):
    """A new GatewayBundle."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    gatewayClassName: str = Field(min_length=1)
    listeners: list[models.Listener] = Field(min_length=1)


class StackUpdate(OperatedSent):
    """The fields to change. Sections are merged, thresholds are matched by metric, null removes;
    what is not named is kept."""

    modelName: str | None = Field(None, min_length=1)
    modelVersion: str | None = None
    servingBackend: str | None = Field(None, min_length=1)
    pool: dict[str, Any] | None = None
    modelServer: dict[str, Any] | None = None
    epp: dict[str, Any] | None = None
    autoscaling: dict[str, Any] | None = None
    httpRoute: dict[str, Any] | None = None
    dcgm: dict[str, Any] | None = None
    distributedCloud: dict[str, Any] | None = None


class StackCreate(StackUpdate):
    """A new InferenceStack."""

    name: str = Field(min_length=1)
    namespace: str = Field(min_length=1)
    modelName: str = Field(min_length=1)
    servingBackend: str = Field(min_length=1)
    pool: dict[str, Any]


class Draft(OperatedSent):
    """What somebody is writing; nothing of it has to be right."""

    name: Any = None
    namespace: Any = None
    labels: Any = None
    annotations: Any = None


class ChildItem(BaseModel):
    """One object that the operator made or adopted, or could not have."""

    apiVersion: str
    kind: str
    namespace: str
    name: str
    section: str = Field(description="The condition that it counts for")
    ready: bool
    state: str = Field(description="Ready, Waiting, Failed, Skipped or Adopted")
    reason: str
    message: str
    since: Time | None
    specHash: str
    drift: int = Field(description="How often it was restored")


class OperatedAnswer(ObjectAnswer):
    """The object, flat: its spec, and what the operator says of it."""

    phase: str | None = Field(description="null: no operator has looked at it")
    children: list[ChildItem]
    childrenHidden: int = Field(description=_HIDDEN)
    conditions: list[dict[str, Any]]


class OperatedMade(OperatedAnswer):
    """The object as stored."""

    model_config = with_headers("ETag", "X-Audit-Id", extra="allow")


class OperatedChanged(RootModel[OperatedMade | PlanAnswer]):
    """The object as stored or, with dryRun, the plan."""

    model_config = with_headers("ETag", "X-Audit-Id")


class OperatedStatus(BaseModel):
    """What came of it."""

    model_config = with_headers("ETag", extra="allow")

    name: str
    namespace: str
    phase: str | None
    children: list[ChildItem]
    childrenHidden: int = Field(description=_HIDDEN)
    conditions: list[dict[str, Any]]


class Triggered(BaseModel):
    """That the operator was asked."""

    message: str
    name: str
    namespace: str


class DeployAnswer(RootModel[Triggered | PlanAnswer]):
    """That the operator was asked to apply every child anew or, with dryRun, the plan."""

    model_config = with_headers("X-Audit-Id")


class FaultItem(BaseModel):
    """A field, and the rule of the server that it breaks."""

    field: str
    rule: str


class PlannedItem(BaseModel):
    """A child as it would be. Of one that goes ``object`` is the live one."""

    apiVersion: str
    kind: str
    namespace: str
    name: str
    section: str
    verb: Literal["create", "change", "same", "remove"]
    object: dict[str, Any]
    changes: list[Change]
    fault: str = Field(description="Why it cannot be; empty: it can, as far as is known")
    unchecked: str = Field(description="Why the API server was not asked about it")


class LackItem(BaseModel):
    """What cannot be had on this cluster, or is not needed."""

    section: str
    kind: str
    name: str
    namespace: str
    reason: str
    message: str
    blocks: bool = Field(description="false: it can become Ready all the same")


class ClashItem(BaseModel):
    """A listener, and what it meets."""

    listener: str
    with_: str = Field(alias="with")
    rule: str
    blocks: bool = Field(description="false: it works all the same")


class PreviewAnswer(BaseModel):
    """What would come of it. With ``faults`` there is no plan, and there are no children."""

    faults: list[FaultItem]
    plan: PlanAnswer | None
    children: list[PlannedItem]
    lacks: list[LackItem]
    clashes: list[ClashItem]
    hidden: int = Field(description="Further children and lacks, in namespaces outside your limits")


def flat(obj: models.Object) -> dict[str, Any]:
    """A bundle or stack with every field of its spec."""
    kind = str(obj.get("kind", ""))
    spec = dict(obj.get("spec") or {})
    if kind == "GatewayBundle":
        spec |= {name: own_labels(obj, name) for name in LABELS}
    return {**models.common(obj), **spec, "kind": kind, **_status(obj)}


def status(obj: models.Object) -> dict[str, Any]:
    """What came of it."""
    metadata = obj["metadata"]
    place = {"name": metadata["name"], "namespace": metadata.get("namespace", "")}
    return {**place, "generation": metadata.get("generation"), **_status(obj)}


def _status(obj: models.Object) -> dict[str, Any]:
    said = obj.get("status") or {}
    more = _OF_KIND.get(str(obj.get("kind", "")), ())
    return {
        **{name: said.get(name) for name in (*_STATUS, *more)},
        "conditions": said.get("conditions") or [],
        "children": [_child(obj, one) for one in said.get("children") or ()],
        HIDDEN: said.get(HIDDEN, 0),
    }


def _child(parent: models.Object, one: models.Object) -> dict[str, Any]:
    ready = bool(one.get("ready"))
    texts = ("apiVersion", "kind", "name", "section", "reason", "message", "specHash")
    return {
        **{name: str(one.get(name) or "") for name in texts},
        "namespace": one.get("namespace") or parent["metadata"].get("namespace", ""),
        "ready": ready,
        "state": one.get("state") or ("Ready" if ready else "Waiting"),
        "since": one.get("since"),
        "drift": one.get("drift") or 0,
    }


def preview(found: Preview, plan: dict[str, Any] | None) -> dict[str, Any]:
    """A preview as JSON, with the ``plan`` that was made of its dry-run."""
    return {
        "faults": [{"field": one.field, "rule": one.rule} for one in found.faults],
        "plan": plan,
        "children": [
            {
                "apiVersion": one.api_version,
                "kind": one.kind,
                "namespace": one.namespace,
                "name": one.name,
                "section": one.section,
                "verb": one.verb,
                "object": one.obj,
                "changes": [
                    {
                        "path": each.path,
                        "old": each.old,
                        "new": each.new,
                        "serverSet": each.server_set,
                    }
                    for each in one.changes
                ],
                "fault": one.fault,
                "unchecked": one.unchecked,
            }
            for one in found.children
        ],
        "lacks": [
            {name: getattr(one, name) for name in LackItem.model_fields} for one in found.lacks
        ],
        "clashes": [
            {"listener": one.listener, "with": one.with_, "rule": one.rule, "blocks": one.blocks}
            for one in found.clashes
        ],
        "hidden": found.hidden,
    }
