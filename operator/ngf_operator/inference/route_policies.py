"""How long NGINX waits for a model, and how large a request may be: policies of NGF on the route.

NGINX's own limits are those of web pages. Where a policy cannot be had they hold, and the route
works within them: nothing here keeps a stack from being Ready.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ngf_operator import names
from ngf_operator.denial import denial
from ngf_operator.gateway.abilities import CONTROLLER_DOMAIN
from ngf_operator.gateway.parent import GATEWAY_API, NGF
from ngf_operator.gateway.policies import accepted, targets
from ngf_operator.inference.spec import ROUTE, Stack, together
from ngf_operator.seen import ref_of
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of ``httpRoute`` that a policy brings about.

    ``path`` is where the policy has it, ``default`` its value where nobody gives one, ``own`` what
    NGINX does without it.
    """

    field: str
    kind: str
    path: tuple[str, str]
    default: str
    own: str
    since: str
    many: bool

    def value(self, policy: Obj) -> str:
        """What a policy sets, "" for nothing."""
        part, key = self.path
        return str(((policy.get("spec") or {}).get(part) or {}).get(key) or "")

    def spec(self, route: str, value: str) -> Obj:
        """The spec of a policy that sets it for a route."""
        target = {"group": GATEWAY_API, "kind": "HTTPRoute", "name": route}
        part, key = self.path
        whom: Obj = {"targetRefs": [target]} if self.many else {"targetRef": target}
        return {**whom, part: {key: value}}


SETTINGS = (
    Setting(
        "readTimeout",
        "ProxySettingsPolicy",
        ("timeout", "read"),
        "10m",
        "NGINX waits 60 s for an answer to begin or to go on, and then says 504",
        "2.6",
        many=True,
    ),
    # Six photos of 4 MB in base64 fit; model APIs that clients know take 20 to 50 MB.
    Setting(
        "maxBodySize",
        "ClientSettingsPolicy",
        ("body", "maxSize"),
        "32m",
        "NGINX says 413 to a request of more than 1 MiB",
        "2.2",
        many=False,
    ),
)


def wanted(stack: Stack, world: World) -> Wanted:
    """The policies of a route that is there, if its Gateway is one of NGF's."""
    ngf = _is_of_ngf(stack, world)
    return together(_of(each, stack, world, ngf) for each in SETTINGS if ngf is not False)


def _of(setting: Setting, stack: Stack, world: World, ngf: bool | None) -> Wanted:
    name, asked = names.route(stack.name), stack.section("httpRoute").get(setting.field)
    version = world.served(NGF, setting.kind)
    if ngf is None and not world.get(NGF, setting.kind, stack.namespace, name):
        return Wanted((), tuple(_unseen(setting, stack, world)))
    if version is None:
        why = (
            f"{setting.kind} ({NGF}/v1alpha1) is not installed. Install the definitions of NGINX "
            f"Gateway Fabric {setting.since} or newer. {_without(setting, stack, world)}"
        )
        lack = stack.lack(ROUTE, setting.kind, name, "CRDNotInstalled", why, blocks=False)
        return Wanted((), (lack,))
    others = [*_on_route(setting, stack, world)]
    if not asked:
        others += _on_gateway(setting, stack, world)
    if others:
        return Wanted((), (_left_to(others[0], setting, stack),))
    spec = setting.spec(name, str(asked or setting.default))
    made = stack.object(version, setting.kind, name, spec=spec)
    return Wanted((Child(ROUTE, made, without=_without(setting, stack, world)),))


def _is_of_ngf(stack: Stack, world: World) -> bool | None:
    """Whether NGF has the Gateway; None where that cannot be seen."""
    gateway = world.get(GATEWAY_API, "Gateway", *_gateway(stack)) or {}
    named = (gateway.get("spec") or {}).get("gatewayClassName")
    found = world.get(GATEWAY_API, "GatewayClass", "", named) if named else None
    if found is None:
        return None
    return str(found["spec"].get("controllerName", "")).startswith(CONTROLLER_DOMAIN)


def _unseen(setting: Setting, stack: Stack, world: World) -> Iterator[Lack]:
    """That nobody may see whether the Gateway is NGF's."""
    for kind in ("Gateway", "GatewayClass"):
        if denied := denial(world, GATEWAY_API, kind):
            why = (
                f"Whether NGF has the Gateway is not known: {denied.who}. "
                f"{_without(setting, stack, world)}"
            )
            name = names.route(stack.name)
            yield stack.lack(ROUTE, setting.kind, name, denied.reason, why, blocks=False)
            return


def _on_route(setting: Setting, stack: Stack, world: World) -> Iterator[Obj]:
    """Policies of others that set the same for the route. With both, NGF drops the younger one, or
    NGINX finds a directive twice and refuses its whole configuration."""
    name = names.route(stack.name)
    for policy in world.all(NGF, setting.kind, stack.namespace):
        about = policy["metadata"]
        if about["name"] == name or about.get("deletionTimestamp"):
            continue
        if targets(policy, "HTTPRoute", name) and setting.value(policy):
            yield policy


def _on_gateway(setting: Setting, stack: Stack, world: World) -> Iterator[Obj]:
    """Policies that set it for the whole Gateway, as NGF has accepted them."""
    space, name = _gateway(stack)
    for policy in world.all(NGF, setting.kind, space):
        if targets(policy, "Gateway", name) and setting.value(policy) and accepted(policy, name):
            yield policy


def _left_to(policy: Obj, setting: Setting, stack: Stack) -> Lack:
    about = policy["metadata"]
    whom = "the route" if targets(policy, "HTTPRoute", names.route(stack.name)) else "its Gateway"
    why = (
        f"{setting.kind} {about['namespace']}/{about['name']} sets {'.'.join(setting.path)} of "
        f"{whom} to {setting.value(policy)}, and is left to do so."
    )
    return Lack(ROUTE, setting.kind, about["name"], about["namespace"], "Adopted", why, False)


def _without(setting: Setting, stack: Stack, world: World) -> str:
    """What holds without a policy of the stack, and what to do."""
    space, name = _gateway(stack)
    if found := next(_on_gateway(setting, stack, world), None):
        policy = ref_of(found).seen_from(stack.namespace)
        return f"{setting.value(found)} holds, as {policy} sets for its Gateway."
    return f"{setting.own}. A {setting.kind} on Gateway {space}/{name} sets it for all its routes."


def _gateway(stack: Stack) -> tuple[str, str]:
    asked = stack.section("httpRoute")
    return asked.get("gatewayNamespace") or stack.namespace, str(asked.get("gatewayRef", ""))
