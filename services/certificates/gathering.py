"""Which objects of a cluster a list of certificates has: those that hold some, and those of
cert-manager that ask for one which is not there yet."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from weakref import WeakKeyDictionary

from services.certificates.holding import holding
from services.certificates.managed import managed
from services.clusters.cluster import Cluster
from services.kube.shelf import Snapshot, State
from services.kube.stream import Key, Object

KINDS = ("secrets", "configmaps", "certificates")


class Gathering:
    """Makes one snapshot of three kinds; kept while none of them changes."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Cluster, tuple[tuple[int, ...], Mapping[Key, Object]]]
        self._kept = WeakKeyDictionary()

    def of(self, cluster: Cluster) -> Snapshot:
        """The objects by namespace and ``kind/name``. Without Secrets the list is not known, of
        the other two kinds what is known is in it."""
        parts = {kind: cluster.snapshot(kind) for kind in KINDS}
        versions = tuple(one.version for one in parts.values())
        known = self._kept.get(cluster)
        if known is None or known[0] != versions:
            known = versions, MappingProxyType(dict(_wanted(parts)))
            self._kept[cluster] = known
        secrets = parts["secrets"]
        state, reason = _state(parts)
        return Snapshot(
            kind="secrets",
            objects=known[1],
            version=sum(versions),
            as_of=datetime.now(UTC) if state == "live" else secrets.as_of,
            state=state,
            reason=reason,
            since=secrets.since,
            resource=secrets.resource,
        )


def _state(parts: Mapping[str, Snapshot]) -> tuple[State, str]:
    """That of the Secrets; a rest that is still being read makes the whole be read."""
    secrets = parts["secrets"]
    loading = [one for one in parts.values() if one.state == "loading"]
    if secrets.state == "live" and loading:
        return "loading", loading[0].why
    return secrets.state, secrets.reason


def _wanted(parts: Mapping[str, Snapshot]) -> dict[Key, Object]:
    found = {
        (namespace, f"{kind}/{name}"): obj
        for kind in ("secrets", "configmaps")
        for (namespace, name), obj in parts[kind].objects.items()
        if holding(obj) is not None
    }
    for (namespace, name), obj in parts["certificates"].objects.items():
        if (namespace, managed(obj).secret) not in parts["secrets"].objects:
            found[namespace, f"certificates/{name}"] = obj
    return found
