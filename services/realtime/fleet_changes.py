"""The topic ``fleet``: clusters that came, went, or stand otherwise than a moment ago."""

from typing import Any

from services.clusters.fleet import Fleet
from services.realtime.scope import Scope
from services.realtime.topics import Topic

SECONDS = 1.0

Told = dict[str, dict[str, Any]]


def topic(fleet: Fleet) -> Topic:
    """The clusters of ``fleet``; each message is a list of those that have changed.

    Fields: ``cluster``, ``change`` (*added*, *removed*, *changed*), ``displayName``, ``phase``,
    ``connected`` and ``reason`` as in the list of clusters; of a removed one the last known.
    """

    def source(scope: Scope, before: Told | None) -> tuple[list[Any], Told]:
        now = _told(fleet, scope)
        if before is None:
            return [], now
        changes = [
            {"cluster": name, "change": "changed" if name in before else "added", **told}
            for name, told in now.items()
            if told != before.get(name)
        ]
        changes += [
            {"cluster": name, "change": "removed", **told}
            for name, told in before.items()
            if name not in now
        ]
        return ([changes] if changes else []), now

    return Topic("fleet", source, SECONDS)


def _told(fleet: Fleet, scope: Scope) -> Told:
    return {
        info.name: {
            "displayName": info.display_name,
            "phase": info.standing.phase,
            "connected": info.state.connected,
            "reason": info.state.reason,
        }
        for _, info in fleet.described()
        if scope.clusters is None or info.name in scope.clusters
    }
