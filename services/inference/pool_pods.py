"""What the API of a cluster knows of pools: who picks for them, and which pod has which IP."""

from datetime import datetime

from services.clusters.cluster import Cluster


def pools_of(cluster: Cluster) -> list[str]:
    """``namespace/name`` of each InferencePool."""
    keys = cluster.snapshot("inferencepools").objects
    return [f"{namespace}/{name}" for namespace, name in keys]


def pickers_of(cluster: Cluster, pool: str) -> set[str]:
    """Names of the Services that pick for the pools called ``pool``, a name or namespace/name. A
    picker's Deployment has the name of its Service where the picker's chart installed both."""
    namespace, _, name = pool.rpartition("/")
    found = set()
    for (where, called), one in cluster.snapshot("inferencepools").objects.items():
        spec = one.get("spec") or {}
        reference = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
        if called == name and namespace in ("", where) and reference.get("name"):
            found.add(str(reference["name"]))
    return found


def pods_by_ip(cluster: Cluster, since: datetime) -> dict[str, str]:
    """``namespace/name`` of each pod that there is and has been since a time, by its IP. An IP that
    several have had (those of the host's network) is left out."""
    found: dict[str, str] = {}
    shared = set()
    for (namespace, name), pod in cluster.snapshot("pods").objects.items():
        ip = (pod.get("status") or {}).get("podIP")
        created = pod["metadata"].get("creationTimestamp")
        if not ip or not created or datetime.fromisoformat(created) > since:
            continue
        if ip in found:
            shared.add(ip)
        found[ip] = f"{namespace}/{name}"
    return {ip: name for ip, name in found.items() if ip not in shared}
