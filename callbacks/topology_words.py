"""A picture of a topology as Cytoscape takes it, as rows, and what is said around it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callbacks.absent import NO_CLUSTER
from callbacks.list_words import counted
from components.times import clock
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError
from services.gatewayapi.topology.drawing import Column, Drawing
from services.gatewayapi.topology.graph import COLUMNS, WORST, Edge, Graph, Node
from services.gatewayapi.topology.pictures import Picture, View
from services.kube.catalogue import KINDS

Told = dict[str, Any]

HEADS = {
    "host": "Host",
    "class": "GatewayClass",
    "gateway": "Gateway",
    "set": "ListenerSet",
    "listener": "Listener",
    "route": "Route",
    "backend": "Backend",
    "pod": "Pod",
}
SPOKEN = {
    **{kind.kind.lower(): kind.kind for kind in KINDS.values()},
    "listener": "Listener",
    "endpoint": "Endpoint",
    "host": "Host",
}
"""Types of nodes as people write them."""

STATES = (("ok", "healthy"), ("warn", "partly"), ("err", "broken"), ("unknown", "not known"))
"""The key of the graph. What is only on its way counts as not known yet."""

LABEL_LEFT = 26
"""From a node's left edge to its label, px."""
NAMED = 3
"""Neighbours that a row names."""


def head(container: Container, who: Identity, view: View) -> Told:
    """What can be chosen: clusters, and the gateways of the one that is looked at."""
    fleet = container.fleet
    clusters = [{"name": one.name, "slot": fleet.slot(one.name)} for one in fleet.clusters(who)]
    gateways = (
        ["/".join(key) for key in container.topologies.gateways(who, view.clusters[0])]
        if view.mode == "gateway" and view.clusters
        else []
    )
    return {
        "mode": view.mode,
        "clusters": clusters,
        "cluster": view.clusters[0] if view.mode != "across" and view.clusters else "",
        "gateways": gateways,
        "gateway": "/".join(view.gateway) if view.gateway[1] else "",
    }


def nowhere() -> Told:
    """Without a cluster."""
    return _instead("hdd-stack", "No cluster yet", NO_CLUSTER)


def without_gateway() -> Told:
    """A cluster without a gateway that may be seen."""
    said = "Create a gateway, or look at another cluster."
    return _instead("door-open", "No gateway here", said)


def refused(error: ConsoleError) -> Told:
    """What cannot be shown, and why."""
    return _instead("diagram-3", "Not to be shown", error.message)


def _instead(icon: str, title: str, text: str) -> Told:
    return {
        "instead": {"icon": icon, "title": title, "text": text},
        "elements": [],
        "rows": [],
        "key": [],
        "kinds": [],
        "gaps": [],
        "strip": None,
        "total": 0,
    }


def told(
    seen: Picture, view: View, slots: Mapping[str, int], chosen: str = "", *, as_table: bool
) -> Told:
    """Everything that is shown of a picture; ``chosen`` is the object in the drawer."""
    total = len(seen.topology.graph.nodes)
    part = len(seen.part.nodes)
    answer = {
        "elements": [] if as_table else _elements(seen, slots),
        "rows": rows(seen.part, slots) if as_table else [],
        "size": [seen.drawing.width, seen.drawing.height],
        "key": _key(seen, view),
        "kinds": _kinds(seen),
        "gaps": [str(gap) for gap in seen.topology.graph.gaps],
        "strip": _strip(seen, view),
        "said": _count(seen, part, total),
        "finding": _finding(seen),
        "total": total,
        "as_of": seen.topology.as_of.isoformat() if seen.topology.as_of else None,
        "within": {chosen: seen.within[chosen]} if chosen in seen.within else {},
    }
    if not part:
        answer["instead"] = _empty(seen, view, total)
    return answer


def _empty(seen: Picture, view: View, total: int) -> Told:
    if total:
        said = f"{counted(total, 'object')}, none of which matches what is looked for."
        return {"icon": "funnel", "title": "Nothing matches", "text": said, "clear": True}
    if view.mode == "across":
        said = "No host and no backend is on more than one of the clusters that are asked."
        return {"icon": "diagram-3", "title": "Nothing is shared", "text": said}
    if seen.topology.as_of is None:
        said = "The cluster has not answered yet; the graph comes when it does."
        return {"icon": "diagram-3", "title": "Not known", "text": said}
    said = "No gateway class and no gateway. Create a gateway and routes to see where traffic goes."
    return {"icon": "diagram-3", "title": "Nothing to draw", "text": said}


def _elements(seen: Picture, slots: Mapping[str, int]) -> list[Told]:
    drawing = seen.drawing
    found = [_head_of(column, drawing) for column in drawing.columns]
    for node in drawing.graph.nodes.values():
        found += _node(node, seen, slots)
    found += [_edge(edge, drawing) for edge in drawing.graph.edges]
    return found


def _head_of(column: Column, drawing: Drawing) -> Told:
    label = f"{HEADS[column.name]} {column.count:,}"
    data = {"id": f"head:{column.name}", "as": "head", "label": label}
    return {"data": data, "position": {"x": column.left, "y": 14}}


def _node(node: Node, seen: Picture, slots: Mapping[str, int]) -> list[Told]:
    place = seen.drawing.places[node.id]
    noted = len(node.note) * 6.2 + 10 if node.note else 0
    data: Told = {
        "id": node.id,
        "as": "group" if node.id.startswith("group/") else "object",
        "label": node.name,
        "kind": SPOKEN.get(node.type, node.type),
        "full": node.said,
        "st": node.status,
        "word": node.word,
        "why": node.reason,
        "said": node.message,
        "note": node.note,
        "col": COLUMNS.index(node.column),
        "w": place.width,
        "in": round(LABEL_LEFT - place.width, 1),
        "tw": round(place.width - LABEL_LEFT - 8 - noted, 1),
    }
    if node.presence:
        data["gone"] = node.presence
    if node.type.endswith("policy"):
        data["policy"] = 1
    if node.id in seen.matches:
        data["match"] = 1
    if node.cluster:
        data |= {"cluster": node.cluster, "slot": slots.get(node.cluster, 8)}
    if node.clusters:
        data["clusters"] = [[name, node.metadata.get(name, "")] for name in node.clusters]
    position = {"x": place.x, "y": place.y}
    made = [{"data": data, "position": position}]
    if node.note:
        note = {"id": f"note:{node.id}", "as": "note", "label": node.note}
        right = {"x": round(place.x + place.width / 2 - 8, 1), "y": place.y}
        made.append({"data": note, "position": right})
    return made


def _edge(edge: Edge, drawing: Drawing) -> Told:
    weights, distances = drawing.bend(edge)
    data: Told = {
        "id": f"{edge.source}>{edge.target}>{edge.type}",
        "source": edge.source,
        "target": edge.target,
        "kind": edge.type,
        "cw": weights,
        "cd": distances,
    }
    if edge.weights:
        data["label"] = " / ".join(f"{weight:.3g}" for weight in edge.weights)
    if edge.broken:
        data |= {"broken": 1, "why": edge.reason}
    if edge.type == "targetRef":
        data["policy"] = 1
    return {"data": data}


def rows(part: Graph, slots: Mapping[str, int]) -> list[Told]:
    """A row for each object, the worst first, then along the way of traffic."""
    incoming, outgoing = part.incoming(), part.outgoing()
    ranked = sorted(
        part.nodes.values(),
        key=lambda node: (
            WORST[node.status],
            COLUMNS.index(node.column),
            node.namespace,
            node.name,
            node.id,
        ),
    )
    return [
        {
            "id": node.id,
            "status": node.status,
            "status_word": node.word,
            "name": node.name,
            "namespace": node.namespace,
            "kind": SPOKEN.get(node.type, node.type),
            "reason": node.reason,
            "message": node.message,
            "from": _names(part, incoming[node.id]),
            "to": _names(part, outgoing[node.id]),
            "note": node.note,
            "cluster": node.cluster,
            "slot": slots.get(node.cluster, 8),
        }
        for node in ranked
    ]


def _names(part: Graph, ids: Sequence[str]) -> str:
    names = [part.nodes[one].name for one in ids[:NAMED]]
    more = len(ids) - len(names)
    return ", ".join(names) + (f" +{more}" if more > 0 else "")


def _key(seen: Picture, view: View) -> list[Told]:
    counts = {**seen.counts, "unknown": seen.counts.get("unknown", 0) + seen.counts.get("info", 0)}
    return [
        {
            "status": status,
            "word": word,
            "count": counts.get(status, 0),
            "on": status in view.wanted.statuses,
        }
        for status, word in STATES
    ]


def _kinds(seen: Picture) -> list[Told]:
    found = ((name, SPOKEN.get(name, name), count) for name, count in seen.types.items())
    return [{"type": name, "kind": kind, "count": count} for name, kind, count in sorted(found)]


def _count(seen: Picture, part: int, total: int) -> str:
    inside = len(seen.within)
    said = f"{part - inside:,} of {counted(total, 'object')} drawn"
    if inside:
        said += f", {inside:,} grouped"
    if part < total:
        said += f", {total - part:,} left out by filters"
    return said


def _finding(seen: Picture) -> str:
    """What the graph says in one sentence, for who does not see it."""
    columns = [
        f"{column.count} {HEADS[column.name].lower()}{'' if column.count == 1 else 's'}"
        for column in seen.drawing.columns
    ]
    broken = sum(node.status == "err" for node in seen.part.nodes.values())
    said = f"{', '.join(columns)}." if columns else "Nothing."
    return f"{said} {counted(broken, 'object')} broken." if broken else said


def _strip(seen: Picture, view: View) -> Told | None:
    """Which clusters did not answer, and what is shown instead."""
    gone = seen.topology.clusters_missing
    if not gone:
        return None
    as_of = seen.topology.as_of
    one_only = view.mode != "across"
    lead = (
        "The cluster does not answer." if one_only else f"{counted(len(gone), 'cluster')} missing."
    )
    shown = f"What is drawn was last seen at {clock(as_of)}." if one_only and as_of else ""
    return {
        "lead": lead,
        "text": " ".join([_reasons(gone), shown]).strip(),
        "names": [str(one["name"]) for one in gone],
    }


def _reasons(gone: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(f"{one['name']}: {str(one['reason']).rstrip('.')}." for one in gone)
