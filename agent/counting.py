"""How many objects of each kind the cluster has, without reading them.

One object's metadata is asked for and the server says how many remain. Which version of a kind is
served is asked first: a kind that is not installed answers "forbidden" rather than "not found"
where the account has no right to it, and the two must not be taken for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.kube import METADATA_ONLY, METADATA_PAGE, KubeApi, KubeError

GATEWAY_API = "gateway.networking.k8s.io"
INFERENCE = "inference.networking.k8s.io"
INFERENCE_EXPERIMENTAL = "inference.networking.x-k8s.io"
CONSOLE = "ngf-console.f5.com"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind to count. ``candidates`` are (group, version), the one to prefer first."""

    name: str
    plural: str
    candidates: tuple[tuple[str, str], ...]


KINDS = (
    Kind("gateways", "gateways", ((GATEWAY_API, "v1"), (GATEWAY_API, "v1beta1"))),
    Kind("httpRoutes", "httproutes", ((GATEWAY_API, "v1"), (GATEWAY_API, "v1beta1"))),
    Kind(
        "inferencePools",
        "inferencepools",
        ((INFERENCE, "v1"), (INFERENCE_EXPERIMENTAL, "v1alpha2")),
    ),
    Kind("inferenceStacks", "inferencestacks", ((CONSOLE, "v1alpha1"),)),
    Kind("gatewayBundles", "gatewaybundles", ((CONSOLE, "v1alpha1"),)),
    Kind("services", "services", (("", "v1"),)),
    Kind("namespaces", "namespaces", (("", "v1"),)),
)
"""What a heartbeat counts, by the names it uses."""


class Catalogue:
    """What the server serves, each group asked for once; made anew for each report."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api
        self._groups: dict[str, Mapping[str, frozenset[str]]] = {}

    def path(self, plural: str, candidates: tuple[tuple[str, str], ...]) -> str:
        """Where the kind is listed. Raises KubeError, *absent* when it is not installed."""
        for group, version in candidates:
            if not group:
                return f"/api/{version}/{plural}"
            if group not in self._groups:
                self._groups[group] = self._api.served(group)
            if plural in self._groups[group].get(version, ()):
                return f"/apis/{group}/{version}/{plural}"
        raise KubeError("absent", "not installed")


def count(api: KubeApi, path: str) -> int:
    """How many objects a collection has. Raises KubeError."""
    first = api.get(path, accept=METADATA_ONLY, limit=1)
    metadata = first.get("metadata") or {}
    here = len(first.get("items") or ())
    if not metadata.get("continue"):
        return here
    if isinstance(remaining := metadata.get("remainingItemCount"), int):
        return here + remaining
    return sum(1 for _ in api.list(path, limit=METADATA_PAGE, accept=METADATA_ONLY))
