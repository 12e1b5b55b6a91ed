"""Promise: what is said of NGF, its version and edition is what the cluster says, or unknown."""

from typing import Any

import pytest

from agent.ngf import detect

IMAGE = "ghcr.io/nginx/nginx-gateway-fabric:2.6.7"
NGF = "gateway.nginx.org/nginx-gateway-controller"


def controller(
    image: str,
    *args: str,
    version: str | None = None,
    container: str = "nginx-gateway",
    name: str = "ngf",
    ready: int = 1,
) -> dict[str, Any]:
    labels = {"app.kubernetes.io/version": version} if version else {}
    containers = [{"name": container, "image": image, "args": list(args)}]
    return {
        "metadata": {"namespace": "nginx-gateway", "name": name, "labels": labels},
        "spec": {"template": {"spec": {"containers": containers}}},
        "status": {"readyReplicas": ready},
    }


def data_plane(image: str, container: str = "nginx") -> dict[str, Any]:
    return {
        "metadata": {"labels": {"gateway.networking.k8s.io/gateway-name": "web"}},
        "spec": {"containers": [{"name": container, "image": image}]},
    }


def gateway_class(controller_name: str, accepted: str | None) -> dict[str, Any]:
    obj: dict[str, Any] = {
        "metadata": {"name": "nginx"},
        "spec": {"controllerName": controller_name},
    }
    if accepted:
        obj["status"] = {"conditions": [{"type": "Accepted", "status": accepted}]}
    return obj


@pytest.mark.parametrize(
    ("deployment", "version", "edition"),
    [
        (controller(IMAGE, "controller", version="2.6.7"), "2.6.7", "oss"),
        (controller(IMAGE), "2.6.7", "oss"),
        (controller(IMAGE, version="edge"), "edge", "oss"),
        (controller(IMAGE + "@sha256:abc", "--nginx-plus"), "2.6.7", "enterprise"),
        (controller(IMAGE, "--nginx-plus=true"), "2.6.7", "enterprise"),
        (controller(IMAGE, "--nginx-plus=false"), "2.6.7", "oss"),
        (controller("localhost:5000/ngf", "controller"), None, "oss"),
        (controller(IMAGE, f"--gateway-ctlr-name={NGF}", container="ngf"), "2.6.7", "oss"),
    ],
)
def test_the_control_plane_tells(
    deployment: dict[str, Any], version: str | None, edition: str
) -> None:
    ngf = detect([deployment], [], [])
    assert (ngf.detected, ngf.version, ngf.edition) == (True, version, edition)
    assert ngf.evidence == "Deployment nginx-gateway/ngf is its control plane."


def test_a_control_plane_without_a_ready_pod_is_said_to_be_so() -> None:
    ngf = detect([controller(IMAGE, ready=0)], [], [])
    assert ngf.detected
    assert ngf.evidence == "Deployment nginx-gateway/ngf is its control plane, with no pod ready."


def test_of_several_the_first_that_is_ready_speaks_and_the_others_are_counted() -> None:
    old = controller(IMAGE, version="2.5.0", name="a", ready=0)
    new = controller(IMAGE, "--nginx-plus", version="2.6.7", name="b")
    ngf = detect([new, old], [], [])
    assert (ngf.version, ngf.edition) == ("2.6.7", "enterprise")
    assert ngf.evidence.endswith("; 1 more is installed.")


@pytest.mark.parametrize(
    ("image", "version", "edition"),
    [
        (
            "private-registry.nginx.com/nginx-gateway-fabric/nginx-plus:2.6.7",
            "2.6.7",
            "enterprise",
        ),
        ("reg.example:5000/ngf/nginx-plus-f5waf", None, "enterprise"),
        ("ghcr.io/nginx/nginx-gateway-fabric/nginx:2.6.7", "2.6.7", "oss"),
    ],
)
def test_without_it_the_data_plane_tells(image: str, version: str | None, edition: str) -> None:
    ngf = detect(None, [data_plane(image)], None)
    assert (ngf.detected, ngf.version, ngf.edition) == (True, version, edition)
    assert ngf.evidence.startswith("Pods of a data plane of NGF run; ")


def test_an_accepted_class_tells_that_there_is_one() -> None:
    ngf = detect(None, None, [gateway_class(NGF, "True")])
    assert (ngf.detected, ngf.version, ngf.edition) == (True, None, "unknown")
    assert ngf.evidence.startswith(f"GatewayClass nginx is accepted by {NGF}; ")


@pytest.mark.parametrize(
    "nothing_of_ngf",
    [
        {"deployments": [], "pods": [], "gateway_classes": []},
        {"deployments": [], "pods": [], "gateway_classes": [gateway_class(NGF, None)]},
        {"deployments": [], "pods": [], "gateway_classes": [gateway_class(NGF, "False")]},
        {
            "deployments": [controller(IMAGE, container="something-else")],
            "pods": [data_plane("envoy:1", container="envoy")],
            "gateway_classes": [gateway_class("example.org/other", "True")],
        },
    ],
)
def test_what_is_not_ngf_is_not_taken_for_it(nothing_of_ngf: dict[str, Any]) -> None:
    ngf = detect(**nothing_of_ngf)
    assert (ngf.detected, ngf.version, ngf.edition) == (False, None, "unknown")


@pytest.mark.parametrize(
    ("deployments", "gateway_classes", "unread"),
    [(None, [], "Deployments"), ([], None, "GatewayClasses")],
)
def test_what_could_not_be_read_is_no_proof_of_absence(
    deployments: Any, gateway_classes: Any, unread: str
) -> None:
    ngf = detect(deployments, [], gateway_classes)
    assert (ngf.detected, ngf.edition) == (None, "unknown")
    assert unread in ngf.evidence
