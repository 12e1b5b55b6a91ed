"""How a duration is distributed: buckets on a logarithmic axis, percentiles marked."""

import math
from collections.abc import Mapping, Sequence

from components.figures.amounts import amount, duration, labels, ticks
from components.figures.marks import note
from components.figures.paint import Figure
from components.figures.palette import token

Bucket = tuple[float, float | None, float]
"""More than the first, up to the second (None is open), and how many there are."""


def histogram(
    buckets: Sequence[Bucket],
    percentiles: Mapping[str, float | None],
    *,
    colour: str = "c1",
    height: int = 176,
) -> Figure:
    """Bars from ``buckets`` in milliseconds; ``percentiles`` such as ``{"p95": 412.0}``.

    The axis is linear in the logarithm, so that a bucket of any base is as wide as its share.
    """
    filled = [(*_edges(low, high), count) for low, high, count in buckets]
    named = [_between(low, high) for low, high, _ in buckets]
    known = {name: value for name, value in percentiles.items() if value}
    marks = ticks(max((count for _, _, count in filled), default=0))
    edges = [edge for low, high, _ in filled for edge in (low, high)]
    begin, end = (min(edges), max(edges)) if edges else (0.0, 3.0)
    decades = _decades(begin, end)
    figure: Figure = {
        "data": [
            {
                "type": "bar",
                "name": "requests",
                "x": [low for low, _, _ in filled],
                "y": [count for _, _, count in filled],
                "offset": 0,
                "width": [0.92 * (high - low) for low, high, _ in filled],
                "marker": {"color": token(colour, 0.75), "line": {"width": 0}},
                "customdata": named,
                "hovertemplate": "%{customdata}: %{y:,}<extra></extra>",
            }
        ],
        "layout": {
            "hovermode": "closest",
            "dragmode": False,
            "bargap": 0,
            "margin": {"l": 40, "r": 24, "t": 12 + 13 * len(known), "b": 24},
            "xaxis": {
                "range": [begin - 0.05, end + 0.05],
                "fixedrange": True,
                "tickvals": decades,
                "ticktext": [_round(10**one) for one in decades],
            },
            "yaxis": {
                "range": [0, marks[-1]],
                "tickvals": marks,
                "ticktext": labels(marks) if filled else [""] * len(marks),
            },
            "shapes": [],
            "annotations": [],
            "meta": {
                "table": {
                    "columns": ["bucket", "requests"],
                    "rows": [[name, one[2]] for name, one in zip(named, buckets, strict=True)],
                }
            },
        },
    }
    for number, (name, value) in enumerate(sorted(known.items(), reverse=True)):
        _mark(figure, name, value, number, late=math.log10(value) > begin + 0.7 * (end - begin))
    said = ", ".join(f"{name} {amount(value, 'ms')}" for name, value in sorted(known.items()))
    total = sum(count for _, _, count in filled)
    figure["layout"]["meta"]["finding"] = f"{total:,.0f} requests; {said}" if total else "no data"
    return figure


def _mark(figure: Figure, name: str, value: float, number: int, *, late: bool) -> None:
    """A line at a percentile; the names stand one below the other above the bars."""
    colour = token(name if name in ("p50", "p95", "p99") else "p95")
    at = math.log10(value)
    figure["layout"]["shapes"].append(
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": colour, "width": 1.5},
        }
    )
    figure["layout"]["annotations"].append(
        note(
            f"{name} {' '.join(duration(value))}",
            x=at,
            xanchor="right" if late else "left",
            xshift=-4 if late else 4,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=13 * number,
        )
        | {"font": {"size": 11, "color": token("text-2")}}
    )


def _decades(begin: float, end: float) -> list[float]:
    """Whole powers of ten, or thirds of them where there would be fewer than three."""
    whole = [float(one) for one in range(math.ceil(begin), math.floor(end) + 1)]
    if len(whole) >= 3:
        return whole
    return [
        round(math.log10(digit) + power, 6)
        for power in range(math.floor(begin), math.ceil(end) + 1)
        for digit in (1, 2, 5)
        if begin <= math.log10(digit) + power <= end
    ]


def _round(ms: float) -> str:
    return amount(ms / 1000, "s") if ms >= 1000 else amount(ms, "ms")


def _edges(low: float, high: float | None) -> tuple[float, float]:
    """Where a bucket is drawn, in powers of ten. One from 0 on, and one without an end, would be
    wide without end: they are drawn from half, and up to twice, the bound that they have."""
    if low <= 0:
        low = (high or 1) / 2
    return math.log10(low), math.log10(2 * low if high is None else high)


def _between(low: float, high: float | None) -> str:
    if high is None:
        return f"more than {' '.join(duration(low))}"
    if low <= 0:
        return f"up to {' '.join(duration(high))}"
    return f"{' '.join(duration(low))} to {' '.join(duration(high))}"
