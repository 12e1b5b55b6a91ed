"""What Kubernetes says when a workload is scaled, read into one form.

Nothing says all of it. The status of an HPA has both numbers and the time, but no reason; its Event
has a reason and the new number only; KEDA's Events have both numbers and the trigger, for steps
from and to zero; a Deployment has both numbers, whoever changed them, but no time. Each is a *sign*
(:class:`Sign`); :mod:`services.inference.recording` puts signs of one change together.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.inference.targets import Object, Target, World, scaler_kind, target_of

_KEDA = re.compile(r"from (?P<before>\d+) to (?P<after>\d+)(?:, triggered by (?P<trigger>.+))?")
_HPA = re.compile(r"New size: (?P<after>\d+); reason: (?P<reason>.*)", re.DOTALL)
_REPLICA_SET = re.compile(
    r"Scaled (?:up|down) replica set \S+ "
    r"(?:from (?P<a>\d+) to (?P<b>\d+)|to (?P<c>\d+) from (?P<d>\d+))"
)

_STEPS = {"KEDAScaleTargetActivated": "activated", "KEDAScaleTargetDeactivated": "deactivated"}
_STATES = {
    "ScaledObjectPaused": "paused",
    "ScaledObjectUnpaused": "resumed",
    "ScaledObjectFallbackActivated": "fallback",
    "ScaledObjectFallbackDeactivated": "fallback ended",
}
_FAILURES = frozenset(
    {
        "KEDAScaleTargetActivationFailed",
        "KEDAScaleTargetDeactivationFailed",
        "KEDAScalerFailed",
        "KEDAMetricSourceFailed",
        "ScaledObjectCheckFailed",
        "ScaledObjectUpdateFailed",
    }
)
_LIMITED = ("TooManyReplicas", "ScaleUpLimit")
"""Reasons of ``ScalingLimited`` that keep a workload smaller than its metric asks for. To be at the
minimum is the rest of an idle one."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was said about the scaling of a workload.

    ``kind`` is *size* for a change of its size, else that of the event it is. ``at`` is when, by
    the cluster's clock; None where nobody says. ``helps`` marks a sign that tells more of a change
    that others speak of, and would be no event by itself: a rollout makes it, too. ``key`` is the
    same for the same sign, however often it is read.
    """

    target: Target
    kind: str
    source: str
    key: str
    at: datetime | None = None
    scaler: str = ""
    before: int | None = None
    after: int | None = None
    reason: str = ""
    message: str = ""
    trigger: str = ""
    helps: bool = False


def of_hpa(old: Object | None, new: Object) -> Iterator[Sign]:
    """What a version of an HPA says that the one before did not.

    The version that has a new ``lastScaleTime`` still has the size before in ``currentReplicas``:
    the controller writes both in one go. Where a later version is the next one that was seen, the
    size before is what the old one wanted.
    """
    said, status = (old or {}).get("status") or {}, new.get("status") or {}
    target, scaler, uid = target_of(new), scaler_kind(new), new["metadata"]["uid"]
    at, to = status.get("lastScaleTime"), status.get("desiredReplicas")
    if at and at != said.get("lastScaleTime"):
        before = status.get("currentReplicas", 0)
        if before == to:
            before = said.get("desiredReplicas", 0) if old else None
        if before != to:
            yield Sign(target, "size", "HPA", f"{uid}@{at}", moment(at), scaler, before, to)
    limit, was = _condition(status, "ScalingLimited"), _condition(said, "ScalingLimited")
    if old and _is_limit(limit) and not _is_limit(was):
        since = limit.get("lastTransitionTime", "")
        yield Sign(
            target,
            "limited",
            "HPA",
            f"{uid}@limited@{since}",
            moment(since),
            scaler,
            reason=limit.get("reason", ""),
            message=limit.get("message", ""),
        )


def of_deployment(old: Object | None, new: Object) -> Iterator[Sign]:
    """A size that somebody wrote into a Deployment."""
    before, after = (replicas(one) if one else None for one in (old, new))
    if before is not None and after is not None and before != after:
        metadata = new["metadata"]
        target = Target(metadata["namespace"], "Deployment", metadata["name"])
        key = f"{metadata['uid']}@{metadata['generation']}"
        yield Sign(target, "size", "Deployment", key, before=before, after=after)


def of_event(event: Object, world: World) -> Iterator[Sign]:
    """What an Event says of a workload that is scaled; nothing for one about anything else."""
    about = event.get("involvedObject") or event.get("regarding") or {}
    kind, place = about.get("kind"), (about.get("namespace", ""), about.get("name", ""))
    count, at = occurrence(event)
    if kind == "HorizontalPodAutoscaler" and place in world.hpas:
        hpa = world.hpas[place]
        yield from _of_hpa_event(event, hpa, f"{event['metadata']['uid']}#{count}", at)
    elif kind == "ScaledObject" and place in world.scaled_objects:
        target = target_of(world.scaled_objects[place])
        yield from _of_keda_event(event, target, f"{event['metadata']['uid']}#{count}", at)
    elif kind == "Deployment" and event.get("reason") == "ScalingReplicaSet":
        found = _REPLICA_SET.search(_text(event))
        if found:
            before, after = found["a"] or found["d"], found["b"] or found["c"]
            yield Sign(
                Target(place[0], "Deployment", place[1]),
                "size",
                "Deployment event",
                f"{event['metadata']['uid']}#{count}",
                at,
                before=int(before),
                after=int(after),
                helps=True,
            )


def _of_hpa_event(event: Object, hpa: Object, key: str, at: datetime | None) -> Iterator[Sign]:
    target, scaler = target_of(hpa), scaler_kind(hpa)
    said, reason = _text(event), event.get("reason", "")
    if reason == "SuccessfulRescale" and (found := _HPA.search(said)):
        yield Sign(
            target,
            "size",
            "HPA event",
            key,
            at,
            scaler,
            after=int(found["after"]),
            reason=reason,
            message=found["reason"],
        )
    elif event.get("type") == "Warning":
        yield _failure(event, target, "HPA event", scaler, at)


def _of_keda_event(event: Object, target: Target, key: str, at: datetime | None) -> Iterator[Sign]:
    reason, said = event.get("reason", ""), _text(event)
    if reason in _STEPS and (found := _KEDA.search(said)):
        yield Sign(
            target,
            "size",
            "KEDA event",
            key,
            at,
            "keda",
            int(found["before"]),
            int(found["after"]),
            reason,
            said,
            found["trigger"] or "",
        )
    elif reason in _STATES:
        yield Sign(
            target, _STATES[reason], "KEDA event", key, at, "keda", reason=reason, message=said
        )
    elif reason in _FAILURES or event.get("type") == "Warning":
        yield _failure(event, target, "KEDA event", "keda", at)


def _failure(event: Object, target: Target, source: str, scaler: str, at: datetime | None) -> Sign:
    """A failure is repeated every few seconds by the same Event: it is one, last seen now."""
    count, _ = occurrence(event)
    said = _text(event) + (f" (seen {count} times)" if count > 1 else "")
    key = event["metadata"]["uid"]
    reason = event.get("reason", "")
    return Sign(target, "failed", source, key, at, scaler, reason=reason, message=said)


def occurrence(event: Object) -> tuple[int, datetime | None]:
    """How often an Event was seen, and when last; in the old form and in that of events.k8s.io."""
    series = event.get("series") or {}
    count = series.get("count") or event.get("count") or event.get("deprecatedCount") or 1
    last = (
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or event.get("firstTimestamp")
        or event["metadata"].get("creationTimestamp")
    )
    return count, moment(last)


def replicas(deployment: Object) -> int:
    """The size that a Deployment is to have; without one the API server means 1."""
    size = deployment["spec"].get("replicas")
    return 1 if size is None else int(size)


def moment(text: str | None) -> datetime | None:
    """A time as Kubernetes writes it."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _text(event: Object) -> str:
    return str(event.get("message") or event.get("note") or "")


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found = status.get("conditions") or ()
    return next((one for one in found if one.get("type") == kind), {})


def _is_limit(condition: Mapping[str, Any]) -> bool:
    return condition.get("status") == "True" and condition.get("reason") in _LIMITED
