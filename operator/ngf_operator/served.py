"""What the API server serves: which version of each kind that builders speak, and where."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ngf_operator.client import METADATA, METADATA_LIST, Api, Refused, Unreachable
from ngf_operator.pausing import LASTED_S, SHORTEST_S, longer
from ngf_operator.wanting import Obj

_LOG = logging.getLogger(__name__)
AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
)
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SETTLES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""When discovery is asked again after a definition has changed: it follows with some delay."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind in one version, as it is served."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """As objects spell it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def label(self) -> str:
        """As permissions spell it: ``gateways.gateway.networking.k8s.io``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "") -> str:
        """The collection of all namespaces, or of one, or one object."""
        base = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        inside = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{base}{inside}/{self.plural}{f'/{name}' if name else ''}"


class Served:
    """Discovery's answer in memory, renewed when a definition changes.

    ``changed`` is called after each answer that differs from the one before.
    """

    def __init__(self, api: Api, changed: Callable[[], None], interval_s: float) -> None:
        self._api, self._changed, self._interval_s = api, changed, interval_s
        self._resources: dict[tuple[str, str, str], Resource] = {}
        self._stale = asyncio.Event()

    def find(self, group: str, kind: str, versions: tuple[str, ...]) -> Resource | None:
        """A kind in the first of these versions that is served."""
        for version in versions:
            if found := self._resources.get((group, version, kind)):
                return found
        return None

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """A kind in exactly that version."""
        group, _, version = api_version.rpartition("/")
        return self._resources.get((group, version, kind))

    async def refresh(self) -> None:
        """Ask now. Raises Refused and Unreachable."""
        found = {}
        for root in ("/api", "/apis"):
            answer = await self._api.get(root, accept=AGGREGATED)
            for each in _resources(answer):
                found[each.group, each.version, each.kind] = each
        if found != self._resources:
            self._resources = found
            self._changed()

    async def follow(self) -> None:
        """Ask again whenever a definition comes, changes or goes; every interval where definitions
        may not be watched."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            group.create_task(self._renew())

    async def _watch(self) -> None:
        since, pause, loop = "", SHORTEST_S, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                if not since:
                    since = await self._list()
                async for event in self._api.watch(DEFINITIONS, since, accept=METADATA):
                    since = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        self._stale.set()
            except Refused as refused:
                since = ""
                if refused.status != 410:
                    _LOG.warning("definitions cannot be watched: %s", refused)
                    await asyncio.sleep(self._interval_s)
                    self._stale.set()
                    continue
            except Unreachable as trouble:
                _LOG.warning("definitions cannot be watched: %s", trouble)
                await asyncio.sleep(min(self._interval_s, 5.0))
                continue
            if loop.time() - began > LASTED_S:
                pause = SHORTEST_S
            else:
                pause = await longer(pause)

    async def _list(self) -> str:
        """Ask now, and again while a definition is not served yet; the version of the list."""
        since, defined = "", set()
        async for items, version in self._api.pages(DEFINITIONS, accept=METADATA_LIST):
            since = version
            defined |= {each["metadata"]["name"] for each in items}
        await self.refresh()
        if defined - {each.label for each in self._resources.values()}:
            self._stale.set()
        return since

    async def _renew(self) -> None:
        while True:
            await self._stale.wait()
            asked = 0
            while asked < len(SETTLES_S):
                try:
                    await asyncio.wait_for(self._stale.wait(), SETTLES_S[asked])
                    self._stale.clear()
                    asked = 0
                except TimeoutError:
                    await self._try()
                    asked += 1

    async def _try(self) -> None:
        try:
            await self.refresh()
        except (Refused, Unreachable) as trouble:
            _LOG.warning("discovery failed: %s", trouble)


def _resources(answer: Obj) -> Iterator[Resource]:
    for group in answer.get("items") or ():
        for version in group.get("versions") or ():
            for each in version.get("resources") or ():
                yield Resource(
                    group=str(group["metadata"].get("name", "")),
                    version=version["version"],
                    kind=str((each.get("responseKind") or {}).get("kind", "")),
                    plural=each["resource"],
                    namespaced=each.get("scope") == "Namespaced",
                )
