"""Certificates of the fleet: the list, one in full, and those that end soon or are broken.

Everything here reads watch snapshots and the models made of them; nothing calls a cluster, and no
private key is ever here: of a Secret's data only certificates are watched.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from services.auth.identity import Identity
from services.certificates import rows
from services.certificates.findings import findings
from services.certificates.flaws import SOON, flaws
from services.certificates.gathering import Gathering
from services.certificates.holding import holding
from services.certificates.keys import public_of_request
from services.certificates.managed import managed
from services.certificates.usage import Uses, uses
from services.clusters.cluster import Cluster
from services.clusters.fleet import Fleet
from services.entries import Entries, Key, Row, Shape
from services.errors import NotFound
from services.gatewayapi.details import events
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.models import Models
from services.kube.catalogue import KINDS
from services.listing import MAX_PAGE_SIZE, ListQuery, Page, Table

SORT = {"days": "days", "issuer": "issuer", "hosts": "hosts", "key": "key", "uses": "uses"}
ATTENTION = ("err", "warn")
Rows = list[Row]


class Certificates:
    """The one way from pages, REST and commands to certificates."""

    def __init__(self, fleet: Fleet, models: Models) -> None:
        self._fleet = fleet
        self._models = models
        self._gathering = Gathering()
        self._uses: WeakKeyDictionary[Cluster, tuple[Model, Uses]] = WeakKeyDictionary()
        self._entries = Entries(
            Shape(
                KINDS["secrets"],
                self._row,
                SORT,
                ("issuer", "holder"),
                depends=self._depends,
                source=self._gathering.of,
            )
        )
        self._table = Table(fleet, self._entries)

    def list(self, who: Identity, _kind: str, query: ListQuery) -> Page:
        """One page of the list, each row with ``used_by``: the users that ``who`` may see, and
        ``used_hidden``, how many there are besides. Raises Invalid and NotFound as every list."""
        page = self._table.page(who, query)
        page.items[:] = [
            row | self._used_by(who, page.asked[row["cluster"]], row) for row in page.items
        ]
        return page

    def facets(self, who: Identity, _kind: str, query: ListQuery) -> dict[str, dict[str, int]]:
        """What the list can be filtered by, and how many rows each value would leave."""
        return self._table.facets(who, query)

    def held(self, cluster: Cluster) -> Mapping[Key, Object]:
        """The objects of a cluster that the list has; the same one while none of them changes."""
        return self._gathering.of(cluster).objects

    def troubled(self, who: Identity) -> Rows:
        """Rows of clusters that answer which need a person, worst first, the first to end first."""
        found = [
            entry.row
            for cluster, snapshot, held in self._table.held(who)
            if snapshot.state != "stale"
            for (namespace, _), entry in held.entries.items()
            if entry.row["status"] in ATTENTION and who.may_see(cluster.name, namespace or None)
        ]
        found.sort(key=lambda row: row["not_after"] or "")
        return sorted(found, key=lambda row: ATTENTION.index(row["status"]))

    def expiring(self, who: Identity, query: ListQuery) -> Page:
        """One page of those whose certificate ends within 30 days or has ended, the first to end
        first; what cannot be read has no end and is not among them. Raises as `list`."""
        whole = self.list(who, "", replace(query, page=1, page_size=MAX_PAGE_SIZE))
        limit = SOON[0]
        found = [
            (row, obj)
            for row, obj in zip(whole.items, whole.objects, strict=True)
            if row["days"] is not None and row["days"] < limit
        ]
        found.sort(key=lambda pair: (pair[0]["not_after"], pair[0]["name"]))
        start = (query.page - 1) * query.page_size
        shown = found[start : start + query.page_size]
        return replace(
            whole,
            items=[row for row, _ in shown],
            objects=[obj for _, obj in shown],
            total=len(found),
        )

    def detail(
        self, who: Identity, cluster: str, namespace: str, name: str, kind: str = "secrets"
    ) -> dict[str, Any]:
        """One object with certificates in full: its row; ``chain``, every certificate of it;
        ``authorities`` of ``ca.crt`` beside; ``used_by`` with hosts; ``findings``; ``renewal`` as
        cert-manager says.

        Raises NotFound for what is not there, holds no certificate or may not be seen, Unavailable
        when nothing was ever seen of the cluster.
        """
        obj, _ = self._object(who, cluster, kind, namespace, name)
        return self.told(who, cluster, kind, obj)

    def told(self, who: Identity, cluster: str, kind: str, obj: Object) -> dict[str, Any]:
        """What `detail` says, of an object that was just written and may not be watched yet."""
        member, metadata = self._fleet.get(cluster), obj["metadata"]
        ref, now = Ref(KINDS[kind].kind, metadata["namespace"], metadata["name"]), datetime.now(UTC)
        model = self._models.of(member)
        held = holding(obj)

        def sees(place: str) -> bool:
            return who.may_see(cluster, place)

        used = self._uses_of(member).get(ref, ()) if held else ()
        names = held.leaf.dns if held and held.leaf else ()
        seen = [one for one in used if sees(one.by.namespace)]
        snapshot = member.snapshot(kind)
        manager = self._manager(member, obj, held.managed_by if held else "")
        found = [
            issue
            for issue in findings(model, now)
            if (ref in (issue.ref, issue.counterpart)) and sees(issue.ref.namespace)
        ]
        chain = held.chain if held else None
        return {
            **self._entries.entry(member, obj).row,
            "chain": [rows.told(one, now) for one in held.bundle.certificates] if held else [],
            "chain_state": chain.state if chain else "",
            "chain_message": chain.message if chain else "",
            "problem": held.bundle.problem if held else "",
            "field": held.field if held else "",
            "authorities": [rows.told(one, now) for one in held.authorities] if held else [],
            "others": [
                {
                    "field": field,
                    "problem": one.problem,
                    "certificates": [rows.told(each, now) for each in one.certificates],
                }
                for field, one in (held.others if held else ())
            ],
            "pem": "".join(one.pem + "\n" for one in held.bundle.certificates) if held else "",
            "request": held.request if held else "",
            "used_by": [rows.used(one, names, sees) for one in seen],
            "used_hidden": len(used) - len(seen),
            "other_users": [
                {"kind": one.kind, "namespace": one.namespace, "name": one.name}
                for one in model.users(ref)
                if sees(one.namespace) and one not in {use.by for use in used}
            ],
            "flaws": [rows.as_mapping(one) for one in flaws(held, now)] if held else [],
            "findings": found,
            "renewal": rows.renewal(managed(manager)) if manager else None,
            "key_match": "not checked: the console never reads the private key",
            "object": obj,
            "events": events(member, obj),
            "as_of": snapshot.as_of.isoformat() if snapshot.as_of else None,
            "missing": snapshot.reason if snapshot.state == "stale" else "",
        }

    def public_key(self, who: Identity, cluster: str, namespace: str, name: str) -> str:
        """The fingerprint of the public key whose private one is in a Secret, by the request that
        waits there or the certificate that was stored; "" where neither tells. Raises NotFound."""
        obj, _ = self._object(who, cluster, "secrets", namespace, name)
        held = holding(obj)
        if held and held.request:
            return public_of_request(held.request)
        return held.leaf.public if held and held.leaf else ""

    def _object(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> tuple[Object, Cluster]:
        absent = NotFound(
            f"There is no certificate {namespace}/{name} on {cluster}.", cluster=cluster
        )
        if kind not in ("secrets", "configmaps", "certificates") or not who.may_see(
            cluster, namespace
        ):
            raise absent
        member = self._fleet.get(cluster)
        snapshot = member.snapshot(kind)
        obj = snapshot.objects.get((namespace, name))
        if obj is None and snapshot.as_of is None and snapshot.state in ("stale", "loading"):
            raise member.unavailable(snapshot.why)
        if obj is None or (kind != "certificates" and holding(obj) is None):
            raise absent
        return obj, member

    def _row(self, cluster: Cluster, obj: Object) -> Row:
        metadata = obj["metadata"]
        ref = Ref(str(obj.get("kind")), metadata.get("namespace", ""), metadata["name"])
        return rows.row(obj, self._uses_of(cluster).get(ref, ()), datetime.now(UTC))

    def _depends(self, cluster: Cluster) -> int:
        """Another number each minute, and for each model: days pass and hosts come."""
        return hash((int(datetime.now(UTC).timestamp()) // 60, id(self._models.of(cluster))))

    def _uses_of(self, cluster: Cluster) -> Uses:
        model = self._models.of(cluster)
        known = self._uses.get(cluster)
        if known is None or known[0] is not model:
            known = self._uses[cluster] = model, uses(model)
        return known[1]

    def _used_by(self, who: Identity, cluster: Cluster, row: Row) -> dict[str, Any]:
        ref = Ref(KINDS[row["kind_name"]].kind, row["namespace"], row["name"])
        used = self._uses_of(cluster).get(ref, ())
        seen = [one for one in used if who.may_see(cluster.name, one.by.namespace)]
        texts = dict.fromkeys(
            "/".join(filter(None, (one.by.namespace, one.by.name, one.listener))) for one in seen
        )
        return {"used_by": list(texts), "used_hidden": len(used) - len(seen)}

    def _manager(self, cluster: Cluster, obj: Object, name: str) -> Mapping[str, Any] | None:
        """The Certificate of cert-manager behind an object."""
        if obj.get("kind") == "Certificate":
            return obj
        place = obj["metadata"].get("namespace", ""), name
        return cluster.snapshot("certificates").objects.get(place) if name else None
