"""The key figures of the fleet page: what is ready, what reports, what runs, what is taken.

What is not known is said and never counted: a cluster without a number is named, not added as 0.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from callbacks import gpu_words
from callbacks.cluster_words import latest_check, look
from callbacks.gpu_words import Gpus
from services.clusters.fleet import ClusterInfo
from services.clusters.versions import Lag, lagging

NAMED = 2
"""Clusters named in a note; further ones are counted."""

Words = list[tuple[str, str]]
Tile = dict[str, Any]


def tiles(clusters: Sequence[ClusterInfo], gpus: Sequence[Gpus | None]) -> dict[str, Tile]:
    """All five, by their keys in ``components.fleet.TILES``; ``gpus`` of each cluster."""
    if not clusters:
        none = [("no cluster here", "")]
        untold = dict.fromkeys(("agents", "ngf", "gpus", "versions"), _tile(None, "", none))
        return {"clusters": _tile("0", "", none), **untold}
    return {
        "clusters": _clusters(clusters),
        "agents": _agents(clusters),
        "ngf": _ngf(clusters),
        "gpus": _gpus(gpus),
        "versions": _versions(clusters),
    }


def _clusters(clusters: Sequence[ClusterInfo]) -> Tile:
    phases = Counter(info.standing.phase for info in clusters)
    troubled = sum(bool(look(info.standing).said) for info in clusters)
    note: Words = [(f"{phases['Ready']} ready", "")]
    if phases["Connecting"]:
        note += [(f", {phases['Connecting']} connecting", "")]
    if troubled:
        need = "needs" if troubled == 1 else "need"
        note += [(", ", ""), (f"{troubled} {need} attention", "bad")]
    return _tile(f"{len(clusters):,}", "", note, latest_check(clusters))


def _agents(clusters: Sequence[ClusterInfo]) -> Tile:
    managed = [info for info in clusters if info.agents]
    if not managed:
        return _tile(None, "", [("no agent can report to this console", "")])
    reasons = Counter(
        "reporting" if one.status == "True" else one.reason
        for one in (info.standing.condition("AgentReporting") for info in managed)
    )
    said = [
        (f"{reasons['HeartbeatStale']} stale", "warn") if reasons["HeartbeatStale"] else None,
        (f"{reasons['NeverReported']} never reported", "") if reasons["NeverReported"] else None,
    ]
    return _tile(
        f"{reasons['reporting']:,}",
        f"of {len(managed):,}",
        _joined(said) or [("every heartbeat is in time", "")],
        _oldest_heartbeat(managed),
    )


def _ngf(clusters: Sequence[ClusterInfo]) -> Tile:
    versions = {info.name: version for info in clusters if (version := info.state.ngf_version)}
    without = [info for info in clusters if not info.state.ngf_version]
    absent = sum(
        info.standing.condition("GatewayFabricDetected").status == "False" for info in without
    )
    unknown = len(without) - absent
    if not versions:
        none = "no NGF on any cluster" if absent and not unknown else "not known of any cluster"
        return _tile("0" if absent and not unknown else None, "", [(none, "")])
    known = sorted(set(versions.values()))
    said = [
        _behind(lagging(versions)),
        (f"{absent} without NGF", "") if absent else None,
        (f"{unknown} not known", "") if unknown else None,
    ]
    alone = [(f"{known[0]} on every cluster", "")] if len(known) == 1 else [(", ".join(known), "")]
    return _tile(f"{len(known)}", "", _joined(said) or alone)


def _behind(found: Sequence[Lag]) -> tuple[str, str] | None:
    if not found:
        return None
    if len(found) == 1:
        return f"1 behind by {found[0]}: {found[0].name}", ""
    return f"{len(found)} behind {found[0].newest}: {_named([one.name for one in found])}", ""


def _gpus(gpus: Sequence[Gpus | None]) -> Tile:
    known = [found for found in gpus if found]
    unknown = len(gpus) - len(known)
    if not known:
        return _tile(None, "", [("no cluster tells its GPUs", "")])
    total = sum(found["total"] for found in known)
    taken = sum(found["allocated"] for found in known)
    old = sum(bool(found["reason"] and found["total"]) for found in known)
    said = [
        (f"no data of {unknown}", "") if unknown else None,
        (f"{old} as last seen", "warn") if old else None,
        *((words, "") for words in gpu_words.by_type(known)),
    ]
    if not total:
        none = _joined([*said, ("no cluster has GPUs", "")]) if unknown else [("no GPUs", "")]
        return _tile("0", "", none)
    return _tile(f"{taken:,}", f"of {total:,} allocated", _joined(said))


def _versions(clusters: Sequence[ClusterInfo]) -> Tile:
    managed = [info for info in clusters if info.agents]
    versions = {one.name: one.agent.agent_version for one in managed if one.agent}
    told = {name: version for name, version in versions.items() if version}
    if not told:
        why = "no agent has reported yet" if managed else "no agent can report to this console"
        return _tile(None, "", [(why, "")])
    behind = lagging(told)
    newest = behind[0].newest if behind else Counter(told.values()).most_common(1)[0][0]
    on = sum(version.removeprefix("v") == newest.removeprefix("v") for version in told.values())
    others = {
        name: version
        for name, version in told.items()
        if version.removeprefix("v") != newest.removeprefix("v")
    }
    note: Words = [("on every agent", "")]
    if others:
        older = sorted(set(others.values()))
        note = [(f"{', '.join(older[:NAMED])} on {_named(sorted(others))}", "")]
    return _tile(newest, f"on {on:,}", note, _oldest_heartbeat(managed))


def _oldest_heartbeat(clusters: Iterable[ClusterInfo]) -> datetime | None:
    """Of the agents that report in time the one that has reported least recently."""
    return min(
        (
            info.agent.at
            for info in clusters
            if info.agent and info.standing.condition("AgentReporting").status == "True"
        ),
        default=None,
    )


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _joined(said: Iterable[tuple[str, str] | None]) -> Words:
    words: Words = []
    for one in said:
        if one is not None:
            words += [(", ", "")] if words else []
            words.append(one)
    return words


def _tile(value: str | None, unit: str, note: Words, at: datetime | None = None) -> Tile:
    return {
        "value": value,
        "unit": unit,
        "note": note,
        "at": at.isoformat() if at else None,
    }
