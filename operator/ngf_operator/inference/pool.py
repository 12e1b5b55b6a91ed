"""The InferencePool: which pods serve the model, and who picks among them."""

from ngf_operator import names
from ngf_operator.inference.spec import POOL, Stack
from ngf_operator.wanting import Child, Obj, Wanted, World

GROUP = "inference.networking.k8s.io"
OLD_GROUP = "inference.networking.x-k8s.io"
KIND = "InferencePool"
PICKER_PORT = 9002


def served(world: World) -> str | None:
    """The apiVersion to make pools with: v1, or v1alpha2 where only that is installed."""
    return world.served(GROUP, KIND) or world.served(OLD_GROUP, KIND)


def wanted(stack: Stack, world: World) -> Wanted:
    """The pool, or why there can be none."""
    name, version = names.pool(stack.name), served(world)
    if version is None:
        lack = stack.lack(
            POOL,
            KIND,
            name,
            "CRDNotInstalled",
            f"InferencePool ({GROUP}/v1) is not installed in this cluster. Install the "
            "definitions of the Gateway API Inference Extension, 1.5 or newer.",
        )
        return Wanted((), (lack,))
    spec = _spec(stack) if version.startswith(f"{GROUP}/") else _old_spec(stack)
    return Wanted((Child(POOL, stack.object(version, KIND, name, spec=spec)),))


def _failure_mode(stack: Stack) -> str:
    return str(stack.section("epp").get("failureMode") or "FailClose")


def _spec(stack: Stack) -> Obj:
    return {
        "selector": {"matchLabels": stack.selector},
        "targetPorts": [{"number": stack.target_port}],
        "endpointPickerRef": {
            "group": "",
            "kind": "Service",
            "name": names.picker(stack.name),
            "port": {"number": PICKER_PORT},
            "failureMode": _failure_mode(stack),
        },
    }


def _old_spec(stack: Stack) -> Obj:
    return {
        "selector": stack.selector,
        "targetPortNumber": stack.target_port,
        "extensionRef": {
            "group": "",
            "kind": "Service",
            "name": names.picker(stack.name),
            "portNumber": PICKER_PORT,
            "failureMode": _failure_mode(stack),
        },
    }
