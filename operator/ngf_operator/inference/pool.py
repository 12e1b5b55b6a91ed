"""The InferencePool: which pods serve the model, and who picks among them."""

from collections.abc import Mapping

from ngf_operator import names
from ngf_operator.inference import adoption
from ngf_operator.inference.spec import POOL, POOL_LABEL, Stack
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World

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
    selector = _selector(stack, world)
    old = not version.startswith(f"{GROUP}/")
    made = stack.object(
        version, KIND, name, spec=_old_spec(stack, selector) if old else _spec(stack, selector)
    )
    return Wanted((Child(POOL, made),), (_old_version(stack),) if old else ())


def _old_version(stack: Stack) -> Lack:
    why = (
        f"Only v1alpha2 of {KIND} is installed here, which NGINX Gateway Fabric does not read, and "
        "whose pickers need InferenceObjective and InferenceModelRewrite, too. Install the "
        "definitions of the Gateway API Inference Extension, 1.5 or newer."
    )
    definition = f"inferencepools.{GROUP}"
    return stack.lack(POOL, "CustomResourceDefinition", definition, "OldVersion", why)


def _failure_mode(stack: Stack) -> str:
    return str(stack.section("epp").get("failureMode") or "FailClose")


def _selector(stack: Stack, world: World) -> dict[str, str]:
    """Pods that the stack runs are found by a label that never changes: with another
    ``pool.selector`` the pool would be empty until the last of them had been replaced. Where
    others run pods as well, both are found by what they have in common."""
    if stack.serves and not adoption.deployments(stack, world):
        return {POOL_LABEL: names.pool(stack.name)}
    return stack.selector


def _spec(stack: Stack, selector: Mapping[str, str]) -> Obj:
    return {
        "selector": {"matchLabels": dict(selector)},
        "targetPorts": [{"number": stack.target_port}],
        "endpointPickerRef": {
            "group": "",
            "kind": "Service",
            "name": names.picker(stack.name),
            "port": {"number": PICKER_PORT},
            "failureMode": _failure_mode(stack),
        },
    }


def _old_spec(stack: Stack, selector: Mapping[str, str]) -> Obj:
    return {
        "selector": dict(selector),
        "targetPortNumber": stack.target_port,
        "extensionRef": {
            "group": "",
            "kind": "Service",
            "name": names.picker(stack.name),
            "portNumber": PICKER_PORT,
            "failureMode": _failure_mode(stack),
        },
    }
