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
        return Class(NGF_CONTROLLER if ngf else f"assumed/{name}", ngf, None)
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


def _controller(obj: Object) -> str:
    return str((obj.get("spec") or {}).get("controllerName", ""))


def _nobody(message: str) -> Fault:
    return Fault(
        "Accepted", "Pending", message, "Gateway.spec.gatewayClassName", "spec.gatewayClassName"
    )
