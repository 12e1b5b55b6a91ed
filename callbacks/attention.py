"""What needs a person, worst first; and what is said where no problem is reported."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from callbacks.absent import NO_CLUSTER
from callbacks.cluster_words import look, silent
from components.kinds import cluster_href, href
from services.clusters.fleet import ClusterInfo
from services.inference.autoscaling import Autoscaling
from services.kube.catalogue import KINDS

WORST = ("err", "warn", "info", "stale")
READ = {"gateways", "gatewayclasses", "httproutes"}
"""Kinds without which little is known of a cluster."""

Item = dict[str, Any]
Counts = Mapping[str, Mapping[str, int]]
"""Of one cluster: per kind how many objects are in which state."""


def items(
    clusters: dict[str, ClusterInfo],
    found: Iterable[Item],
    lacking: Mapping[str, int],
    certificates: Iterable[Item],
    pools: Iterable[Autoscaling],
) -> list[Item]:
    """Everything that needs a person: clusters in trouble or ``lacking`` NGF, what was ``found``
    among their objects, the rows of ``certificates`` that end or cannot serve, and of the inference
    ``pools`` those that are not scaled as they need."""
    made = [
        *(_troubled(info) for info in clusters.values() if _needs_a_person(info, lacking)),
        *(_lacking(clusters[name], gateways) for name, gateways in lacking.items()),
        *(_problem(entry, clusters) for entry in found),
        *(_certificate(row, clusters) for row in certificates),
        *(_scaled(one, clusters) for one in pools if one.explanation[0].status in ("err", "warn")),
    ]
    return sorted(made, key=lambda item: WORST.index(item["status"]))


def calm(per_cluster: Collection[Counts]) -> dict[str, Any]:
    """What is said while no problem is reported. All is well only where all is known to be."""
    if not per_cluster:
        return {"ok": False, "title": "No cluster yet", "text": NO_CLUSTER}
    states: Counter[str] = Counter()
    for counts in per_cluster:
        for known in counts.values():
            states.update(known)
    unread = sum(not counts.keys() >= READ for counts in per_cluster)
    said = [
        _counted(states["info"], "waits for a controller", "wait for a controller"),
        _counted(states["deleting"], "is being deleted", "are being deleted"),
        _counted(states["unattached"], "route is attached nowhere", "routes are attached nowhere"),
        _counted(states["not_ngf"], "gateway is not NGF's", "gateways are not NGF's"),
        _counted(states["stale"], "was last seen", "were last seen"),
        _counted(unread, "cluster is not read in full", "clusters are not read in full"),
    ]
    if any(said):
        text = "; ".join(filter(None, said))
        return {"ok": False, "title": "No problem is reported", "text": f"{text}."}
    return {
        "ok": True,
        "title": "Nothing needs attention",
        "text": "Every cluster answers, and every gateway and route does what it says.",
    }


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _lacking(info: ClusterInfo, gateways: int) -> Item:
    return {
        "status": "warn",
        "title": f"No NGF controller on {info.display_name}",
        "href": f"/gateways?cluster={info.name}",
        "text": _counted(gateways, "gateway needs one.", "gateways need one."),
        "since": None,
        "cluster": "",
        "slot": info.slot,
    }


def _needs_a_person(info: ClusterInfo, lacking: Collection[str]) -> bool:
    """Whether the cluster itself is in trouble, beyond an NGF of which more is said elsewhere."""
    if not look(info.standing).said:
        return False
    wrong = [one.reason for one in info.standing.conditions if one.status == "False"]
    return info.name not in lacking or wrong != ["NotDetected"] or silent(info.standing)


def rank(info: ClusterInfo) -> int:
    """Where a cluster stands among others: those in trouble first, worst first."""
    shown = look(info.standing)
    return WORST.index(shown.status) if shown.said else len(WORST)


def _troubled(info: ClusterInfo) -> Item:
    shown, since = look(info.standing), info.state.since
    return {
        "status": shown.status,
        "title": shown.said.format(info.display_name),
        "href": cluster_href(info.name),
        "text": info.standing.title,
        "since": since.isoformat() if since and not info.state.connected else None,
        "cluster": "",
        "slot": info.slot,
    }


def _problem(entry: Item, clusters: dict[str, ClusterInfo]) -> Item:
    info = clusters[entry["cluster"]]
    place = "/".join(filter(None, (entry["namespace"], entry["name"])))
    return {
        "status": entry["status"],
        "title": f"{KINDS[entry['kind']].kind} {place}",
        "href": href(entry["kind"], entry["cluster"], entry["namespace"], entry["name"]),
        "text": ": ".join(filter(None, (entry.get("reason"), entry.get("message")))),
        "since": entry.get("since"),
        "cluster": info.display_name,
        "slot": info.slot,
    }


def _certificate(row: Item, clusters: dict[str, ClusterInfo]) -> Item:
    info = clusters[row["cluster"]]
    return {
        "status": row["status"],
        "title": f"{KINDS[row['kind_name']].kind} {row['namespace']}/{row['name']}",
        "href": href(row["kind_name"], row["cluster"], row["namespace"], row["name"]),
        "text": f"{row['status_word']}: {row['message']}",
        "since": None,
        "cluster": info.display_name,
        "slot": info.slot,
    }


def _scaled(pool: Autoscaling, clusters: dict[str, ClusterInfo]) -> Item:
    info, first = clusters[pool.cluster], pool.explanation[0]
    return {
        "status": first.status,
        "title": f"Pool {pool.namespace}/{pool.pool}",
        "href": f"/autoscaling?sel={pool.cluster}/{pool.namespace}/{pool.pool}",
        "text": first.text,
        "since": None,
        "cluster": info.display_name,
        "slot": info.slot,
    }
