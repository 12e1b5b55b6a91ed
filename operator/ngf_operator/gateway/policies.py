"""What a controller said of policies and filters of NGF, for what their spec says now."""

from collections.abc import Iterable, Iterator

from ngf_operator.conditions import current
from ngf_operator.gateway.abilities import CONTROLLER_DOMAIN
from ngf_operator.wanting import Obj


def said(live: Obj, condition: str, gateway: str = "") -> Iterator[Obj]:
    """The condition from each entry of NGF in the status of a policy or filter.

    ``gateway`` names the ancestor that an entry has to be about. An entry that lacks the condition,
    or gave it for an earlier spec, is left out.
    """
    for entry in _entries(live.get("status") or {}):
        if not str(entry.get("controllerName", "")).startswith(CONTROLLER_DOMAIN):
            continue
        if gateway and not _about(entry.get("ancestorRef") or {}, gateway):
            continue
        found = current(live, entry.get("conditions"), condition)
        if found is not None:
            yield found


def accepted(live: Obj | None, gateway: str = "") -> bool:
    """Whether NGF accepted a policy or filter as it is now, and nowhere refused it."""
    if live is None or live["metadata"].get("deletionTimestamp"):
        return False
    found = list(said(live, "Accepted", gateway))
    return bool(found) and all(one.get("status") == "True" for one in found)


def targets(policy: Obj, kind: str, name: str) -> bool:
    """Whether a policy targets an object of its namespace."""
    return any(one.get("kind") == kind and one.get("name") == name for one in refs(policy))


def refs(policy: Obj) -> Iterable[Obj]:
    """What a policy targets, in its namespace."""
    spec = policy.get("spec") or {}
    found: Iterable[Obj] = spec.get("targetRefs") or [spec.get("targetRef") or {}]
    return found


def _entries(status: Obj) -> Iterator[Obj]:
    for several in ("ancestors", "controllers"):
        yield from status.get(several) or ()


def _about(ref: Obj, gateway: str) -> bool:
    return ref.get("kind", "Gateway") == "Gateway" and ref.get("name") == gateway
