"""One workload and what scales it, as an explanation needs it, and how findings are told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.inference.readings import TOLERANCE, Reading, quantity, readings
from services.inference.scaling_signs import replicas
from services.inference.targets import Object, Target

Status = Literal["err", "warn", "info", "ok", "unknown"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A field of an object, and what is in it."""

    object: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One finding in plain words."""

    status: Status
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one workload and what scales it, at ``now``.

    ``pods`` are those of its pool; ``deployment`` is None for a workload of another kind.
    """

    target: Target
    deployment: Object | None
    hpas: Sequence[Object]
    scaled_objects: Sequence[Object]
    pods: Sequence[Object]
    now: datetime

    @property
    def hpa(self) -> Object | None:
        """The HPA that scales it, if one does."""
        return self.hpas[0] if self.hpas else None

    @property
    def scaled_object(self) -> Object | None:
        """The ScaledObject that scales it, if one does."""
        return self.scaled_objects[0] if self.scaled_objects else None

    @property
    def readings(self) -> list[Reading]:
        """What the HPA compares."""
        return readings(self.hpa) if self.hpa else []

    @property
    def replicas(self) -> int | None:
        """The size it is to have now, as the workload itself says, else the HPA."""
        if self.deployment is not None:
            return replicas(self.deployment)
        found: int | None = status_of(self.hpa).get("currentReplicas")
        return found

    @property
    def desired(self) -> int | None:
        """The size that the HPA wants; None before it has looked."""
        found: int | None = status_of(self.hpa).get("desiredReplicas")
        return found

    @property
    def ready(self) -> int | None:
        """Its pods that are ready."""
        if self.deployment is None:
            return None
        return int(status_of(self.deployment).get("readyReplicas") or 0)

    @property
    def limits(self) -> tuple[int | None, int | None]:
        """The least and the most replicas that its scaler may give it."""
        if self.scaled_object is not None:
            spec = self.scaled_object["spec"]
            idle = spec.get("idleReplicaCount")
            least = spec.get("minReplicaCount", 0) if idle is None else idle
            return least, spec.get("maxReplicaCount", 100)
        if self.hpa is not None:
            return self.hpa["spec"].get("minReplicas", 1), self.hpa["spec"].get("maxReplicas")
        return None, None

    @property
    def asked(self) -> int | None:
        """The size that the metrics ask for before limits, windows and policies; None unread.
        While one of them is missing the others do not shrink it."""
        return self._size if self.is_kept_up else self._wish

    @property
    def is_kept_up(self) -> bool:
        """Whether it would shrink if no metric were missing."""
        missing = any(one.value is None for one in self.readings)
        return missing and self._wish is not None and self._wish < self._size

    def behavior(self, direction: str) -> Mapping[str, Any]:
        """The rules of the HPA for *scaleUp* or *scaleDown*, {} without any."""
        rules = ((self.hpa or {}).get("spec") or {}).get("behavior") or {}
        found: Mapping[str, Any] = rules.get(direction) or {}
        return found

    def tolerance(self, direction: str) -> float:
        """How far from its target, as a share of it, a metric changes nothing in that direction."""
        given = quantity(self.behavior(direction).get("tolerance"))
        return TOLERANCE if given is None else given

    def is_near(self, ratio: float) -> bool:
        """Whether a metric is so near to its target that the size is left as it is."""
        return 1 - self.tolerance("scaleDown") <= ratio <= 1 + self.tolerance("scaleUp")

    @property
    def _size(self) -> int:
        """The size that the HPA has seen."""
        return status_of(self.hpa).get("currentReplicas") or 0

    @property
    def _wish(self) -> int | None:
        """What the metrics that have a value ask for."""
        size, ratios = self._size, [one.ratio for one in self.readings if one.ratio is not None]
        wishes = [size if self.is_near(one) else math.ceil(one * size - 1e-9) for one in ratios]
        return max(wishes) if size and wishes else None


def status_of(obj: Object | None) -> Mapping[str, Any]:
    """What an object says of itself, {} where it says nothing yet."""
    found: Mapping[str, Any] = (obj or {}).get("status") or {}
    return found


def condition_of(obj: Object | None, kind: str) -> Mapping[str, Any]:
    """One condition by its type, {} where it is not there."""
    found = status_of(obj).get("conditions") or ()
    return next((one for one in found if one.get("type") == kind), {})


def words(condition: Mapping[str, Any]) -> str:
    """The reason of a condition as Kubernetes spells it, and its message."""
    reason, message = condition.get("reason") or "", condition.get("message") or ""
    text = (
        f"{reason}: {message}" if reason and message else reason or message or "no reason is given"
    )
    return text if text.endswith(".") else f"{text}."


def evidence(obj: Object, condition: Mapping[str, Any]) -> Evidence:
    """A condition as evidence: its status and reason; the message is the sentence's to tell."""
    value = f"{condition.get('status', '')} {condition.get('reason', '')}".strip()
    return Evidence(label(obj), f"status.conditions[{condition.get('type', '')}]", value)


def label(obj: Object) -> str:
    """An object for people: ``Kind namespace/name``."""
    metadata = obj["metadata"]
    return f"{obj.get('kind', '')} {metadata.get('namespace', '')}/{metadata['name']}".strip()


def named(target: Target) -> str:
    """A workload for people."""
    return f"{target.kind} {target.namespace}/{target.name}"


def number(value: float | None) -> str:
    """A value with three digits."""
    if value is None:
        return "no data"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
