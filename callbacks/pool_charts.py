"""Charts of inference pools, from answers of the metrics provider."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from callbacks.asking import span_of
from callbacks.panels import shown
from components.figures import amounts, heat
from components.figures.frame import Span, frame
from components.figures.histogram import histogram
from components.figures.lines import Line, percentiles, time_series
from components.figures.marks import Event
from services.inference.results import PodSeries, Series, TtftHistogram, TtftSeries
from services.telemetry.answers import Answer

WHERE = {"engine": "at the engine", "picker": "at the picker, queueing included"}
"""Where a time to first token is taken, in words."""

Panel = dict[str, Any]
Marks = Sequence[Event]

FULL = 95.0
"""Percent of a KV cache from which on requests are preempted."""
ROWS = 24
"""Pods of a heat map; of more those with the fullest caches are shown."""


def ttft(found: Answer[TtftSeries], events: Marks) -> Panel:
    """Percentiles over time."""
    value = found.value
    if value is None:
        return shown(_empty(found), found)
    named = [
        (name, [(point.at, getattr(point, f"{name}_ms")) for point in value.points])
        for name in ("p50", "p95", "p99")
    ]
    figure = percentiles(named, span_of(found.window, value.step), height=160, events=events)
    return shown(figure, found)


def vantage(found: Answer[TtftSeries]) -> str:
    """The unit of a chart of percentiles: where they are taken."""
    return f"ms, {WHERE[found.value.vantage if found.value else 'engine']}"


def spread(found: Answer[TtftHistogram]) -> Panel:
    """The distribution of times to first token; the note says how many are in an open bucket."""
    value = found.value
    if value is None:
        return shown(_empty(found), found)
    bars = [
        (one.range_start, one.range_end, one.count)
        for one in value.buckets
        if one.range_end is None or one.range_end > 0
    ]
    marks = {"p50": value.p50_ms, "p95": value.p95_ms, "p99": value.p99_ms}
    open_end = value.buckets[-1]
    reason = None
    if open_end.range_end is None:
        longer = " ".join(amounts.duration(open_end.range_start))
        reason = f"{open_end.count} took longer than {longer}"
    unit = f"at the {value.vantage}"
    return shown(histogram(bars, marks), found, reason=reason, unit=unit)


def tokens(generated: Answer[Series], prompt: Answer[Series]) -> Panel:
    """Tokens a second, generated and of prompts."""
    lines = [
        Line(name, _points(one.value), colour)
        for name, one, colour in (("prompt", prompt, "c3"), ("generated", generated, "c1"))
        if one.value
    ]
    step = next((one.value.step for one in (generated, prompt) if one.value), None)
    figure = time_series(lines, span_of(generated.window, step), height=120)
    reason = generated.reason or prompt.reason
    return shown(figure, generated, reason=reason)


def line(name: str, found: Answer[Series], unit: str = "", events: Marks = ()) -> Panel:
    """One series."""
    value = found.value
    if value is None:
        return shown(_empty(found), found)
    span = span_of(found.window, value.step)
    figure = time_series([Line(name, _points(value))], span, unit, height=120, events=events)
    return shown(figure, found)


def cache(found: Answer[PodSeries]) -> Panel:
    """The KV cache of each pod, those that were fullest first where there are many."""
    value = found.value
    if value is None:
        return shown(_empty(found), found)
    pods = sorted(value.pods, key=lambda one: -_highest(one[1]))[:ROWS]
    pods.sort(key=lambda one: one[0])
    times = [point.at for point in pods[0][1].points]
    rows = [(pod, [point.value for point in series.points]) for pod, series in pods]
    labels = [tail(pod) for pod, _ in pods]
    span = span_of(found.window, value.step)
    apart = len(set(labels)) == len(labels)
    figure = heat.heat_map(rows, times, span, limit=FULL, labels=labels if apart else None)
    left = len(value.pods) - len(pods)
    reason = f"the {ROWS} fullest of {len(value.pods)} pods" if left else None
    return shown(figure, found, reason=reason, height=heat.height(len(rows)))


def _points(series: Series | None) -> list[tuple[datetime, float | None]]:
    return [(point.at, point.value) for point in series.points] if series else []


def _highest(series: Series) -> float:
    return max((point.value for point in series.points if point.value is not None), default=0.0)


def _empty(found: Answer[Any]) -> Any:
    return frame(Span(found.window.start, found.window.end, found.window.step()), None)


def tail(pod: str) -> str:
    """The part of a pod's name that differs from its neighbours'."""
    parts = pod.rsplit("-", 2)
    return "-".join(parts[1:]) if len(parts) == 3 else pod
