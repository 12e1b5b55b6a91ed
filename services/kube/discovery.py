"""What a server serves, asked in one conditional request that doubles as the sign of life.

API servers since 1.26 answer ``/apis`` with every group, version and resource at once and an ETag;
while nothing changes a poll costs an empty 304. Older servers are asked group by group.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.errors import NotFound
from services.kube.catalogue import GROUPS, Served
from services.kube.streaming import StreamingApi

AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json"
)
SECONDS = 5.0

Offer = tuple[tuple[str, str, str], tuple[bool, frozenset[str]]]


class Discovery:
    """Polls one server; :meth:`poll` tells whether the answer has changed."""

    def __init__(self, api: StreamingApi) -> None:
        self._api = api
        self._core: dict[tuple[str, str, str], tuple[bool, frozenset[str]]] = {}
        self._served: Served = {}
        self._etag = ""

    async def poll(self) -> Served:
        """What is served now. Raises Unavailable, or Denied where discovery is not allowed."""
        if not self._core:
            answer, _ = await self._api.get("/api/v1", seconds=SECONDS)
            self._core = dict(_resource_list("", "v1", answer))
        answer, etag = await self._api.get(
            "/apis", accept=AGGREGATED, etag=self._etag, seconds=SECONDS
        )
        if answer is not None:
            self._etag = etag
            self._served = {**self._core, **await self._groups(answer)}
        return self._served

    async def _groups(self, answer: Mapping[str, Any]) -> dict[Any, Any]:
        if answer.get("kind") == "APIGroupDiscoveryList":
            return dict(_aggregated(answer))
        self._etag = ""
        served: dict[Any, Any] = {}
        for group in answer.get("groups") or ():
            if group["name"] in GROUPS:
                for version in group.get("versions") or ():
                    served |= await self._version(group["name"], version["version"])
        return served

    async def _version(self, group: str, version: str) -> dict[Any, Any]:
        try:
            answer, _ = await self._api.get(f"/apis/{group}/{version}", seconds=SECONDS)
        except NotFound:
            return {}
        return dict(_resource_list(group, version, answer))


def _aggregated(answer: Mapping[str, Any]) -> Iterator[Offer]:
    for group in answer.get("items") or ():
        name = group["metadata"]["name"]
        if name not in GROUPS:
            continue
        for version in group.get("versions") or ():
            for resource in version.get("resources") or ():
                yield (
                    (name, version["version"], resource["resource"]),
                    (resource.get("scope") == "Namespaced", frozenset(resource["verbs"])),
                )


def _resource_list(group: str, version: str, answer: Mapping[str, Any]) -> Iterator[Offer]:
    for resource in answer.get("resources") or ():
        if "/" not in resource["name"]:
            yield (
                (group, version, resource["name"]),
                (bool(resource["namespaced"]), frozenset(resource["verbs"])),
            )
