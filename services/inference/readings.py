"""What an HPA compares: each metric of its spec with the value that its status has for it.

A metric that could not be read has no value in the status, and none here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.quantities import exact
from services.inference.targets import Object

_CURRENT = {
    "Utilization": "averageUtilization",
    "AverageValue": "averageValue",
    "Value": "value",
}
TOLERANCE = 0.1
"""Of the ratio of value to target, within which the controller leaves the size as it is, where
nothing else is set."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric of an HPA. ``per`` is *pod* where value and target are those of one pod on
    average, *request* in percent of what its pods request, *all* for one value of all."""

    name: str
    kind: str
    per: str
    value: float | None
    target: float | None

    @property
    def ratio(self) -> float | None:
        """Value by target; above 1 asks for more pods."""
        return self.value / self.target if self.value is not None and self.target else None

    @property
    def direction(self) -> str:
        """Whose rules of the HPA are for it: *scaleUp* above its target, else *scaleDown*."""
        return "scaleUp" if (self.ratio or 0) > 1 else "scaleDown"


def readings(hpa: Object) -> list[Reading]:
    """Every metric of the spec in its order; without any, the API server means 80% of the CPU."""
    spec, status = hpa["spec"], hpa.get("status") or {}
    current = status.get("currentMetrics") or []
    return [
        _reading(metric, _matching(metric, current, place))
        for place, metric in enumerate(spec.get("metrics") or ())
    ]


def _reading(metric: Mapping[str, Any], current: Mapping[str, Any]) -> Reading:
    kind = metric["type"]
    wanted = _body(metric)
    target = wanted.get("target") or {}
    field = _CURRENT.get(target.get("type", ""), "value")
    per = {"Utilization": "request", "AverageValue": "pod"}.get(target.get("type", ""), "all")
    value = quantity((_body(current).get("current") or {}).get(field))
    return Reading(_name(metric), kind, per, value, quantity(target.get(field)))


def _matching(
    metric: Mapping[str, Any], current: list[Mapping[str, Any]], place: int
) -> Mapping[str, Any]:
    """Statuses are in the order of the spec; while one cannot be read, fewer may be there."""
    same = [one for one in current if _key(one) == _key(metric)]
    if place < len(current) and current[place] in same:
        return current[place]
    return same[0] if same else {}


def _key(metric: Mapping[str, Any]) -> tuple[str, str, str]:
    body = _body(metric)
    selector = (body.get("metric") or {}).get("selector") or {}
    return metric.get("type", ""), _name(metric), str(sorted(_flat(selector)))


def _flat(selector: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in selector.items():
        yield key, str(value)


def _name(metric: Mapping[str, Any]) -> str:
    body = _body(metric)
    return str((body.get("metric") or {}).get("name") or body.get("name") or "")


def _body(metric: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = metric.get("type") or ""
    found: Mapping[str, Any] = metric.get(kind[:1].lower() + kind[1:]) or {}
    return found


def quantity(text: str | int | None) -> float | None:
    """A quantity of Kubernetes as a number; None where there is none."""
    try:
        return None if text is None else float(exact(text))
    except ValueError:
        return None
