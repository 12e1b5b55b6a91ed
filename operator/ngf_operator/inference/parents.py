"""What Gateways say of the routes and pools that they were given."""

from collections.abc import Iterable

from ngf_operator.conditions import current
from ngf_operator.wanting import Obj, Standing, World

_GROUP = "gateway.networking.k8s.io"
_ASPECTS = ("Accepted", "ResolvedRefs")


def of_route(live: Obj, world: World) -> Standing:
    """Ready once every Gateway that the route names took it and found what it leads to."""
    space = live["metadata"]["namespace"]
    refs = (live.get("spec") or {}).get("parentRefs") or ()
    if not refs:
        return Standing("Waiting", "NoGateway", "The route names no Gateway.")
    told = (live.get("status") or {}).get("parents") or ()
    stands = [_of_ref(live, ref, _said_of(ref, told, space), world) for ref in refs]
    named = ", ".join(str(ref["name"]) for ref in refs)
    return _worst(stands) or Standing("Ready", "Accepted", f"Accepted by {named}.")


def of_pool(wanted: Obj, live: Obj, world: World) -> Standing:
    """Ready once every Gateway that leads to the pool took it; as long as none is asked to, it is
    there and waits for nobody."""
    status = live.get("status") or {}
    told = [
        one
        for one in status.get("parents") or status.get("parent") or ()
        if (one.get("parentRef") or {}).get("kind") != "Status"
    ]
    if not told:
        if not _is_asked_for(live, world):
            return Standing("Ready", "NotRouted", "No route leads to it.")
        return Standing("Waiting", "WaitingForController", "No Gateway has said that it takes it.")
    named = ", ".join(str((one.get("parentRef") or {}).get("name")) for one in told)
    taken = Standing("Ready", "Accepted", f"Accepted by {named}.")
    return _worst([_of_told(live, [one], _name(one)) for one in told]) or taken


def _is_asked_for(pool: Obj, world: World) -> bool:
    space, name = pool["metadata"]["namespace"], pool["metadata"]["name"]
    return any(
        (ref.get("kind"), ref.get("name")) == ("InferencePool", name)
        for each in world.all(_GROUP, "HTTPRoute", space)
        for rule in (each.get("spec") or {}).get("rules") or ()
        for ref in rule.get("backendRefs") or ()
    )


def _of_ref(route: Obj, ref: Obj, told: list[Obj], world: World) -> Standing:
    space, name = ref.get("namespace") or route["metadata"]["namespace"], str(ref["name"])
    if told:
        return _of_told(route, told, name)
    if world.served(_GROUP, "Gateway") and not world.get(_GROUP, "Gateway", space, name):
        why = f"There is no Gateway {name} in the namespace {space}."
        return Standing("Waiting", "NoGateway", why)
    why = f"The Gateway {name} has not said yet whether it takes the route."
    return Standing("Waiting", "WaitingForController", why)


def _of_told(live: Obj, told: Iterable[Obj], name: str) -> Standing:
    """From the entries of one Gateway, which several controllers may have written."""
    told = list(told)
    for aspect in _ASPECTS:
        given = [one for each in told if (one := current(live, each.get("conditions"), aspect))]
        refused = next((one for one in given if one.get("status") == "False"), None)
        if refused:
            message = str(refused.get("message") or f"{aspect} is False.")
            return Standing("Failed", str(refused.get("reason", "")), message)
        if not any(one.get("status") == "True" for one in given):
            why = f"The Gateway {name} has not said yet whether {aspect} holds."
            return Standing("Waiting", "WaitingForController", why)
    return Standing("Ready", "Accepted")


def _worst(stands: Iterable[Standing]) -> Standing | None:
    """The first that failed, else the first that waits."""
    stands = list(stands)
    for state in ("Failed", "Waiting"):
        for one in stands:
            if one.state == state:
                return one
    return None


def _name(told: Obj) -> str:
    return str((told.get("parentRef") or {}).get("name"))


def _said_of(ref: Obj, told: Iterable[Obj], namespace: str) -> list[Obj]:
    """The entries about a reference. Of one that names no listener, a controller may name that
    which the route attached to, as NGINX Gateway Fabric does where the Gateway has just one."""
    of_gateway = [
        one
        for one in told
        if _gateway(one.get("parentRef") or {}, namespace) == _gateway(ref, namespace)
    ]
    exact = [one for one in of_gateway if _section(one.get("parentRef") or {}) == _section(ref)]
    return exact if exact or _section(ref) else of_gateway


def _gateway(ref: Obj, namespace: str) -> tuple[str, str]:
    return str(ref.get("namespace") or namespace), str(ref.get("name"))


def _section(ref: Obj) -> str:
    return str(ref.get("sectionName") or "")
