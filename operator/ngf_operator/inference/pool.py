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
    others = _others(stack, world)
    own = {POOL_LABEL: names.pool(stack.name)}
    selector = own if stack.serves and not others else stack.selector
    old = not version.startswith(f"{GROUP}/")
    made = stack.object(
        version, KIND, name, spec=_old_spec(stack, selector) if old else _spec(stack, selector)
    )
    lacks = [_shares(stack, each) for each in others]
    return Wanted((Child(POOL, made),), (*lacks, _old_version(stack)) if old else tuple(lacks))


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


def _others(stack: Stack, world: World) -> list[Obj]:
    """Deployments whose pods ``pool.selector`` puts beside those that the stack runs. Its own are
    found by a label that never changes: with another selector the pool would be empty until the
    last of them had been replaced. With others, all are found by what they have in common; whose
    pods happen to have the label that stands for no selector are none."""
    if stack.serves and stack.section("pool").get("selector"):
        return adoption.deployments(stack, world)
    return []


def _shares(stack: Stack, deployment: Obj) -> Lack:
    name = str(deployment["metadata"]["name"])
    why = (
        f"The pods of the Deployment {name} have the labels of pool.selector and are of the pool, "
        "too."
    )
    return stack.lack(POOL, "Deployment", name, "Shared", why, blocks=False)


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
