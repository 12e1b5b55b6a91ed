"""Rows of objects that the operator works on, and their children as a table."""

from collections.abc import Mapping
from typing import Any

from ngf_operator.names import BUNDLE, LABELS
from ngf_operator.outcomes import Outcome, State
from ngf_operator.seen import Ref

from services.entries import Row
from services.gatewayapi import conditions, text
from services.gatewayapi.conditions import Verdict
from services.kube.catalogue import KINDS
from services.operated_limits import HIDDEN

Object = Mapping[str, Any]

_PHASES: Mapping[str, conditions.Status] = {
    "Ready": "ok",
    "Pending": "info",
    "Degraded": "warn",
    "Error": "err",
    "Terminating": "info",
}
_STATES: Mapping[str, tuple[conditions.Status, str]] = {
    "Ready": ("ok", "Ready"),
    "Adopted": ("ok", "Adopted"),
    "Waiting": ("info", "Waiting"),
    "Skipped": ("unknown", "Skipped"),
    "Failed": ("err", "Failed"),
}
_PLURALS = {kind.kind: name for name, kind in KINDS.items()}


def bundle_of(obj: Object | None) -> str:
    """What the label of a child says of its bundle: its name, shortened where it is long."""
    labels = obj["metadata"].get("labels") or {} if obj else {}
    return str(labels.get(LABELS[BUNDLE], ""))


def verdict(obj: Object) -> Verdict:
    """How it stands, by the phase that the operator wrote."""
    going = conditions.deleting(obj)
    if going:
        return going
    status = obj.get("status") or {}
    phase = str(status.get("phase") or "")
    if not phase:
        said = "The operator has not looked at it yet. Does it run on this cluster?"
        return Verdict("info", "Not reconciled", "no status", said)
    ready = conditions.find(status.get("conditions"), "Ready") or {}
    behind = obj["metadata"].get("generation", 0) > status.get("observedGeneration", 0)
    if behind and phase == "Ready":
        said = "It was changed, and the operator has not looked at it since."
        return Verdict("info", "Pending", "changed", said)
    if phase == "Ready":
        return Verdict("ok", "Ready")
    reason, message = str(ready.get("reason", "")), str(ready.get("message", ""))
    return Verdict(_PHASES.get(phase, "unknown"), phase, reason, message)


def _common(obj: Object) -> Row:
    status = obj.get("status") or {}
    children = status.get("children") or ()
    drift = status.get("drift")
    return {
        **verdict(obj).fields(),
        "phase": str(status.get("phase") or ""),
        "children_total": len(children),
        "children_ready": sum(bool(one.get("ready")) for one in children),
        "drifts": int(drift.get("count") or 0) if isinstance(drift, Mapping) else 0,
        "reconciled": status.get("lastReconciledAt"),
    }


def bundle(obj: Object) -> Row:
    """A GatewayBundle's row."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    listeners = list(spec.get("listeners") or ())
    address = status.get("gatewayAddress")
    return {
        **_common(obj),
        "class": spec.get("gatewayClassName", ""),
        "listener_ports": text.ports(listeners),
        "hosts": sorted({one["hostname"] for one in listeners if one.get("hostname")}),
        "addresses": [address] if address else [],
    }


def stack(obj: Object) -> Row:
    """An InferenceStack's row."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    pool, picker = spec.get("pool") or {}, spec.get("epp") or {}
    route, scaling = spec.get("httpRoute") or {}, spec.get("autoscaling") or {}
    gateway = route.get("gatewayRef")
    namespace = route.get("gatewayNamespace") or obj["metadata"].get("namespace", "")
    return {
        **_common(obj),
        "model": spec.get("modelName", ""),
        "model_version": spec.get("modelVersion", ""),
        "engine": spec.get("servingBackend", ""),
        "gpu_type": pool.get("gpuType", ""),
        "gpu_count": pool.get("gpuCount"),
        "replicas": pool.get("replicas"),
        "min_replicas": pool.get("minReplicas"),
        "max_replicas": pool.get("maxReplicas"),
        "strategy": picker.get("strategy", ""),
        "scaler": scaling.get("backend", ""),
        "hosts": list(route.get("hostnames") or ()),
        "gateway": [f"{namespace}/{gateway}"] if gateway else [],
        "pool": status.get("poolRef", ""),
        "endpoint": status.get("endpoint", ""),
    }


def around(obj: Object) -> dict[str, Any]:
    """What a page and REST show of one beside its row: children, conditions, drift;
    ``children_hidden`` counts further children."""
    status = obj.get("status") or {}
    drift = status.get("drift")
    return {
        "children": [_child(obj, one) for one in status.get("children") or ()],
        "children_hidden": status.get(HIDDEN, 0),
        "conditions": conditions.shown(status.get("conditions"), obj["metadata"].get("generation")),
        "drift": dict(drift) if isinstance(drift, Mapping) else {"count": 0},
        "observed": status.get("observedGeneration") == obj["metadata"].get("generation"),
    }


def sentence(parent: Object, one: Object) -> str:
    """How the operator's conditions speak of a child that its status lists."""
    ref = Ref("", one["kind"], one.get("namespace") or "", one["name"])
    state: State = one.get("state") or "Waiting"
    told = Outcome(ref, "", "", state, one.get("reason") or "", one.get("message") or "")
    return told.words(parent["metadata"].get("namespace", ""))


def _child(parent: Object, one: Object) -> dict[str, Any]:
    """One child; ``kind_name`` is its plural where the console has it, else ""."""
    state = str(one.get("state") or ("Ready" if one.get("ready") else "Waiting"))
    status, word = _STATES.get(state, ("unknown", state))
    return {
        "status": status,
        "status_word": word,
        "api_version": one.get("apiVersion", ""),
        "kind": one.get("kind", ""),
        "kind_name": _PLURALS.get(str(one.get("kind", "")), ""),
        "namespace": one.get("namespace") or parent["metadata"].get("namespace", ""),
        "name": one.get("name", ""),
        "section": one.get("section", ""),
        "reason": one.get("reason", ""),
        "message": one.get("message", ""),
        "since": one.get("since"),
        "drift": one.get("drift", 0),
        "ready": bool(one.get("ready")),
    }
