"""Inference pools as the objects of a cluster say: InferencePool, InferenceStack, pods, nodes.

A pool object names neither model nor engine nor GPUs. They come from the stack that owns it, else
from its pods: their arguments, images and limits, and the labels of their nodes. What neither says
stays unknown. Between how many replicas a pool may be is said by what scales its workload, else by
the stack.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from ngf_operator import names

from agent.accelerators import ACCELERATORS, named, product
from agent.demand import demand, holds
from services.clusters.cluster import Cluster
from services.inference.results import PoolStatus
from services.inference.targets import READ, World, wanted
from services.kube.catalogue import KINDS
from services.kube.shelf import Snapshot

Object = Mapping[str, Any]
_KINDS = (*READ, "inferencestacks", "pods", "nodes", "services")
UNSCALED = "No autoscaler scales it."
"""Why a pool has no bounds of which it is known that it has none."""

_IMAGES = (
    ("vllm", "vllm"),
    ("sglang", "sglang"),
    ("tritonserver", "triton"),
    ("text-generation-inference", "tgi"),
    ("ollama", "ollama"),
)
"""What is in the name of an engine's image."""
_ENDED = ("Succeeded", "Failed")
_MODEL = re.compile(r"--(?:model|model-path|model-id|served-model-name)(?:=(.+))?")


@dataclass(frozen=True, slots=True)
class PoolsOf:
    """What one cluster's objects say. ``members`` has the pool of each pod (namespace, name), of
    the pickers' pods, too."""

    pools: tuple[PoolStatus, ...]
    members: Mapping[tuple[str, str], str]
    as_of: datetime | None
    reason: str = ""


class Pools:
    """Read anew only when something that was read has changed."""

    def __init__(self) -> None:
        self._read: WeakKeyDictionary[Cluster, tuple[tuple[int, ...], PoolsOf]]
        self._read = WeakKeyDictionary()

    def of(self, cluster: Cluster) -> PoolsOf:
        """The pools of a cluster; without ``as_of`` they were never read, for ``reason``."""
        seen = {kind: cluster.snapshot(kind) for kind in _KINDS}
        versions = tuple(one.version for one in seen.values())
        held = self._read.get(cluster)
        if held is None or held[0] != versions:
            held = versions, _read(cluster.name, seen)
            self._read[cluster] = held
        pools, stacks = seen["inferencepools"], seen["inferencestacks"]
        known = pools if pools.state != "absent" else stacks
        why = known.why if known.state in ("stale", "denied", "loading") else ""
        as_of = known.as_of if known.state != "absent" else datetime.now(UTC)
        return replace(held[1], as_of=as_of, reason=why)


def _read(cluster: str, seen: Mapping[str, Snapshot]) -> PoolsOf:
    world = World.of(seen)
    stacks, services = seen["inferencestacks"].objects, seen["services"].objects
    by_namespace: dict[str, list[Object]] = {}
    for (namespace, _), pod in world.pods.items() if world.pools else ():
        by_namespace.setdefault(namespace, []).append(pod)
    members: dict[tuple[str, str], str] = {}
    found = []
    used = set()
    for (namespace, name), pool in world.pools.items():
        near = by_namespace.get(namespace, [])
        own = [pod for pod in near if _selects(wanted(pool), pod)]
        stack = stacks.get((namespace, _stack_of(pool)))
        if stack:
            used.add((namespace, stack["metadata"]["name"]))
        bounds = _bounds(world, seen, namespace, pool)
        found.append(_pool(cluster, pool, stack, own, seen["nodes"].objects, bounds))
        service = services.get((namespace, str(_picker(pool).get("name") or "")))
        picking = ((service or {}).get("spec") or {}).get("selector") or {}
        for pod in (*own, *(one for one in near if _selects(picking, one))):
            members[namespace, pod["metadata"]["name"]] = name
    found += [
        _waiting(cluster, one)
        for place, one in stacks.items()
        if place not in used and (place[0], names.pool(place[1])) not in world.pools
    ]
    found.sort(key=lambda one: (one.name, one.namespace))
    return PoolsOf(tuple(found), members, None)


def _pool(
    cluster: str,
    pool: Object,
    stack: Object | None,
    pods: Sequence[Object],
    nodes: Mapping[Any, Object],
    bounds: tuple[Mapping[str, int], str],
) -> PoolStatus:
    metadata = pool["metadata"]
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") not in _ENDED]
    ready = sum(map(_ready, running))
    status, why = _status(pool, ready, len(running))
    between, unbound = bounds
    told = {**_of_pods(running, nodes), **between}
    known = {**(_of_stack(stack) if stack else {}), **told}
    return PoolStatus(
        cluster=cluster,
        namespace=metadata["namespace"],
        name=metadata["name"],
        replicas=len(running),
        ready_replicas=ready,
        selector=wanted(pool),
        status=status,
        status_reason=why,
        created_at=_time(metadata.get("creationTimestamp")),
        picker=str(_picker(pool).get("name") or ""),
        stack=stack["metadata"]["name"] if stack else "",
        reasons=_untold(known, bool(running), stack is not None, unbound),
        **known,
    )


def _waiting(cluster: str, stack: Object) -> PoolStatus:
    """The pool of a stack that is not there yet, by the name that it will have."""
    metadata, status = stack["metadata"], stack.get("status") or {}
    return PoolStatus(
        cluster=cluster,
        namespace=metadata["namespace"],
        name=names.pool(metadata["name"]),
        ready_replicas=0,
        status=str(status.get("phase") or "Pending"),
        status_reason="Its InferencePool is not there yet.",
        stack=metadata["name"],
        created_at=_time(metadata.get("creationTimestamp")),
        replicas=((stack.get("spec") or {}).get("pool") or {}).get("replicas"),
        selector=((stack.get("spec") or {}).get("pool") or {}).get("selector"),
        **_of_stack(stack),
    )


def _of_stack(stack: Object) -> dict[str, Any]:
    spec = stack.get("spec") or {}
    pool = spec.get("pool") or {}
    return {
        "model_name": spec.get("modelName"),
        "model_version": spec.get("modelVersion"),
        "serving_backend": spec.get("servingBackend"),
        "gpu_type": pool.get("gpuType"),
        "gpu_count": pool.get("gpuCount"),
        "min_replicas": pool.get("minReplicas"),
        "max_replicas": pool.get("maxReplicas"),
    }


def _of_pods(pods: Sequence[Object], nodes: Mapping[Any, Object]) -> dict[str, Any]:
    count, type_ = _gpus(pods, nodes)
    told = {
        "model_name": _one(map(_model, pods)),
        "serving_backend": _one(map(_engine, pods)),
        "gpu_type": type_,
        "gpu_count": count,
    }
    return {key: value for key, value in told.items() if value is not None}


def _bounds(
    world: World, seen: Mapping[str, Snapshot], namespace: str, pool: Object
) -> tuple[dict[str, int], str]:
    """Between how many replicas autoscalers keep the workload of a pool, or why it is not known."""
    targets = world.targets_of(namespace, pool)
    scalers = [one for one in map(world.scalers_of, targets) if any(one)]
    if not scalers:
        unread = next((one for one in READ if seen[one].state in ("loading", "denied")), None)
        if unread is None:
            return {}, UNSCALED
        return {}, f"{KINDS[unread].kind}s are not known: {seen[unread].why}"
    if len(targets) > 1:
        return {}, f"It has {len(targets)} workloads, each of its own size."
    [(hpas, scaled)] = scalers
    for spec in (one.get("spec") or {} for one in hpas):
        if spec.get("maxReplicas"):
            least = spec.get("minReplicas", 1)
            return {"min_replicas": least, "max_replicas": spec["maxReplicas"]}, ""
    for spec in (one.get("spec") or {} for one in scaled):
        least, most = spec.get("minReplicaCount", 0), spec.get("maxReplicaCount", 100)
        return {"min_replicas": least, "max_replicas": most}, ""
    return {}, "Its autoscaler names no bounds."


def _untold(
    known: Mapping[str, Any], has_pods: bool, has_stack: bool, unbound: str
) -> dict[str, str]:
    pods = "Its pods do not say." if has_pods else "It has no pod that could say."
    said = dict.fromkeys(("model_name", "serving_backend", "gpu_type", "gpu_count"), pods)
    if not has_stack:
        said["model_version"] = "No InferenceStack says it."
    said |= dict.fromkeys(("min_replicas", "max_replicas"), unbound)
    return {key: why for key, why in said.items() if known.get(key) is None}


def _status(pool: Object, ready: int, total: int) -> tuple[str, str]:
    """As its Gateways and its pods are: one word, and a sentence."""
    status = pool.get("status") or {}
    parents = status.get("parents") or status.get("parent") or ()
    for parent in parents:
        for one in parent.get("conditions") or ():
            if one.get("status") == "False":
                return "Degraded", f"{one.get('reason')}: {one.get('message') or one.get('type')}"
    if not total:
        return "Pending", "No pod matches its selector."
    if ready < total:
        word = "Degraded" if ready else "Pending"
        return word, f"{ready} of {total} endpoints are ready."
    accepted = [
        str((parent.get("parentRef") or {}).get("name") or "")
        for parent in parents
        for one in parent.get("conditions") or ()
        if one.get("type") == "Accepted" and one.get("status") == "True"
    ]
    if accepted:
        return "Ready", f"accepted by {', '.join(filter(None, accepted)) or 'a Gateway'}"
    return "Ready", "all endpoints are ready; no Gateway has said that it takes it"


def _selects(labels: Mapping[str, str], pod: Object) -> bool:
    held = pod["metadata"].get("labels") or {}
    return bool(labels) and all(held.get(key) == value for key, value in labels.items())


def _picker(pool: Object) -> Object:
    spec = pool.get("spec") or {}
    found: Object = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
    return found


def _stack_of(pool: Object) -> str:
    """The stack that makes a pool, "" for none: one that is only called like it does not."""
    owners = pool["metadata"].get("ownerReferences") or ()
    return next((str(one["name"]) for one in owners if one.get("kind") == names.STACK), "")


def _ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def _gpus(pods: Sequence[Object], nodes: Mapping[Any, Object]) -> tuple[int | None, str | None]:
    """GPUs of one pod, and their type, where all pods have the same."""
    counts, types = set(), set()
    for pod in pods:
        needs = demand(pod, lambda resource: named(resource, ACCELERATORS) is not None)
        counts.add(sum(needs.values()))
        node = nodes.get(("", str((pod.get("spec") or {}).get("nodeName") or "")))
        labels = ((node or {}).get("metadata") or {}).get("labels") or {}
        for resource in needs if holds(pod) and node else ():
            accelerator = named(resource, ACCELERATORS)
            if accelerator:
                types.add(product(accelerator, resource, labels))
    return (
        counts.pop() if len(counts) == 1 else None,
        types.pop() if len(types) == 1 else None,
    )


def _containers(pod: Object) -> Sequence[Object]:
    found: Sequence[Object] = (pod.get("spec") or {}).get("containers") or ()
    return found


def _engine(pod: Object) -> str | None:
    for container in _containers(pod):
        image = str(container.get("image") or "").casefold()
        for part, engine in _IMAGES:
            if part in image:
                return engine
    return None


def _model(pod: Object) -> str | None:
    for container in _containers(pod):
        words = [str(word) for word in (container.get("command") or [])]
        words += [str(word) for word in (container.get("args") or [])]
        for number, word in enumerate(words):
            found = _MODEL.fullmatch(word)
            if found:
                return found[1] or (words[number + 1] if number + 1 < len(words) else None)
    return None


def _one(told: Iterable[str | None]) -> str | None:
    """What most pods say."""
    counted = Counter(value for value in told if value)
    return counted.most_common(1)[0][0] if counted else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
