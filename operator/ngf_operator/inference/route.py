"""The HTTPRoute that leads from a Gateway to the pool."""

from ngf_operator import names
from ngf_operator.inference import pool, route_policies
from ngf_operator.inference.spec import ROUTE, Stack, together
from ngf_operator.wanting import Child, Lack, Obj, Wanted, World

GROUP = "gateway.networking.k8s.io"
KIND = "HTTPRoute"


def wanted(stack: Stack, world: World) -> Wanted:
    """The route that was asked for with its policies, or why there can be none."""
    asked, name = stack.section("httpRoute"), names.route(stack.name)
    if "httpRoute" not in stack.spec:
        return Wanted(())
    backend, version = pool.served(world), world.served(GROUP, KIND)
    if version is None:
        why = f"HTTPRoute ({GROUP}/v1) is not installed in this cluster. Install the Gateway API."
        return Wanted((), (stack.lack(ROUTE, KIND, name, "CRDNotInstalled", why),))
    if backend is None:
        why = "There is nothing that a route could lead to: InferencePool is not installed."
        return Wanted((), (stack.lack(ROUTE, KIND, name, "CRDNotInstalled", why),))
    if not asked.get("gatewayRef"):
        why = "httpRoute.gatewayRef names no Gateway, so nothing could lead to the route."
        return Wanted((), (stack.lack(ROUTE, KIND, name, "NoGateway", why),))
    parent: Obj = {
        "group": GROUP,
        "kind": "Gateway",
        "name": asked["gatewayRef"],
        "namespace": asked.get("gatewayNamespace") or stack.namespace,
    }
    if asked.get("sectionName"):
        parent["sectionName"] = asked["sectionName"]
    spec: Obj = {"parentRefs": [parent], "rules": [_rule(stack, backend)]}
    if asked.get("hostnames"):
        spec["hostnames"] = list(asked["hostnames"])
    made = stack.object(version, KIND, name, spec=spec)
    itself = Wanted((Child(ROUTE, made),), _shadowed(stack, made, world))
    return together((itself, route_policies.wanted(stack, world)))


def _shadowed(stack: Stack, made: Obj, world: World) -> tuple[Lack, ...]:
    """Of routes of two stacks that match the same requests, the older one gets them all."""
    name = made["metadata"]["name"]
    own = world.get(GROUP, KIND, stack.namespace, name)
    same = [each for each in world.all(GROUP, KIND) if _meets(each, made)]
    older = [each for each in same if own is None or _age(each) < _age(own)]
    if not older:
        return ()
    first = stack.named(KIND, min(older, key=_age))
    why = (
        f"{first} is older and matches the same requests at the same Gateway, so it gets them."
        " Give httpRoute another host name, pathPrefix or modelHeader."
    )
    return (stack.lack(ROUTE, KIND, "", "SameMatches", why, blocks=False),)


def _meets(other: Obj, made: Obj) -> bool:
    if _place(other) == _place(made):
        return False
    theirs, ours = (each.get("spec") or {} for each in (other, made))
    hosts = [set(each.get("hostnames") or ("",)) for each in (theirs, ours)]
    rules = [each.get("rules") or [{}] for each in (theirs, ours)]
    return (
        bool(hosts[0] & hosts[1])
        and any(
            _gateway(ref, other) == _gateway(ours["parentRefs"][0], made)
            for ref in theirs.get("parentRefs") or ()
        )
        and any(rule.get("matches") == rules[1][0]["matches"] for rule in rules[0])
    )


def _gateway(ref: Obj, route: Obj) -> tuple[str, str, str]:
    space = ref.get("namespace") or route["metadata"]["namespace"]
    return space, ref["name"], str(ref.get("sectionName") or "")


def _place(obj: Obj) -> tuple[str, str]:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]


def _age(obj: Obj) -> tuple[str, tuple[str, str]]:
    return str(obj["metadata"].get("creationTimestamp", "")), _place(obj)


def _rule(stack: Stack, backend: str) -> Obj:
    asked = stack.section("httpRoute")
    match: Obj = {"path": {"type": "PathPrefix", "value": asked.get("pathPrefix") or "/"}}
    headers = [(one["name"], one["value"]) for one in asked.get("headers") or ()]
    if asked.get("modelHeader"):
        headers.append((asked["modelHeader"], stack.model))
    if headers:
        match["headers"] = [
            {"type": "Exact", "name": name, "value": value} for name, value in headers
        ]
    to = {
        "group": backend.partition("/")[0],
        "kind": pool.KIND,
        "name": names.pool(stack.name),
        "weight": 1,
    }
    return {"matches": [match], "backendRefs": [to]}
