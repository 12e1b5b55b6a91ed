"""Names that a draft may use: of objects, and of what those have."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster

Object = Mapping[str, Any]

MOST = 90
"""Names offered for an input; nobody reads more."""


def offered(who: Identity, member: Cluster, kind: str, namespace: str) -> list[str]:
    """Names of objects that ``who`` may see: those of ``namespace`` first and short."""
    places = sorted(
        (
            place
            for place in member.snapshot(kind).objects
            if who.may_see(member.name, place[0] or None)
        ),
        key=lambda place: (place[0] != namespace, place),
    )
    return [
        name if where in (namespace, "") else f"{where}/{name}" for where, name in places[:MOST]
    ]


def listeners(who: Identity, member: Cluster, refs: Sequence[Object]) -> list[str]:
    """Names of the listeners of gateways and ListenerSets, given references with kind, namespace
    and name."""
    plurals = {"Gateway": "gateways", "ListenerSet": "listenersets"}
    known = (ref for ref in refs if ref["kind"] in plurals)
    found = (_seen(who, member, plurals[ref["kind"]], ref) for ref in known)
    return _distinct(
        one.get("name") for obj in found if obj for one in obj["spec"].get("listeners") or ()
    )


def ports(who: Identity, member: Cluster, refs: Sequence[Object]) -> list[str]:
    """Ports of Services, given references with kind, namespace and name."""
    found = (_seen(who, member, "services", ref) for ref in refs if ref["kind"] == "Service")
    return _distinct(
        one.get("port") for obj in found if obj for one in obj["spec"].get("ports") or ()
    )


def _seen(who: Identity, member: Cluster, kind: str, ref: Object) -> Object | None:
    if not who.may_see(member.name, ref["namespace"]):
        return None
    return member.snapshot(kind).objects.get((ref["namespace"], ref["name"]))


def _distinct(values: Any) -> list[str]:
    return list(dict.fromkeys(str(value) for value in values if value is not None))
