"""Lines over time: rates, shares, percentiles. A gap stays a gap, with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from components.figures.amounts import amount
from components.figures.frame import Span, frame, stamp
from components.figures.marks import (
    DASHES,
    RED,
    Event,
    Threshold,
    add_events,
    add_thresholds,
    escaped,
    note,
)
from components.figures.paint import Figure
from components.figures.palette import token

Point = tuple[datetime, float | None]

NAMED = 4
"""So many lines have their names at their ends; more have a legend above."""

LINE_H = 13
"""Two names at the right edge are so many pixels apart."""

_LETTER_W = 6.2
_LONGEST = 18


@dataclass(frozen=True, slots=True)
class Line:
    """A named series. ``colour`` is a name of the palette and follows the object, not the rank;
    ``gap`` says why the line ends or is broken."""

    name: str
    points: Sequence[Point]
    colour: str = "c1"
    width: float = 1.5
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit with the value that it had at each time: ``maximum``. None is none."""

    name: str
    points: Sequence[Point]


def time_series(
    lines: Sequence[Line],
    span: Span,
    unit: str = "",
    *,
    height: int = 176,
    thresholds: Iterable[Threshold] = (),
    limits: Sequence[Limit] = (),
    events: Iterable[Event] = (),
) -> Figure:
    """Lines over ``span``. A single one has its area filled. ``height`` of the plot in pixels."""
    fixed = list(thresholds)
    bounds = [one.value for one in fixed]
    bounds += [value for one in limits for _, value in one.points if value is not None]
    highest = _highest(lines, bounds)
    ended = [line for line in lines if _last(line)]
    named = len(lines) <= NAMED
    figure = frame(
        span,
        highest,
        unit,
        right=_room(ended) if named else 12,
        above=12 if named else 8,
    )
    figure["data"] = [_trace(line, span, unit, filled=len(lines) == 1) for line in lines]
    if named:
        _name_ends(figure, ended, span, height)
    else:
        figure["layout"]["showlegend"] = True
    _open_ends(figure, ended, span, height)
    add_thresholds(figure, fixed)
    for limit in limits:
        _add_limit(figure, limit, span)
    add_events(figure, span, events)
    figure["layout"]["meta"]["finding"] = finding(lines, unit)
    return figure


def percentiles(
    named: Sequence[tuple[str, Sequence[Point]]],
    span: Span,
    unit: str = "ms",
    **more: Any,
) -> Figure:
    """Lines of one blue, heavier to the tail; names are ``p50``, ``p95``, ``p99``."""
    widths = {"p50": 1.25, "p95": 1.5, "p99": 1.75}
    lines = [Line(name, points, name, widths[name]) for name, points in named]
    return time_series(lines, span, unit, **more)


def finding(lines: Sequence[Line], unit: str = "") -> str:
    """What the chart says to those who do not see it: last values and the highest point."""
    said = []
    for line in lines[:NAMED]:
        last = _last(line)
        said.append(f"{line.name} {amount(last[1], unit)}" if last else f"{line.name} no data")
    if len(lines) > NAMED:
        said.append(f"{len(lines) - NAMED} more")
    known = [(value, at, line) for line in lines for at, value in line.points if value is not None]
    if not known:
        return "no data"
    value, at, line = max(known, key=lambda one: one[0])
    of = f" of {line.name}" if len(lines) > 1 else ""
    return f"now {', '.join(said)}; highest {amount(value, unit)}{of} at {at:%H:%M}"


def _trace(line: Line, span: Span, unit: str, *, filled: bool) -> dict[str, Any]:
    times, values = _spread(line.points, span.step)
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": escaped(line.name),
        "x": times,
        "y": values,
        "connectgaps": False,
        "line": {"color": token(line.colour), "width": line.width},
        "hovertemplate": _exactly(unit),
    }
    if _lonely(values):
        # A line needs two points; one between gaps would not be seen.
        trace |= {"mode": "lines+markers", "marker": {"size": 4, "color": token(line.colour)}}
    if filled:
        trace |= {"fill": "tozeroy", "fillcolor": token(line.colour, 0.1)}
    return trace


def _exactly(unit: str) -> str:
    written = "%{y:,.4~r}"
    return f"{written}{'' if unit == '%' or not unit else ' '}{unit}"


def _spread(points: Sequence[Point], step: int) -> tuple[list[str], list[float | None]]:
    """The points with a None wherever buckets are missing between two of them."""
    times: list[str] = []
    values: list[float | None] = []
    before: datetime | None = None
    for at, value in points:
        if before is not None and (at - before).total_seconds() > 1.5 * step:
            times.append(stamp(before + timedelta(seconds=step)))
            values.append(None)
        times.append(stamp(at))
        values.append(value)
        before = at
    return times, values


def _lonely(values: Sequence[float | None]) -> bool:
    around = [None, *values, None]
    return any(
        value is not None and around[at] is None and around[at + 2] is None
        for at, value in enumerate(values)
    )


def _highest(lines: Sequence[Line], bounds: Sequence[float]) -> float | None:
    known = [value for line in lines for _, value in line.points if value is not None]
    # A limit has its name above it.
    return max([*known, *(1.1 * one for one in bounds)]) if known else None


def _add_limit(figure: Figure, limit: Limit, span: Span) -> None:
    """Red dashes in steps, each value with its name where it begins."""
    if not limit.points:
        return
    last, value = limit.points[-1]
    until = (min(last + timedelta(seconds=span.step), span.end), value)
    times, values = _spread([*limit.points, until], span.step)
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": escaped(limit.name),
            "x": times,
            "y": values,
            "connectgaps": False,
            "line": {**DASHES, "shape": "hv"},
            "hovertemplate": _exactly(""),
            "showlegend": False,
            "meta": {"aside": True},
        }
    )
    before: float | None = None
    for at, value in limit.points:
        if value is not None and value != before:
            late = (at - span.start).total_seconds() > 0.65 * span.seconds
            figure["layout"]["annotations"].append(
                note(
                    f"{limit.name} {value:g}",
                    x=stamp(at),
                    xanchor="right" if late else "left",
                    xshift=-4 if late else 4,
                    y=value,
                    yanchor="bottom",
                )
                | {"font": RED}
            )
        before = value


def _last(line: Line) -> tuple[datetime, float] | None:
    return next(
        ((at, value) for at, value in reversed(line.points) if value is not None),
        None,
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _room(lines: Sequence[Line]) -> int:
    longest = max((len(_shortened(line.name)) for line in lines if not line.gap), default=0)
    return max(24, int(16 + _LETTER_W * longest))


def _name_ends(figure: Figure, lines: Sequence[Line], span: Span, height: int) -> None:
    """Each name at the height of its line's last value, moved apart where two would touch."""
    for line, _, value, shift in _ends(figure, [one for one in lines if not one.gap], height):
        figure["layout"]["annotations"].append(
            note(
                _shortened(line.name),
                x=1,
                xref="paper",
                xanchor="left",
                xshift=6,
                y=value,
                yanchor="middle",
                yshift=shift,
            )
            | {"font": {"size": 11, "weight": 500, "color": token(line.colour)}}
        )


def _ends(
    figure: Figure, lines: Sequence[Line], height: int
) -> Iterator[tuple[Line, datetime, float, int]]:
    """Each line with its last point, lowest first, and by how many pixels a text beside the point
    is moved so that no two touch."""
    low, high = figure["layout"]["yaxis"]["range"]
    ends = sorted(
        ((line, *last) for line in lines if (last := _last(line))), key=lambda one: one[2]
    )
    at = [height * (value - low) / (high - low) for _, _, value in ends]
    for end, wanted, free in zip(ends, at, _apart(at, height), strict=True):
        yield *end, round(free - wanted)


def _apart(wanted: Sequence[float], height: int) -> list[float]:
    """Heights in rising order, at least a line of text apart, none above the chart."""
    placed: list[float] = []
    for one in wanted:
        placed.append(max(one, placed[-1] + LINE_H) if placed else one)
    ceiling = float(height + LINE_H // 2)
    for number in range(len(placed) - 1, -1, -1):
        placed[number] = min(placed[number], ceiling)
        ceiling = placed[number] - LINE_H
    return placed


def _open_ends(figure: Figure, lines: Sequence[Line], span: Span, height: int) -> None:
    """An open circle where a line ends before its time, and why it does."""
    for line, at, value, shift in _ends(figure, [one for one in lines if one.gap], height):
        _open_end(figure, line, at, value, span, shift)


def _open_end(
    figure: Figure, line: Line, at: datetime, value: float, span: Span, shift: int
) -> None:
    late = (at - span.start).total_seconds() > 0.55 * span.seconds
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [stamp(at)],
            "y": [value],
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": {"aside": True},
            "marker": {
                "symbol": "circle",
                "size": 7,
                "color": token("surface"),
                "line": {"color": token(line.colour), "width": 1.5},
            },
        }
    )
    figure["layout"]["annotations"].append(
        note(
            f"{line.name}: {line.gap}",
            x=stamp(at),
            y=value,
            xanchor="right" if late else "left",
            xshift=-8 if late else 8,
            yanchor="bottom" if late else "middle",
            yshift=shift,
        )
        | {"font": {"size": 11, "color": token("text-2")}}
    )
