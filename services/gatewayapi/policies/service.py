"""The one way from pages and REST to policies: lists, one policy, conflicts, what is in effect.

What the identity may not see is neither listed nor named: a counterpart in a namespace outside its
limits is said to be there, without its name.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.entries import Entries
from services.errors import Invalid, NotFound
from services.gatewayapi import details
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.policies import conflicts, documents, rows
from services.gatewayapi.policies.effective import APPLIES_TO, Effective
from services.gatewayapi.policies.kinds import ALL, BY_NAME, BY_TYPE, PLURALS, PolicyKind
from services.gatewayapi.policies.standing import Standing
from services.listing import ListQuery, Page, Table

TOGETHER = "policies"
"""The list of all kinds."""

Found = list[dict[str, Any]]
Places = list[tuple[str, str]]
Names = list[str]


class Policies:
    """``model_of`` gives a cluster's current model."""

    def __init__(self, fleet: Fleet, model_of: Callable[[Cluster], Model]) -> None:
        self._fleet = fleet
        self._model_of = model_of
        self._standings: WeakKeyDictionary[Cluster, Standing] = WeakKeyDictionary()
        self._lock = Lock()
        shapes = rows.shapes(self.standing)
        self._kept = {name: Entries(shape) for name, shape in shapes.items()}
        self._tables = {name: Table(fleet, kept) for name, kept in self._kept.items()}
        self._tables[TOGETHER] = Table(fleet, *self._kept.values())

    def standing(self, cluster: Cluster) -> Standing:
        """Which policies of a cluster take effect; made once a model."""
        model = self._model_of(cluster)
        with self._lock:
            known = self._standings.get(cluster)
        if known is None or known.model is not model:
            known = Standing(model)
            with self._lock:
                self._standings[cluster] = known
        return known

    def list(self, who: Identity, kind: str, query: ListQuery) -> Page:
        """One page of the list of a kind (by its plural), or of all: `TOGETHER`."""
        return self._table(kind).page(who, query)

    def facets(self, who: Identity, kind: str, query: ListQuery) -> dict[str, dict[str, int]]:
        """What a list can be filtered by: per filter its values and how many rows have each."""
        return self._table(kind).facets(who, query)

    def served(self, who: Identity, cluster: str, kind: PolicyKind) -> None:
        """Raise NotFound where a cluster does not serve a kind, Unavailable where it is unknown."""
        member = self._fleet.visible(who, cluster)
        snapshot = member.snapshot(kind.name)
        if snapshot.state == "absent":
            said = f"{kind.kind} is not installed on this cluster."
            raise NotFound(said, cluster=cluster, kind=kind.name)

    def detail(
        self, who: Identity, cluster: str, kind: str, namespace: str, name: str
    ) -> dict[str, Any]:
        """One policy: its row, the object, targets with what each gets, events, age.

        Raises NotFound and Unavailable.
        """
        member = self._fleet.visible(who, cluster)
        snapshot = member.snapshot(kind)
        spoken = BY_NAME[kind].kind
        found = snapshot.objects.get((namespace, name))
        if found is None and snapshot.as_of is None and snapshot.state in ("stale", "loading"):
            raise member.unavailable(snapshot.why)
        if found is None or not who.may_see(cluster, namespace):
            said = f"{spoken} {namespace}/{name} does not exist on {cluster}."
            raise NotFound(said, cluster=cluster, kind=kind)
        standing = self.standing(member)
        ref = Ref(spoken, namespace, name)
        return {
            **self._kept[kind].entry(member, found).row,
            "conditions": _conditions(found),
            "in_effect": self._where(who, cluster, standing, ref),
            "conflicts": [
                one
                for one in self._told(who, cluster, standing)
                if (one["kind"], one["namespace"], one["name"]) == tuple(ref)
            ],
            "object": found,
            "events": details.events(member, found),
            "api_version": snapshot.resource.api_version if snapshot.resource else "",
            "as_of": snapshot.as_of.isoformat() if snapshot.as_of else None,
            "missing": snapshot.reason if snapshot.state == "stale" else "",
        }

    def conflicts(
        self, who: Identity, clusters: Iterable[str] = (), kind: str = "", namespace: str = ""
    ) -> Found:
        """Every policy that is refused, of one kind (by its plural) and namespace or of all."""
        chosen = list(clusters)
        found = []
        for cluster in self._fleet.clusters(who):
            if chosen and cluster.name not in chosen:
                continue
            found += [
                one
                for one in self._told(who, cluster.name, self.standing(cluster))
                if kind in ("", one["plural"]) and namespace in ("", one["namespace"])
            ]
        return found

    def effective(self, who: Identity, cluster: str, ref: Ref, section: str = "") -> dict[str, Any]:
        """What is in effect for an object: ``policies`` as they apply, ``settings`` one by one
        with who won each, ``unread`` the kinds of which nothing is known.

        Raises NotFound for an object that is not there or not to be seen, Invalid for a kind that
        no policy applies to.
        """
        member = self._fleet.visible(who, cluster)
        if ref.kind not in APPLIES_TO:
            raise Invalid.of("kind", f"must be one of {', '.join(APPLIES_TO)}")
        plural = PLURALS[ref.kind]
        snapshot = member.snapshot(plural)
        if not who.may_see(cluster, ref.namespace or None) or (
            snapshot.state in ("live", "stale", "absent") and ref.key not in snapshot.objects
        ):
            raise NotFound(f"{ref} does not exist on {cluster}.", cluster=cluster, kind=plural)
        standing = self.standing(member)
        sees = self._sees(who, cluster)
        entries = Effective(standing).of(ref, section)
        seen = [one for one in entries if sees(one.policy.namespace)]
        unread = [one.kind for one in ALL if not standing.model.world.knows(one.name)]
        return {
            "policies": [documents.entry(one, sees) for one in seen],
            "settings": documents.settings(seen, sees),
            "hidden": len(entries) - len(seen),
            "unread": unread,
        }

    def targets(self, who: Identity, cluster: str, kind: str) -> Places:
        """(namespace, name) of the objects of a kind that policies may apply to."""
        member = self._fleet.visible(who, cluster)
        return sorted(
            place
            for place in member.snapshot(PLURALS.get(kind, "")).objects
            if who.may_see(cluster, place[0] or None)
        )

    def sections(self, who: Identity, cluster: str, ref: Ref) -> Names:
        """What of an object can be asked about by itself: listeners, ports, rules."""
        member = self._fleet.visible(who, cluster)
        obj = member.snapshot(PLURALS.get(ref.kind, "")).objects.get(ref.key) or {}
        spec = obj.get("spec") or {}
        match ref.kind:
            case "Gateway":
                return [str(one.get("name")) for one in spec.get("listeners") or ()]
            case "Service":
                return [str(one["name"]) for one in spec.get("ports") or () if one.get("name")]
            case "HTTPRoute" | "GRPCRoute":
                rules = enumerate(spec.get("rules") or ())
                return [str(one.get("name") or at) for at, one in rules]
        return []

    def _where(self, who: Identity, cluster: str, standing: Standing, ref: Ref) -> Found:
        """A policy's settings on each of its targets."""
        policy, sees, found = standing.policies.get(ref), self._sees(who, cluster), []
        answers = Effective(standing)
        for target in policy.targets if policy else ():
            entries = answers.of(target.ref, target.section)
            own = [one for one in entries if (one.policy, one.section) == (ref, target.section)]
            told = documents.entry(own[0], sees) if own else {"settings": [], "refused": None}
            found.append(
                {
                    **documents.named(target.ref, sees),
                    "plural": PLURALS.get(target.ref.kind, ""),
                    "section": target.section,
                    "refused": told["refused"],
                    "settings": told["settings"],
                    "below": self._below(answers, ref, target.ref, sees),
                }
            )
        return found

    def _below(self, answers: Effective, ref: Ref, target: Ref, sees: documents.Sees) -> Found:
        """The settings of a gateway's policy that routes of the gateway override."""
        standing = answers.standing
        if target.kind != "Gateway" or target.key not in standing.model.gateways:
            return []
        kind = standing.policies[ref].kind
        found: dict[Ref, Found] = {}
        for route in {one.route for one in standing.model.attached(target.key)}:
            if not sees(route.namespace) or not standing.on(route, kind):
                continue
            for one in answers.along(route, gateway=target):
                lost = [setting for setting in one.settings if setting.overridden_by]
                if one.policy == ref and lost:
                    found[route] = [documents.setting(setting, sees) for setting in lost]
        return [
            {**documents.named(route, sees), "settings": lost}
            for route, lost in sorted(found.items())
        ]

    def _told(self, who: Identity, cluster: str, standing: Standing) -> Found:
        sees = self._sees(who, cluster)
        return [
            {"cluster": cluster, **documents.conflict(one, sees)}
            for one in conflicts.found(standing)
            if sees(one.policy.namespace)
        ]

    def _sees(self, who: Identity, cluster: str) -> documents.Sees:
        return lambda namespace: who.may_see(cluster, namespace or None)

    def _table(self, kind: str) -> Table:
        try:
            return self._tables[kind]
        except KeyError:
            raise NotFound(f"There is no list of {kind}.", kind=kind) from None


def kind_of(type_name: str) -> PolicyKind:
    """The kind of a type's name. Raises NotFound that names the types there are."""
    try:
        return BY_TYPE[type_name]
    except KeyError:
        known = sorted(BY_TYPE)
        said = f"There is no type of policy {type_name}; there are {', '.join(known)}."
        raise NotFound(said, types=known) from None


def _conditions(obj: Object) -> list[dict[str, Any]]:
    """Conditions of all ancestors, titled with the ancestor where there are several."""
    found = rows.ancestors(obj)
    return [
        {**said, "title": f"{said['type']} on {one['name']}" if len(found) > 1 else said["type"]}
        for one in found
        for said in one["conditions"]
    ]
