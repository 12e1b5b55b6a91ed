"""GatewayClasses: which controller takes a gateway, and whether it is NGF."""

from dataclasses import dataclass

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.world import World

NGF_DOMAIN = "gateway.nginx.org/"
"""What the controllerName of every NGF begins with."""
NGF_CONTROLLER = NGF_DOMAIN + "nginx-gateway-controller"


@dataclass(frozen=True, slots=True)
class Class:
    """Who takes the gateways of one class. ``controller`` is "" when nobody does."""

    controller: str
    ngf: bool
    fault: Fault | None


def class_of(world: World, name: str) -> Class:
    """The class called ``name``.

    Where classes were not read (or are assumed, in manifests), ``nginx`` and ``nginx-...`` are
    taken for NGF's, others for some controller that does what the specification says.
    """
    obj = world.of("gatewayclasses").get(("", name))
    if obj is not None:
        controller = str((obj.get("spec") or {}).get("controllerName", ""))
        return Class(controller, controller.startswith(NGF_DOMAIN), None)
    if world.assumed or not world.knows("gatewayclasses"):
        ngf = name == "nginx" or name.startswith("nginx-")
        return Class(NGF_CONTROLLER if ngf else f"assumed/{name}", ngf, None)
    return Class(
        "",
        False,
        Fault(
            "Accepted",
            "Pending",
            f'There is no GatewayClass "{name}", so no controller takes this Gateway.',
            "Gateway.spec.gatewayClassName",
            "spec.gatewayClassName",
        ),
    )
