"""What the Gateway wizard may offer on a cluster: classes, certificates, issuers, namespaces, and
whether firewall, snippets and cert-manager can be had, each with how that is known."""

from typing import Any

from callbacks.registrar import Callbacks
from services.auth.identity import Identity
from services.clusters.cluster import Cluster
from services.errors import NotFound
from services.gatewayapi.abilities import Abilities, Ability, Issuer

Object = dict[str, Any]


def of(callbacks: Callbacks, who: Identity, asked: Object) -> Object:
    """The offers of a cluster for gateways of the class that is chosen."""
    fleet = callbacks.container.fleet
    try:
        cluster = fleet.visible(who, asked["cluster"])
        found = callbacks.container.bundles.abilities(
            who, asked["cluster"], str(asked.get("class") or "")
        )
    except NotFound as error:
        return {"abilities": {}, "classes": [], "why": error.message}
    return {
        "why": _unread(cluster, "gatewayclasses", "GatewayClasses"),
        "secrets_why": _unread(cluster, "secrets", "Secrets"),
        "edition": found.edition,
        "version": found.version,
        "evidence": found.evidence,
        "chosen": found.class_name,
        "classes": [
            {
                "name": one.name,
                "controller": one.controller,
                "ngf": one.ngf,
                "accepted": one.accepted,
                "description": one.description,
                "features": list(one.features),
                "evidence": one.evidence,
            }
            for one in found.classes
        ],
        "absent": [{"kind": one.kind, "reason": one.reason} for one in found.absent],
        "namespaces": list(found.namespaces),
        "secrets": [
            {
                "namespace": one.namespace,
                "name": one.name,
                "hosts": list(one.hosts),
                "ends": one.ends.isoformat() if one.ends else None,
                "state": one.state,
            }
            for one in found.secrets
        ],
        "issuers": [*map(_issuer, found.issuers)],
        "abilities": _abilities(found),
    }


def _unread(cluster: Cluster, name: str, what: str) -> str:
    """Why it is not known what is there, "" where it is."""
    snapshot = cluster.snapshot(name)
    if snapshot.state in ("live", "stale"):
        return ""
    why = f": {snapshot.why.rstrip('.')}" if snapshot.why else ""
    return f"{what} of {cluster.name} are not known{why}."


def _abilities(found: Abilities) -> Object:
    made = {
        "plus": found.plus,
        "waf": found.waf,
        "snippets": found.snippets,
        "inference": found.inference,
        "experimental": found.experimental,
        "certificates": found.certificates,
    }
    kinds = {
        "proxy": "NginxProxy",
        "grants": "ReferenceGrant",
        "policies": "SnippetsPolicy",
    }
    told = {name: _ability(one) for name, one in made.items()}
    for name, kind in kinds.items():
        reason = found.lacks(kind)
        told[name] = {"ok": not reason, "reason": reason, "evidence": ""}
    if not told["snippets"]["ok"]:
        told["policies"] = told["snippets"]
    return told


def _ability(one: Ability) -> Object:
    """What is not known is no reason to switch anything off."""
    return {"ok": one.supported is not False, "reason": one.evidence, "evidence": one.evidence}


def _issuer(one: Issuer) -> Object:
    place = f"{one.namespace}/{one.name}" if one.namespace else one.name
    ready = {True: "", False: ", not ready", None: ", not known whether ready"}[one.ready]
    return {
        "value": f"{one.kind}/{one.name}",
        "label": f"{one.kind} {place}{ready}",
        "namespace": one.namespace,
        "evidence": one.evidence,
    }
