"""Inference pools with all that belongs to them: picker, engines, route, and what scales them.

The GPU cluster has a pool of each engine and pickers of today; the hub has a small one whose picker
and engine are old and go by the names of their time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.seed.objects import Obj, made, marked, match, route, rule
from services.demo.seed.scaling import Scaling, scaled
from services.demo.seed.workloads import POD_ENDS, pod, service

TODAYS_PICKER = "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0"
OLD_PICKER = "registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0"
POOL_LABEL = "ngf-console.f5.com/inference-pool"
"""By which a collector knows whose engine a pod is."""
TEMPLATE = "7f9c5d8b4"
"""Hash of every engine's pod template."""
_AGE = 90.0


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool: ``place`` is namespace and name, ``nodes`` has the node of each pod, ``parent`` and
    ``host`` say where its route attaches, ``marker`` whether the access log names that route."""

    place: str
    model: str
    engine: str
    image: str
    port: int
    gpus: int
    nodes: tuple[str, ...]
    parent: str
    host: str
    picker: str = TODAYS_PICKER
    marker: bool = True
    args: tuple[str, ...] = ()
    scaling: Scaling | None = None

    @property
    def namespace(self) -> str:
        """Where it and its pods are."""
        return self.place.partition("/")[0]

    @property
    def name(self) -> str:
        """What it is called, and its Deployment, and the label ``app`` of its pods."""
        return self.place.partition("/")[2]

    def pod_name(self, number: int) -> str:
        """The name of its pod of that number."""
        return f"{self.name}-{TEMPLATE}-{POD_ENDS[number]}"


LLAMA = Pool(
    place="llm/llama3-70b",
    model="meta-llama/Llama-3.3-70B-Instruct",
    engine="vllm",
    image="vllm/vllm-openai:v0.33.0",
    port=8000,
    gpus=2,
    nodes=tuple(f"gpu-iad-h100-{number}" for number in (1, 1, 2, 2, 3, 3)),
    parent="gpu-edge#https",
    host="llm.example.com",
    args=("--tensor-parallel-size=2", "--max-num-seqs=4", "--otlp-traces-endpoint=otel:4317"),
    scaling=Scaling(
        least=6,
        most=8,
        query='sum(vllm:num_requests_waiting{namespace="llm",pool="llama3-70b"})',
        target=2,
    ),
)
QWEN = Pool(
    place="llm/qwen3-32b",
    model="Qwen/Qwen3-32B",
    engine="sglang",
    image="lmsysorg/sglang:v0.5.23",
    port=30000,
    gpus=2,
    nodes=("gpu-iad-h100-4",) * 4,
    parent="gpu-edge#https",
    host="llm.example.com",
    args=("--tp=2", "--enable-metrics", "--max-running-requests=8"),
    scaling=Scaling(
        least=4,
        most=6,
        query='sum(sglang:num_queue_requests{namespace="llm",pool="qwen3-32b"})',
        target=4,
        fails=True,
    ),
)
"""Its ScaledObject asks for a name that SGLang has not: the answer is empty, nothing scales."""
PHI = Pool(
    place="llm/phi4-mini",
    model="microsoft/Phi-4-mini-instruct",
    engine="tgi",
    image="ghcr.io/huggingface/text-generation-inference:3.3.6",
    port=8080,
    gpus=1,
    nodes=("gpu-iad-l40s-1",) * 2,
    parent="gpu-edge#https",
    host="llm.example.com",
    marker=False,
    args=("--port=8080", "--max-concurrent-requests=64"),
)
ASSISTANT = Pool(
    place="platform/assistant",
    model="mistralai/Mistral-7B-Instruct-v0.3",
    engine="vllm",
    image="vllm/vllm-openai:v0.8.5",
    port=8000,
    gpus=1,
    nodes=("hub-fra-l40s-1",) * 2,
    parent="console#https",
    host="console.platform.example.com",
    picker=OLD_PICKER,
    args=("--max-num-seqs=8",),
)
POOLS = (LLAMA, QWEN, PHI)
"""Those of the GPU cluster."""


def reference(name: str) -> Obj:
    """A pool as the backend of a rule."""
    return {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": name}


def pool(one: Pool) -> Iterator[Obj]:
    """Every object of a pool."""
    epp = f"{one.place}-epp"
    for obj in service(epp, _AGE, 9002, ready=1, image=one.picker, container="epp"):
        if obj["kind"] == "Pod":
            obj["metadata"]["labels"]["inferencepool"] = f"{one.name}-epp"
        yield obj
    yield made(
        "inference.networking.k8s.io/v1",
        "InferencePool",
        one.place,
        _AGE,
        spec={
            "selector": {"matchLabels": {"app": one.name}},
            "targetPorts": [{"number": one.port}],
            "endpointPickerRef": {"name": f"{one.name}-epp", "port": {"number": 9002}},
        },
    )
    for objective, priority in (("interactive", 10), ("batch", -10)):
        yield made(
            "inference.networking.x-k8s.io/v1alpha2",
            "InferenceObjective",
            f"{one.place}-{objective}",
            60,
            spec={"priority": priority, "poolRef": {"name": one.name}},
        )
    yield _deployment(one)
    for number, node in enumerate(one.nodes):
        yield engine(one, one.pod_name(number), node, 20)
    matched = match("/v1/chat/completions", headers={"x-model": one.name})
    marker = {"filters": [marked(f"{one.place}/0")]} if one.marker else {}
    to_pool = rule(matched, backends=[reference(one.name)], **marker)
    yield route("HTTPRoute", one.place, _AGE, one.parent, one.host, to_pool)
    if one.scaling:
        yield from scaled(one.place, len(one.nodes), one.scaling)


def engine(one: Pool, name: str, node: str, age: float, waiting: str = "") -> Obj:
    """One pod of a pool, running, or with its container ``waiting`` for that reason."""
    return pod(
        f"{one.namespace}/{name}",
        age,
        one.image,
        node,
        str(one.gpus),
        labels={"app": one.name, "pod-template-hash": TEMPLATE, POOL_LABEL: one.name},
        container=one.engine,
        args=["--model", one.model, *one.args],
        waiting=waiting,
    )


def _deployment(one: Pool) -> Obj:
    count = len(one.nodes)
    labels = {"app": one.name}
    container = {
        "name": one.engine,
        "image": one.image,
        "resources": {"limits": {"nvidia.com/gpu": str(one.gpus)}},
    }
    return made(
        "apps/v1",
        "Deployment",
        one.place,
        _AGE,
        labels=labels,
        spec={
            "replicas": count,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
        status={
            "observedGeneration": 1,
            "replicas": count,
            "updatedReplicas": count,
            "readyReplicas": count,
            "availableReplicas": count,
        },
    )
