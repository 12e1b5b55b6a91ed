"""The promise: version and edition of NGF are what its own Deployment says, else unknown."""

from types import MappingProxyType
from typing import Any

import pytest

from services.clusters.ngf import detect
from services.kube.shelf import Snapshot


def shelf(kind: str, *objects: dict[str, Any]) -> Snapshot:
    keyed = {("ngf", str(number)): obj for number, obj in enumerate(objects)}
    return Snapshot(kind, MappingProxyType(keyed), 1, None, "live")


def controller(
    image: str, *args: str, version: str | None = None, container: str = "nginx-gateway"
) -> dict[str, Any]:
    labels = {"app.kubernetes.io/version": version} if version else {}
    containers = [{"name": container, "image": image, "args": list(args)}]
    return {
        "metadata": {"labels": labels},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


def data_plane(image: str) -> dict[str, Any]:
    return {
        "metadata": {"labels": {"gateway.networking.k8s.io/gateway-name": "web"}},
        "spec": {"containers": [{"name": "nginx", "image": image}]},
    }


IMAGE = "ghcr.io/nginx/nginx-gateway-fabric:2.6.7"


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        (controller(IMAGE, "gateway", version="2.6.7"), ("2.6.7", "oss")),
        (controller(IMAGE), ("2.6.7", "oss")),
        (controller(IMAGE + "@sha256:abc", "--nginx-plus"), ("2.6.7", "enterprise")),
        (controller(IMAGE, "--nginx-plus=true"), ("2.6.7", "enterprise")),
        (controller(IMAGE, "--nginx-plus=false"), ("2.6.7", "oss")),
        (controller("localhost:5000/ngf", "gateway"), (None, "oss")),
        (controller(IMAGE, container="something-else"), (None, "unknown")),
    ],
)
def test_the_control_plane_tells(deployment: dict[str, Any], expected: tuple[Any, str]) -> None:
    assert detect(shelf("deployments", deployment), shelf("pods")) == expected


@pytest.mark.parametrize(
    ("image", "edition"),
    [
        ("private-registry.nginx.com/nginx-gateway-fabric/nginx-plus:2.6.7", "enterprise"),
        ("ghcr.io/nginx/nginx-gateway-fabric/nginx:2.6.7", "oss"),
    ],
)
def test_without_it_the_data_plane_tells_the_edition(image: str, edition: str) -> None:
    assert detect(shelf("deployments"), shelf("pods", data_plane(image))) == (None, edition)


def test_without_either_nothing_is_claimed() -> None:
    assert detect(shelf("deployments"), shelf("pods")) == (None, "unknown")
