"""Conditions as controllers write them, without the time of their last change."""

from typing import Any

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object, Ref

Status = dict[str, Any]
Condition = dict[str, Any]
PENDING = "Pending"
"""The reason of what no controller has looked at; its status is Unknown."""
_GROUPS = {"Service": ""}


def generation(obj: Object) -> int:
    """The generation that conditions speak of; what was never stored will be the first."""
    found = (obj.get("metadata") or {}).get("generation")
    return found if isinstance(found, int) else 1


def condition(kind: str, at: int, status: str, reason: str, message: str) -> Condition:
    """One condition; ``status`` is True, False or Unknown."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": at,
    }


def denied(kind: str, at: int, fault: Fault) -> Condition:
    """The condition that says no because of ``fault``, or that nobody has looked."""
    status = "Unknown" if fault.reason == PENDING else "False"
    return condition(kind, at, status, fault.reason, fault.message)


def reference(ref: Ref, group: str = "gateway.networking.k8s.io") -> dict[str, str]:
    """An object as ``parentRef`` and ``ancestorRef`` name it."""
    return {
        "group": _GROUPS.get(ref.kind, group),
        "kind": ref.kind,
        "namespace": ref.namespace,
        "name": ref.name,
    }
