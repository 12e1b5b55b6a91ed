"""The HTTPRoute that leads from a Gateway to the pool."""

from ngf_operator import names
from ngf_operator.inference import pool
from ngf_operator.inference.spec import ROUTE, Stack
from ngf_operator.wanting import Child, Obj, Wanted, World

GROUP = "gateway.networking.k8s.io"
KIND = "HTTPRoute"


def wanted(stack: Stack, world: World) -> Wanted:
    """The route that was asked for, or why there can be none."""
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
    return Wanted((Child(ROUTE, stack.object(version, KIND, name, spec=spec)),))


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
