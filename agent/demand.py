"""What a pod takes from its node, as the scheduler reckons it.

Containers run together, so their limits add up. Init containers run one after the other, so the
largest counts, together with the sidecars (init containers that restart always) started before it;
sidecars keep running and count like containers. Source: Kubernetes documentation, "Sidecar
containers", section on resource sharing. Extended resources have equal requests and limits.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from agent.quantities import whole

Object = Mapping[str, Any]
_ENDED = ("Succeeded", "Failed")


def holds(pod: Object) -> bool:
    """Whether the pod has a node and has not ended; one that is being deleted still holds."""
    placed = bool((pod.get("spec") or {}).get("nodeName"))
    return placed and (pod.get("status") or {}).get("phase") not in _ENDED


def demand(pod: Object, wanted: Callable[[str], bool]) -> Counter[str]:
    """Units by resource name, of the resources that are ``wanted``."""
    spec = pod.get("spec") or {}
    running: Counter[str] = Counter()
    starting: Counter[str] = Counter()
    for container in spec.get("initContainers") or ():
        needs = _limits(container, wanted)
        if container.get("restartPolicy") == "Always":
            running += needs
            starting |= running
        else:
            starting |= running + needs
    for container in spec.get("containers") or ():
        running += _limits(container, wanted)
    return running | starting


def _limits(container: Object, wanted: Callable[[str], bool]) -> Counter[str]:
    limits = (container.get("resources") or {}).get("limits") or {}
    return Counter({name: whole(limit) for name, limit in limits.items() if wanted(name)})
