"""Bars over time, stacked by class, such as that of a status: failures are what is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.figures.amounts import short
from components.figures.frame import Span, frame, stamp
from components.figures.paint import Figure
from components.figures.palette import token


@dataclass(frozen=True, slots=True)
class Classes:
    """``paints`` from the axis up: a colour of the palette and its opacity; what went well is grey.
    A legend names ``legend``, those that are ``rare`` only where there are some."""

    paints: Mapping[str, tuple[str, float]]
    legend: tuple[str, ...]
    rare: tuple[str, ...] = ()


STATUS = Classes(
    {
        "2xx": ("c8", 0.55),
        "3xx": ("c8", 0.3),
        "1xx": ("c8", 0.2),
        "other": ("unk-fill", 1.0),
        "4xx": ("warn-fill", 1.0),
        "5xx": ("err-fill", 1.0),
    },
    ("1xx", "2xx", "3xx", "4xx", "5xx", "other"),
    ("1xx", "other"),
)


def by_class(
    times: Sequence[datetime],
    counts: Mapping[str, Sequence[float | None]],
    span: Span,
    unit: str = "",
    *,
    chosen: tuple[datetime, datetime] | None = None,
    among: Classes = STATUS,
) -> Figure:
    """Stacked bars, one a bucket; ``counts`` by class. ``chosen`` is the part of the
    time that is looked at."""
    classes = [name for name in among.paints if any(counts.get(name, ()))]
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
            "marker": {"color": token(*among.paints[name]), "line": {"width": 0}},
            "hovertemplate": "%{y:,}",
        }
        for name in classes
    ]
    if chosen:
        figure["layout"]["shapes"] += _band(*chosen)
    figure["layout"]["meta"] |= {
        "legend": _legend(among, classes),
        "finding": _finding(times, counts, classes, totals),
    }
    return figure


def _legend(among: Classes, classes: Sequence[str]) -> list[dict[str, Any]]:
    shown = [name for name in among.legend if name in classes or name not in among.rare]
    return [{"name": name, "colour": token(*among.paints[name])} for name in shown]


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
