"""Promise: a pool is what its objects say, stack, pods and nodes taken together; what none of them
says stays unknown, with the reason."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from callbacks.pool_words import facts
from services.clusters.cluster import Cluster
from services.inference.pools import Pools, PoolsOf
from services.inference.results import PoolStatus
from services.kube.catalogue import KINDS
from services.kube.shelf import Snapshot, State

Obj = dict[str, Any]
NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)


@dataclass
class Api:
    """What a cluster's watches hold; stands in for a cluster."""

    objects: dict[str, list[Obj]]
    states: dict[str, State]
    name: str = "gpu"

    def snapshot(self, kind: str) -> Snapshot:
        found = {
            (one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
            for one in self.objects.get(kind, [])
        }
        state = self.states.get(kind, "live")
        as_of = None if state in ("absent", "loading", "denied") else NOW
        return Snapshot(kind, found, 1, as_of, state)

    def __hash__(self) -> int:
        return id(self)


def read(states: dict[str, State] | None = None, **objects: list[Obj]) -> PoolsOf:
    assert set(objects) <= set(KINDS)
    return Pools().of(cast(Cluster, Api(objects, states or {})))


def one(**objects: list[Obj]) -> PoolStatus:
    (found,) = read(**objects).pools
    return found


def made(name: str, namespace: str = "llm", **more: Any) -> Obj:
    metadata = {
        "name": name,
        "creationTimestamp": "2026-11-01T10:00:00Z",
        **more.pop("metadata", {}),
    }
    return {"metadata": {"namespace": namespace, **metadata}, **more}


def pool(name: str = "llama", **more: Any) -> Obj:
    spec = {
        "selector": {"matchLabels": {"app": "llama"}},
        "endpointPickerRef": {"name": "llama-epp", "port": {"number": 9002}},
    }
    return made(name, spec=spec, **more)


def pod(name: str, *, ready: bool = True, node: str = "n1", gpus: str = "2", **labels: str) -> Obj:
    container = {
        "name": "engine",
        "image": "registry.example/vllm/vllm-openai:v0.33.0",
        "args": ["--model", "meta-llama/Llama-3", "--port=8000"],
        "resources": {"limits": {"nvidia.com/gpu": gpus}},
    }
    return made(
        name,
        metadata={"labels": labels or {"app": "llama"}},
        spec={"nodeName": node, "containers": [container]},
        status={
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    )


def node(name: str, product: str) -> Obj:
    labels = {"nvidia.com/gpu.product": product}
    return {"metadata": {"name": name, "labels": labels}, "status": {}}


H100 = node("n1", "NVIDIA-H100-80GB-HBM3")


def test_pods_tell_engine_model_and_gpus() -> None:
    found = one(inferencepools=[pool()], pods=[pod("a"), pod("b", ready=False)], nodes=[H100])
    assert found.place == ("gpu", "llm", "llama")
    assert (found.serving_backend, found.model_name) == ("vllm", "meta-llama/Llama-3")
    assert (found.gpu_type, found.gpu_count) == ("NVIDIA-H100-80GB-HBM3", 2)
    assert (found.replicas, found.ready_replicas) == (2, 1)
    assert (found.status, found.status_reason) == ("Degraded", "1 of 2 endpoints are ready.")
    assert found.picker == "llama-epp"
    assert found.model_version is None
    assert found.reasons["model_version"] == "No InferenceStack says it."
    assert found.reasons["max_replicas"] == "No autoscaler scales it."


def test_a_pool_without_pods_knows_what_its_stack_says() -> None:
    owner = {"kind": "InferenceStack", "name": "llama-stack"}
    spec = {
        "modelName": "m",
        "modelVersion": "v2",
        "servingBackend": "sglang",
        "pool": {
            "gpuType": "H100",
            "gpuCount": 4,
            "replicas": 2,
            "minReplicas": 1,
            "maxReplicas": 6,
        },
    }
    found = one(
        inferencepools=[pool(metadata={"ownerReferences": [owner]})],
        inferencestacks=[made("llama-stack", spec=spec)],
    )
    assert (found.model_name, found.model_version, found.serving_backend) == ("m", "v2", "sglang")
    assert (found.gpu_type, found.gpu_count) == ("H100", 4)
    assert (found.min_replicas, found.max_replicas) == (1, 6)
    assert (found.replicas, found.status) == (0, "Pending")
    assert not found.reasons


def test_a_stack_whose_pool_is_not_there_yet_is_pending() -> None:
    spec = {"modelName": "m", "servingBackend": "vllm", "pool": {"replicas": 3}}
    found = one(inferencestacks=[made("new", spec=spec)])
    assert (found.name, found.stack) == ("new-pool", "new")
    assert (found.status, found.replicas) == ("Pending", 3)
    assert found.status_reason == "Its InferencePool is not there yet."


def test_a_stack_that_is_only_called_like_a_pool_says_nothing_of_it() -> None:
    spec = {"modelName": "m", "pool": {"replicas": 3, "gpuType": "H100"}}
    stacks = [made("llama", spec=spec), made("taken", spec=spec)]
    pools = [pool(), pool("taken-pool")]
    found, waiting, taken = read(inferencepools=pools, inferencestacks=stacks).pools
    assert (found.name, found.stack, found.model_name) == ("llama", "", None)
    assert (waiting.name, waiting.stack) == ("llama-pool", "llama")
    assert (taken.name, taken.stack) == ("taken-pool", "")


def test_what_pods_do_not_agree_on_is_not_known() -> None:
    pods = [pod("a"), pod("b", node="n2", gpus="1")]
    found = one(inferencepools=[pool()], pods=pods, nodes=[H100, node("n2", "NVIDIA-L40S")])
    assert (found.gpu_type, found.gpu_count) == (None, None)
    assert found.reasons["gpu_type"] == "Its pods do not say."
    empty = one(inferencepools=[pool()])
    assert empty.reasons["gpu_type"] == "It has no pod that could say."
    assert empty.status_reason == "No pod matches its selector."


def test_an_autoscaler_says_how_many_replicas_there_may_be() -> None:
    template = {"metadata": {"labels": {"app": "llama"}}}
    target = {"kind": "Deployment", "name": "llama"}
    hpa = made("h", spec={"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 9})
    deployment = made("llama", spec={"template": template})
    found = one(inferencepools=[pool()], deployments=[deployment], horizontalpodautoscalers=[hpa])
    assert (found.min_replicas, found.max_replicas) == (2, 9)
    scaled = made("s", spec={"scaleTargetRef": target, "maxReplicaCount": 5})
    found = one(inferencepools=[pool()], deployments=[deployment], scaledobjects=[scaled])
    assert (found.min_replicas, found.max_replicas) == (0, 5)


def test_without_bounds_it_is_said_whether_nothing_scales_it() -> None:
    template = {"metadata": {"labels": {"app": "llama"}}}
    parts = [made(name, spec={"template": template}) for name in ("prefill", "decode")]
    hpas = [
        made(
            name,
            spec={"scaleTargetRef": {"kind": "Deployment", "name": name}, "maxReplicas": 4},
        )
        for name in ("prefill", "decode")
    ]

    def told(states: dict[str, State] | None = None, **objects: list[Obj]) -> tuple[str, Any]:
        (found,) = read(states, inferencepools=[pool()], deployments=parts, **objects).pools
        assert found.max_replicas is None
        (fact,) = [one for one in facts(found, 1) if one["label"] == "Autoscaling"]
        assert fact["title"] == found.reasons["max_replicas"]
        return fact["title"], fact["value"]

    assert told() == ("No autoscaler scales it.", "none")
    assert told(horizontalpodautoscalers=hpas) == (
        "It has 2 workloads, each of its own size.",
        None,
    )
    unread = told({"horizontalpodautoscalers": "denied"})
    assert unread == ("HorizontalPodAutoscalers are not known: denied", None)
    written_down = PoolStatus("gpu", "llm", "llama")
    (fact,) = [one for one in facts(written_down, 1) if one["label"] == "Autoscaling"]
    assert fact["value"] is None


def test_a_gateway_that_does_not_take_it_is_its_status() -> None:
    def parent(status: str) -> Obj:
        condition = {
            "type": "Accepted",
            "status": status,
            "reason": "NotSupported",
            "message": "No.",
        }
        return {"parents": [{"parentRef": {"name": "edge"}, "conditions": [condition]}]}

    found = one(inferencepools=[pool(status=parent("False"))], pods=[pod("a")])
    assert (found.status, found.status_reason) == ("Degraded", "NotSupported: No.")
    found = one(inferencepools=[pool(status=parent("True"))], pods=[pod("a")])
    assert (found.status, found.status_reason) == ("Ready", "accepted by edge")


def test_an_old_pool_has_its_selector_and_picker_elsewhere() -> None:
    old = made("llama", spec={"selector": {"app": "llama"}, "extensionRef": {"name": "epp"}})
    found = one(inferencepools=[old], pods=[pod("a")])
    assert (found.selector, found.picker, found.replicas) == ({"app": "llama"}, "epp", 1)


def test_pods_of_engines_and_pickers_belong_to_the_pool() -> None:
    service = made("llama-epp", spec={"selector": {"run": "epp"}})
    pods = [pod("a"), pod("epp-0", run="epp"), pod("other", app="web")]
    elsewhere = {**pod("b"), "metadata": {**pod("b")["metadata"], "namespace": "shop"}}
    found = read(inferencepools=[pool()], pods=[*pods, elsewhere], services=[service])
    assert found.members == {("llm", "a"): "llama", ("llm", "epp-0"): "llama"}


def test_a_cluster_says_whether_its_pools_were_read() -> None:
    assert read(states={"inferencepools": "absent", "inferencestacks": "absent"}).as_of is not None
    loading = read(states={"inferencepools": "loading"})
    assert (loading.as_of, loading.reason) == (None, "still being read for the first time")
    assert read(states={"inferencepools": "denied"}).as_of is None
    stale = read(states={"inferencepools": "stale"}, inferencepools=[pool()])
    assert (stale.as_of, len(stale.pools)) == (NOW, 1)
