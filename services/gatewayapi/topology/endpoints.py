"""The pods behind a backend: a Service's by its EndpointSlices, a pool's by its selector."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.world import World

SERVICE_LABEL = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One pod, or an address without one; ``ready`` as its slice or its conditions say."""

    type: str
    name: str
    ready: bool
    reason: str = ""


class Endpoints:
    """Looks them up; ``pods`` None where pods were not read."""

    def __init__(self, world: World, pods: Mapping[Key, Object] | None) -> None:
        self._knows_slices = world.knows("endpointslices")
        self._world = world
        self._slices: dict[Key, list[Object]] = {}
        for (namespace, _), piece in world.of("endpointslices").items():
            service = (piece["metadata"].get("labels") or {}).get(SERVICE_LABEL)
            if service:
                self._slices.setdefault((namespace, service), []).append(piece)
        self._pods: dict[str, list[Object]] | None = None
        if pods is not None:
            self._pods = {}
            for (namespace, _), pod in pods.items():
                self._pods.setdefault(namespace, []).append(pod)

    def of(self, ref: Ref) -> list[Endpoint] | None:
        """The endpoints of a backend that exists, by name; None where nobody knows them."""
        if ref.kind == "Service":
            if not self._knows_slices:
                return None
            found = {one.name: one for one in self._addresses(self._slices.get(ref.key, []))}
        elif ref.kind == "InferencePool":
            pool = self._world.of("inferencepools").get(ref.key)
            if self._pods is None or pool is None:
                return None
            labels = _labels(pool)
            found = {
                one["metadata"]["name"]: _pod(one)
                for one in self._pods.get(ref.namespace, [])
                if labels and labels.items() <= (one["metadata"].get("labels") or {}).items()
            }
        else:
            return None
        return [found[name] for name in sorted(found)]

    @staticmethod
    def _addresses(slices: list[Object]) -> Iterator[Endpoint]:
        for piece in slices:
            for one in piece.get("endpoints") or ():
                ready = (one.get("conditions") or {}).get("ready", True) is not False
                target: Mapping[str, Any] = one.get("targetRef") or {}
                why = "" if ready else "not ready"
                if target.get("kind") == "Pod" and target.get("name"):
                    yield Endpoint("pod", target["name"], ready, why)
                else:
                    for address in one.get("addresses") or ():
                        yield Endpoint("endpoint", str(address), ready, why)


def _labels(pool: Object) -> Mapping[str, str]:
    """InferencePool.spec.selector: ``matchLabels`` since v1, the labels themselves before."""
    selector = (pool.get("spec") or {}).get("selector") or {}
    labels = selector.get("matchLabels", selector)
    return labels if isinstance(labels, dict) else {}


def _pod(obj: Object) -> Endpoint:
    status = obj.get("status") or {}
    ready = any(
        one.get("type") == "Ready" and one.get("status") == "True"
        for one in status.get("conditions") or ()
    )
    return Endpoint("pod", obj["metadata"]["name"], ready, "" if ready else _why(status))


def _why(status: Mapping[str, Any]) -> str:
    for one in status.get("containerStatuses") or ():
        if reason := ((one.get("state") or {}).get("waiting") or {}).get("reason"):
            return str(reason)
    return str(status.get("phase") or "not ready")
