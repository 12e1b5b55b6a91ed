"""Which routes name which gateway, and which of them it took: one index over all route kinds.

The spec says who asks to attach, the route's status whether the gateway agreed. A controller counts
routes per listener, so that one route may stand there several times; here every route is one. A
route that names a ListenerSet names the gateway that this one names. What was worked out of a route
is kept as long as the object is the same, so a change of one costs one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from services.clusters.fleet import Cluster
from services.gatewayapi import conditions
from services.gatewayapi.model.assembly import named_gateway

ROUTE_KINDS = ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
TAKEN = ("ok", "warn")
"""What a parent's status is once the route is attached, in part or in full."""

Object = Mapping[str, Any]
Key = tuple[str, str]
Named = tuple[str, Key]
"""A route: its kind and its (namespace, name)."""
Target = tuple[str, Key]
"""What a route names as its parent: Gateway or ListenerSet, and its (namespace, name)."""
_READ = (*ROUTE_KINDS, "listenersets")


def parents(obj: Object) -> list[dict[str, Any]]:
    """What a route's parents are and what each says; the spec's order."""
    namespace = obj["metadata"].get("namespace", "")
    said = list((obj.get("status") or {}).get("parents") or ())
    found = []
    for ref in (obj.get("spec") or {}).get("parentRefs") or ():
        answers = [one for one in said if _same(one.get("parentRef") or {}, ref, namespace)]
        verdict = conditions.parent(answers[0].get("conditions") if answers else None)
        found.append(
            {
                "kind": ref.get("kind", "Gateway"),
                "namespace": ref.get("namespace", namespace),
                "name": ref["name"],
                "section": ref.get("sectionName", ""),
                "port": ref.get("port"),
                "controller": answers[0].get("controllerName", "") if answers else "",
                "conditions": conditions.shown(
                    answers[0].get("conditions") if answers else None,
                    obj["metadata"].get("generation"),
                ),
                **verdict.fields(),
            }
        )
    return found


def _same(one: Object, other: Object, namespace: str) -> bool:
    """Whether two parentRefs of a route in ``namespace`` mean the same."""
    return all(
        one.get(name, default) == other.get(name, default)
        for name, default in (
            ("kind", "Gateway"),
            ("namespace", namespace),
            ("name", None),
            ("sectionName", None),
            ("port", None),
        )
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one route object asks for: each parent it names, and whether that one took it."""

    obj: Object
    parents: Mapping[Target, bool]


@dataclass(frozen=True, slots=True)
class _Index:
    versions: tuple[int, ...]
    routes: Mapping[Named, _Asked]
    by_gateway: Mapping[Key, Mapping[Named, bool]]
    sets: Mapping[Key, Sequence[Key]]


class Attachments:
    """The index of every cluster, kept as long as none of its route snapshots changes."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Cluster, _Index] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, cluster: Cluster, gateway: Key) -> list[Named]:
        """Each route with a parentRef to ``gateway`` or to a ListenerSet that names it."""
        return list(self._index(cluster).by_gateway.get(gateway, ()))

    def sets(self, cluster: Cluster, gateway: Key) -> Sequence[Key]:
        """Each ListenerSet that names ``gateway``, taken or not; sorted."""
        return self._index(cluster).sets.get(gateway, ())

    def attached(self, cluster: Cluster, gateway: Key) -> int:
        """How many distinct routes ``gateway`` took."""
        return sum(self._index(cluster).by_gateway.get(gateway, {}).values())

    def _index(self, cluster: Cluster) -> _Index:
        versions = tuple(cluster.snapshot(kind).version for kind in _READ)
        with self._lock:
            known = self._known.get(cluster)
            if known is None or known.versions != versions:
                known = _built(cluster, versions, known.routes if known else {})
                self._known[cluster] = known
        return known


def _built(cluster: Cluster, versions: tuple[int, ...], before: Mapping[Named, _Asked]) -> _Index:
    routes: dict[Named, _Asked] = {}
    by_gateway: dict[Key, dict[Named, bool]] = defaultdict(dict)
    named = _named_gateways(cluster)
    for name, obj in _routes(cluster):
        old = before.get(name)
        asked = routes[name] = old if old and old.obj is obj else _asked(obj)
        for (kind, place), taken in asked.parents.items():
            gateway = place if kind == "Gateway" else named.get(place)
            if gateway:
                by_gateway[gateway][name] = by_gateway[gateway].get(name, False) or taken
    sets: dict[Key, list[Key]] = defaultdict(list)
    for place, gateway in sorted(named.items()):
        sets[gateway].append(place)
    return _Index(versions, routes, by_gateway, sets)


def _named_gateways(cluster: Cluster) -> dict[Key, Key]:
    """The gateway that each ListenerSet names."""
    found = {}
    for place, obj in cluster.snapshot("listenersets").objects.items():
        if gateway := named_gateway(place, obj):
            found[place] = gateway
    return found


def _routes(cluster: Cluster) -> Iterator[tuple[Named, Object]]:
    for kind in ROUTE_KINDS:
        for key, obj in cluster.snapshot(kind).objects.items():
            yield (kind, key), obj


def _asked(obj: Object) -> _Asked:
    named: dict[Target, bool] = {}
    for parent in parents(obj):
        if parent["kind"] in ("Gateway", "ListenerSet"):
            target = parent["kind"], (parent["namespace"], parent["name"])
            named[target] = named.get(target, False) or parent["status"] in TAKEN
    return _Asked(obj, named)
