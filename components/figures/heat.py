"""A heat map over time, one row an object. A cell without a value is a slash, never a colour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from components.figures.amounts import amount
from components.figures.frame import Span, stamp, time_axis
from components.figures.marks import escaped
from components.figures.paint import Figure
from components.figures.palette import token

ROW_H = 22
"""Pixels of a row; a panel with n of them is ``height(n)`` high."""

_SHADES = 7


def height(rows: int) -> int:
    """Pixels of the whole chart."""
    return max(3, rows) * ROW_H + 8 + 24


def heat_map(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    times: Sequence[datetime],
    span: Span,
    unit: str = "%",
    *,
    highest: float = 100.0,
    limit: float | None = None,
    labels: Sequence[str] | None = None,
) -> Figure:
    """``rows`` of a name and a value at each of ``times``, the first on top; a cell over ``limit``
    has an amber edge. ``labels`` stand beside rows whose names are long."""
    names = [name for name, _ in rows]
    shown = labels or [_shortened(name) for name in names]
    middles = [stamp(moment + timedelta(seconds=span.step / 2)) for moment in times]
    figure: Figure = {
        "data": [
            {
                "type": "heatmap",
                "name": "value",
                "x": [stamp(moment) for moment in times],
                "xperiod": 1000 * span.step,
                "xperiodalignment": "middle",
                "y": [escaped(name) for name in names],
                "z": [list(values) for _, values in rows],
                "zmin": 0,
                "zmax": highest,
                "xgap": 1,
                "ygap": 2,
                "hoverongaps": False,
                "showscale": False,
                "colorscale": [
                    [number / (_SHADES - 1), token(f"q{number + 1}")] for number in range(_SHADES)
                ],
                "hovertemplate": f"%{{y}}, %{{x|%H:%M}}: %{{z:.3~r}}{unit}<extra></extra>",
            },
            _slashes(rows, middles),
        ],
        "layout": {
            "hovermode": "closest",
            "margin": {"l": _left(shown), "r": 12, "t": 8, "b": 24},
            "xaxis": time_axis(span),
            "yaxis": {
                "autorange": "reversed",
                "type": "category",
                "showgrid": False,
                "tickmode": "array",
                "tickvals": [escaped(name) for name in names],
                "ticktext": [escaped(label) for label in shown],
            },
            "shapes": _edges(rows, times, span, limit),
            "annotations": [],
            "meta": {"step": span.step, "finding": _finding(rows, unit, limit)},
        },
    }
    return figure


def _slashes(
    rows: Sequence[tuple[str, Sequence[float | None]]], middles: Sequence[str]
) -> dict[str, Any]:
    missing = [
        (middles[at], escaped(name))
        for name, values in rows
        for at, value in enumerate(values)
        if value is None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at for at, _ in missing],
        "y": [name for _, name in missing],
        "marker": {
            "symbol": "line-ne-open",
            "size": 7,
            "color": token("text-3"),
            "line": {"width": 1, "color": token("text-3")},
        },
        "hovertemplate": "%{y}, %{x|%H:%M}: no data<extra></extra>",
        "showlegend": False,
        "meta": {"aside": True},
    }


def _edges(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    times: Sequence[datetime],
    span: Span,
    limit: float | None,
) -> list[dict[str, Any]]:
    """One edge around each run of cells over the limit: a cell alone, or several beside."""
    if limit is None:
        return []
    shapes = []
    for row, (_, values) in enumerate(rows):
        begin: int | None = None
        for at in range(len(values) + 1):
            value = values[at] if at < len(values) else None
            over = value is not None and value > limit
            if over and begin is None:
                begin = at
            if not over and begin is not None:
                shapes.append(
                    {
                        "type": "rect",
                        "x0": stamp(times[begin]),
                        "x1": stamp(times[at - 1] + timedelta(seconds=span.step)),
                        "y0": row - 0.46,
                        "y1": row + 0.46,
                        "line": {"color": token("warn-fill"), "width": 1.5},
                    }
                )
                begin = None
    return shapes


def _left(labels: Sequence[str]) -> int:
    return int(14 + 6.6 * max(map(len, labels), default=6))


def _shortened(name: str) -> str:
    """Pods differ at their ends: the middle goes."""
    return name if len(name) <= 24 else f"{name[:9]}…{name[-14:]}"


def _finding(
    rows: Sequence[tuple[str, Sequence[float | None]]], unit: str, limit: float | None
) -> str:
    known = [(value, name) for name, values in rows for value in values if value is not None]
    if not known:
        return "no data"
    value, name = max(known)
    said = f"highest {amount(value, unit)} on {name}"
    if limit is not None:
        over = len({name for value, name in known if value > limit})
        said += f"; {over} of {len(rows)} over {amount(limit, unit)}"
    return said
