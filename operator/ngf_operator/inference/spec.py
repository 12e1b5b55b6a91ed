"""An InferenceStack as its builders read it, with what follows from fields that are not given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ngf_operator import names
from ngf_operator.inference.engines import ENGINES, Engine
from ngf_operator.wanting import Lack, Obj, Wanted

WORKLOAD = f"{names.GROUP}/workload"
"""The label of pods that names their Deployment or DaemonSet; nothing selects by more than it."""
POOL_LABEL = f"{names.GROUP}/inference-pool"
"""The label of model servers that names their pool, for whoever reads their metrics."""

POOL = "PoolAccepted"
PICKER = "PickerReady"
MODEL_SERVER = "ModelServerReady"
AUTOSCALING = "AutoscalingReady"
ROUTE = "RouteAccepted"
GPU_METRICS = "GPUMetricsReady"
PUBLISHED = "Published"


@dataclass(frozen=True, slots=True)
class Stack:
    """One InferenceStack."""

    name: str
    namespace: str
    spec: Mapping[str, Any]

    @classmethod
    def of(cls, parent: Obj) -> "Stack":
        """The stack that an object of the cluster describes."""
        metadata = parent["metadata"]
        return cls(metadata["name"], metadata["namespace"], parent.get("spec") or {})

    @staticmethod
    def is_whole(parent: Obj) -> bool:
        """Whether an object has what every stack must have; one that is being typed may not."""
        spec = parent.get("spec") or {}
        given = all(spec.get(field) for field in ("modelName", "pool"))
        return given and spec.get("servingBackend") in ENGINES

    def section(self, name: str) -> Mapping[str, Any]:
        """A part of the spec, empty where it is not given."""
        found: Mapping[str, Any] = self.spec.get(name) or {}
        return found

    @property
    def engine(self) -> Engine:
        """What serves the model."""
        return ENGINES[self.spec["servingBackend"]]

    @property
    def model(self) -> str:
        """The name of the model."""
        return str(self.spec["modelName"])

    @property
    def serves(self) -> bool:
        """Whether the engine is deployed, and not adopted."""
        return bool(self.section("modelServer").get("enabled"))

    @property
    def target_port(self) -> int:
        """Where pods of the pool take requests."""
        port = self.section("pool").get("targetPort") or self.section("modelServer").get("port")
        return int(port or self.engine.port)

    @property
    def server_port(self) -> int:
        """Where the engine that is deployed listens."""
        return int(self.section("modelServer").get("port") or self.target_port)

    @property
    def selector(self) -> dict[str, str]:
        """Labels of the pods of the pool."""
        return dict(self.section("pool").get("selector") or {"app": self.name})

    @property
    def gpus(self) -> int:
        """GPUs of one pod."""
        return int(self.section("pool").get("gpuCount", 0))

    @property
    def replicas(self) -> int:
        """Pods, where nothing scales them."""
        return int(self.section("pool").get("replicas", 1))

    @property
    def bounds(self) -> tuple[int, int]:
        """Pods at least and at most, where something scales them."""
        pool = self.section("pool")
        least = int(pool.get("minReplicas", 1))
        return least, int(pool.get("maxReplicas", max(self.replicas, least, 1)))

    def object(
        self,
        api_version: str,
        kind: str,
        name: str,
        labels: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Obj:
        """A child of the namespace of the stack."""
        metadata: Obj = {"name": name, "namespace": self.namespace}
        if labels:
            metadata["labels"] = dict(labels)
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}

    def lack(
        self, section: str, kind: str, name: str, reason: str, message: str, *, blocks: bool = True
    ) -> Lack:
        """What cannot be had, of an object in the namespace of the stack."""
        return Lack(section, kind, name, self.namespace, reason, message, blocks)

    def named(self, what: str, obj: Obj) -> str:
        """An object as the status may name it: who reads the stack may see no other namespace."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        if namespace == self.namespace:
            return f"The {what} {namespace}/{name}"
        return f"Another namespace's {what}"


def together(parts: Iterable[Wanted]) -> Wanted:
    """All that several parts want."""
    parts = tuple(parts)
    return Wanted(
        tuple(child for part in parts for child in part.children),
        tuple(lack for part in parts for lack in part.lacks),
    )
