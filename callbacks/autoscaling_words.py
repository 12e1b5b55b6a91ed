"""How a pool is scaled, in rows, sentences and charts."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from components.figures.frame import Span
from components.figures.lines import Limit, Line, time_series
from components.figures.marks import Event, Threshold
from components.figures.paint import Figure
from components.panels import values as panel_values
from services.errors import ConsoleError
from services.inference.autoscaling import Autoscaling
from services.inference.case import Evidence, Sentence
from services.inference.scaling_history import History, Track
from services.inference.scaling_log import ScalingRecord
from services.inference.scaling_steps import ScalingEvent

Row = dict[str, Any]
HEIGHT = 160
NAMED = 6
"""More marks than these stand without words, which would cover each other."""
CLOSE = 40
"""Steps one of so many parts of the chart apart are one mark."""

_SELECTOR = re.compile(r"\(&LabelSelector\{.*\}\)")
"""How an HPA spells which metric of a name it means."""

_URGENCY = ("err", "warn", "info", "unknown", "ok")
_PER = {"pod": "a pod", "request": "% of what pods request", "all": "in all"}
_SAID = {
    "scale-up": ("ok", "Scaled up"),
    "scale-down": ("ok", "Scaled down"),
    "scaled": ("ok", "Scaled"),
    "activated": ("ok", "Started from zero"),
    "deactivated": ("ok", "Stopped, to zero"),
    "paused": ("note", "Paused"),
    "resumed": ("note", "Resumed"),
    "fallback": ("err", "Fallback"),
    "fallback ended": ("ok", "Fallback ended"),
    "failed": ("err", "Failed"),
    "limited": ("warn", "At its limit"),
}


def row(place: tuple[str, str, str], found: Autoscaling | ConsoleError, slot: int) -> Row:
    """A pool in the list: its size within its limits, and the first reason for it."""
    cluster, namespace, name = place
    told: Row = {
        "id": "/".join(place),
        "cluster": cluster,
        "slot": slot,
        "namespace": namespace,
        "name": name,
        "size": None,
        "limits": "",
    }
    if isinstance(found, ConsoleError):
        return {**told, "status": "unknown", "text": found.message}
    first = found.explanation[0]
    least, most = found.limits
    return {
        **told,
        "status": first.status,
        "text": first.text,
        "size": found.replicas,
        "limits": f"{least} to {most}" if least is not None and most is not None else "",
    }


def values(place: tuple[str, str, str], found: Autoscaling | ConsoleError) -> Row:
    """The same as values."""
    told: Row = dict(zip(("cluster", "namespace", "pool"), place, strict=True))
    if isinstance(found, ConsoleError):
        sizes: Row = dict.fromkeys(("replicas", "least", "most"))
        return {**told, **sizes, "status": "unknown", "reason": found.message, "as_of": None}
    first, (least, most) = found.explanation[0], found.limits
    sizes = {"replicas": found.replicas, "least": least, "most": most}
    return {**told, **sizes, "status": first.status, "reason": first.text, "as_of": found.as_of}


def urgency(told: Row) -> tuple[int, str]:
    """Problems first."""
    return _URGENCY.index(told["status"]), told["id"]


def why(found: Autoscaling | ConsoleError) -> Row:
    """The sentences, each workload with what scales it."""
    if isinstance(found, ConsoleError):
        said = Sentence("unknown", found.message)
        return {"parts": [{"title": "", "said": [_sentence(said)]}], "as_of": None, "reason": ""}
    parts = [
        {
            "title": f"{one.target.kind} {one.target.name}",
            "scalers": ", ".join(f"{kind} {name}" for kind, name in one.scalers) or "none",
            "size": _size(one.replicas, one.desired, one.ready),
            "said": [_sentence(said) for said in one.explanation],
        }
        for one in found.workloads
    ]
    return {
        "parts": parts or [{"title": "", "said": [_sentence(one) for one in found.explanation]}],
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "reason": found.reason,
    }


def why_values(found: Autoscaling | ConsoleError) -> Row:
    """The sentences as values, a row for each field that one rests on."""
    if isinstance(found, ConsoleError):
        return panel_values([], reason=found.message)
    parts = [(one.target.name, one.explanation) for one in found.workloads]
    nothing = Evidence("", "", "")
    rows = (
        {
            "workload": name,
            "status": said.status,
            "sentence": said.text,
            "object": fact.object or None,
            "field": fact.field or None,
            "value": fact.value or None,
        }
        for name, explanation in parts or [(None, found.explanation)]
        for said in explanation
        for fact in said.evidence or (nothing,)
    )
    return panel_values(rows, "Kubernetes", found.as_of, reason=found.reason or None)


def event_values(record: ScalingRecord) -> Row:
    """One event as values."""
    one = record.event
    return {
        "timestamp": one.at,
        "cluster": record.cluster,
        "namespace": one.target.namespace,
        "pool": record.pool,
        "target_kind": one.target.kind,
        "target": one.target.name,
        "event": one.kind,
        "scaler": one.scaler or None,
        "from_replicas": one.before,
        "to_replicas": one.after,
        "trigger": one.trigger or None,
        "reason": one.reason or None,
        "message": one.message or None,
        "sources": one.sources,
    }


def event(record: ScalingRecord) -> Row:
    """One event in the list."""
    one = record.event
    status, title = _SAID.get(one.kind, ("note", one.kind))
    sizes = "" if one.after is None else f"to {one.after}"
    if one.before is not None and one.after is not None:
        sizes = f"{one.before} to {one.after}"
    return {
        "id": record.id,
        "status": status,
        "title": f"{title}, {sizes}" if sizes else title,
        "reason": one.reason,
        "text": _SELECTOR.sub("", one.message) or _unsaid(one.scaler),
        "at": one.at.isoformat(),
        "source": ", ".join(one.sources),
    }


def marks(records: Sequence[ScalingRecord], span: Span) -> list[Event]:
    """What stands in charts: changes of size and pauses. Steps that nearly touch are one mark."""
    known = sorted(
        (one.event for one in records if one.event.kind not in ("failed", "limited")),
        key=lambda one: one.at,
    )
    near = timedelta(seconds=span.seconds / CLOSE)
    steps: list[tuple[ScalingEvent, ScalingEvent]] = []
    for one in known:
        last = steps[-1][1] if steps else None
        if (
            last
            and last.after is not None
            and last.after == one.before
            and one.at - last.at <= near
        ):
            steps[-1] = (steps[-1][0], one)
        else:
            steps.append((one, one))
    few = len(steps) <= NAMED
    return [
        Event(last.at, _short(first.before, last.after, last.kind) if few else "")
        for first, last in steps
    ]


def metric(history: History, span: Span, events: Sequence[Event]) -> tuple[str, Figure]:
    """The unit, and each metric against its target; of several, in percent of it."""
    tracks = [one for one in history.tracks if one.metric]
    if len(tracks) == 1:
        [track] = tracks
        target = Limit("target", [(one.at, one.target or None) for one in track.points])
        points = [(one.at, one.value) for one in track.points]
        unit = f"{track.metric}, {_PER.get(track.per, track.per)}"
        line = Line(track.metric, points, gap=_gap(points))
        return unit, _series([line], span, events, limits=[target])
    lines = [
        Line(_named(track, tracks), _shares(track), f"c{number % 7 + 1}")
        for number, track in enumerate(tracks)
    ]
    thresholds = [Threshold(100, "target")] if lines else []
    figure = _series(lines, span, events, thresholds=thresholds, unit="%")
    return "% of target", figure


def size(
    history: History, span: Span, records: Sequence[ScalingRecord], events: Sequence[Event]
) -> Figure:
    """Wanted and ready replicas of each workload, with the limits of a single one."""
    workloads: dict[str, Track] = {}
    for track in history.tracks:
        workloads.setdefault(f"{track.kind} {track.name}", track)
    alone = len(workloads) == 1
    lines: list[Line] = []
    for number, track in enumerate(workloads.values()):
        of = "" if alone else f" {track.name}"
        sampled = [(one.at, _wanted(one.desired, one.replicas)) for one in track.points]
        wanted = [*_told(records, track, span), *sampled]
        ready = [(one.at, one.ready) for one in track.points]
        lines += [
            Line(f"wanted{of}", wanted, f"c{(2 * number) % 7 + 1}"),
            Line(f"ready{of}", ready, f"c{(2 * number + 2) % 7 + 1}"),
        ]
    points = history.tracks[0].points if alone else ()
    limits = [
        Limit("maximum", [(one.at, one.most) for one in points]),
        Limit("minimum", [(one.at, one.least or None) for one in points]),
    ]
    return _series(lines, span, events, limits=limits)


def _told(
    records: Sequence[ScalingRecord], track: Track, span: Span
) -> list[tuple[datetime, int | None]]:
    """The size before anybody sampled it: between two events that agree on it, and between the
    last one and a first sample that does."""
    until, first = track.points[0].at, _wanted(track.points[0].desired, track.points[0].replicas)
    steps = sorted(
        (
            (one.event.at, one.event.before, one.event.after)
            for one in records
            if (one.event.target.kind, one.event.target.name) == (track.kind, track.name)
            and one.event.after is not None
            and one.event.at < until
        ),
        key=lambda step: step[0],
    )
    points: list[tuple[datetime, int | None]] = []
    for (at, _, after), (end, before, _) in pairwise([*steps, (until, first, first)]):
        if after == before:
            count = int((end - at).total_seconds() // span.step) + 1
            points += [(at + timedelta(seconds=span.step * one), after) for one in range(count)]
        else:
            points.append((at, after))
    return points


def _series(lines: Sequence[Line], span: Span, events: Sequence[Event], **more: Any) -> Figure:
    return time_series(lines, span, height=HEIGHT, events=events, **more)


def _gap(points: Sequence[tuple[datetime, float | None]]) -> str:
    """Why a line ends: the autoscaler's last look found no value."""
    return "" if not points or points[-1][1] is not None else "cannot be read"


def _shares(track: Track) -> list[tuple[datetime, float | None]]:
    return [
        (one.at, 100 * one.value / one.target if one.value is not None and one.target else None)
        for one in track.points
    ]


def _named(track: Track, tracks: Sequence[Track]) -> str:
    names = [one.metric for one in tracks]
    return track.metric if names.count(track.metric) == 1 else f"{track.name} {track.metric}"


def _wanted(desired: int | None, replicas: int | None) -> int | None:
    return replicas if desired is None else desired


def _short(before: int | None, after: int | None, kind: str) -> str:
    if after is None:
        return kind
    return f"to {after}" if before is None else f"{before} to {after}"


def _size(replicas: int | None, desired: int | None, ready: int | None) -> str:
    parts = [
        "size not known" if replicas is None else f"{replicas} replicas",
        "" if desired in (None, replicas) else f"{desired} wanted",
        "" if ready is None else f"{ready} ready",
    ]
    return ", ".join(filter(None, parts))


def _sentence(one: Sentence) -> Row:
    return {
        "status": one.status,
        "text": one.text,
        "evidence": [[fact.object, fact.field, fact.value] for fact in one.evidence],
    }


def _unsaid(scaler: str) -> str:
    if scaler:
        return "The autoscaler gave no reason."
    return "Neither an autoscaler nor KEDA says that it did this: somebody wrote the size."
