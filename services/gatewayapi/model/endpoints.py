"""EndpointSlices by Service: how many endpoints a Service's port has, and how many are ready."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.gatewayapi.model.names import Key, Object

SERVICE_NAME = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Count:
    """Endpoints of one port: ``ready`` take requests, ``serving`` still do while terminating."""

    ready: int
    serving: int
    total: int


class Slices:
    """EndpointSlices by the Service that they belong to. Never changed; see `following`."""

    def __init__(self, objects: Mapping[Key, Object]) -> None:
        self._of: dict[Key, dict[Key, Object]] = {}
        for key, obj in objects.items():
            self._of.setdefault(_service(key, obj), {})[key] = obj

    def following(self, changes: Iterable[tuple[Key, Object | None, Object | None]]) -> "Slices":
        """The same with ``changes``: (place, before, after) of each slice that is another."""
        new = Slices({})
        new._of = dict(self._of)
        for key, before, after in changes:
            if before is not None:
                service = _service(key, before)
                left = {k: one for k, one in new._of[service].items() if k != key}
                new._of[service] = left
                if not left:
                    del new._of[service]
            if after is not None:
                service = _service(key, after)
                new._of[service] = {**new._of.get(service, {}), key: after}
        return new

    def has(self, service: Key) -> bool:
        """Whether a Service has any slice."""
        return service in self._of

    def count(self, service: Key, port_name: str, protocol: str) -> Count:
        """Endpoints behind the port of a Service that is called ``port_name`` ("" for the only
        one). An endpoint that has several addresses (IPv4 and IPv6) is one."""
        found: dict[Any, tuple[bool, bool]] = {}
        for key, piece in self._of.get(service, {}).items():
            if not _has_port(piece, port_name, protocol):
                continue
            for index, endpoint in enumerate(piece.get("endpoints") or ()):
                conditions = endpoint.get("conditions") or {}
                # EndpointConditions: no word on ready means ready; serving is ready's heir.
                ready = conditions.get("ready") is not False
                serving = conditions.get("serving")
                serving = ready if serving is None else bool(serving)
                who = _identity(endpoint) or (key, index)
                was = found.get(who, (False, False))
                found[who] = (was[0] or ready, was[1] or serving)
        return Count(
            sum(ready for ready, _ in found.values()),
            sum(serving for _, serving in found.values()),
            len(found),
        )


def _service(key: Key, obj: Object) -> Key:
    labels = (obj.get("metadata") or {}).get("labels") or {}
    return key[0], str(labels.get(SERVICE_NAME, ""))


def _has_port(piece: Object, name: str, protocol: str) -> bool:
    ports = piece.get("ports")
    if not ports:
        # EndpointSlice.ports: a slice without ports is of a Service without any.
        return False
    return any(
        (one.get("name") or "") == name and (one.get("protocol") or "TCP") == protocol
        for one in ports
    )


def _identity(endpoint: Object) -> Any:
    target = endpoint.get("targetRef") or {}
    if target.get("name"):
        return target.get("kind"), target.get("namespace"), target["name"]
    return tuple(endpoint.get("addresses") or ())
