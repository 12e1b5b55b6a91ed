"""GatewayClasses: which controller takes a gateway, and whether it is NGF."""

from dataclasses import dataclass

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.world import World

NGF_DOMAIN = "gateway.nginx.org/"
"""What the controllerName of every NGF begins with."""
NGF_CLASS = "nginx"
"""The class that an NGF takes care of, unless it is told another one."""
NGF_CONTROLLER = NGF_DOMAIN + "nginx-gateway-controller"
_ASSUMED = "assumed/"
_IMPLEMENTATIONS = (
    "agentgateway.dev",
    "alb.networking.azure.io",
    "apisix.apache.org",
    "cilium.io",
    "configuration.konghq.com",
    "extensions.istio.io",
    "gateway-operator.konghq.com",
    "gateway.envoyproxy.io",
    "gateway.k8s.aws",
    "gateway.kgateway.dev",
    "gateway.solo.io",
    "networking.gke.io",
    "projectcontour.io",
    "traefik.io",
)
"""Groups of parameters and filters of controllers that are in use, for classes of which nobody
knows whose they are."""


@dataclass(frozen=True, slots=True)
class Class:
    """Who takes the gateways of one class. ``controller`` is "" when nobody does."""

    controller: str
    ngf: bool
    fault: Fault | None


def class_of(world: World, name: str) -> Class:
    """The class called ``name``.

    Where classes were not read (manifests without any), ``nginx`` and ``nginx-...`` are taken for
    NGF's, others for some controller that does what the specification says.
    """
    obj = world.of("gatewayclasses").get(("", name))
    if obj is not None:
        controller = _controller(obj)
        if ignored(world, name):
            message = f'NGF takes care of GatewayClass "{NGF_CLASS}" and ignores "{name}".'
            return Class("", False, _nobody(message))
        return Class(controller, controller.startswith(NGF_DOMAIN), None)
    if not world.knows("gatewayclasses"):
        ngf = name == NGF_CLASS or name.startswith(f"{NGF_CLASS}-")
        return Class(NGF_CONTROLLER if ngf else _ASSUMED + name, ngf, None)
    return Class(
        "",
        False,
        _nobody(f'There is no GatewayClass "{name}", so no controller takes this Gateway.'),
    )


def ignored(world: World, name: str) -> bool:
    """Whether NGF leaves a class aside: of several that name it, it takes care of one, which is
    called ``nginx`` unless it was installed otherwise (``--gatewayclass``)."""
    classes = world.of("gatewayclasses")
    obj, own = classes.get(("", name)), classes.get(("", NGF_CLASS))
    if obj is None or own is None or name == NGF_CLASS:
        return False
    controller = _controller(obj)
    return controller.startswith(NGF_DOMAIN) and controller == _controller(own)


def own_kind(group: str, controller: str) -> bool:
    """Whether kinds of a group are a controller's own: the group is of its domain, however the
    parts of both are ordered. Only the controller knows which of them there are."""
    if not group:
        return False
    if controller.startswith(_ASSUMED):
        return group in _IMPLEMENTATIONS
    domain = controller.partition("/")[0]
    return set(group.split(".")[-2:]) <= set(domain.split("."))


def only_known_to(controller: str, ref: Object) -> bool:
    """Whether a filter is of a kind of which only a controller that is not NGF knows what it does,
    and whether it exists."""
    group, kind = ref.get("group"), ref.get("kind")
    if not isinstance(group, str) or not isinstance(kind, str) or not kind:
        return False
    return not controller.startswith(NGF_DOMAIN) and own_kind(group, controller)


def _controller(obj: Object) -> str:
    return str((obj.get("spec") or {}).get("controllerName", ""))


def _nobody(message: str) -> Fault:
    return Fault(
        "Accepted", "Pending", message, "Gateway.spec.gatewayClassName", "spec.gatewayClassName"
    )
