"""What a draft may name, and whether what it names is there.

Reads snapshots only. What is not known for certain is "not checked": who edits asks about now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Cluster
from services.gatewayapi.details import NOT_CHECKED, NOT_VISIBLE

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
    """Names of the listeners of gateways, given references with namespace and name."""
    found = (_seen(who, member, "gateways", ref) for ref in refs)
    return _distinct(
        one.get("name") for obj in found if obj for one in obj["spec"].get("listeners") or ()
    )


def ports(who: Identity, member: Cluster, refs: Sequence[Object]) -> list[str]:
    """Ports of Services, given references with kind, namespace and name."""
    found = (_seen(who, member, "services", ref) for ref in refs if ref["kind"] == "Service")
    return _distinct(
        one.get("port") for obj in found if obj for one in obj["spec"].get("ports") or ()
    )


def parent_state(who: Identity, member: Cluster, ref: Object) -> dict[str, str]:
    """What a parentRef leads to; an empty ``state`` for a gateway and listener that are there.

    ``ref`` has kind, namespace, name and listener.
    """
    if not ref["name"]:
        return {"status": "unknown", "state": "no name yet"}
    if not who.may_see(member.name, ref["namespace"]):
        return NOT_VISIBLE
    if ref["kind"] != "Gateway" or member.snapshot("gateways").state != "live":
        return NOT_CHECKED
    place = f"{ref['namespace']}/{ref['name']}"
    found = _seen(who, member, "gateways", ref)
    if found is None:
        return {"status": "err", "state": f"Gateway {place} does not exist on {member.name}."}
    names = listeners(who, member, [ref])
    if ref["listener"] and ref["listener"] not in names:
        said = f"Gateway {place} has no listener {ref['listener']}; it has {', '.join(names)}."
        return {"status": "err", "state": said}
    return {"status": "ok", "state": ""}


def _seen(who: Identity, member: Cluster, kind: str, ref: Object) -> Object | None:
    if not who.may_see(member.name, ref["namespace"]):
        return None
    return member.snapshot(kind).objects.get((ref["namespace"], ref["name"]))


def _distinct(values: Any) -> list[str]:
    return list(dict.fromkeys(str(value) for value in values if value is not None))
