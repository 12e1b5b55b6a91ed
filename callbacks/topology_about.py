"""One object of a topology for its drawer: facts, why it stands so, policies in effect, ways on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from callbacks.topology_words import SPOKEN
from components.kinds import KINDS as WITH_PAGE
from components.kinds import check_href, edit_href, href
from services.auth.identity import Identity, Role
from services.container import Container
from services.errors import ConsoleError
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.backends import Backend
from services.gatewayapi.policies.effective import APPLIES_TO
from services.gatewayapi.topology.about import About
from services.gatewayapi.topology.about import about as asked_about
from services.gatewayapi.topology.graph import ROUTES, Edge, Node
from services.gatewayapi.topology.pictures import View
from services.kube.catalogue import KINDS

Told = dict[str, Any]

NEAR = 12
"""Neighbours in the drawer; the graph has the others."""
_PLURALS = {kind.kind.lower(): name for name, kind in KINDS.items()}
_SEVERITIES = {"error": "err", "warning": "warn", "note": "note"}
_TAGS = {"RefNotPermitted": "not permitted", "BackendNotFound": "not found"}
_FACTS = {
    "gatewayClassName": "Class",
    "address": "Address",
    "controller": "Controller",
    "listener": "Listener",
    "port": "Port",
    "protocol": "Protocol",
    "hostname": "Hostname",
    "type": "Type",
    "clusterIP": "Cluster IP",
    "ready": "Ready",
    "total": "Endpoints",
}


def about(container: Container, who: Identity, view: View, name: str, *, why: bool = False) -> Told:
    """The drawer of one node, with its issues where it asks ``why``; where it is gone, that."""
    try:
        found = asked_about(container.topologies, who, view, name, why=why)
    except ConsoleError as error:
        return {"id": name, "gone": error.message}
    node = found.node
    return {
        "id": name,
        "kind": SPOKEN.get(node.type, node.type),
        "name": node.name,
        "namespace": node.namespace,
        "cluster": found.cluster,
        "status": node.status,
        "word": node.word,
        "reason": node.reason,
        "message": node.message,
        "whole": why,
        "facts": _facts(node, view),
        "issues": [_issue(one, node) for one in found.issues],
        "attached": [
            one
            for parent in found.parents
            for one in _attached(found, parent, lambda place: who.may_see(found.cluster, place))
        ],
        "rules": [_rule(found, one) for one in found.rules],
        "sources": _near(found, found.sources),
        "targets": [] if found.rules else _near(found, found.targets),
        "policies": _policies(container, who, found),
        "more": max(0, len(found.sources) - NEAR) + max(0, len(found.targets) - NEAR),
        "actions": _actions(found, who),
    }


def _policies(container: Container, who: Identity, found: About) -> list[Told]:
    """What is in effect for an object, and what would be were it not refused or overridden."""
    ref, section = found.node.ref, ""
    if ref is None or found.obj is None or found.node.presence:
        return []
    if found.node.type == "listener":
        section = found.node.metadata["listener"]
    if ref.kind not in APPLIES_TO:
        return []
    try:
        told = container.policies.effective(who, found.cluster, ref, section)
    except ConsoleError:
        return []
    shown: list[Told] = []
    for one in told["policies"]:
        if (policy := _policy(found, one)) not in shown:  # the same by way of several gateways
            shown.append(policy)
    if told["hidden"]:
        text = "in namespaces outside your limits"
        shown.append({"name": f"{told['hidden']} more", "href": "", "text": text, "over": False})
    return shown


def _policy(found: About, one: Told) -> Told:
    plural = _PLURALS.get(one["kind"].lower(), "")
    where = "on this object"
    if one["inherited_from"]:
        where = f"from the {one['inherited_from']['kind']}"
    if one["rule"] is not None:
        where = f"in rule {one['rule'] + 1}"
    winners = [each["overridden_by"] for each in one["settings"] if each["overridden_by"]]
    said = ""
    if one["refused"]:
        where, said = f"refused: {one['refused']['reason']}", one["refused"]["message"]
    elif winners and not one["works"]:
        where = f"overridden by {winners[0]['name'] or 'one that is hidden'}"
    elif winners:
        where += ", overridden in part"
    return {
        "name": one["name"],
        "href": href(plural, found.cluster, one["namespace"], one["name"]),
        "text": f"{one['kind']}, {where}",
        "said": said,
        "over": not one["works"],
    }


def _issue(one: Issue, node: Node) -> Told:
    return {
        "status": _SEVERITIES[one.severity],
        "message": "" if one.message == node.message else one.message,
        "section": one.section,
        "remedy": one.remedy,
    }


def _facts(node: Node, view: View) -> list[list[str]]:
    if view.mode == "across" and node.clusters:
        return [[name, node.metadata.get(name, "") or "served"] for name in node.clusters]
    facts = [[_FACTS[key], said] for key, said in node.metadata.items() if key in _FACTS]
    if len(node.hosts) > 1:
        facts = [one for one in facts if one[0] != "Hostname"]
        facts.append(["Hostnames", ", ".join(host or "any" for host in node.hosts)])
    return facts


def _attached(found: About, parent: Parent, sees: Callable[[str], bool]) -> list[Told]:
    gateway = parent.gateway or parent.target
    place = (found.cluster, gateway.namespace, gateway.name)
    shown = {
        "href": href("gateways", *place) if gateway.kind == "Gateway" else "",
        "name": f"{gateway.namespace}/{gateway.name}",
    }
    taken = [
        one for one in parent.attachments if one.attached and sees(one.listener.owner.namespace)
    ]
    if taken:
        listeners = ", ".join(one.listener.name for one in taken)
        word = "listener" if len(taken) == 1 else "listeners"
        return [{**shown, "status": "ok", "text": f"{word} {listeners}"}]
    fault = parent.fault
    why = fault.reason if fault else "not attached"
    said = fault.message if fault else ""
    if fault and fault.section:
        said += f" ({fault.section})"
    return [{**shown, "status": "err", "text": why, "said": said}]


def _rule(found: About, rule: Any) -> Told:
    total = sum(one.spec.weight for one in rule.backends)
    several = len(rule.backends) > 1
    to = [
        _to(found, one, 100 * one.spec.weight / total if several and total else None)
        for one in rule.backends
    ]
    return {"number": rule.number, "takes": list(rule.takes), "to": to}


def _to(found: About, one: Backend, share: float | None) -> Told:
    own = one.spec.namespace == found.node.namespace
    name = one.spec.name if own else f"{one.spec.namespace}/{one.spec.name}"
    tag = ""
    if one.fault:
        tag = _TAGS.get(one.fault.reason, one.fault.reason)
    elif one.status is not None:
        tag = "no endpoint"
    said = one.fault.message if one.fault else ""
    port = f":{one.spec.port}" if one.spec.port else ""
    weight = None if share is None else f"{share:.3g}"
    return {"name": f"{name}{port}", "weight": weight, "tag": tag, "said": said}


def _near(found: About, near: Sequence[tuple[Edge, Node]]) -> list[Told]:
    return [
        {
            "id": node.id,
            "status": node.status,
            "name": node.said,
            "kind": SPOKEN.get(node.type, node.type),
            "text": edge.reason if edge.broken else node.note,
        }
        for edge, node in near[:NEAR]
    ]


def _actions(found: About, who: Identity) -> list[Told]:
    node, cluster = found.node, found.cluster
    if node.ref is None or node.presence or not cluster:
        return []
    kind = node.ref.kind.lower()
    plural = _PLURALS.get(kind, "")
    place = (cluster, node.ref.namespace, node.ref.name)
    actions: list[Told] = []
    if open_at := href(plural, *place):
        actions.append({"label": "Open", "href": open_at})
    actions += _ways_on(found)
    if plural in WITH_PAGE and plural != "gatewayclasses" and who.role.includes(Role.OPERATOR):
        actions.append({"label": "Edit", "href": edit_href(plural, *place)})
    return actions


def _ways_on(found: About) -> list[Told]:
    """What can be asked about an object elsewhere."""
    node, cluster = found.node, found.cluster
    if node.type in ROUTES:
        ways = [("Simulate", _request(found))] if node.type in ("httproute", "grpcroute") else []
        if node.status in ("err", "warn"):
            place = (SPOKEN[node.type], cluster, node.namespace, node.name)
            ways.append(("Check the route", check_href(*place)))
        query = _query({"cluster": cluster, "route": node.said})
        ways.append(("Show logs", f"/logs?{query}"))
    elif node.type == "gateway":
        query = _query({"cluster": cluster, "gateway": node.said})
        ways = [
            ("Only this", f"/topology?mode=gateway&{query}"),
            ("Simulate", f"/simulator?{query}"),
        ]
    else:
        ways = []
    return [{"label": label, "href": at} for label, at in ways]


def _request(found: About) -> str:
    """The simulator with a request that the first rule of a route might take."""
    taken = [one for up in found.parents for one in up.attachments if one.attached]
    listener = taken[0].listener if taken else None
    host = next((one for one in found.node.hosts if one), "example.com").replace("*", "any", 1)
    scheme = "https" if listener and listener.protocol in ("HTTPS", "TLS") else "http"
    spec = (found.obj or {}).get("spec") or {}
    rule = next(iter(spec.get("rules") or ()), {})
    match = next(iter(rule.get("matches") or ()), {})
    path = match.get("path") or {}
    told = path.get("value", "/") if path.get("type") != "RegularExpression" else "/"
    chosen = {"cluster": found.cluster}
    if listener:
        chosen["gateway"] = f"{listener.gateway.namespace}/{listener.gateway.name}"
    if found.node.type == "grpcroute":
        method = match.get("method") or {}
        told = f"/{method.get('service') or 'service'}/{method.get('method') or 'Method'}"
        chosen["method"] = "gRPC"
    elif match.get("method"):
        chosen["method"] = str(match["method"])
    return f"/simulator?{_query({**chosen, 'url': f'{scheme}://{host}{told}'})}"


def _query(values: Mapping[str, str]) -> str:
    return "&".join(f"{key}={quote(value, safe='/')}" for key, value in values.items())
