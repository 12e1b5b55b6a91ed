"""How an inference pool is scaled right now, and why it has the size it has."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from services.auth.identity import Identity
from services.clusters.fleet import Cluster, Fleet
from services.errors import Invalid, NotFound, Unavailable
from services.inference.case import Case, Evidence, Sentence
from services.inference.readings import Reading
from services.inference.targets import READ, Object, Target, World
from services.inference.why import explain

KNOWN = ("live", "stale", "absent")
"""States of a kind in which it is known what there is of it."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """One workload of a pool. ``replicas`` is what it is to have, ``desired`` what the HPA wants,
    ``ready`` what runs; None is not known. ``scalers`` are kinds and names of what scales it."""

    target: Target
    scalers: tuple[tuple[str, str], ...]
    least: int | None
    most: int | None
    replicas: int | None
    desired: int | None
    ready: int | None
    readings: tuple[Reading, ...]
    explanation: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """A pool and the workloads that serve it. ``as_of`` is until when this is known to be true,
    ``reason`` why it may not be so any more ("" while it is)."""

    cluster: str
    namespace: str
    pool: str
    workloads: tuple[Scaled, ...]
    as_of: datetime | None
    reason: str

    @property
    def explanation(self) -> tuple[Sentence, ...]:
        """Of all workloads, or why there is none to explain."""
        if not self.workloads:
            return (_NOBODY,)
        return tuple(sentence for one in self.workloads for sentence in one.explanation)

    @property
    def replicas(self) -> int | None:
        """The pods that the pool is to have; None when one workload does not tell."""
        return _total([one.replicas for one in self.workloads])

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """The least and the most pods that scalers may give it."""
        workloads = self.workloads
        return _total([one.least for one in workloads]), _total([one.most for one in workloads])


_NOBODY = Sentence(
    "unknown",
    "No Deployment makes pods that the pool selects, and no scaled workload owns any.",
    (Evidence("InferencePool", "spec.selector", "selects the pod template of no Deployment"),),
)


class Autoscalers:
    """What scales the pools of the fleet, from memory."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def of(self, who: Identity, cluster: str, pool: str) -> Autoscaling:
        """One pool, by its name or ``namespace/name``.

        Raises NotFound, Invalid for a name that several namespaces have, and Unavailable while the
        cluster was never read.
        """
        member = self._fleet.visible(who, cluster)
        namespace, name = self._place(who, member, pool)
        return _read(member, namespace, name)

    def pools(self, who: Identity) -> list[tuple[str, str, str]]:
        """Every pool that one may see: cluster, namespace, name; sorted."""
        return sorted(
            (member.name, *place)
            for member in self._fleet.clusters(who)
            for place in member.snapshot("inferencepools").objects
            if who.may_see(member.name, place[0])
        )

    def known(self, who: Identity) -> Iterator[Autoscaling]:
        """Every pool that one may see, of clusters that have told what it takes to say why."""
        for cluster, namespace, name in self.pools(who):
            with suppress(NotFound, Unavailable):
                yield self.of(who, cluster, f"{namespace}/{name}")

    def _place(self, who: Identity, member: Cluster, pool: str) -> tuple[str, str]:
        snapshot = member.snapshot("inferencepools")
        if snapshot.state not in KNOWN:
            raise member.unavailable(snapshot.why)
        namespace, _, name = pool.rpartition("/")
        found = sorted(
            place
            for place in snapshot.objects
            if place[1] == name
            and namespace in ("", place[0])
            and who.may_see(member.name, place[0])
        )
        if not found:
            raise NotFound(f"There is no inference pool {pool} on {member.name}.", pool=pool)
        if len(found) > 1:
            places = ", ".join(f"{space}/{name}" for space, _ in found)
            raise Invalid.of("pool", f"must name the namespace as well: {places}")
        return found[0]


def workloads_of(member: Cluster, namespace: str, pool: str) -> tuple[Scaled, ...]:
    """The workloads that serve a pool that is there, as far as the cluster has told."""
    world = World.of({kind: member.snapshot(kind) for kind in (*READ, "pods")})
    obj = world.pools.get((namespace, pool))
    if obj is None:
        return ()
    pods, now = list(world.pods_of(namespace, obj)), datetime.now(UTC)
    return tuple(_scaled(world, target, pods, now) for target in world.targets_of(namespace, obj))


def _read(member: Cluster, namespace: str, pool: str) -> Autoscaling:
    snapshots = {kind: member.snapshot(kind) for kind in (*READ, "pods")}
    unread = [one for one in snapshots.values() if one.state not in KNOWN]
    if unread:
        raise Unavailable(
            f"How {namespace}/{pool} is scaled cannot be told: the {unread[0].kind} of"
            f" {member.name} are not known ({unread[0].why}).",
            cluster=member.name,
        )
    workloads = workloads_of(member, namespace, pool)
    reason = next((one.reason for one in snapshots.values() if one.state == "stale"), "")
    moments = [one.as_of for one in snapshots.values() if one.as_of and one.state != "absent"]
    return Autoscaling(
        member.name, namespace, pool, workloads, min(moments) if moments else None, reason
    )


def _scaled(world: World, target: Target, pods: list[Object], now: datetime) -> Scaled:
    hpas, scaled_objects = world.scalers_of(target)
    deployment = None
    if target.kind == "Deployment":
        deployment = world.deployments.get((target.namespace, target.name))
    case = Case(target, deployment, hpas, scaled_objects, pods, now)
    scalers = [("ScaledObject", one) for one in scaled_objects]
    scalers += [("HorizontalPodAutoscaler", one) for one in hpas]
    least, most = case.limits
    return Scaled(
        target,
        tuple((kind, one["metadata"]["name"]) for kind, one in scalers),
        least,
        most,
        case.replicas,
        case.desired,
        case.ready,
        tuple(case.readings),
        tuple(explain(case)),
    )


def _total(parts: list[int | None]) -> int | None:
    known = [one for one in parts if one is not None]
    return sum(known) if known and len(known) == len(parts) else None
