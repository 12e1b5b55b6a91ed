"""Bars over time, stacked by the class of status: failures are what is seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from components.figures.amounts import short
from components.figures.frame import Span, frame, stamp
from components.figures.paint import Figure
from components.figures.palette import token

CLASSES: Mapping[str, tuple[str, float]] = {
    "2xx": ("c8", 0.55),
    "3xx": ("c8", 0.3),
    "1xx": ("c8", 0.2),
    "other": ("unk-fill", 1.0),
    "4xx": ("warn-fill", 1.0),
    "5xx": ("err-fill", 1.0),
}
"""From the axis up: a colour of the palette and its opacity. What went well is grey."""

ALWAYS = ("2xx", "3xx", "4xx", "5xx")
"""Classes that a legend names even where there is none."""


def by_class(
    times: Sequence[datetime],
    counts: Mapping[str, Sequence[float | None]],
    span: Span,
    unit: str = "",
    *,
    chosen: tuple[datetime, datetime] | None = None,
) -> Figure:
    """Stacked bars, one a bucket; ``counts`` by class of status. ``chosen`` is the part of the
    time that is looked at."""
    classes = [name for name in CLASSES if any(counts.get(name, ()))]
    totals = [sum(counts[name][at] or 0 for name in classes) for at in range(len(times))]
    figure = frame(span, max(totals) if classes else None, unit, right=12)
    figure["layout"] |= {"barmode": "stack", "bargap": 0}
    starts = [stamp(moment) for moment in times]
    # Full width would hide where one minute ends: two pixels or so stay free.
    width = span.step * 1000 * 0.9
    figure["data"] = [
        {
            "type": "bar",
            "name": name,
            "x": starts,
            "y": list(counts[name]),
            "offset": span.step * 1000 * 0.05,
            "width": width,
            "marker": {"color": token(*CLASSES[name]), "line": {"width": 0}},
            "hovertemplate": "%{y:,}",
        }
        for name in classes
    ]
    if chosen:
        figure["layout"]["shapes"] += _band(*chosen)
    figure["layout"]["meta"] |= {
        "legend": legend(classes),
        "finding": _finding(times, counts, classes, totals),
    }
    return figure


def legend(classes: Sequence[str]) -> list[dict[str, Any]]:
    """The names above the chart, from the axis up."""
    shown = [name for name in ("1xx", "2xx", "3xx", "4xx", "5xx", "other")
             if name in ALWAYS or name in classes]  # fmt: skip
    return [{"name": name, "colour": token(*CLASSES[name])} for name in shown]


def _band(start: datetime, end: datetime) -> list[dict[str, Any]]:
    edges = {"color": token("accent"), "width": 1.5}
    place = {"yref": "paper", "y0": 0, "y1": 1}
    return [
        {
            "type": "rect",
            "x0": stamp(start),
            "x1": stamp(end),
            "fillcolor": token("accent", 0.1),
            "line": {"width": 0},
            "layer": "below",
            **place,
        },
        *(
            {"type": "line", "x0": stamp(at), "x1": stamp(at), "line": edges, **place}
            for at in (start, end)
        ),
    ]


def _finding(
    times: Sequence[datetime],
    counts: Mapping[str, Sequence[float | None]],
    classes: Sequence[str],
    totals: Sequence[float],
) -> str:
    if not classes:
        return "no data"
    at = max(range(len(totals)), key=totals.__getitem__)
    said = [f"{short(sum(one or 0 for one in counts[name]))} {name}" for name in reversed(classes)]
    return f"{', '.join(said)}; most {short(totals[at])} at {times[at]:%H:%M}"
