"""Why a workload has the size it has: sentences in the order in which they decide, with evidence.

The rules are those of the two controllers: the horizontal pod autoscaler (status and conditions of
``autoscaling/v2``) and KEDA (:mod:`services.inference.why_keda`). Each sentence rests on fields
that are named with it; where the fields say nothing, nothing is said.
"""

from collections.abc import Iterator

from services.inference import why_keda
from services.inference.case import (
    Case,
    Evidence,
    Sentence,
    Status,
    condition_of,
    evidence,
    label,
    named,
    number,
    status_of,
    words,
)
from services.inference.readings import Reading
from services.inference.targets import Object

STABILIZATION_S = 300
"""The window of the autoscaler before it shrinks a workload, where nothing else is set."""


def explain(case: Case) -> list[Sentence]:
    """Why it has its size, the deciding reason first. Never empty."""
    decided = [sentence for rule in _DECIDING for sentence in rule(case)]
    more = [sentence for rule in _FURTHER for sentence in rule(case)]
    return (decided or [_as_asked(case)]) + more


def _nothing(case: Case) -> Iterator[Sentence]:
    if not case.hpas and not case.scaled_objects:
        size = ""
        if case.replicas is not None:
            size = f" It stays at {case.replicas} until somebody writes another size."
        yield Sentence(
            "unknown",
            f"Nothing scales {named(case.target)}: no HorizontalPodAutoscaler and no ScaledObject"
            f" names it.{size}",
        )
    if len(case.hpas) > 1:
        names = ", ".join(sorted(one["metadata"]["name"] for one in case.hpas))
        yield Sentence(
            "err",
            f"{len(case.hpas)} HorizontalPodAutoscalers name it ({names}); the controller scales by"
            " none of them while they overlap. Delete all but one.",
            tuple(
                Evidence(label(one), "spec.scaleTargetRef", case.target.name) for one in case.hpas
            ),
        )


def _unable(case: Case) -> Iterator[Sentence]:
    for kind, lead in (
        ("AbleToScale", "The autoscaler cannot scale it"),
        ("ScalingActive", "The autoscaler cannot tell what size it needs"),
    ):
        condition = condition_of(case.hpa, kind)
        rests = condition.get("reason") == "ScalingDisabled"
        if case.hpa is not None and condition.get("status") == "False" and not rests:
            yield Sentence("err", f"{lead}: {words(condition)}", (evidence(case.hpa, condition),))
    if case.hpa is not None and not status_of(case.hpa).get("conditions") and len(case.hpas) == 1:
        yield Sentence(
            "unknown",
            "The autoscaler has not looked at it yet.",
            (Evidence(label(case.hpa), "status.conditions", "null"),),
        )


def _kept_up(case: Case) -> Iterator[Sentence]:
    """Where a metric is missing and the others would shrink it, that decides."""
    if case.is_kept_up:
        yield from _unread(case)


def _missing(case: Case) -> Iterator[Sentence]:
    """Where one of several metrics is missing the controller goes on with the others."""
    if not case.is_kept_up:
        yield from _unread(case)


def _unread(case: Case) -> Iterator[Sentence]:
    hpa = case.hpa
    if hpa is None or condition_of(hpa, "ScalingActive").get("status") != "True":
        return
    for one in case.readings:
        if one.value is None:
            yield Sentence(
                "warn",
                f"{one.name} has no value. The other metrics may let it grow, but while one is"
                " missing it is not shrunk.",
                (Evidence(label(hpa), f"status.currentMetrics[{one.name}]", "null"),),
            )


def _limited(case: Case) -> Iterator[Sentence]:
    hpa, condition = case.hpa, condition_of(case.hpa, "ScalingLimited")
    if hpa is None or condition.get("status") != "True":
        return
    asked, spec = case.asked, hpa["spec"]
    most = spec.get("maxReplicas")
    wish = "more" if asked is None or (most is not None and asked <= most) else f"{asked}"
    reason = condition.get("reason", "")
    status: Status = "warn"
    if reason == "TooManyReplicas":
        text = f"It is at its maximum of {most}: the metrics ask for {wish}."
    elif reason == "TooFewReplicas":
        status = "ok"
        text = f"It is at its minimum of {spec.get('minReplicas', 1)}: the metrics ask for no more."
    else:
        text = f"A limit on the speed of scaling holds it back: {words(condition)}"
    yield Sentence(status, text, (evidence(hpa, condition), *_compared(case)))


def _stabilized(case: Case) -> Iterator[Sentence]:
    hpa, condition = case.hpa, condition_of(case.hpa, "AbleToScale")
    direction = {"ScaleDownStabilized": "scaleDown", "ScaleUpStabilized": "scaleUp"}.get(
        condition.get("reason", "")
    )
    if hpa is None or direction is None or condition.get("status") != "True":
        return
    given = case.behavior(direction).get("stabilizationWindowSeconds")
    usual = STABILIZATION_S if direction == "scaleDown" else 0
    seconds = usual if given is None else given
    asked = case.asked
    if direction == "scaleDown":
        wish = f"{asked} would do now, but the" if asked is not None else "the"
        text = (
            f"It waits before it shrinks: {wish} largest size asked for in the last {seconds} s"
            " counts."
        )
    else:
        text = (
            f"It waits before it grows: the smallest size asked for in the last {seconds} s counts."
        )
    field = f"spec.behavior.{direction}.stabilizationWindowSeconds"
    window = Evidence(label(hpa), field, f"null, so {usual}" if given is None else str(given))
    yield Sentence("info", text, (evidence(hpa, condition), window, *_compared(case)))


def _not_there_yet(case: Case) -> Iterator[Sentence]:
    """It has the size that is wanted, but not the pods."""
    deployment, wanted, ready = case.deployment, case.replicas, case.ready
    if deployment is None or wanted is None or ready is None or ready >= wanted:
        return
    failure = condition_of(deployment, "ReplicaFailure")
    if failure.get("status") == "True":
        yield Sentence(
            "err",
            f"Pods cannot be made: {words(failure)}",
            (evidence(deployment, failure),),
        )
    reasons = [found for pod in case.pods if (found := _held_up(pod))]
    yield Sentence(
        "warn",
        f"{ready} of {wanted} pods are ready."
        + (f" {reasons[0].value}" if reasons else " The others are starting."),
        (
            Evidence(label(deployment), "status.readyReplicas", str(ready)),
            *reasons[:3],
        ),
    )


def _as_asked(case: Case) -> Sentence:
    """Nothing holds it back: it has what its metrics ask for, or is about to."""
    known = [one for one in case.readings if one.ratio is not None]
    if not known:
        return Sentence("unknown", "Neither the autoscaler nor KEDA says why it has this size.")
    top = max(known, key=lambda one: one.ratio or 0)
    if case.is_near(top.ratio or 0):
        near = number(100 * case.tolerance(top.direction))
        text = (
            f"{_compare(top)}. Within {near}% of the target the autoscaler leaves the size as it"
            " is."
        )
    elif case.asked is not None and case.asked == case.desired:
        text = f"It has the size that its metrics ask for, {case.desired}: {_compare(top)}."
    else:
        text = f"{_compare(top)}: the autoscaler goes on to {case.asked} at its next look."
    return Sentence("ok", text, tuple(_compared(case)))


_DECIDING = (
    _nothing,
    why_keda.paused,
    why_keda.not_ready,
    why_keda.fallback,
    _unable,
    _limited,
    _stabilized,
    _kept_up,
    why_keda.cooling,
)
_FURTHER = (_not_there_yet, why_keda.failing_triggers, _missing, why_keda.empty)


def _compare(reading: Reading) -> str:
    per = {"pod": " a pod", "request": "% of what its pods request", "all": ""}[reading.per]
    value, target = number(reading.value), number(reading.target)
    return f"{reading.name} is {value}{per} against a target of {target}"


def _compared(case: Case) -> Iterator[Evidence]:
    for one in case.readings:
        if case.hpa is not None and one.value is not None:
            value = f"{number(one.value)} against {number(one.target)}"
            yield Evidence(label(case.hpa), f"status.currentMetrics[{one.name}]", value)


def _held_up(pod: Object) -> Evidence | None:
    """Why a pod does not run: not scheduled, or a container that waits."""
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return Evidence(label(pod), "status.conditions[PodScheduled]", words(scheduled))
    for container in status_of(pod).get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            name = f"status.containerStatuses[{container['name']}].state.waiting"
            said = waiting.get("message") or ""
            return Evidence(label(pod), name, f"{waiting.get('reason', '')}: {said}".rstrip(": "))
    return None
