"""GPU capacity in one answer: totals, by type, by cluster, by node; who tells nothing is named."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks import gpu_live, gpu_words, pool_charts, pool_words
from callbacks.asking import Asked, many, panels, question, window_of
from callbacks.cluster_words import place
from callbacks.gpu_words import Gpus
from callbacks.panels import plain
from callbacks.panels import values as values_of
from callbacks.registrar import Callbacks
from components import gpus, ids
from components.kinds import cluster_href
from components.panels import values
from components.times import seen
from services.auth.identity import Identity
from services.clusters.fleet import ClusterInfo
from services.clusters.gpus import GpuReading
from services.container import Container
from services.errors import ConsoleError
from services.inference import gpu_types, provider
from services.inference.results import Device
from services.telemetry.answers import Answer

MOST = 1000
"""Devices that are listed: those in trouble and the hottest first."""

Row = dict[str, Any]

CLUSTER_VALUES = (
    "name",
    "region",
    "environment",
    "total",
    "allocated",
    "available",
    "utilization",
    "types",
    "source",
    "as_of",
    "reason",
)
NODE_VALUES = (
    "cluster",
    "node",
    "product",
    "resource",
    "offered",
    "total",
    "allocated",
    "free",
    "physical",
    "busy",
    "heat",
    "watts",
    "reporting",
    "failing",
)
"""What of the rows of clusters and nodes is a value."""


def register(callbacks: Callbacks) -> None:
    """Register the page's one question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(gpus.DATA, "data"), Input(gpus.TICK, "data"), Input(gpus.ASKED, "data"))
    def answer(_tick: int, asked: Asked) -> dict[str, Any]:
        return page(container, callbacks.who(), frozenset(many(asked.get("cluster"))))

    @callbacks.on(Output(gpus.TIME, "data"), Input(gpus.ASKED, "data"))
    def read(asked: Asked) -> dict[str, Any]:
        return over_time(container, callbacks.who(), asked)

    callbacks.clientside(
        ClientsideFunction("ngfGpus", "draw"),
        Output(gpus.GRID, "rowData"),
        Input(gpus.DATA, "data"),
        Input(ids.VIEW, "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfGpus", "devices"),
        Output(gpus.DEVICES, "rowData"),
        Input(gpus.TIME, "data"),
        Input(ids.VIEW, "data"),
    )
    callbacks.clientside(
        ClientsideFunction("ngfGpus", "typed"), Input("gpus-q", "value"), prevent_initial_call=True
    )


def page(container: Container, who: Identity, chosen: frozenset[str]) -> dict[str, Any]:
    """Everything on the page, for the ``chosen`` clusters (all when empty)."""
    found = [
        (info, container.gpus.of(one))
        for one, info in container.fleet.described(who)
        if not chosen or info.name in chosen
    ]
    infos, readings = [info for info, _ in found], {info.name: told for info, told in found}
    known = {name: told for name, reading in readings.items() if (told := gpu_words.gpus(reading))}
    missing = [info for info in infos if info.name not in known]
    read = gpu_live.readings(container, [info.name for info in infos], who.namespaces)
    devices = read.value or []
    live = gpu_live.by_place(devices)
    failed = read.reason if read.value is None else None
    types = _types(known)
    told = [_cluster(info, known[info.name], devices) for info in infos if info.name in known]
    unknown = [_unknown(info, readings[info.name]) for info in missing]
    nodes = [
        _node(info, node, live, failed or gpu_live.UNREAD)
        for info in infos
        for node in _nodes(known, info)
    ]
    return {
        "tiles": {**_tiles(known, len(missing)), **_live_tile(devices, failed)},
        "types": types,
        "clusters": told,
        "unknown": unknown,
        "nodes": nodes,
        "strip": _strip(infos, readings),
        "failed": failed,
        "values": {
            gpus.TYPES: values(types, "nodes"),
            gpus.CLUSTERS: values(
                {name: one.get(name) for name in CLUSTER_VALUES} for one in (*told, *unknown)
            ),
            gpus.GRID: values(
                ({name: one[name] for name in NODE_VALUES} for one in nodes),
                f"nodes, {gpu_live.SOURCE}",
                read.as_of,
                reason=failed,
            ),
        },
    }


def over_time(container: Container, who: Identity, asked: Asked) -> dict[str, Any]:
    """What the devices of the chosen clusters read over the range, and each of them at its end."""
    window = window_of(asked)
    scope = question(container, who, {"cluster": asked.get("cluster")})
    of = provider.Asked(scope.clusters, scope.namespaces)
    metrics = container.metrics

    def made() -> dict[str, dict[str, Any]]:
        busy = pool_charts.line("utilization", metrics.gpu_util_series(of, window), "%")
        memory = pool_charts.line("in use", metrics.gpu_memory_series(of, window), "%")
        return {gpus.BUSY: busy, gpus.MEMORY: memory}

    try:
        found = metrics.devices(of, window)
    except ConsoleError as error:
        found = Answer(None, gpu_live.SOURCE, None, window, error.message)
    first = sorted(found.value or [], key=lambda one: one.urgency, reverse=True)
    return {
        "devices": [_device(one, container.fleet.slot(one.cluster)) for one in first[:MOST]],
        "count": len(first),
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "reason": found.reason,
        "panels": panels((gpus.BUSY, gpus.MEMORY), window, gpu_live.SOURCE, made),
        "values": {gpus.DEVICES: values_of(found, map(plain, first[:MOST]))},
    }


def _device(one: Device, slot: int) -> Row:
    return {
        **pool_words.device(one),
        "id": f"{one.cluster}/{one.uuid}",
        "name": one.node or "no node named",
        "cluster": one.cluster,
        "slot": slot,
        "product": one.type,
        "short": gpu_types.normal(one.type),
        "pool": f"{one.namespace}/{one.pool}" if one.pool else "",
        "href": cluster_href(one.cluster),
    }


def _nodes(known: Mapping[str, Gpus], info: ClusterInfo) -> list[Row]:
    return known[info.name]["nodes"] if info.name in known else []


def _tiles(known: Mapping[str, Gpus], missing: int) -> dict[str, Row]:
    found = list(known.values())
    if not found:
        none = {"value": None, "unit": "", "note": [("no cluster tells its GPUs", "")]}
        return dict.fromkeys(gpus.KEYS, none)
    total, free = (sum(one[key] for one in found) for key in ("total", "available"))
    types = gpu_words.by_type(found)
    nodes = {(name, node["node"]) for name, one in known.items() for node in one["nodes"]}
    return {
        "gpus": gpu_words.allocation(found, missing),
        "free": _tile(f"{free:,}", "", _share(free, total)),
        "used": _used(found),
        "types": _tile(f"{len(types)}", "", ", ".join(types) or "none"),
        "nodes": _tile(f"{len(nodes):,}", "", _told_by_agents(found)),
    }


def _share(free: int, total: int) -> str:
    """A ratio of nothing is no number."""
    return f"{round(100 * free / total)}% can be scheduled" if total else "no GPUs"


def _used(found: list[Gpus]) -> Row:
    """The mean over GPUs, of the clusters where a probe measures it."""
    measured = [one for one in found if one["utilization"] is not None and one["total"]]
    weight = sum(one["total"] for one in measured)
    if not weight:
        return _tile(None, "", "no probe measures it")
    mean = sum(one["utilization"] * one["total"] for one in measured) / weight
    having = sum(bool(one["total"]) for one in found)
    return _tile(f"{mean:.0f}%", "", f"measured on {len(measured)} of {having} clusters")


def _live_tile(devices: list[Device], failed: str | None) -> dict[str, Row]:
    """Utilization as the devices read it, where they do; what probes measure stands in for none,
    not for one that cannot be read."""
    if failed:
        return {"used": {**_tile(None, "", failed), "source": gpu_live.SOURCE, "as_of": None}}
    live = gpu_live.together(devices)
    if live.util is None:
        return {}
    clusters = len({one.cluster for one in devices})
    watts = "" if live.watts is None else f", {live.watts / 1000:.1f} kW"
    said = f"{live.devices} devices on {clusters} {'cluster' if clusters == 1 else 'clusters'}"
    tile = _tile(f"{live.util:.0f}%", "", f"{said}{watts}")
    as_of = live.as_of.isoformat() if live.as_of else None
    return {"used": {**tile, "source": gpu_live.SOURCE, "as_of": as_of}}


def _told_by_agents(found: list[Gpus]) -> str:
    agents = sum(one["source"] == "agent" and one["total"] > 0 for one in found)
    return f"nodes of {agents} not told, agent only" if agents else "with GPUs"


def _tile(value: str | None, unit: str, note: str) -> Row:
    return {"value": value, "unit": unit, "note": [(note, "")]}


def _types(known: Mapping[str, Gpus]) -> list[Row]:
    totals: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    untold: set[str] = set()
    clusters: dict[str, set[str]] = defaultdict(set)
    offered: dict[str, set[str]] = defaultdict(set)
    for name, found in known.items():
        for product, (allocated, total) in found["types"].items():
            totals[product] += total
            taken[product] += allocated or 0
            untold |= {product} if allocated is None else set()
            clusters[product].add(name)
        for node in found["nodes"]:
            offered[node["product"]].add(node["offered"])
    return [
        {
            "product": product,
            "short": gpu_words.short(product),
            "offered": sorted(offered[product] or {gpu_words.offered_as(product)}),
            "total": total,
            "allocated": None if product in untold else taken[product],
            "clusters": len(clusters[product]),
        }
        for product, total in totals.most_common()
    ]


def _cluster(info: ClusterInfo, found: Gpus, devices: list[Device]) -> Row:
    own = gpu_live.together(one for one in devices if one.cluster == info.name)
    return {
        **place(info),
        **{key: found[key] for key in ("total", "allocated", "available", "source", "as_of")},
        "utilization": found["utilization"] if own.util is None else own.util,
        "reason": found["reason"],
        "types": ", ".join(gpu_words.by_type([found])),
        "notes": found["notes"],
    }


def _unknown(info: ClusterInfo, reading: GpuReading) -> Row:
    return {**place(info), "reason": reading.reason}


def _node(
    info: ClusterInfo, node: Row, live: Mapping[gpu_live.Place, list[Device]], unread: str
) -> Row:
    at = gpu_live.place(info.name, node["node"], node["product"])
    return {
        **node,
        **gpu_live.node_row(live, at, unread),
        "id": f"{info.name}/{node['node']}/{node['resource']}/{node['product']}",
        "cluster": info.name,
        "slot": info.slot,
        "name": node["node"] or "no single node",
        "href": cluster_href(info.name),
        "stale": not info.state.connected,
    }


def _strip(infos: list[ClusterInfo], readings: Mapping[str, GpuReading]) -> Row | None:
    """Who tells nothing or nothing new, and why."""
    gone = [info for info in infos if readings[info.name].reason]
    if not gone:
        return None
    told = []
    for info in gone[:2]:
        reading = readings[info.name]
        shown = f"shown as {seen(reading.as_of)}" if reading.capacity else "no data"
        told.append(f"{info.name}: {reading.reason.rstrip('.')}, {shown}.")
    more = f" {len(gone) - 2} more in the table by cluster." if len(gone) > 2 else ""
    return {
        "lead": f"{len(infos) - len(gone)} of {len(infos)} clusters tell their GPUs now.",
        "text": " ".join(told) + more,
        "names": [info.name for info in gone],
    }
