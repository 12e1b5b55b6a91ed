"""How a quantity grows along another: a bar for each group of values, its median and its tail."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.figures.amounts import amount, labels, short, ticks
from components.figures.paint import Figure
from components.figures.palette import token


@dataclass(frozen=True, slots=True)
class Step:
    """A group of values, in words; how many are in it, and median and 95th percentile of what is
    shown of them."""

    label: str
    n: int
    p50: float
    p95: float


def steps(groups: Sequence[Step], unit: str = "ms", along: str = "values") -> Figure:
    """Bars up to the median, lines above up to the 95th percentile; ``along`` is what the groups
    are of."""
    marks = ticks(max((one.p95 for one in groups), default=0))
    names = [one.label for one in groups]
    count = [f"{one.n:,} requests" for one in groups]
    return {
        "data": [
            {
                "type": "bar",
                "name": "p50",
                "x": list(range(len(groups))),
                "y": [one.p50 for one in groups],
                "width": 0.72,
                "marker": {"color": token("p50"), "line": {"width": 0}},
                "customdata": count,
                "hovertemplate": f"%{{y:,.3~r}} {unit}, of %{{customdata}}",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": "p95",
                "x": list(range(len(groups))),
                "y": [one.p95 for one in groups],
                "marker": {
                    "symbol": "line-ew",
                    "size": 22,
                    "line": {"width": 2, "color": token("p99")},
                },
                "hovertemplate": f"%{{y:,.3~r}} {unit}",
                "meta": {"aside": True},
            },
        ],
        "layout": {
            "dragmode": False,
            "bargap": 0,
            "margin": {"l": 40, "r": 12, "t": 12, "b": 24},
            "xaxis": {
                "range": [-0.6, max(1, len(groups)) - 0.4],
                "fixedrange": True,
                "tickvals": list(range(len(groups))),
                "ticktext": names,
            },
            "yaxis": {
                "range": [0, marks[-1]],
                "tickvals": marks,
                "ticktext": labels(marks) if groups else [""] * len(marks),
            },
            "shapes": [],
            "annotations": [],
            "meta": {
                "legend": [
                    {"name": "p50", "colour": token("p50")},
                    {"name": "p95", "colour": token("p99")},
                ],
                "finding": _finding(groups, unit),
                "table": {
                    "columns": [along, "requests", f"p50, {unit}", f"p95, {unit}"],
                    "rows": [[one.label, one.n, one.p50, one.p95] for one in groups],
                },
            },
        },
    }


def between(low: float, high: float, unit: str = "") -> str:
    """A group of values in words.

    >>> between(0, 0), between(3, 12), between(41.7, 63.2, "%")
    ('0', '3 to 12', '41.7 to 63.2%')
    """
    if low == high:
        return amount(low, unit)
    return f"{short(low)} to {amount(high, unit)}"


def _finding(groups: Sequence[Step], unit: str) -> str:
    if not groups:
        return "no data"
    first, last = groups[0], groups[-1]
    return (
        f"median {amount(first.p50, unit)} at {first.label},"
        f" {amount(last.p50, unit)} at {last.label}"
    )
