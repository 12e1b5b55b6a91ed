"""What is said of policies as plain values, for pages and REST.

``sees`` takes a namespace: what lies in one that may not be seen is said to be there and not named.
"""

from collections.abc import Callable, Iterable
from typing import Any

from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies.conflicts import Conflict
from services.gatewayapi.policies.effective import InEffect, Setting
from services.gatewayapi.policies.kinds import BY_KIND
from services.gatewayapi.policies.reading import Refusal

Sees = Callable[[str], bool]
Document = dict[str, Any]


def named(ref: Ref, sees: Sees) -> Document:
    """An object by kind, namespace and name, which are "" where it may not be seen."""
    if not sees(ref.namespace):
        return {"kind": ref.kind, "namespace": "", "name": "", "hidden": True}
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def setting(one: Setting, sees: Sees) -> Document:
    """One field of a policy and whether it counts."""
    return {
        "path": one.path,
        "value": one.value,
        "overridden_by": named(one.overridden_by, sees) if one.overridden_by else None,
        "because": one.because,
        "source": one.source,
    }


def refusal(one: Refusal | None, sees: Sees) -> Document | None:
    """Why a policy has no effect."""
    if one is None:
        return None
    return {
        "reason": one.reason,
        "message": one.message,
        "source": one.source,
        "counterpart": named(one.counterpart, sees) if one.counterpart else None,
        "fields": list(one.fields),
        "field": one.field,
    }


def entry(one: InEffect, sees: Sees) -> Document:
    """One policy that applies to an object."""
    return {
        **named(one.policy, sees),
        "type": BY_KIND[one.kind].type if one.kind in BY_KIND else "",
        "on": named(one.target, sees),
        "section": one.section,
        "inherited_from": named(one.inherited_from, sees) if one.inherited_from else None,
        "gateway": named(one.gateway, sees) if one.gateway else None,
        "rule": one.rule,
        "works": one.works,
        "refused": refusal(one.refused, sees),
        "settings": [setting(each, sees) for each in one.settings],
        "conditions": [dict(each) for each in one.conditions],
    }


def settings(entries: Iterable[InEffect], sees: Sees) -> list[Document]:
    """Setting by setting: the ``values`` that count (several where they gather, or differ by
    gateway), and those that were ``overridden`` or ``refused``, each with its policy and why."""
    found: dict[tuple[Any, ...], Document] = {}
    for one in entries:
        for each in one.settings:
            service = one.target if one.target.kind == "Service" else None
            place = (one.kind, service, one.rule, each.path)
            row = found.setdefault(
                place,
                {
                    "kind": one.kind,
                    "path": each.path,
                    "rule": one.rule,
                    "service": named(service, sees) if service else None,
                    "values": [],
                    "overridden": [],
                    "refused": [],
                },
            )
            told = {
                "value": each.value,
                "policy": named(one.policy, sees),
                "on": named(one.target, sees),
                "section": one.section,
                "gateway": named(one.gateway, sees) if one.gateway else None,
            }
            if one.refused:
                row["refused"].append(told | {"refusal": refusal(one.refused, sees)})
            elif each.overridden_by:
                why = {
                    "overridden_by": named(each.overridden_by, sees),
                    "because": each.because,
                    "source": each.source,
                }
                row["overridden"].append(told | why)
            else:
                row["values"].append(told)
    return list(found.values())


def conflict(one: Conflict, sees: Sees) -> Document:
    """One policy that does not take effect as written."""
    return {
        **named(one.policy, sees),
        "type": BY_KIND[one.kind].type,
        "plural": BY_KIND[one.kind].name,
        "target": named(one.target, sees) if one.target else None,
        "reason": one.reason,
        "message": one.message,
        "source": one.source,
        "counterpart": named(one.counterpart, sees) if one.counterpart else None,
        "fields": list(one.fields),
        "field": one.field,
        "said": [dict(each) for each in one.said],
        "agrees": one.agrees,
    }
