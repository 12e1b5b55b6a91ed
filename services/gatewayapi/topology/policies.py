"""Policies as nodes of their own, each on what it is written for."""

from collections.abc import Iterator
from typing import Any

from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.model.world import World
from services.gatewayapi.topology import standing
from services.gatewayapi.topology.collecting import Collection, id_of
from services.gatewayapi.topology.graph import COLUMNS, Node
from services.kube.catalogue import KINDS

POLICY_KINDS = tuple(name for name in KINDS if name.endswith("policies"))
"""Kinds that are attached to others by ``targetRef`` or ``targetRefs``."""


def targets(obj: Object) -> Iterator[tuple[Ref, str]]:
    """What a policy is written for: each object, and the section of it."""
    spec = obj.get("spec") or {}
    namespace = obj["metadata"].get("namespace", "")
    single: Any = spec.get("targetRef")
    for one in [*([single] if isinstance(single, dict) else ()), *(spec.get("targetRefs") or ())]:
        ref = Ref(str(one.get("kind", "")), one.get("namespace") or namespace, str(one.get("name")))
        yield ref, str(one.get("sectionName") or "")


def add_policies(found: Collection, world: World) -> None:
    """The policies of what has been found; of others there is nothing to say here."""
    for kind in POLICY_KINDS:
        for (namespace, name), obj in world.of(kind).items():
            hung = [ref for ref, _ in targets(obj) if id_of(ref) in found.nodes]
            if not hung:
                continue
            if not found.sees(namespace):
                found.hidden["policy"] += 1
                continue
            ref = Ref(KINDS[kind].kind, namespace, name)
            node = Node(id_of(ref), ref.kind.lower(), name, namespace, ref=ref)
            ranks = [COLUMNS.index(found.nodes[id_of(one)].column) for one in hung]
            node.column = COLUMNS[max(1, min(ranks) - 1)]
            found.put(node, standing.policy(obj))
            for one in hung:
                found.join(node.id, id_of(one), "targetRef")
