"""The publication of the route at F5 Distributed Cloud."""

from ngf_operator import names
from ngf_operator.inference.spec import PUBLISHED, Stack
from ngf_operator.wanting import Child, Wanted, World

_NEEDED = ("tenant", "namespace", "publicHostname")


def wanted(stack: Stack, world: World) -> Wanted:
    """The DistributedCloudPublish that was asked for, or why there can be none."""
    if "distributedCloud" not in stack.spec:
        return Wanted(())
    asked, name = stack.section("distributedCloud"), names.publish(stack.name)
    missing = [field for field in _NEEDED if not asked.get(field)]
    why = ""
    if "httpRoute" not in stack.spec:
        why = "What is published is a route: httpRoute must be given, too."
    elif missing:
        fields = " and ".join(f"distributedCloud.{field}" for field in missing)
        why = f"{fields} must be given to publish the route."
    if why:
        return Wanted((), (stack.lack(PUBLISHED, names.PUBLISH, name, "Incomplete", why),))
    spec = {
        "httpRouteRef": names.route(stack.name),
        "inferencePoolRef": names.pool(stack.name),
        "distributedCloud": dict(asked),
    }
    made = stack.object(names.API_VERSION, names.PUBLISH, name, spec=spec)
    return Wanted((Child(PUBLISHED, made),))
