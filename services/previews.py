"""What would come of a GatewayBundle or InferenceStack that somebody is writing, before it is.

Three know: the API server (its dry-run of the parent, and of each child where the console may ask),
the operator's builders (which children, and what the cluster lacks for them), and the model of the
cluster (listeners that clash, requests that would go elsewhere).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ngf_operator.wanting import Child, Lack, Wanted

from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.clusters.fleet import Fleet
from services.errors import Conflict, Invalid, NotFound
from services.gatewayapi.clashes import Clash, clashes
from services.gatewayapi.impact import Impact, Impacts
from services.gatewayapi.model.names import Ref
from services.gatewayapi.models import Models
from services.kube.catalogue import KINDS
from services.kube.changes import Changes, Plan
from services.kube.fields import Object
from services.planned import RECIPES, Planned, Planner, ending, taken_back, wanted

__all__ = ["Clash", "Fault", "Lack", "Planned", "Preview", "Previews"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A field of the parent and the rule of the server that it breaks."""

    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class Preview:
    """All that is known of a draft. With ``faults`` there is no ``plan``, and no children.

    ``late`` is the Conflict of an edit that came too late; where both can be merged it is planned
    on what is live, also where the server refuses that. ``hidden`` counts children and lacks in
    namespaces that one may not see.
    """

    faults: tuple[Fault, ...] = ()
    plan: Plan | None = None
    children: tuple[Planned, ...] = ()
    lacks: tuple[Lack, ...] = ()
    impact: Impact | None = None
    clashes: tuple[Clash, ...] = ()
    late: Conflict | None = None
    hidden: int = 0

    @property
    def applies(self) -> bool:
        """Whether the server would take the parent as it is."""
        return self.plan is not None


class Previews:
    """Answers for every cluster of a fleet; nothing is changed on any."""

    def __init__(self, fleet: Fleet, changes: Changes, impacts: Impacts, models: Models) -> None:
        self._fleet, self._changes = fleet, changes
        self._impacts, self._models = impacts, models

    def of(
        self, who: Identity, cluster: str, kind: str, obj: Object, base: Object | None = None
    ) -> Preview:
        """Of the wanted parent ``obj``, edited from ``base``, or new without it.

        What the server refuses is among the faults. Raises Denied, NotFound (cluster, kind not
        installed, edited object gone) and Unavailable.
        """
        if kind not in RECIPES:
            raise NotFound(f"There is no preview of {kind}.", kind=kind)
        member = self._fleet.visible(who, cluster)
        met = self._clashes(who, member, kind, obj)
        try:
            plan, late = self._plan(who, cluster, kind, obj, base)
        except Conflict as error:
            if base is not None:
                return Preview((Fault("", error.message),), clashes=met, late=error)
            rule = f"is taken: there is a {KINDS[kind].kind} of this name; choose another"
            return Preview((Fault("metadata.name", rule),), clashes=met)
        if isinstance(plan, Invalid):
            return Preview(_faults(plan), clashes=met, late=late)
        return replace(self.of_plan(who, plan), clashes=met, late=late)

    def of_plan(self, who: Identity, plan: Plan) -> Preview:
        """Of what a dry-run of a parent says: its children, what the cluster lacks for them, and
        what they do to traffic."""
        member = self._fleet.visible(who, plan.cluster)
        parent = _identified(plan)
        if plan.verb == "delete":
            parent = ending(parent)
            found = Wanted(taken_back(plan.kind, parent, member))
        else:
            found = wanted(plan.kind, parent, member)
        before = self._before(plan, member)
        planner = Planner(self._changes, who, member, parent, before)
        children, hidden = planner.planned(found.children)
        lacks = tuple(
            one for one in found.lacks if who.may_see(plan.cluster, one.namespace or None)
        )
        return Preview(
            plan=plan,
            children=children,
            lacks=lacks,
            impact=self._impact(who, plan.cluster, children),
            hidden=hidden + len(found.lacks) - len(lacks),
        )

    def _plan(
        self, who: Identity, cluster: str, kind: str, obj: Object, base: Object | None
    ) -> tuple[Plan | Invalid, Conflict | None]:
        """What a dry-run says, and the Conflict of an edit that came too late and can be merged."""
        if base is None:
            return _tried(lambda: self._changes.plan_create(who, cluster, kind, obj)), None
        metadata = base["metadata"]
        place = (who, cluster, kind, metadata["namespace"], metadata["name"])
        try:
            return _tried(lambda: self._changes.plan_update(*place, obj, base)), None
        except Conflict as error:
            merged, theirs = error.details.get("merged"), error.details.get("theirs")
            if not merged or not theirs:
                raise
            return _tried(lambda: self._changes.plan_update(*place, merged, theirs)), error

    @staticmethod
    def _before(plan: Plan, member: Cluster) -> tuple[Child, ...]:
        """The children of a parent as it is, which is about to be another."""
        if plan.verb != "update" or plan.live is None:
            return ()
        return wanted(plan.kind, _named(plan.live, plan.kind), member).children

    def _clashes(self, who: Identity, member: Cluster, kind: str, obj: Object) -> tuple[Clash, ...]:
        spec = obj.get("spec")
        listeners = spec.get("listeners") if isinstance(spec, Mapping) else None
        if kind != "gatewaybundles" or not isinstance(listeners, list):
            return ()
        metadata = obj.get("metadata") or {}
        place = str(metadata.get("namespace") or ""), str(metadata.get("name") or "")

        def sees(namespace: str) -> bool:
            return who.may_see(member.name, namespace)

        return clashes(self._models.of(member), place, listeners, sees)

    def _impact(self, who: Identity, cluster: str, children: Sequence[Planned]) -> Impact:
        """Of the children; that a Secret is not there yet is no issue where it is to be issued."""
        put = [one.obj for one in children if one.verb in ("create", "change") and not one.fault]
        gone = [Ref(one.kind, one.namespace, one.name) for one in children if one.verb == "remove"]
        found = self._impacts.of(who, cluster, put, gone)
        coming = [
            Ref("Secret", one.namespace, str(one.obj["spec"].get("secretName")))
            for one in children
            if one.kind == "Certificate" and one.verb != "remove"
        ]
        missing = {f"{secret} does not exist." for secret in coming}
        introduced = tuple(one for one in found.introduced if one.message not in missing)
        return replace(found, introduced=introduced)


def _tried(dry_run: Callable[[], Plan]) -> Plan | Invalid:
    try:
        return dry_run()
    except Invalid as error:
        return error


def _identified(plan: Plan) -> Object:
    """The parent as it would be stored (one that goes, as it is), of a kind that it names; a new
    one has no identity yet, and what a dry-run gave it is none."""
    obj = _named(plan.result or plan.live or {}, plan.kind)
    if plan.live is None:
        obj["metadata"] = {key: value for key, value in obj["metadata"].items() if key != "uid"}
    return obj


def _named(obj: Object, kind: str) -> Object:
    return {"kind": KINDS[kind].kind, **obj}


def _faults(error: Invalid) -> tuple[Fault, ...]:
    fields: list[Any] = error.details.get("fields") or []
    told = [Fault(str(one.get("field", "")), str(one.get("rule", ""))) for one in fields]
    return tuple(told) or (Fault("", error.message),)
