"""A pool that is scaled, for tests of either API server: the test is the autoscaler."""

from datetime import datetime
from typing import Any

from tests.real.kube_api import MERGE_PATCH, KubeApi

Obj = dict[str, Any]
LABELS = {"app": "llama"}
KEDA = {"scaledobject.keda.sh/name": "llama"}
METRIC = {"metric": {"name": "s0-prometheus", "selector": {"matchLabels": KEDA}}}
POD = {
    "metadata": {"labels": LABELS},
    "spec": {"containers": [{"name": "vllm", "image": "example/vllm:1"}]},
}
ABOVE = (
    "external metric s0-prometheus(&LabelSelector{MatchLabels:map[string]string{}}) above target"
)


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class ScaledPool:
    """A pool, its Deployment, its HPA and its ScaledObject."""

    def __init__(self, api: KubeApi, namespace: str) -> None:
        self.api, self.namespace = api, namespace
        self._make(
            "inference.networking.k8s.io/v1",
            "inferencepools",
            "InferencePool",
            spec={
                "selector": {"matchLabels": LABELS},
                "targetPorts": [{"number": 8000}],
                "endpointPickerRef": {"name": "llama-epp", "port": {"number": 9002}},
            },
        )
        self._make(
            "apps/v1",
            "deployments",
            "Deployment",
            spec={"replicas": 4, "selector": {"matchLabels": LABELS}, "template": POD},
        )
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama"}
        self._make(
            "keda.sh/v1alpha1",
            "scaledobjects",
            "ScaledObject",
            spec={
                "scaleTargetRef": {"name": "llama"},
                "minReplicaCount": 2,
                "maxReplicaCount": 8,
                "triggers": [{"type": "prometheus", "metadata": {"query": "q", "threshold": "5"}}],
            },
        )
        goal = {"type": "AverageValue", "averageValue": "5"}
        self.hpa = self._make(
            "autoscaling/v2",
            "horizontalpodautoscalers",
            "HorizontalPodAutoscaler",
            labels=KEDA,
            spec={
                "scaleTargetRef": target,
                "minReplicas": 2,
                "maxReplicas": 8,
                "metrics": [{"type": "External", "external": {**METRIC, "target": goal}}],
            },
        )
        self.look(4, 4, None)

    def _path(self, version: str, plural: str, *parts: str) -> str:
        group = "/api" if version == "v1" else "/apis"
        return "/".join([f"{group}/{version}/namespaces/{self.namespace}/{plural}", *parts])

    def _make(
        self, version: str, plural: str, kind: str, labels: Obj | None = None, **body: Any
    ) -> Obj:
        metadata = {"name": "llama", "labels": labels or {}}
        sent = {"apiVersion": version, "kind": kind, "metadata": metadata, **body}
        made: Obj = self.api.post(self._path(version, plural), sent).ok()
        return made

    def look(self, current: int, desired: int, at: datetime | None, value: str = "4") -> None:
        """The autoscaler writes its status."""
        status = {
            "currentReplicas": current,
            "desiredReplicas": desired,
            "currentMetrics": [
                {"type": "External", "external": {**METRIC, "current": {"averageValue": value}}}
            ],
            **({"lastScaleTime": written(at)} if at else {}),
        }
        path = self._path("autoscaling/v2", "horizontalpodautoscalers", "llama", "status")
        self.api.patch(path, {"status": status}, MERGE_PATCH).ok()

    def say(self, reason: str, message: str, at: datetime, kind: str = "Normal") -> None:
        """An Event about the HPA."""
        about = {"kind": "HorizontalPodAutoscaler", "namespace": self.namespace, "name": "llama"}
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": "llama."},
            "involvedObject": {**about, "uid": self.hpa["metadata"]["uid"]},
            "type": kind,
            "reason": reason,
            "message": message,
            "count": 1,
            "firstTimestamp": written(at),
            "lastTimestamp": written(at),
        }
        self.api.post(self._path("v1", "events"), event).ok()

    def scale(self, before: int, after: int, at: datetime) -> None:
        """What the autoscaler does, in its order: the size, the Event, the status."""
        path = self._path("apps/v1", "deployments", "llama")
        self.api.patch(path, {"spec": {"replicas": after}}, MERGE_PATCH).ok()
        self.say("SuccessfulRescale", f"New size: {after}; reason: {ABOVE}", at)
        self.look(before, after, at, "7500m")
