"""Conditions as people read them: status words from what a controller really said.

A word is ours ("Partly programmed"), the reason beside it is the controller's, verbatim. Where no
condition says anything the answer is "Pending" or "unknown", never "ok".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.kube.deletion import finalizers, held, is_marked

Status = Literal["ok", "warn", "err", "info", "unknown"]
Object = Mapping[str, Any]

NGF_CONTROLLER = "gateway.nginx.org/nginx-gateway-controller"
NEGATIVE = frozenset({"Conflicted", "PartiallyInvalid", "OverlappingTLSConfig", "Drifted"})
"""Condition types whose True is the bad news."""
OVERLAPPING = "OverlappingTLSConfig"
"""The one of them that keeps nothing from working."""
DELETING, NOT_NGF, NOT_ATTACHED = "Deleting", "Not NGF", "Not attached"
"""Words for what is on its way out, another controller's gateway, and a route without parents."""
IN_PART = frozenset({"ListenersNotValid", "UnsupportedField"})
"""Reasons of NGF for a True that leaves something out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One status with its word, the controller's reason and its sentence."""

    status: Status
    status_word: str
    reason: str = ""
    message: str = ""

    def fields(self) -> dict[str, str]:
        """As part of a row. A list makes tens of thousands: ``asdict`` takes ten times as long."""
        return {
            "status": self.status,
            "status_word": self.status_word,
            "reason": self.reason,
            "message": self.message,
        }


def find(conditions: Iterable[Object] | None, kind: str) -> Object | None:
    """The condition of type ``kind``."""
    return next((one for one in conditions or () if one.get("type") == kind), None)


def is_bad(condition: Object) -> bool:
    """Whether a condition is bad news: False, or True for a negative type."""
    bad = "True" if condition.get("type") in NEGATIVE else "False"
    return bool(condition.get("status") == bad)


def deleting(obj: Object) -> Verdict | None:
    """The verdict on an object that is marked for deletion, whatever its conditions still say."""
    if not is_marked(obj):
        return None
    said = held(obj) or "It is marked for deletion and goes in a moment."
    return Verdict("info", DELETING, ", ".join(finalizers(obj)), said)


def _because(condition: Object | None) -> tuple[str, str]:
    condition = condition or {}
    return str(condition.get("reason", "")), str(condition.get("message", ""))


def shown(
    conditions: Iterable[Object] | None, generation: int | None = None
) -> list[dict[str, Any]]:
    """Conditions for a table; ``old`` marks those of an earlier generation of the object.

    A transition time of 1970 is what controllers write before they ran: it has no age.
    """
    rows = []
    for one in conditions or ():
        since = str(one.get("lastTransitionTime", ""))
        status: Status = "warn" if one.get("reason") in IN_PART else "ok"
        if is_bad(one):
            status = "err"
        elif one.get("status") == "Unknown":
            status = "info"
        rows.append(
            {
                "type": one.get("type", ""),
                "condition": one.get("status", ""),
                "status": status,
                "reason": one.get("reason", ""),
                "message": one.get("message", ""),
                "since": None if since.startswith("1970-") or not since else since,
                "old": generation is not None
                and one.get("observedGeneration", generation) < generation,
            }
        )
    return rows


def gateway(obj: Object, controller: str | None = None) -> Verdict:
    """A Gateway's verdict; ``controller`` is its class's controllerName where known."""
    state = obj.get("status") or {}
    conditions = state.get("conditions")
    if controller and controller != NGF_CONTROLLER:
        return Verdict("unknown", NOT_NGF, f"{controller.split('/')[0]} controller")
    accepted, programmed = find(conditions, "Accepted"), find(conditions, "Programmed")
    for condition, word in ((accepted, "Not accepted"), (programmed, "Not programmed")):
        if condition and condition.get("status") == "False":
            reason, message = _because(condition)
            waiting = reason == "Pending"
            return Verdict(
                "info" if waiting else "err", "Pending" if waiting else word, reason, message
            )
    if programmed is None or programmed.get("status") != "True":
        return Verdict("info", "Pending", *(_because(programmed) if programmed else _WAITING))
    for listener in state.get("listeners") or ():
        bad = next((one for one in listener.get("conditions") or () if is_bad(one)), None)
        if bad:
            reason, message = _because(bad)
            return Verdict(
                "warn", "Partly programmed", reason, f"Listener {listener.get('name')}: {message}"
            )
    return Verdict("ok", "Programmed")


_WAITING = ("waiting for controller", "No controller has written a status yet.")


def listener(conditions: Iterable[Object] | None) -> Verdict:
    """A listener's verdict. One that is told to share hostnames and certificates works."""
    wrong = [one for one in conditions or () if is_bad(one)]
    bad = next((one for one in wrong if one["type"] != OVERLAPPING), None)
    if bad:
        word = "Conflicted" if bad["type"] == "Conflicted" else "Not programmed"
        if bad["type"] == "ResolvedRefs":
            word = "Broken reference"
        return Verdict("err", word, *_because(bad))
    programmed = find(conditions, "Programmed")
    if programmed is None or programmed.get("status") != "True":
        return Verdict("info", "Pending", *(_because(programmed) if programmed else _WAITING))
    if wrong:
        return Verdict("warn", "Overlapping TLS", *_because(wrong[0]))
    return Verdict("ok", "Programmed")


def parent(conditions: Iterable[Object] | None) -> Verdict:
    """What one parent says of a route."""
    accepted = find(conditions, "Accepted")
    if accepted is None or accepted.get("status") == "Unknown":
        return Verdict("info", "Pending", *(_because(accepted) if accepted else _WAITING))
    if accepted.get("status") == "False":
        return Verdict("err", "Not accepted", *_because(accepted))
    bad = next((one for one in conditions or () if is_bad(one)), None)
    if bad is None:
        return Verdict("ok", "Accepted")
    word = {"ResolvedRefs": "Broken reference", "PartiallyInvalid": "Partly valid"}
    return Verdict("warn", word.get(bad["type"], f"Not {bad['type'].lower()}"), *_because(bad))


def route(verdicts: list[Verdict], parents: int) -> Verdict:
    """A route's verdict from what its parents say; ``parents`` is how many it names."""
    if not parents:
        return Verdict("unknown", NOT_ATTACHED, "no parentRefs", "The route names no gateway.")
    if not verdicts:
        return Verdict("info", "Pending", *_WAITING)
    refused = [one for one in verdicts if one.status == "err"]
    if refused and len(refused) == len(verdicts):
        return refused[0]
    if refused:
        return Verdict("warn", "Partly accepted", refused[0].reason, refused[0].message)
    return next((one for one in verdicts if one.status != "ok"), verdicts[0])


def gateway_class(obj: Object) -> Verdict:
    """A GatewayClass's verdict."""
    accepted = find((obj.get("status") or {}).get("conditions"), "Accepted")
    if accepted is None or accepted.get("status") == "Unknown":
        return Verdict("info", "Pending", *(_because(accepted) if accepted else _WAITING))
    if accepted.get("status") == "False":
        return Verdict("err", "Not accepted", *_because(accepted))
    version = find((obj.get("status") or {}).get("conditions"), "SupportedVersion")
    if version and version.get("status") == "False":
        return Verdict("warn", "Accepted, version not supported", *_because(version))
    return Verdict("ok", "Accepted")
