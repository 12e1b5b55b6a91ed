"""The publication of a route at F5 Distributed Cloud: whether there is something to publish.

Nothing is made there yet: without credentials nobody can, and the status says so.
"""

from ngf_operator import names
from ngf_operator.gateway.routes import of_interest
from ngf_operator.inference import pool, route
from ngf_operator.inference.parents import of_route
from ngf_operator.inference.spec import POOL, PUBLISHED, ROUTE
from ngf_operator.wanting import Lack, Obj, Reads, Recipe, Wanted, World

WAITING_FOR_CREDENTIALS = "WaitingForCredentials"
_TOLD_THERE = (
    "xcLoadBalancerName",
    "xcOriginPoolName",
    "xcVirtualIP",
    "xcDNS",
    "wafPolicyAttached",
    "lastSyncedAt",
)


def wanted(parent: Obj, world: World) -> Wanted:
    """No children; what keeps the route from being published."""
    if parent["metadata"].get("deletionTimestamp"):
        return Wanted(())
    return Wanted((), tuple(_lacks(parent, world)))


def _lacks(parent: Obj, world: World) -> list[Lack]:
    space, spec = parent["metadata"]["namespace"], parent["spec"]
    found = []
    name = spec["httpRouteRef"]
    live = world.get(route.GROUP, route.KIND, space, name)
    if live is None:
        why = f"There is no HTTPRoute {name} in the namespace {space}."
        found.append(Lack(ROUTE, route.KIND, name, space, "NotFound", why))
    else:
        stands = of_route(live, world)
        if stands.state != "Ready":
            waits, reason = stands.state == "Waiting", stands.reason
            lack = Lack(ROUTE, route.KIND, name, space, reason, stands.message, waits=waits)
            found.append(lack)
    pool_name = spec.get("inferencePoolRef")
    if pool_name and not _has_pool(world, space, pool_name):
        why = f"There is no InferencePool {pool_name} in the namespace {space}."
        found.append(Lack(POOL, pool.KIND, pool_name, space, "NotFound", why))
    why = "Nobody has given credentials for F5 Distributed Cloud, so nothing is published there."
    host = spec["distributedCloud"]["publicHostname"]
    reason = WAITING_FOR_CREDENTIALS
    found.append(Lack(PUBLISHED, "LoadBalancer", host, space, reason, why, waits=True))
    return found


def _has_pool(world: World, namespace: str, name: str) -> bool:
    return any(
        world.get(group, pool.KIND, namespace, name) for group in (pool.GROUP, pool.OLD_GROUP)
    )


def status(parent: Obj, world: World) -> Obj:
    """What is known of the publication there stays as it was told."""
    before = parent.get("status") or {}
    return {key: before[key] for key in _TOLD_THERE if key in before}


RECIPE = Recipe(
    names.PUBLISH,
    wanted,
    (
        Reads(names.GROUP, names.PUBLISH, (names.VERSION,), ""),
        Reads(route.GROUP, route.KIND, ("v1",), "", of_interest),
        Reads(pool.GROUP, pool.KIND, ("v1",), ""),
        Reads(pool.OLD_GROUP, pool.KIND, ("v1alpha2",), ""),
    ),
    status,
)
