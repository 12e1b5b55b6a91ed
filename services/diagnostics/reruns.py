"""Saved requests, run again on the model as it is now: what the last edits changed for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.auth.identity import Identity
from services.configdb.saved_requests import SavedRequest, SavedRequests
from services.diagnostics.limits import Sees, within
from services.diagnostics.simulation import Simulations
from services.diagnostics.telling import differences
from services.errors import ConsoleError, Invalid
from services.gatewayapi.matching.request import parse
from services.gatewayapi.model.names import Key

Document = Mapping[str, Any]

COMPARED = (
    "outcome",
    "status",
    "listener",
    "route",
    "rule",
    "match",
    "backends",
    "unavailable",
    "request",
    "response_headers",
    "response",
    "redirect",
    "mirrors",
)
"""Fields of an answer by which two of them are the same; the rest explains."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """A saved request with what was expected and what the model says ``now``, each as far as the
    person may see it; None with the ``reason`` where nothing answers. ``changed`` compares all of
    it, ``differences`` says it in words."""

    saved: SavedRequest
    expected: dict[str, Any]
    now: dict[str, Any] | None
    changed: bool | None
    differences: tuple[str, ...]
    reason: str = ""


class Reruns:
    """Saved requests of the fleet. Limits of the identity hold for all of it."""

    def __init__(self, saved: SavedRequests, simulations: Simulations) -> None:
        self._saved = saved
        self._simulations = simulations

    def list(self, who: Identity, cluster: str, gateway: str = "") -> list[Rerun]:
        """Those of a cluster, or of one gateway ``namespace/name``, each run again. Raises Invalid
        and NotFound."""
        self._simulations.visible(who, cluster)
        found = self._saved.list(who, cluster, key_of(gateway) if gateway else None)
        return [self._again(who, one) for one in found]

    def get(self, who: Identity, cluster: str, id: str) -> Rerun:
        """One of them. Raises NotFound."""
        return self._again(who, self._saved.get(who, cluster, id))

    def save(
        self, who: Identity, cluster: str, gateway: str, name: str, request: Document
    ) -> Rerun:
        """Keep a request; what the model answers now is expected. Raises Invalid, Denied, NotFound
        and Conflict."""
        key = key_of(gateway)
        expected = self._essence(who, cluster, key, request)
        return self._again(who, self._saved.add(who, cluster, key, name, request, expected))

    def change(
        self,
        who: Identity,
        cluster: str,
        id: str,
        name: str | None = None,
        request: Document | None = None,
    ) -> Rerun:
        """Rename it, or replace its request, which is then expected to do what it does now. Raises
        Invalid, Denied, NotFound and Conflict."""
        held = self._saved.get(who, cluster, id)
        key = held.namespace, held.gateway
        expected = None if request is None else self._essence(who, cluster, key, request)
        changed = self._saved.change(
            who, cluster, id, name=name, request=request, expected=expected
        )
        return self._again(who, changed)

    def accept(self, who: Identity, cluster: str, id: str) -> Rerun:
        """Expect what the model answers now. Raises Denied and NotFound."""
        held = self._saved.get(who, cluster, id)
        expected = self._essence(who, cluster, (held.namespace, held.gateway), held.request)
        changed = self._saved.change(who, cluster, id, expected=expected, verb="accept")
        return self._again(who, changed)

    def remove(self, who: Identity, cluster: str, id: str) -> SavedRequest:
        """Forget it. Raises Denied and NotFound."""
        return self._saved.remove(who, cluster, id)

    def _essence(self, who: Identity, cluster: str, key: Key, request: Document) -> dict[str, Any]:
        return essence(self._simulations.whole(who, cluster, key, parse(request)))

    def _again(self, who: Identity, saved: SavedRequest) -> Rerun:
        sees = _seeing(who, saved.cluster)
        expected = dict(within(saved.expected, sees))
        key = saved.namespace, saved.gateway
        try:
            now = self._essence(who, saved.cluster, key, saved.request)
        except ConsoleError as error:
            return Rerun(saved, expected, None, None, (), error.message)
        told = dict(within(now, sees))
        changed = now != saved.expected
        return Rerun(saved, expected, told, changed, tuple(differences(expected, told)))


def essence(document: Document) -> dict[str, Any]:
    """The part of an answer that is compared: endpoints come and go without any edit."""
    made = {name: document.get(name) for name in COMPARED}
    made["backends"] = [
        {key: value for key, value in one.items() if key not in ("ready", "total")}
        for one in document["backends"]
    ]
    return made


def key_of(gateway: str) -> Key:
    """The place of a gateway written ``namespace/name``. Raises Invalid."""
    namespace, slash, name = gateway.partition("/")
    if not (namespace and slash and name) or "/" in name:
        raise Invalid.of("gateway", "must be namespace/name")
    return namespace, name


def _seeing(who: Identity, cluster: str) -> Sees:
    return lambda namespace: who.may_see(cluster, namespace or None)
