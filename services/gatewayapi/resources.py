"""Gateway API objects of the whole fleet: lists, one object, what is in trouble.

Everything here reads watch snapshots; nothing calls a cluster. Limits of the identity hide objects
from lists and answer NotFound for single ones, as if they did not exist.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.entries import Entries
from services.errors import NotFound
from services.filtering import Entry
from services.gatewayapi import conditions, details, rows
from services.gatewayapi.attachments import ROUTE_KINDS, Attachments
from services.gatewayapi.model.names import Key, Ref
from services.gatewayapi.models import Models
from services.gatewayapi.preparing import Preparing
from services.gatewayapi.statuses import differs
from services.kube.catalogue import KINDS
from services.listing import ListQuery, Page, Table
from services.operated_limits import OPERATED, within
from services.operated_rows import around

Object = Mapping[str, Any]
Found = list[dict[str, Any]]
ROUTES = "routes"
"""The list of routes of all kinds and ListenerSets together."""
ROUTED = (*ROUTE_KINDS, "listenersets")
IN_TROUBLE = ("err", "warn")
COUNTED: Mapping[str, str] = {
    conditions.DELETING: "deleting",
    conditions.NOT_NGF: "not_ngf",
    conditions.NOT_ATTACHED: "unattached",
}
"""What is counted apart from its status."""


class Resources:
    """The one way from pages, REST and commands to Gateway API objects."""

    def __init__(self, fleet: Fleet, models: Models | None = None) -> None:
        self._fleet = fleet
        self._models = models or Models()
        self._attachments = Attachments()
        shapes = rows.shapes(self._attachments)
        self.entries: Mapping[str, Entries] = {
            name: Entries(shape) for name, shape in shapes.items()
        }
        """What is kept of each kind."""
        self._tables = {name: Table(fleet, kept) for name, kept in self.entries.items()}
        together = Table(fleet, *(self.entries[kind] for kind in ROUTED))
        self._lists = {**self._tables, ROUTES: together}
        self._preparing = Preparing(fleet, self._tables.values())

    def start(self) -> None:
        """Make rows as the clusters change; without it they are made when somebody asks."""
        self._preparing.start()

    def stop(self) -> None:
        """End what ``start`` began."""
        self._preparing.stop()

    def list(self, who: Identity, kind: str, query: ListQuery) -> Page:
        """One page of a list. Raises NotFound for a kind without a list, Invalid for bad input."""
        page = self._table(kind).page(who, query)
        if kind not in OPERATED:
            return page
        found = zip(page.items, page.objects, strict=True)
        return replace(page, objects=[within(who, row["cluster"], kind, obj) for row, obj in found])

    def facets(self, who: Identity, kind: str, query: ListQuery) -> dict[str, dict[str, int]]:
        """What a list can be filtered by: per filter its values and how many rows have each."""
        return self._table(kind).facets(who, query)

    def raw(self, who: Identity, cluster: str, kind: str, namespace: str, name: str) -> Object:
        """The object as last seen. Raises NotFound, or Unavailable when nothing was ever seen."""
        return within(who, cluster, kind, self._whole(who, cluster, kind, namespace, name))

    def _whole(self, who: Identity, cluster: str, kind: str, namespace: str, name: str) -> Object:
        if kind not in KINDS or not who.may_see(cluster, namespace or None):
            raise _absent(cluster, kind, namespace, name)
        member = self._fleet.get(cluster)
        snapshot = member.snapshot(kind)
        self.require_installed(cluster, kind)
        found = snapshot.objects.get((namespace, name))
        if found is None and snapshot.as_of is None and snapshot.state in ("stale", "loading"):
            raise member.unavailable(snapshot.why)
        if found is None:
            raise _absent(cluster, kind, namespace, name)
        return found

    def lookup(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> Object | None:
        """The object as last seen; None where there is none, or where nothing is known.

        Raises NotFound for an unknown cluster.
        """
        if not who.may_see(cluster, namespace or None):
            return None
        found = self._fleet.get(cluster).snapshot(kind).objects.get((namespace, name))
        return within(who, cluster, kind, found) if found else None

    def require_installed(self, cluster: str, kind: str) -> None:
        """Raise NotFound with code ``not_installed`` where a cluster is known not to have ``kind``,
        so that its absence is not taken for an empty list."""
        snapshot = self._fleet.get(cluster).snapshot(kind)
        if snapshot.state == "absent":
            raise NotFound(snapshot.reason, code="not_installed", cluster=cluster, kind=kind)

    def detail(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> dict[str, Any]:
        """The object's row, the object itself, its events, and what its kind adds."""
        whole = self._whole(who, cluster, kind, namespace, name)
        obj = within(who, cluster, kind, whole)
        member = self._fleet.get(cluster)
        snapshot = member.snapshot(kind)
        return {
            **self.entries[kind].entry(member, whole).row,
            **self._detail(who, member, kind, obj),
            "object": obj,
            "events": details.events(member, obj),
            "differs": self._differs(who, member, KINDS[kind].kind, (namespace, name)),
            "api_version": snapshot.resource.api_version if snapshot.resource else "",
            "as_of": snapshot.as_of.isoformat() if snapshot.as_of else None,
            "missing": snapshot.reason if snapshot.state == "stale" else "",
        }

    def _differs(self, who: Identity, member: Cluster, kind: str, key: Key) -> Found:
        """Where the status says something else than the model; see `statuses.differing`."""
        found = differs(self._models.of(member), Ref(kind, *key))
        return [
            {
                name: getattr(one, name)
                for name in ("where", "type", "expected", "found", "message", "since", "stale")
            }
            for one in found
            if one.about is None or who.may_see(member.name, one.about.namespace or None)
        ]

    def problems(self, who: Identity) -> Found:
        """Objects that need a person, worst first. What a silent cluster said last is none."""
        found = [
            {
                "status": entry.row["status"],
                "kind": kind,
                **{k: entry.row[k] for k in ("cluster", "namespace", "name", "reason", "message")},
                "since": _since(entry),
            }
            for kind, table in self._tables.items()
            for cluster, snapshot, held in table.held(who)
            if snapshot.state != "stale"
            for (namespace, _), entry in held.entries.items()
            if entry.row["status"] in IN_TROUBLE and who.may_see(cluster.name, namespace or None)
        ]
        found.sort(key=lambda one: str(one["since"] or ""), reverse=True)
        found.sort(key=lambda one: IN_TROUBLE.index(one["status"]))
        return found

    def summary(self, who: Identity, namespace: str = "") -> dict[str, dict[str, Counter[str]]]:
        """Counts by status (see `COUNTED` for those apart), per cluster and kind, of one namespace
        or all. A kind not known of a cluster is left out."""
        clusters: dict[str, dict[str, Counter[str]]] = {}
        for kind, table in self._tables.items():
            for cluster, snapshot, held in table.held(who):
                kinds = clusters.setdefault(cluster.name, {})
                if snapshot.state not in ("live", "stale", "absent"):
                    continue
                counts = kinds[kind] = Counter()
                for (where, status, word), count in held.tally.items():
                    if namespace in ("", where) and who.may_see(cluster.name, where or None):
                        state = "stale" if snapshot.state == "stale" else COUNTED.get(word, status)
                        counts[state] += count
        return clusters

    def without_ngf(self, counted: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, int]:
        """How many gateways each cluster has for an NGF that is known not to run there, by what
        ``summary`` counted. Those that other controllers take do not count."""
        found = {}
        for cluster in self._fleet.clusters():
            gateways = counted.get(cluster.name, {}).get("gateways") or {}
            wanting = sum(gateways.values()) - gateways.get("not_ngf", 0)
            read = cluster.snapshot("deployments").state == "live"
            if wanting and read and not cluster.ngf().version:
                found[cluster.name] = wanting
        return found

    def _table(self, kind: str) -> Table:
        try:
            return self._lists[kind]
        except KeyError:
            raise NotFound(f"There is no list of {kind}.", kind=kind) from None

    def _detail(self, who: Identity, cluster: Cluster, kind: str, obj: Object) -> dict[str, Any]:
        def sees(namespace: str) -> bool:
            return who.may_see(cluster.name, namespace)

        if kind == "gateways":
            return details.gateway(self._attachments, cluster, obj, sees)
        if kind == "gatewayclasses":
            return details.gateway_class(self._attachments, cluster, obj, sees)
        if kind == "listenersets":
            return details.listener_set(cluster, obj, sees)
        if kind in OPERATED:
            return around(obj)
        return details.route(self._models.of(cluster), kind, obj, sees)


def _since(entry: Entry) -> str | None:
    """When the condition that gave the reason last changed."""
    status = entry.obj.get("status") or {}
    held = [status, *(status.get("listeners") or ()), *(status.get("parents") or ())]
    times = [
        one.get("lastTransitionTime")
        for holder in held
        for one in holder.get("conditions") or ()
        if one.get("reason") == entry.row["reason"]
    ]
    return max(filter(None, times), default=None)


def _absent(cluster: str, kind: str, namespace: str, name: str) -> NotFound:
    spoken = KINDS[kind].kind if kind in KINDS else kind
    place = f"{namespace}/{name}" if namespace else name
    return NotFound(f"{spoken} {place} does not exist on {cluster}.", cluster=cluster, kind=kind)
