"""Rows of policies: what each targets, what its ancestors say, what it has to give way to."""

from collections.abc import Callable, Mapping
from typing import Any

from services.clusters.fleet import Cluster
from services.entries import Row, Shape
from services.gatewayapi import conditions
from services.gatewayapi.conditions import Verdict
from services.gatewayapi.model.names import Object
from services.gatewayapi.policies.effective import conditions as said_of
from services.gatewayapi.policies.kinds import ALL, PLURALS, PolicyKind
from services.gatewayapi.policies.reading import Policy, Refusal, policy
from services.gatewayapi.policies.standing import Standing
from services.kube.catalogue import KINDS

StandingOf = Callable[[Cluster], Standing]
READS = (*dict.fromkeys(PLURALS.values()), "nginxproxies", *(one.name for one in ALL))
"""What a policy's row speaks of; other policies of its kind too, to which it may give way."""
WORDS: Mapping[str, str] = {
    "Conflicted": "Conflicted",
    "TargetConflict": "Conflicted",
    "TargetNotFound": "Target not found",
    "Invalid": "Not valid",
    "NginxProxyConfigNotSet": "Setting missing",
}


def row(kind: PolicyKind, standing_of: StandingOf, cluster: Cluster, obj: Object) -> Row:
    """One policy's row."""
    known = standing_of(cluster).policies.get(policy(kind, obj).ref) or policy(kind, obj)
    refusal = next(iter(known.refusals), None)
    return {
        **(conditions.deleting(obj) or verdict(known)).fields(),
        "kind_name": kind.name,
        "kind": kind.kind,
        "type": kind.type,
        "targets": [
            {
                "kind": one.ref.kind,
                "namespace": one.ref.namespace,
                "name": one.ref.name,
                "section": one.section,
            }
            for one in known.targets
        ],
        "target": list(dict.fromkeys(f"{one.ref.kind} {one.ref.name}" for one in known.targets)),
        "ancestors": ancestors(obj),
        "refused": refusal.reason if refusal else "",
        "gives_way": _gives_way(known, refusal),
        "said": [
            f"{one['kind']} {one['name']}: {one['status_word'].lower()}".strip()
            for one in ancestors(obj)
        ],
        "settings": [f"{path} {short(value)}" for path, value in known.values.items()],
    }


def _gives_way(known: Policy, refusal: Refusal | None) -> str:
    """What it gives way to; one of another namespace is not named, for not all may see it."""
    other = refusal.counterpart if refusal else None
    if other is None:
        return ""
    here = other.namespace == known.ref.namespace
    return other.name if here else f"{other.kind} elsewhere"


def verdict(known: Policy) -> Verdict:
    """What the controllers say of a policy; where none says anything, what its rules say."""
    told = said_of(known.obj)
    bad = next((one for one in told if conditions.is_bad(one)), None)
    if bad:
        reason = str(bad.get("reason", ""))
        word = WORDS.get(reason, "Not accepted" if bad.get("type") == "Accepted" else bad["type"])
        whole = all(conditions.is_bad(one) for one in told if one.get("type") == bad.get("type"))
        return Verdict("err" if whole else "warn", word, reason, str(bad.get("message", "")))
    if known.kind.attachment == "filter":
        return Verdict("ok", "Accepted") if told else Verdict("info", "Pending", *_WAITING)
    refused = known.refused or _everywhere(known)
    if refused and refused.reason:
        word = WORDS.get(refused.reason, refused.reason)
        return Verdict("warn" if told else "err", word, refused.reason, refused.message)
    if refused:
        return Verdict("unknown", "Without effect", "not used", refused.message)
    if not any(one.get("status") == "True" for one in told):
        return Verdict("info", "Pending", *_WAITING)
    return Verdict("ok", "Accepted")


_WAITING = ("waiting for controller", "No controller has written a status yet.")


def _everywhere(known: Policy) -> Refusal | None:
    """Why none of its targets has it, where none has."""
    if known.targets and all(known.refused_on(one.ref, one.section) for one in known.targets):
        return known.refused_on(known.targets[0].ref, known.targets[0].section)
    return None


def ancestors(obj: Object) -> list[dict[str, Any]]:
    """What each ancestor's controller says, in one word each."""
    status = obj.get("status") or {}
    found = []
    for one in (*(status.get("ancestors") or ()), *(status.get("controllers") or ())):
        ref = one.get("ancestorRef") or {}
        said = conditions.parent(one.get("conditions"))
        found.append(
            {
                "kind": ref.get("kind", "Gateway") if ref else "",
                "namespace": ref.get("namespace", obj["metadata"].get("namespace", "")),
                "name": ref.get("name", ""),
                "section": ref.get("sectionName", ""),
                "controller": one.get("controllerName", ""),
                **said.fields(),
                "conditions": conditions.shown(
                    one.get("conditions"), obj["metadata"].get("generation")
                ),
            }
        )
    return found


def short(value: Any) -> str:
    """A setting's value in a line: lists by what their entries hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {short(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(short(one) for one in value)
    return str(value)


def shapes(standing_of: StandingOf) -> dict[str, Shape]:
    """The list of each kind."""

    def made(kind: PolicyKind) -> Shape:
        return Shape(
            KINDS[kind.name],
            lambda cluster, obj: row(kind, standing_of, cluster, obj),
            {"kind": "kind", "target": "target"},
            ("kind", "target"),
            reads=READS,
        )

    return {kind.name: made(kind) for kind in ALL}
