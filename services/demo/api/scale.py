"""The scale subresource: any kind that says where its replicas are, as autoscaling/v1 Scale."""

from collections.abc import Callable

from services.demo.api import jsonpath
from services.demo.api.kinds import Served
from services.demo.api.patches import copied
from services.demo.api.statuses import Obj

_WORKLOAD = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


def shown(served: Served, obj: Obj) -> Obj:
    """The Scale of an object."""
    paths = served.scale or _WORKLOAD
    wanted = jsonpath.find(obj, paths["specReplicasPath"])
    actual = jsonpath.find(obj, paths["statusReplicasPath"])
    status: Obj = {"replicas": actual[0] if actual else 0}
    selector = _selector(served, obj)
    if selector:
        status["selector"] = selector
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    metadata = {key: obj["metadata"][key] for key in kept if key in obj["metadata"]}
    spec = {"replicas": wanted[0]} if wanted else {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }


def _selector(served: Served, obj: Obj) -> str:
    if served.custom:
        path = served.scale.get("labelSelectorPath")
        found = jsonpath.find(obj, path) if path else []
        return str(found[0]) if found else ""
    labels = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def through(served: Served, change: Callable[[Obj], Obj]) -> Callable[[Obj], Obj]:
    """A change of the Scale as a change of the object behind it."""

    def apply(live: Obj) -> Obj:
        scaled = change(shown(served, live))
        result: Obj = copied(live)
        path = (served.scale or _WORKLOAD)["specReplicasPath"].lstrip(".").split(".")
        place = result
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = (scaled.get("spec") or {}).get("replicas", 0)
        version = (scaled.get("metadata") or {}).get("resourceVersion")
        if version:
            result["metadata"]["resourceVersion"] = version
        return result

    return apply
