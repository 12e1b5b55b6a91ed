"""Which node takes a pod: what it selects and tolerates, and what is left of what it asks for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from agent.quantities import exact
from services.demo.seed.objects import Obj

ENDED = ("Succeeded", "Failed")


def takes(node: Obj, spec: Obj) -> bool:
    """Whether a node is selected and its taints are borne."""
    return not unsuited(node, spec)


def unsuited(node: Obj, spec: Obj) -> str:
    """Why a pod of ``spec`` cannot be on a node at all, in the scheduler's words."""
    labels = node["metadata"].get("labels") or {}
    wanted = spec.get("nodeSelector") or {}
    if wanted.items() - labels.items() or not _likes(spec, labels):
        return "node(s) didn't match Pod's node affinity/selector"
    own = node.get("spec") or {}
    if own.get("unschedulable"):
        return "node(s) were unschedulable"
    for taint in own.get("taints") or ():
        bearable = any(_tolerates(one, taint) for one in spec.get("tolerations") or ())
        if taint.get("effect") != "PreferNoSchedule" and not bearable:
            return "node(s) had untolerated taint(s)"
    return ""


def lacking(node: Obj, spec: Obj, pods: Iterable[Obj]) -> list[str]:
    """The resources of which a node has not enough left for a pod of ``spec``, where ``pods`` are
    on it."""
    has = {
        name: exact(value)
        for name, value in ((node.get("status") or {}).get("allocatable") or {}).items()
    }
    used: Counter[str] = Counter()
    for pod in pods:
        if (pod.get("status") or {}).get("phase") not in ENDED:
            used.update(requests(pod["spec"]))
    return sorted(
        name
        for name, value in requests(spec).items()
        if value > 0 and value > has.get(name, Decimal(0)) - used[name]
    )


def requests(spec: Obj) -> Mapping[str, Decimal]:
    """What a pod asks for, in sum; a limit without a request is one."""
    found: dict[str, Decimal] = {"pods": Decimal(1)}
    for container in spec.get("containers") or ():
        resources = container.get("resources") or {}
        asked = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
        for name, value in asked.items():
            found[name] = found.get(name, Decimal(0)) + exact(value)
    return found


def _likes(spec: Obj, labels: Mapping[str, str]) -> bool:
    """Whether the pod's required node affinity has a term that the labels meet."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return not required or any(
        all(_meets(one, labels) for one in term.get("matchExpressions") or ())
        for term in required["nodeSelectorTerms"]
    )


def _meets(expression: Obj, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def _tolerates(toleration: Obj, taint: Obj) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    said = toleration.get("key"), toleration.get("value", "")
    return said == (taint["key"], taint.get("value", ""))
