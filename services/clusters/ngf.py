"""Which NGINX Gateway Fabric runs on a cluster: version and edition, from its own Deployment.

Neither is in the API by name. The chart labels the control plane's Deployment with the version,
else the image tag has it. The edition is an argument of the controller (``--nginx-plus``), else the
image of the data plane tells. Definitions say nothing: both editions install the same ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from services.kube.shelf import Snapshot

Edition = Literal["oss", "enterprise", "unknown"]

_CONTROLLER = "nginx-gateway"
_PLUS_IMAGES = ("/nginx-plus", "/nginx-plus-f5waf")
GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
"""What NGF generates for a Gateway names it in this label."""


def detect(deployments: Snapshot, pods: Snapshot) -> tuple[str | None, Edition]:
    """(version, edition); (None, "unknown") when no control plane can be seen."""
    for deployment in deployments.objects.values():
        for container in _containers(deployment["spec"]["template"]):
            if container.get("name") == _CONTROLLER:
                plus = any(_is_plus(argument) for argument in container.get("args") or ())
                return _version(deployment, container), "enterprise" if plus else "oss"
    return None, _edition_of_data_plane(pods.objects.values())


def _version(deployment: Mapping[str, Any], container: Mapping[str, Any]) -> str | None:
    labels = deployment["metadata"].get("labels") or {}
    tag = str(container.get("image", "")).partition("@")[0].rpartition("/")[2].partition(":")[2]
    return labels.get("app.kubernetes.io/version") or tag or None


def _is_plus(argument: str) -> bool:
    name, _, value = argument.partition("=")
    return name == "--nginx-plus" and value.lower() in ("", "true")


def _edition_of_data_plane(pods: Iterable[Mapping[str, Any]]) -> Edition:
    for pod in pods:
        if GATEWAY_LABEL not in (pod["metadata"].get("labels") or {}):
            continue
        for container in _containers(pod):
            image = str(container.get("image", "")).partition("@")[0].rpartition(":")[0]
            if container.get("name") == "nginx" and image:
                return "enterprise" if image.endswith(_PLUS_IMAGES) else "oss"
    return "unknown"


def _containers(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (holder.get("spec") or {}).get("containers") or ()
