"""List, then watch, then again: one collection of one server kept as a dictionary.

::

      list in pages ──► watch from its version ──► events, bookmarks ──┐
          ▲                    ▲      ended normally, silent too long  │
          │ 410 expired        └───────────────────────────────────────┤
          └────────────────────────────────────────────────────────────┘
      any failure: say so, wait with full jitter, continue from the last version known

The version only moves forward over events that have been applied, so a reconnect neither misses nor
repeats a change. A stream decides nothing about the cluster: it tells its holder what happened and
asks it when to go on.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import orjson
import structlog

from services.errors import Conflict, ConsoleError, Denied, Unavailable
from services.kube.catalogue import Resource
from services.kube.streaming import StreamingApi, collector_paused
from services.kube.trim import (
    certificate_only,
    certificates_among,
    keys_only,
    metadata_only,
    names_certificates,
    trim,
)

Key = tuple[str, str]
Object = dict[str, Any]

PAGE = 500
DENIED_SECONDS = 60.0
"""How often a refused list is tried again: a role binding may have been added."""
LASTING_SECONDS = 10.0
"""A watch that held this long counts as success; what failed before is forgiven."""
_JSON = "application/json"
_META_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_META = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
TLS_TYPE = "kubernetes.io/tls"

_log = structlog.get_logger(__name__)


@dataclass
class Backoff:
    """Full jitter: anything between zero and a ceiling that doubles with each failure."""

    base: float
    cap: float
    failures: int = 0

    def next(self) -> float:
        """Seconds to wait before the next attempt."""
        ceiling = min(self.cap, self.base * 2**self.failures)
        self.failures = min(self.failures + 1, 16)
        return random.uniform(0, ceiling)  # noqa: S311

    def reset(self) -> None:
        """The last attempt worked."""
        self.failures = 0


class Holder(Protocol):
    """Who a stream reports to; every call comes from the watch loop."""

    def changed(self) -> None:
        """The objects or the state of the stream are not what they were."""

    def suspect(self) -> None:
        """A call failed in a way that may concern the whole server."""

    async def pause(self, seconds: float) -> None:
        """Return when the time is over and the server is reachable, or when told to hurry."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a collection, in which representation, and what of each is kept.

    ``wanted`` says by an object's metadata whether its content is asked for, one by one, and
    ``content`` what is kept of that.
    """

    labels: str = ""
    fields: str = ""
    accept_list: str = _JSON
    accept_watch: str = _JSON
    keep: Callable[[Object], Object] = trim
    wanted: Callable[[Object], bool] = lambda _: False
    content: Callable[[Object], Object] = trim


def selections(resource: Resource) -> tuple[Selection, ...]:
    """One for most kinds. Secrets need two: TLS ones for their certificate, the rest as metadata.

    The type of a Secret never changes, so the two never hold the same object. Of what comes as
    metadata, that whose keys are named like certificates is read for them.
    """
    kind = resource.kind
    if not kind.metadata_only:
        keep = partial(keys_only, kind.keys) if kind.keys else trim
        return (Selection(labels=kind.selector, fields=kind.fields, keep=keep),)
    fields = ",".join(
        filter(None, (kind.fields, f"type!={TLS_TYPE}" if kind.name == "secrets" else ""))
    )
    described = Selection(
        kind.selector,
        fields,
        _META_LIST,
        _META,
        metadata_only,
        names_certificates,
        certificates_among,
    )
    if kind.name != "secrets":
        return (described,)
    return described, Selection("", f"type={TLS_TYPE}", _JSON, _JSON, certificate_only)


@dataclass(eq=False)
class Stream:
    """One collection. ``objects`` is complete once ``listed``; ``problem`` is None while open.

    ``revision`` grows with every change of ``objects``.
    """

    api: StreamingApi
    resource: Resource
    selection: Selection
    holder: Holder
    objects: dict[Key, Object] = field(default_factory=dict)
    listed: bool = False
    revision: int = 0
    problem: ConsoleError | None = None
    _version: str = ""
    _backoff: Backoff = field(default_factory=lambda: Backoff(0.5, 30.0))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._watch()
            except Conflict:
                self._version = ""
                await self.holder.pause(self._backoff.next())
            except ConsoleError as error:
                await self._failed(error)
            except Exception as error:
                _log.exception("an answer cannot be understood", path=self._path)
                await self._failed(Unavailable(f"The answer cannot be understood: {error!r}"))

    async def _failed(self, error: ConsoleError) -> None:
        self.problem = error
        self.holder.changed()
        if isinstance(error, Denied):
            await self.holder.pause(DENIED_SECONDS)
            return
        self.holder.suspect()
        await self.holder.pause(self._backoff.next())

    async def _list(self) -> None:
        params = self._params()
        path = self._path
        found: dict[Key, Object] = {}
        paged: dict[str, str] = {"limit": str(PAGE)}
        while True:
            try:
                answer, _ = await self.api.get(
                    path, params | paged, accept=self.selection.accept_list
                )
            except Conflict:
                if not paged:
                    raise Unavailable("The list keeps changing while it is read.") from None
                found, paged = {}, {}
                continue
            items = answer.get("items") or ()
            wanted = [item for item in items if self._wants(item)]
            with collector_paused():
                for item in items:
                    self._put(found, item)
            for item in wanted:
                await self._read(found, item)
            following = answer["metadata"].get("continue")
            if not following:
                break
            paged = {"limit": str(PAGE), "continue": following}
        self._version = str(answer["metadata"]["resourceVersion"])
        self.objects, self.listed = found, True
        self.revision += 1
        self._open()

    async def _watch(self) -> None:
        params = self._params() | {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(random.randint(300, 600)),  # noqa: S311
        }
        clock = asyncio.get_running_loop().time
        began = clock()
        lines = self.api.lines(
            self._path, params, accept=self.selection.accept_watch, opened=self._open
        )
        try:
            async for line in lines:
                await self._apply(orjson.loads(line))
        finally:
            if clock() - began > LASTING_SECONDS:
                self._backoff.reset()
        if clock() - began < 1.0:
            raise Unavailable("The server ends watches at once.")

    async def _apply(self, event: Object) -> None:
        kind, item = event["type"], event["object"]
        if kind == "ERROR":
            if item.get("code") == 410:
                raise Conflict(str(item.get("message", "")), code="expired")
            raise Unavailable(str(item.get("message") or "The watch failed."))
        self._version = str(item["metadata"]["resourceVersion"])
        if kind == "BOOKMARK":
            return
        if kind == "DELETED":
            self.objects.pop(_key(item), None)
        elif self._wants(item):
            await self._read(self.objects, item)
        else:
            self._put(self.objects, item)
        self.revision += 1
        self.holder.changed()

    def _wants(self, item: Object) -> bool:
        item["kind"] = self.resource.kind.kind
        return self.selection.wanted(item)

    async def _read(self, objects: dict[Key, Object], item: Object) -> None:
        """Put an object with the content that it is wanted for. It is asked for as a list of one,
        which needs no right beyond those of a watch; what is gone by now keeps its metadata, until
        the watch says so."""
        namespace, name = _key(item)
        answer, _ = await self.api.get(
            self.resource.path(namespace), {"fieldSelector": f"metadata.name={name}"}
        )
        for found in answer.get("items") or ():
            found["kind"] = self.resource.kind.kind
            self._put(objects, found, self.selection.content)
            return
        self._put(objects, item)

    def _put(
        self,
        objects: dict[Key, Object],
        item: Object,
        keep: Callable[[Object], Object] | None = None,
    ) -> None:
        kept = (keep or self.selection.keep)(item)
        kept["apiVersion"] = self.resource.api_version
        kept["kind"] = self.resource.kind.kind
        objects[_key(item)] = kept

    @property
    def _path(self) -> str:
        return self.resource.path(self.resource.kind.namespace or None)

    def _params(self) -> dict[str, str]:
        chosen = {"labelSelector": self.selection.labels, "fieldSelector": self.selection.fields}
        return {name: value for name, value in chosen.items() if value}

    def _open(self) -> None:
        self.problem = None
        self.holder.changed()


def _key(item: Object) -> Key:
    metadata = item["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
