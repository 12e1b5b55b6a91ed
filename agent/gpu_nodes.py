"""Reads what GPU capacity is counted from, and no more of the cluster than that takes.

Nodes always; pods only when a node has GPUs, and then those of the nodes that have them: node by
node while these are few (the API server keeps an index of that), else all that are placed and have
not ended; devices and claims only where the cluster serves them.
"""

from collections.abc import Iterator, Sequence

from agent.accelerators import Accelerator
from agent.counting import Catalogue
from agent.gpus import Capacity, capacity, offers_any
from agent.kube import KubeApi, KubeError, Object

NODES_ASKED_ONE_BY_ONE = 50
_PODS = "/api/v1/pods"
_PLACED = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed"
_RESOURCE = "resource.k8s.io"
_VERSIONS = tuple((_RESOURCE, version) for version in ("v1", "v1beta2", "v1beta1"))


class GpuReader:
    """One reading of a cluster's GPUs."""

    def __init__(
        self, api: KubeApi, catalogue: Catalogue, accelerators: Sequence[Accelerator]
    ) -> None:
        self._api = api
        self._catalogue = catalogue
        self._accelerators = accelerators
        self._with_gpus: list[str] = []

    def capacity(self) -> Capacity:
        """What the cluster has now. Raises KubeError, and ValueError for a malformed quantity."""
        return capacity(
            self._nodes(),
            self._pods(),
            self._dynamic("resourceslices"),
            self._dynamic("resourceclaims"),
            self._accelerators,
        )

    def _nodes(self) -> Iterator[Object]:
        for node in self._api.list("/api/v1/nodes"):
            if offers_any(node, self._accelerators):
                self._with_gpus.append(node["metadata"]["name"])
            yield node

    def _pods(self) -> Iterator[Object]:
        if len(self._with_gpus) > NODES_ASKED_ONE_BY_ONE:
            yield from self._api.list(_PODS, fieldSelector=_PLACED)
            return
        for name in self._with_gpus:
            # Version 0 is whatever the server has in memory: fresh enough, and never a scan.
            yield from self._api.list(
                _PODS, fieldSelector=f"spec.nodeName={name}", resourceVersion="0"
            )

    def _dynamic(self, plural: str) -> Iterator[Object]:
        try:
            path = self._catalogue.path(plural, _VERSIONS)
        except KubeError as error:
            if error.why == "absent":
                return
            raise
        yield from self._api.list(path)
