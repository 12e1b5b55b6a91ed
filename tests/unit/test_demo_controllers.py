"""Promise: what somebody makes on a demo cluster becomes what it would become on a real one.

Time is played, not waited for.
"""

import base64
import time
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from services.demo.api import DemoApi
from services.demo.controllers.every import EVERY
from services.demo.controllers.running import Controllers
from services.demo.definitions import definitions
from services.demo.ngf import judge
from services.demo.places import PLACES
from services.demo.seed.certificates import cluster_issuer
from services.demo.seed.installation import controller
from services.demo.seed.objects import gateway, listener, namespace
from services.demo.seed.workloads import node, scheduled

Obj = dict[str, Any]
SPACE = "lab"
A_MINUTE = 60.0


class Lab:
    """A cluster with one namespace, and its controllers."""

    def __init__(self) -> None:
        self.api = DemoApi("lab", definitions())
        self.store = self.api.store
        self.controllers = Controllers(EVERY)
        self.now = time.time()
        there = [*controller(1), namespace(SPACE, 1), node("plain", 1), cluster_issuer(1)]
        for obj in scheduled(there):
            self.store.create(obj)
        self.controllers.follow("lab", self.store)

    def node(self, name: str, gpus: int) -> None:
        labels = {"nvidia.com/gpu.present": "true"}
        self.store.create(node(name, 1, labels, nvidia_gpu=str(gpus)))

    def make(self, api_version: str, kind: str, name: str, **content: Any) -> Obj:
        metadata = {"name": name, "namespace": SPACE}
        return self.store.create(
            {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
        )

    def deployment(self, name: str, replicas: int, **container: Any) -> Obj:
        spec = {"replicas": replicas, **selecting(name, **container)}
        return self.make("apps/v1", "Deployment", name, spec=spec)

    def pass_time(self, seconds: float = A_MINUTE) -> None:
        for _ in range(3):  # what follows a deletion or a status is a change again
            self.controllers.settle(self.now, seconds)
            self.now += seconds
            self.api.settle()
            judge(self.store)

    def get(self, api_version: str, kind: str, name: str) -> Obj:
        return self.store.get(api_version, kind, SPACE, name)

    def status(self, api_version: str, kind: str, name: str) -> Obj:
        status: Obj = self.get(api_version, kind, name)["status"]
        return status

    def pods(self, app: str) -> list[Obj]:
        every = self.store.all("v1", "Pod", SPACE)
        return [one for one in every if one["metadata"]["labels"].get("app") == app]

    def events(self, name: str) -> set[str]:
        return {
            one["reason"]
            for one in self.store.all("v1", "Event", SPACE)
            if one["involvedObject"]["name"] == name
        }

    def left(self) -> list[str]:
        return [
            f"{kind}/{one['metadata']['name']}"
            for version, kind in (
                ("v1", "Pod"),
                ("v1", "Service"),
                ("apps/v1", "ReplicaSet"),
                ("apps/v1", "Deployment"),
                ("apps/v1", "DaemonSet"),
                ("autoscaling/v2", "HorizontalPodAutoscaler"),
                ("discovery.k8s.io/v1", "EndpointSlice"),
            )
            for one in self.store.all(version, kind, SPACE)
        ]


def selecting(name: str, **container: Any) -> Obj:
    labels = {"app": name}
    containers = [{"name": "main", "image": "registry.example.com/main:1", **container}]
    return {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }


def gpus(count: int) -> Obj:
    return {"limits": {"nvidia.com/gpu": str(count)}}


def condition(status: Obj, kind: str) -> tuple[str, str]:
    one = next(one for one in status["conditions"] if one["type"] == kind)
    return one["status"], one.get("reason", "")


def ready(pods: list[Obj]) -> list[bool]:
    return [condition(pod["status"], "Ready")[0] == "True" for pod in pods]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_deployment_gets_pods_that_become_ready_step_by_step(lab: Lab) -> None:
    lab.deployment("web", 2)
    lab.controllers.settle(lab.now, 1)
    assert [pod["status"]["phase"] for pod in lab.pods("web")] == ["Pending", "Pending"]
    status = lab.status("apps/v1", "Deployment", "web")
    assert condition(status, "Available") == ("False", "MinimumReplicasUnavailable")
    lab.pass_time()
    assert ready(lab.pods("web")) == [True, True]
    assert {pod["spec"]["nodeName"] for pod in lab.pods("web")} == {"plain"}
    status = lab.status("apps/v1", "Deployment", "web")
    assert status["availableReplicas"] == status["updatedReplicas"] == 2
    assert condition(status, "Available") == ("True", "MinimumReplicasAvailable")
    assert condition(status, "Progressing") == ("True", "NewReplicaSetAvailable")
    assert "ScalingReplicaSet" in lab.events("web")


def test_a_pod_that_is_deleted_comes_back(lab: Lab) -> None:
    lab.deployment("web", 2)
    lab.pass_time()
    gone = lab.pods("web")[0]["metadata"]["name"]
    lab.store.delete("v1", "Pod", SPACE, gone)
    lab.pass_time()
    assert ready(lab.pods("web")) == [True, True]
    assert gone not in {pod["metadata"]["name"] for pod in lab.pods("web")}


def test_gpus_are_given_once(lab: Lab) -> None:
    lab.node("gpu", 4)
    lab.deployment("one", 1, resources=gpus(3))
    lab.pass_time()
    lab.deployment("two", 1, resources=gpus(2))
    lab.pass_time()
    (waiting,) = lab.pods("two")
    said = waiting["status"]["conditions"][0]
    assert (said["type"], said["status"], said["reason"]) == (
        "PodScheduled",
        "False",
        "Unschedulable",
    )
    assert said["message"] == "0/2 nodes are available: 2 Insufficient nvidia.com/gpu."
    assert lab.events(waiting["metadata"]["name"]) == {"FailedScheduling"}
    lab.store.delete("apps/v1", "Deployment", SPACE, "one")
    lab.pass_time()
    assert ready(lab.pods("two")) == [True]


def test_a_deployment_that_cannot_go_on_says_so(lab: Lab) -> None:
    lab.deployment("web", 1, resources=gpus(1))
    lab.pass_time(700)
    status = lab.status("apps/v1", "Deployment", "web")
    assert condition(status, "Progressing") == ("False", "ProgressDeadlineExceeded")


def test_a_new_template_is_rolled_out_without_a_gap(lab: Lab) -> None:
    lab.deployment("web", 4)
    lab.pass_time()
    containers = [{"name": "main", "image": "registry.example.com/main:2"}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}
    lab.store.patch("apps/v1", "Deployment", SPACE, "web", patch)
    fewest = 4
    for _ in range(60):
        lab.controllers.settle(lab.now, 0.5)
        lab.now += 0.5
        started = [pod for pod in lab.pods("web") if "containerStatuses" in pod["status"]]
        fewest = min(fewest, sum(ready(started)))
    assert fewest >= 3
    images = {pod["spec"]["containers"][0]["image"] for pod in lab.pods("web")}
    assert images == {"registry.example.com/main:2"}
    assert ready(lab.pods("web")) == [True] * 4
    annotations = lab.get("apps/v1", "Deployment", "web")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "2"


def test_a_deployment_is_scaled_both_ways(lab: Lab) -> None:
    lab.deployment("web", 1)
    lab.pass_time()
    for count in (3, 0, 2):
        patch = {"spec": {"replicas": count}}
        lab.store.patch("apps/v1", "Deployment", SPACE, "web", patch)
        lab.pass_time()
        assert ready(lab.pods("web")) == [True] * count


def test_a_pod_waits_for_the_secret_that_it_reads(lab: Lab) -> None:
    source = {"secretKeyRef": {"name": "token", "key": "token"}}
    lab.deployment("web", 1, env=[{"name": "TOKEN", "valueFrom": source}])
    lab.pass_time()
    (pod,) = lab.pods("web")
    waiting = pod["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting == {
        "reason": "CreateContainerConfigError",
        "message": 'secret "token" not found',
    }
    lab.make("v1", "Secret", "token", stringData={"token": "x"})
    lab.pass_time()
    assert ready(lab.pods("web")) == [True]


def test_a_daemon_set_is_on_every_node_that_it_selects(lab: Lab) -> None:
    lab.node("gpu-1", 1)
    spec = selecting("dcgm")
    spec["template"]["spec"]["nodeSelector"] = {"nvidia.com/gpu.present": "true"}
    lab.make("apps/v1", "DaemonSet", "dcgm", spec=spec)
    lab.pass_time()
    lab.node("gpu-2", 1)
    lab.pass_time()
    assert sorted(pod["spec"]["nodeName"] for pod in lab.pods("dcgm")) == ["gpu-1", "gpu-2"]
    status = lab.status("apps/v1", "DaemonSet", "dcgm")
    assert status["desiredNumberScheduled"] == status["numberReady"] == 2
    spec["template"]["spec"]["containers"][0]["image"] = "registry.example.com/main:2"
    lab.store.patch("apps/v1", "DaemonSet", SPACE, "dcgm", {"spec": spec})
    lab.pass_time()
    images = {pod["spec"]["containers"][0]["image"] for pod in lab.pods("dcgm")}
    assert images == {"registry.example.com/main:2"}
    status = lab.status("apps/v1", "DaemonSet", "dcgm")
    assert status["updatedNumberScheduled"] == status["numberReady"] == 2


def test_a_service_has_the_endpoints_of_its_pods(lab: Lab) -> None:
    lab.deployment("web", 2, ports=[{"name": "http", "containerPort": 8080}])
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}
    lab.make("v1", "Service", "web", spec=spec)
    lab.pass_time()
    (piece,) = lab.store.all("discovery.k8s.io/v1", "EndpointSlice", SPACE)
    assert [port["port"] for port in piece["ports"]] == [8080]
    assert [one["conditions"]["ready"] for one in piece["endpoints"]] == [True, True]
    addresses = {pod["status"]["podIP"] for pod in lab.pods("web")}
    assert {one["addresses"][0] for one in piece["endpoints"]} == addresses
    lab.store.patch("apps/v1", "Deployment", SPACE, "web", {"spec": {"replicas": 1}})
    lab.pass_time()
    (piece,) = lab.store.all("discovery.k8s.io/v1", "EndpointSlice", SPACE)
    assert len(piece["endpoints"]) == 1


def scaled_object(target: str, **trigger: str) -> Obj:
    metadata = {
        "serverAddress": "http://prometheus.monitoring.svc:9090",
        "query": "sum(vllm:num_requests_waiting)",
        "threshold": "2",
        **trigger,
    }
    return {
        "scaleTargetRef": {"name": target},
        "minReplicaCount": 2,
        "maxReplicaCount": 4,
        "triggers": [{"type": "prometheus", "metadata": metadata}],
    }


def test_keda_scales_what_exists_within_its_bounds(lab: Lab) -> None:
    lab.make("keda.sh/v1alpha1", "ScaledObject", "web", spec=scaled_object("web"))
    lab.pass_time()
    status = lab.status("keda.sh/v1alpha1", "ScaledObject", "web")
    assert condition(status, "Ready") == ("False", "ScaledObjectCheckFailed")
    lab.deployment("web", 1)
    lab.pass_time()
    status = lab.status("keda.sh/v1alpha1", "ScaledObject", "web")
    assert condition(status, "Ready") == ("True", "ScaledObjectReady")
    assert status["hpaName"] == "keda-hpa-web"
    assert lab.get("apps/v1", "Deployment", "web")["spec"]["replicas"] == 2
    hpa = lab.get("autoscaling/v2", "HorizontalPodAutoscaler", "keda-hpa-web")
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (2, 4)
    assert hpa["spec"]["metrics"][0]["external"]["target"]["averageValue"] == "2"
    assert condition(hpa["status"], "ScalingActive") == ("True", "ValidMetricFound")
    lab.store.patch(
        "keda.sh/v1alpha1", "ScaledObject", SPACE, "web", {"spec": {"minReplicaCount": 3}}
    )
    lab.pass_time()
    assert ready(lab.pods("web")) == [True] * 3
    said = {"labels": {"team": "a"}, "annotations": {"why": "load"}}
    lab.store.patch("keda.sh/v1alpha1", "ScaledObject", SPACE, "web", {"metadata": said})
    lab.pass_time()
    about = lab.get("autoscaling/v2", "HorizontalPodAutoscaler", "keda-hpa-web")["metadata"]
    assert about["labels"]["team"] == "a"
    assert about["annotations"] == {"why": "load"}
    lab.store.delete("keda.sh/v1alpha1", "ScaledObject", SPACE, "web")
    lab.pass_time()
    assert lab.store.all("autoscaling/v2", "HorizontalPodAutoscaler", SPACE) == []


def test_keda_refuses_a_trigger_that_asks_nothing(lab: Lab) -> None:
    lab.deployment("web", 1)
    lab.make("keda.sh/v1alpha1", "ScaledObject", "web", spec=scaled_object("web", query=""))
    lab.pass_time()
    status = lab.status("keda.sh/v1alpha1", "ScaledObject", "web")
    assert condition(status, "Ready") == ("False", "ScaledObjectCheckFailed")
    assert "no query given" in status["conditions"][0]["message"]


def test_a_certificate_is_issued_and_issued_again_when_its_secret_goes(lab: Lab) -> None:
    issuer = {"name": "demo", "kind": "ClusterIssuer", "group": "cert-manager.io"}
    spec = {
        "secretName": "web-tls",
        "dnsNames": ["web.example.com", "*.web.example.com"],
        "issuerRef": issuer,
        "duration": "240h",
    }
    lab.make("cert-manager.io/v1", "Certificate", "web", spec=spec)
    lab.controllers.settle(lab.now, 1)
    status = lab.status("cert-manager.io/v1", "Certificate", "web")
    assert condition(status, "Ready") == ("False", "DoesNotExist")
    serials = set()
    for _ in range(2):
        lab.pass_time()
        status = lab.status("cert-manager.io/v1", "Certificate", "web")
        assert condition(status, "Ready") == ("True", "Ready")
        secret = lab.get("v1", "Secret", "web-tls")
        assert secret["type"] == "kubernetes.io/tls"
        pem = {name: base64.b64decode(text) for name, text in secret["data"].items()}
        certificate = x509.load_pem_x509_certificate(pem["tls.crt"])
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        assert names.value.get_values_for_type(x509.DNSName) == spec["dnsNames"]
        key = serialization.load_pem_private_key(pem["tls.key"], None)
        assert key.public_key() == certificate.public_key()  # type: ignore[union-attr]
        lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        assert lasts.total_seconds() == 240 * 3600
        serials.add(certificate.serial_number)
        lab.store.delete("v1", "Secret", SPACE, "web-tls")
    assert len(serials) == 2


def test_a_certificate_waits_for_its_issuer(lab: Lab) -> None:
    spec = {"secretName": "web-tls", "dnsNames": ["a.example.com"], "issuerRef": {"name": "team"}}
    lab.make("cert-manager.io/v1", "Certificate", "web", spec=spec)
    lab.pass_time()
    status = lab.status("cert-manager.io/v1", "Certificate", "web")
    assert condition(status, "Ready") == ("False", "DoesNotExist")
    lab.make("cert-manager.io/v1", "Issuer", "team", spec={"selfSigned": {}})
    lab.pass_time()
    status = lab.status("cert-manager.io/v1", "Certificate", "web")
    assert condition(status, "Ready") == ("True", "Ready")


def test_a_gateway_gets_a_data_plane_and_then_an_address(lab: Lab) -> None:
    lab.store.create(gateway(f"{SPACE}/edge", 0, listener("http", 80, "HTTP")))
    judge(lab.store)
    status = lab.status("gateway.networking.k8s.io/v1", "Gateway", "edge")
    assert condition(status, "Programmed")[0] == "True"
    assert status["addresses"] == []
    lab.pass_time()
    service = lab.get("v1", "Service", "edge-nginx")
    (ingress,) = service["status"]["loadBalancer"]["ingress"]
    status = lab.status("gateway.networking.k8s.io/v1", "Gateway", "edge")
    assert [one["value"] for one in status["addresses"]] == [ingress["ip"]]
    assert lab.status("apps/v1", "Deployment", "edge-nginx")["availableReplicas"] == 2
    listeners = [listener("http", 80, "HTTP"), listener("more", 8080, "HTTP")]
    patch = {"spec": {"listeners": listeners}}
    lab.store.patch("gateway.networking.k8s.io/v1", "Gateway", SPACE, "edge", patch)
    lab.pass_time()
    ports = lab.get("v1", "Service", "edge-nginx")["spec"]["ports"]
    assert [one["port"] for one in ports] == [80, 8080]
    lab.store.delete("gateway.networking.k8s.io/v1", "Gateway", SPACE, "edge")
    lab.pass_time()
    assert lab.left() == []


def test_the_replicas_of_a_data_plane_are_those_of_its_settings(lab: Lab) -> None:
    lab.make(
        "gateway.nginx.org/v1alpha2",
        "NginxProxy",
        "edge-proxy",
        spec={"kubernetes": {"deployment": {"replicas": 3}, "service": {"type": "ClusterIP"}}},
    )
    parameters = {"group": "gateway.nginx.org", "kind": "NginxProxy", "name": "edge-proxy"}
    infrastructure = {"parametersRef": parameters}
    lab.store.create(
        gateway(f"{SPACE}/edge", 0, listener("http", 80, "HTTP"), infrastructure=infrastructure)
    )
    lab.pass_time()
    assert lab.status("apps/v1", "Deployment", "edge-nginx")["availableReplicas"] == 3
    cluster_ip = lab.get("v1", "Service", "edge-nginx")["spec"]["clusterIP"]
    status = lab.status("gateway.networking.k8s.io/v1", "Gateway", "edge")
    assert [one["value"] for one in status["addresses"]] == [cluster_ip]


@pytest.mark.parametrize("place", PLACES, ids=lambda one: str(one.name))
def test_what_the_seed_put_there_stays_as_it_is(place: Any) -> None:
    api = DemoApi(place.name, place.definitions())
    for obj in scheduled(place.seed()):
        if about := obj.get("involvedObject"):
            found = api.store.get(
                about["apiVersion"], about["kind"], about["namespace"], about["name"]
            )
            about["uid"] = found["metadata"]["uid"]
        api.store.create(obj)
    judge(api.store)
    api.settle()
    controllers = Controllers(EVERY)
    controllers.follow(place.name, api.store)

    def versions() -> dict[str, str]:
        return {
            one["metadata"]["uid"]: one["metadata"]["resourceVersion"]
            for version, kind in (
                ("v1", "Pod"),
                ("v1", "Service"),
                ("apps/v1", "Deployment"),
                ("autoscaling/v2", "HorizontalPodAutoscaler"),
                ("discovery.k8s.io/v1", "EndpointSlice"),
            )
            for one in api.store.all(version, kind)
        }

    before = versions()
    for one in api.store.all("v1", "Pod")[:3] + api.store.all("apps/v1", "Deployment"):
        metadata = one["metadata"]
        api.store.patch(
            one["apiVersion"],
            one["kind"],
            metadata["namespace"],
            metadata["name"],
            {"metadata": {"labels": {"touched": "true"}}},
        )
    touched = versions()
    controllers.settle(time.time(), A_MINUTE)
    assert versions() == touched
    assert touched.keys() == before.keys()
