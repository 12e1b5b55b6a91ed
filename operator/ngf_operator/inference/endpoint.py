"""What a stack tells beside its conditions: its pool, and where the model answers."""

from ngf_operator import names
from ngf_operator.inference.route import GROUP
from ngf_operator.inference.spec import Stack
from ngf_operator.wanting import Obj, World


def reduced(gateway: Obj) -> Obj:
    """What is looked at of a Gateway that the route attaches to."""
    fields = ("name", "port", "protocol", "hostname")
    listeners = (gateway.get("spec") or {}).get("listeners") or ()
    kept = [{key: each[key] for key in fields if key in each} for each in listeners]
    of_class = (gateway.get("spec") or {}).get("gatewayClassName", "")
    return {
        **{key: gateway[key] for key in ("apiVersion", "kind") if key in gateway},
        "metadata": gateway["metadata"],
        "spec": {"gatewayClassName": of_class, "listeners": kept},
        "status": {"addresses": (gateway.get("status") or {}).get("addresses") or []},
    }


def status(parent: Obj, world: World) -> Obj:
    """``poolRef``, and ``endpoint`` where a Gateway leads to the pool."""
    if parent["metadata"].get("deletionTimestamp"):
        return {}
    stack = Stack.of(parent)
    found = {"poolRef": names.pool(stack.name)}
    if address := _endpoint(stack, world):
        found["endpoint"] = address
    return found


def _endpoint(stack: Stack, world: World) -> str:
    asked = stack.section("httpRoute")
    space, name = asked.get("gatewayNamespace") or stack.namespace, asked.get("gatewayRef")
    gateway = world.get(GROUP, "Gateway", space, name) if name else None
    if gateway is None:
        return ""
    listeners = [
        each
        for each in gateway["spec"].get("listeners") or ()
        if (asked.get("sectionName") or each["name"]) == each["name"]
        and each["protocol"] in ("HTTP", "HTTPS")
    ]
    listeners.sort(key=lambda each: each["protocol"] != "HTTPS")
    addresses = [each["value"] for each in (gateway.get("status") or {}).get("addresses") or ()]
    for listener in listeners:
        for wanted in asked.get("hostnames") or ("",):
            met = _met(wanted, str(listener.get("hostname") or ""))
            host = next(iter(addresses), "") if met == "" else met
            if host and "*" not in host:
                return f"{_origin(listener, host)}{asked.get('pathPrefix') or '/'}"
    return ""


def _met(one: str, other: str) -> str | None:
    """The hosts that two host names have in common, "" for all and None for none."""
    if not one or not other or one == other:
        return one or other
    for general, narrow in ((one, other), (other, one)):
        if general.startswith("*.") and narrow.removeprefix("*").endswith(general[1:]):
            return narrow
    return None


def _origin(listener: Obj, host: str) -> str:
    scheme, usual = ("https", 443) if listener["protocol"] == "HTTPS" else ("http", 80)
    port = "" if listener["port"] == usual else f":{listener['port']}"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{port}"
