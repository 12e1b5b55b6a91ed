"""The axes of a chart over time: what is drawn even where there is nothing to draw.

Times are UTC. Plotly takes them without a zone, so that it shows them as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from components.figures.amounts import labels, ticks
from components.figures.paint import Figure

MARKS = 6
"""At most so many times stand below an axis."""

_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000,
)  # fmt: skip
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """What a chart shows of time: half open, in buckets of ``step`` seconds."""

    start: datetime
    end: datetime
    step: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def stamp(moment: datetime) -> str:
    """A time as Plotly takes it.

    >>> stamp(datetime(2026, 11, 24, 13, 32, tzinfo=UTC))
    '2026-11-24 13:32:00.000'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def frame(
    span: Span,
    highest: float | None,
    unit: str = "",
    *,
    right: int = 56,
    above: int = 12,
    left: int = 40,
) -> Figure:
    """A chart without anything in it, from 0 to ``highest`` (None: not known, no numbers)."""
    marks = ticks(highest or 0)
    return {
        "data": [],
        "layout": {
            "margin": {"l": left, "r": right, "t": above, "b": 24},
            "xaxis": time_axis(span),
            "yaxis": {
                "range": [0, marks[-1]],
                "tickvals": marks,
                "ticktext": labels(marks, unit) if highest is not None else [""] * len(marks),
            },
            "shapes": [],
            "annotations": [],
            "meta": {"step": span.step},
        },
    }


def time_axis(span: Span) -> dict[str, Any]:
    """The axis below: five or six round times, the date where a day begins."""
    moments = _round_times(span)
    shown = "%e %b %H:%M" if span.step % 60 == 0 else "%e %b %H:%M:%S"
    return {
        "type": "date",
        "range": [stamp(span.start), stamp(span.end)],
        "tickvals": [stamp(moment) for moment in moments],
        "ticktext": _said(moments),
        "unifiedhovertitle": {"text": f"%{{x|{shown}}} UTC, {words(span.step)}"},
    }


def words(seconds: int) -> str:
    """The length of a bucket: ``30 s``, ``5 min``, ``6 h``, ``1 d``."""
    for unit, size in (("d", _DAY_S), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _round_times(span: Span) -> list[datetime]:
    step = next((one for one in _STEPS_S if span.seconds / one <= MARKS - 1), _STEPS_S[-1])
    start = span.start.timestamp()
    first = -(-start // step) * step
    count = int((span.end.timestamp() - first) // step) + 1
    return [
        datetime.fromtimestamp(first, UTC) + timedelta(seconds=step * number)
        for number in range(max(0, count))
    ]


def _said(moments: Sequence[datetime]) -> list[str]:
    fine = any(moment.second for moment in moments)
    whole_days = all(moment.hour == moment.minute == moment.second == 0 for moment in moments)
    said = []
    for moment in moments:
        midnight = moment.hour == moment.minute == moment.second == 0
        if whole_days or midnight:
            said.append(f"{moment.day} {moment:%b}")
        else:
            said.append(moment.strftime("%H:%M:%S" if fine else "%H:%M"))
    return said
