"""What the wizard of stacks may offer on a cluster: GPUs, engines with what they can be scaled by,
gateways, scalers; and what its choices come to: pods that the pool would have, scorers."""

from collections.abc import Mapping
from typing import Any

from callbacks.registrar import Callbacks
from services.auth.identity import Identity
from services.errors import NotFound
from services.gatewayapi.abilities import Ability
from services.inference import engine_facts
from services.inference.abilities import StackAbilities

Object = dict[str, Any]
NAMED = 6
"""Pods that are named; others are counted."""


def of(callbacks: Callbacks, who: Identity, asked: Object) -> Object:
    """The offers of a cluster for a stack with the spec that is asked for."""
    container = callbacks.container
    try:
        found = container.stacks.abilities(who, asked["cluster"])
    except NotFound as error:
        return {"abilities": {}, "why": error.message}
    spec = asked.get("spec") or {}
    engines = engine_facts.engines()
    chosen = next((one for one in engines if one.name == spec.get("servingBackend")), None)
    return {
        "namespaces": list(found.namespaces),
        "gpus": [_gpu(one) for one in found.gpus],
        "gpus_evidence": found.gpus_evidence,
        "engines": {
            one.name: {"title": one.title, "image": one.image, "port": one.port} for one in engines
        },
        "metrics": list(chosen.scales_by) if chosen else [],
        "prometheuses": list(found.prometheus_addresses),
        "gateways": [
            {
                "value": f"{one.namespace}/{one.name}",
                "namespace": one.namespace,
                "status": one.status,
                "class": one.class_name,
                "listeners": list(one.listeners),
                "hosts": list(one.hosts),
                "open": one.open,
            }
            for one in found.gateways
        ],
        "pools": _pools(callbacks, who, asked["cluster"]),
        "pods": _pods(callbacks, who, asked),
        "picker": {
            "scorers": [
                {"name": one.name, "weight": one.weight, "share": one.share, "blind": one.blind}
                for one in engine_facts.scorers(spec)
            ]
        },
        "lacking": {one.kind: one.reason for one in found.absent},
        "abilities": _abilities(found),
    }


def _abilities(found: StackAbilities) -> Object:
    named = {
        "inference": found.inference,
        "keda": found.keda,
        "external": found.external_metrics,
        "prometheus": found.prometheus,
        "dcgm": found.dcgm,
        "gpu_operator": found.gpu_operator,
    }
    return {name: _ability(one) for name, one in named.items()}


def _ability(one: Ability) -> Object:
    """What is not known is no reason to switch anything off."""
    return {
        "ok": one.supported is not False,
        "known": one.supported is not None,
        "reason": one.evidence,
        "evidence": one.evidence,
    }


def _gpu(one: Any) -> Object:
    free = "" if one.free is None else f", {one.free} free"
    return {
        "value": one.name,
        "label": f"{one.total} on {len(one.nodes)} nodes{free}",
        "total": one.total,
        "free": one.free,
    }


def _pools(callbacks: Callbacks, who: Identity, cluster: str) -> list[str]:
    """Pools of the cluster, whose recorded traffic can be replayed."""
    found = callbacks.container.scaling.now.pools(who)
    return [f"{namespace}/{name}" for member, namespace, name in found if member == cluster]


def _pods(callbacks: Callbacks, who: Identity, asked: Object) -> Object:
    """Pods that have the labels of the pool, ready ones and all."""
    namespace, labels = str(asked.get("namespace") or ""), asked.get("selector")
    if not namespace or not isinstance(labels, Mapping) or not labels:
        return {"known": False, "why": "Say which labels the pods have.", "names": []}
    if not who.may_see(asked["cluster"], namespace):
        return {"known": False, "why": f"You may not see {namespace}.", "names": []}
    snapshot = callbacks.container.fleet.visible(who, asked["cluster"]).snapshot("pods")
    if snapshot.state not in ("live", "stale"):
        return {"known": False, "why": f"Pods are not known: {snapshot.why}.", "names": []}
    found = [
        pod
        for place, pod in sorted(snapshot.objects.items())
        if place[0] == namespace and _has(pod, labels)
    ]
    return {
        "known": True,
        "count": len(found),
        "ready": sum(map(_ready, found)),
        "names": [pod["metadata"]["name"] for pod in found[:NAMED]],
    }


def _has(pod: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    held = pod["metadata"].get("labels") or {}
    return all(held.get(key) == value for key, value in labels.items())


def _ready(pod: Mapping[str, Any]) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
