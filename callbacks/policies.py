"""Conflicts of policies, and what is in effect for an object: an answer each, drawn by a script."""

from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks.asking import Asked, many
from callbacks.registrar import Callbacks
from components import kinds, policies
from services.auth.identity import Identity
from services.container import Container
from services.errors import ConsoleError
from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies.kinds import BY_KIND, PLURALS

MOST = 2000
"""Objects that are offered to choose from."""
Told = dict[str, Any]


def register(callbacks: Callbacks) -> None:
    """Register the questions of both pages and their drawing."""
    container = callbacks.container

    @callbacks.on(Output(policies.CONFLICTS, "data"), Input(policies.CONFLICTS_ASKED, "data"))
    def conflicting(asked: Asked | None) -> Told:
        return conflicts(container, callbacks.who(), asked or {})

    @callbacks.on(Output(policies.EFFECT, "data"), Input(policies.EFFECT_ASKED, "data"))
    def in_effect(asked: Asked | None) -> Told:
        return effect(container, callbacks.who(), asked or {})

    for store, name in ((policies.CONFLICTS, "conflicts"), (policies.EFFECT, "effect")):
        callbacks.clientside(ClientsideFunction("ngfPolicies", name), Input(store, "data"))


def conflicts(container: Container, who: Identity, asked: Asked) -> Told:
    """Every refused policy with links, and the clusters whose answer is old or missing."""
    clusters = many(asked.get("cluster"))
    found = container.policies.conflicts(who, clusters, namespace=str(asked.get("namespace") or ""))
    slots = {name: container.fleet.slot(name) for name in {one["cluster"] for one in found}}
    return {
        "rows": [
            one
            | {
                "slot": slots[one["cluster"]],
                "href": kinds.href(one["plural"], one["cluster"], one["namespace"], one["name"]),
                "target": _linked(one["cluster"], one["target"]),
                "counterpart": _linked(one["cluster"], one["counterpart"]),
            }
            for one in found
        ],
        "total": len(found),
    }


def effect(container: Container, who: Identity, asked: Asked) -> Told:
    """What the address asks for, what else there is to ask for, and the answer or why there is
    none."""
    clusters = container.fleet.list(who)
    names = [one.name for one in clusters]
    wanted = many(asked.get("cluster"))
    usual = next((one.name for one in clusters if one.default), names[0] if names else "")
    cluster = next((one for one in wanted if one in names), usual)
    of = str(asked.get("of") or "Gateway")
    told: Told = {
        "clusters": names,
        "cluster": cluster,
        "of": of,
        "objects": [],
        "object": "",
        "sections": [],
        "section": str(asked.get("section") or ""),
        "why": "" if names else "No cluster is registered yet, or none within your limits.",
    }
    if not cluster or of not in PLURALS:
        return told
    places = container.policies.targets(who, cluster, of)
    objects = ["/".join(filter(None, place)) for place in places]
    told["objects"] = objects[:MOST]
    told["object"] = str(asked.get("object") or "") or _telling(container, cluster, of, objects)
    if not told["object"]:
        return told | {"why": f"There is no {of} on {cluster}."}
    namespace, _, name = told["object"].rpartition("/")
    ref = Ref(of, namespace, name)
    try:
        found = container.policies.effective(who, cluster, ref, told["section"])
        told["sections"] = container.policies.sections(who, cluster, ref)
    except ConsoleError as error:
        return told | {"why": error.message}
    return told | {
        "href": kinds.href(PLURALS[of], cluster, namespace, name),
        "hidden": found["hidden"],
        "unread": found["unread"],
        "settings": [_setting(cluster, one) for one in found["settings"]],
        "policies": len(found["policies"]),
    }


def _telling(container: Container, cluster: str, of: str, objects: list[str]) -> str:
    """What is shown before anything is chosen: an object that a policy targets, else the first."""
    standing = container.policies.standing(container.fleet.get(cluster))
    for one in objects:
        namespace, _, name = one.rpartition("/")
        if standing.on(Ref(of, namespace, name)):
            return one
    return objects[0] if objects else ""


def _setting(cluster: str, row: Told) -> Told:
    return row | {
        part: [one | {"policy": _linked(cluster, one["policy"])} for one in row[part]]
        for part in ("values", "overridden", "refused")
    }


def _linked(cluster: str, named: Told | None) -> Told | None:
    """An object with the address of its page, where it has one and may be seen."""
    if not named:
        return None
    kind = named["kind"]
    plural = BY_KIND[kind].name if kind in BY_KIND else PLURALS.get(kind, "")
    href = kinds.href(plural, cluster, named["namespace"], named["name"]) if named["name"] else ""
    return named | {"href": href}
