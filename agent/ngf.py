"""Which NGINX Gateway Fabric runs on a cluster, from what it says of itself.

No object holds version and edition by name. The chart labels the control plane's Deployment with
the version, else the image's tag has it; the edition is an argument of the controller
(``--nginx-plus``). Where the Deployment cannot be seen, the image of a data plane tells both, and
a GatewayClass that an NGF controller has accepted tells that there is one. The names of
definitions say nothing: both editions install the same ones, and they outlive an uninstallation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Object = Mapping[str, Any]
Edition = Literal["oss", "enterprise", "unknown"]

CONTROLLER_DOMAIN = "gateway.nginx.org/"
"""How the ``controllerName`` of a GatewayClass of NGF begins; NGF refuses to start with another."""
CONTROL_PLANE_SELECTOR = "app.kubernetes.io/name in (nginx-gateway-fabric, nginx-gateway)"
"""What the chart and the plain manifests label the control plane's Deployment with."""
GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
"""What NGF generates for a Gateway names it in this label."""

_CONTROLLER = "nginx-gateway"
_PLUS_IMAGES = ("/nginx-plus", "/nginx-plus-f5waf")


@dataclass(frozen=True, slots=True)
class Ngf:
    """What is known. ``detected`` is None when not enough could be seen to say no.

    ``version`` is None and ``edition`` "unknown" where nothing tells them. ``evidence`` is one
    sentence for people: what was found where.
    """

    detected: bool | None
    version: str | None
    edition: Edition
    evidence: str


def detect(
    deployments: Iterable[Object] | None,
    pods: Iterable[Object] | None,
    gateway_classes: Iterable[Object] | None,
) -> Ngf:
    """Look for NGF in raw objects; None for a kind that could not be read.

    Of several control planes the first by namespace and name that has a ready pod speaks for all.
    """
    found = sorted(_control_planes(deployments or ()), key=_preference)
    if found:
        return _of_control_plane(*found[0], others=len(found) - 1)
    accepted = next(_accepted(gateway_classes or ()), None)
    data_plane = next(_data_planes(pods or ()), None)
    if accepted is None and data_plane is None:
        return _nothing(deployments, gateway_classes)
    version, edition = _of_data_plane(data_plane) if data_plane else (None, "unknown")
    seen = _class_sentence(accepted) if accepted else "Pods of a data plane of NGF run"
    return Ngf(True, version, edition, f"{seen}; the control plane's Deployment is not to be seen.")


def _nothing(deployments: Iterable[Object] | None, gateway_classes: Iterable[Object] | None) -> Ngf:
    if deployments is None or gateway_classes is None:
        unread = "Deployments" if deployments is None else "GatewayClasses"
        return Ngf(None, None, "unknown", f"The cluster's {unread} could not be read.")
    nothing = "There is no Deployment of NGF's control plane and no GatewayClass that NGF accepted."
    return Ngf(False, None, "unknown", nothing)


def _control_planes(deployments: Iterable[Object]) -> Iterator[tuple[Object, Object]]:
    """(Deployment, container of the controller)."""
    for deployment in deployments:
        for container in _containers(deployment["spec"]["template"]):
            if container.get("name") == _CONTROLLER or _names_controller(container):
                yield deployment, container
                break


def _names_controller(container: Object) -> bool:
    flag = f"--gateway-ctlr-name={CONTROLLER_DOMAIN}"
    return any(str(argument).startswith(flag) for argument in container.get("args") or ())


def _preference(found: tuple[Object, Object]) -> tuple[bool, str, str]:
    deployment = found[0]
    return not _ready(deployment), *_place(deployment)


def _of_control_plane(deployment: Object, container: Object, others: int) -> Ngf:
    labels = deployment["metadata"].get("labels") or {}
    version = labels.get("app.kubernetes.io/version") or _tag(container)
    plus = any(_is_plus(str(argument)) for argument in container.get("args") or ())
    evidence = f"Deployment {'/'.join(_place(deployment))} is its control plane"
    if not _ready(deployment):
        evidence += ", with no pod ready"
    if others:
        evidence += f"; {others} more {'is' if others == 1 else 'are'} installed"
    return Ngf(True, version, "enterprise" if plus else "oss", f"{evidence}.")


def _place(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"].get("name", "")


def _ready(deployment: Object) -> bool:
    return bool((deployment.get("status") or {}).get("readyReplicas"))


def _is_plus(argument: str) -> bool:
    name, _, value = argument.partition("=")
    return name == "--nginx-plus" and value.lower() in ("", "1", "t", "true")


def _accepted(gateway_classes: Iterable[Object]) -> Iterator[Object]:
    for each in gateway_classes:
        if each["spec"]["controllerName"].startswith(CONTROLLER_DOMAIN):
            said = (each.get("status") or {}).get("conditions") or ()
            if any(one.get("type") == "Accepted" and one.get("status") == "True" for one in said):
                yield each


def _class_sentence(accepted: Object) -> str:
    controller = accepted["spec"]["controllerName"]
    return f"GatewayClass {accepted['metadata']['name']} is accepted by {controller}"


def _data_planes(pods: Iterable[Object]) -> Iterator[Object]:
    """Containers of NGINX in pods that NGF made for a Gateway."""
    for pod in pods:
        if GATEWAY_LABEL in (pod["metadata"].get("labels") or {}):
            for container in _containers(pod):
                if container.get("name") == "nginx" and container.get("image"):
                    yield container


def _of_data_plane(container: Object) -> tuple[str | None, Edition]:
    repository = _repository(container)
    return _tag(container), "enterprise" if repository.endswith(_PLUS_IMAGES) else "oss"


def _repository(container: Object) -> str:
    image = str(container.get("image", "")).partition("@")[0]
    tag = _tag(container)
    return image.removesuffix(f":{tag}") if tag else image


def _tag(container: Object) -> str | None:
    """The image's tag; the port of a registry is none."""
    image = str(container.get("image", "")).partition("@")[0]
    return image.rpartition("/")[2].partition(":")[2] or None


def _containers(holder: Object) -> Iterator[Object]:
    yield from (holder.get("spec") or {}).get("containers") or ()
