"""What KEDA does and does not do about the size of a workload, by its ScaledObject."""

from collections.abc import Iterator
from datetime import timedelta

from services.inference.case import (
    Case,
    Evidence,
    Sentence,
    condition_of,
    evidence,
    label,
    status_of,
    words,
)
from services.inference.scaling_signs import moment
from services.inference.targets import Object

ANNOTATION = "autoscaling.keda.sh/"
COOLDOWN_S = 300
"""KEDA's pause before it goes to zero, where nothing else is set."""


def paused(case: Case) -> Iterator[Sentence]:
    """Annotations that keep KEDA from scaling."""
    scaled = case.scaled_object
    if scaled is None:
        return
    for key, value in (scaled["metadata"].get("annotations") or {}).items():
        name = key.removeprefix(ANNOTATION)
        if name == key or value == "false":
            continue
        said = {
            "paused": "KEDA changes nothing while it is paused.",
            "paused-replicas": f"KEDA holds it at {value} while it is paused.",
            "paused-scale-in": "KEDA does not shrink it: scaling in is paused.",
            "paused-scale-out": "KEDA does not let it grow: scaling out is paused.",
        }.get(name)
        if said:
            field = f"metadata.annotations[{key}]"
            yield Sentence("warn", said, (Evidence(label(scaled), field, value),))


def not_ready(case: Case) -> Iterator[Sentence]:
    """A ScaledObject that KEDA cannot use, or has not used yet."""
    scaled = case.scaled_object
    ready = condition_of(scaled, "Ready")
    if scaled is not None and ready.get("status") == "False":
        yield Sentence(
            "err",
            f"KEDA cannot use the ScaledObject: {words(ready)}",
            (evidence(scaled, ready),),
        )
    elif scaled is not None and not case.hpas and not _paused_by_keda(scaled):
        yield Sentence(
            "warn",
            "KEDA has made no HorizontalPodAutoscaler for it yet; only steps from and to zero are"
            " taken.",
            (
                Evidence(
                    label(scaled), "status.hpaName", status_of(scaled).get("hpaName") or "null"
                ),
            ),
        )


def fallback(case: Case) -> Iterator[Sentence]:
    """Metrics that are replaced by a fixed size."""
    scaled = case.scaled_object
    condition = condition_of(scaled, "Fallback")
    if scaled is None or condition.get("status") != "True":
        return
    count = (scaled["spec"].get("fallback") or {}).get("replicas")
    held = "" if count is None else f" KEDA asks for {count} replicas until they can be read again."
    failing = ", ".join(f"{name} ({failures} times)" for name, failures in _failing(scaled))
    yield Sentence(
        "err",
        f"Fallback is in effect: metrics cannot be read{f', {failing}' if failing else ''}.{held}",
        (
            evidence(scaled, condition),
            *_health(scaled),
        ),
    )


def failing_triggers(case: Case) -> Iterator[Sentence]:
    """Triggers that cannot be read, before a fallback takes their place."""
    scaled = case.scaled_object
    if scaled is None or condition_of(scaled, "Fallback").get("status") == "True":
        return
    for name, failures in _failing(scaled):
        yield Sentence(
            "warn",
            f"Trigger {name} could not be read the last {failures} times.",
            tuple(one for one in _health(scaled) if name in one.field),
        )


def empty(case: Case) -> Iterator[Sentence]:
    """KEDA's Prometheus scaler takes an empty answer for 0 unless it is told not to."""
    scaled = case.scaled_object
    if scaled is None:
        return
    for place, trigger in enumerate(scaled["spec"].get("triggers") or ()):
        said = trigger.get("metadata") or {}
        values = [one.value for one in case.readings if one.name.startswith(f"s{place}-")]
        ignores = str(said.get("ignoreNullValues", "true")).lower() == "true"
        if trigger.get("type") == "prometheus" and ignores and values == [0.0]:
            yield Sentence(
                "info",
                "The value is 0, and a query that finds nothing counts as 0, too: see whether it"
                " finds anything.",
                (
                    Evidence(
                        label(scaled),
                        f"spec.triggers[{place}].metadata.query",
                        str(said.get("query", "")),
                    ),
                ),
            )


def cooling(case: Case) -> Iterator[Sentence]:
    """On the way to zero, or there."""
    scaled, (least, _) = case.scaled_object, case.limits
    if scaled is None or least != 0 or condition_of(scaled, "Active").get("status") != "False":
        return
    if not case.replicas:
        yield Sentence(
            "ok",
            "It rests at zero: no trigger is active. The first one that is starts it.",
            (evidence(scaled, condition_of(scaled, "Active")),),
        )
        return
    last = moment(status_of(scaled).get("lastActiveTime"))
    seconds = scaled["spec"].get("cooldownPeriod", COOLDOWN_S)
    if last is None or _paused_by_keda(scaled):
        return
    due = last + timedelta(seconds=seconds)
    when = f"at {due:%H:%M:%S} UTC" if due > case.now else "at its next look"
    yield Sentence(
        "info",
        f"No trigger has been active since {last:%H:%M:%S} UTC. KEDA goes to zero {when}, after its"
        f" cooldown of {seconds} s.",
        (
            Evidence(label(scaled), "status.lastActiveTime", status_of(scaled)["lastActiveTime"]),
            Evidence(label(scaled), "spec.cooldownPeriod", str(seconds)),
        ),
    )


def _paused_by_keda(scaled: Object) -> bool:
    return condition_of(scaled, "Paused").get("status") == "True"


def _failing(scaled: Object) -> list[tuple[str, int]]:
    health = status_of(scaled).get("health") or {}
    return [
        (name, one.get("numberOfFailures") or 0)
        for name, one in health.items()
        if one.get("status") == "Failing"
    ]


def _health(scaled: Object) -> list[Evidence]:
    field = "status.health[{}].numberOfFailures"
    return [
        Evidence(label(scaled), field.format(name), str(count)) for name, count in _failing(scaled)
    ]
