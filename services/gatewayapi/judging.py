"""What the model says of one object, for one who may not see everything: where it attaches, and
what is wrong with it.

What happens in namespaces outside somebody's limits is not told, only counted.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.gatewayapi import attached
from services.gatewayapi.issue import Issue
from services.gatewayapi.issues import issues_of
from services.gatewayapi.model.names import Ref
from services.gatewayapi.models import Models
from services.kube.catalogue import KINDS

Row = Mapping[str, Any]
SEVERITIES = {"error": "err", "warning": "warn", "note": "info"}


class Judging:
    """Questions to the model about objects that somebody looks at."""

    def __init__(self, fleet: Fleet, models: Models) -> None:
        self._fleet = fleet
        self._models = models

    def parents(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> list[dict[str, Any]]:
        """Each parentRef of a route, as :func:`.attached.parents` tells it; [] for other kinds and
        for what is not there or not visible."""
        if not who.may_see(cluster, namespace or None):
            return []
        model = self._models.of(self._fleet.get(cluster))
        ref = Ref(KINDS[kind].kind, namespace, name)
        return attached.parents(model, ref, partial(who.may_see, cluster))

    def listed(self, who: Identity, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Rows of routes with ``attached``, ``{status, text, message}``, and with ``why`` of each
        of their parents: what the model says beside what controllers said."""
        return [self._with_parents(who, row) for row in rows]

    def of(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> dict[str, Any]:
        """``problems`` of one object, worst first; ``hidden`` is how many further ones are with
        objects that are not visible."""
        model = self._models.of(self._fleet.get(cluster))
        ref = Ref(KINDS[kind].kind, namespace, name)
        sees = partial(who.may_see, cluster)
        if not sees(namespace or None):
            return {"problems": [], "hidden": 0}
        found = issues_of(model, ref)
        shown = [one for one in found if _visible(one.counterpart, sees)]
        return {
            "problems": [_problem(one) for one in shown],
            "hidden": len(found) - len(shown),
        }

    def _with_parents(self, who: Identity, row: Row) -> dict[str, Any]:
        place = row["cluster"], row["kind_name"], row["namespace"], row["name"]
        told = self.parents(who, *place)
        if not told:
            return dict(row)
        parents = [
            parent | {"why": said["state"]}
            for parent, said in zip(row["parents"], told, strict=False)
        ]
        return {**row, "parents": parents, "attached": _counted(told)}


def _counted(told: list[dict[str, Any]]) -> dict[str, str]:
    """Such as "1 of 2": of the parents how many take a route."""
    taken = sum(one["status"] == "ok" for one in told)
    status = "ok" if taken == len(told) else "warn" if taken else told[0]["status"]
    return {
        "status": status,
        "text": "yes" if taken == len(told) == 1 else f"{taken} of {len(told)}",
        "message": "\n".join(one["state"] for one in told),
    }


def _visible(ref: Ref | None, sees: attached.Sees) -> bool:
    return ref is None or not ref.namespace or sees(ref.namespace)


def _problem(one: Issue) -> dict[str, Any]:
    return {
        "status": SEVERITIES[one.severity],
        "reason": one.reason,
        "field": one.field,
        "message": one.message,
        "remedy": one.remedy,
        "section": one.section,
    }
