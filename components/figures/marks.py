"""What is drawn over a chart: limits, events, gaps and their reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.figures.frame import Span, stamp
from components.figures.paint import Figure
from components.figures.palette import token

DASHES = {"color": token("err-fill"), "width": 1, "dash": "4px,3px"}
RED = {"size": 11, "color": token("err")}
"""How limits and their names look."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that never changes: ``alert at 0.5%``."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``6 to 8`` for replicas, ``checkout canary to 20%``."""

    at: datetime
    text: str


def add_thresholds(figure: Figure, thresholds: Iterable[Threshold]) -> None:
    """Red dashes across the chart, named left."""
    for one in thresholds:
        figure["layout"]["shapes"].append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": one.value,
                "y1": one.value,
                "line": DASHES,
            }
        )
        figure["layout"]["annotations"].append(
            note(one.text, y=one.value, x=0, xref="paper", xanchor="left", yanchor="bottom")
            | {"font": RED, "xshift": 4}
        )


def add_events(figure: Figure, span: Span, events: Iterable[Event]) -> None:
    """Dotted lines with a triangle on top; the text stands right, near the end left of it."""
    for one in events:
        if not span.start <= one.at < span.end:
            continue
        at = stamp(one.at)
        late = (one.at - span.start).total_seconds() > 0.65 * span.seconds
        figure["layout"]["shapes"].append(
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": token("text-3"), "width": 1, "dash": "2px,3px"},
            }
        )
        top = {"x": at, "y": 1, "yref": "paper", "yanchor": "middle"}
        figure["layout"]["annotations"] += [
            note("▲", xanchor="center", **top) | {"font": {"size": 9, "color": token("text-2")}},
            note(one.text, xanchor="right" if late else "left", **top)
            | {"xshift": -7 if late else 7, "font": {"size": 11, "color": token("text-2")}},
        ]


def note(text: str, **place: Any) -> dict[str, Any]:
    """Words in a chart, without an arrow. ``text`` is shown as it is."""
    return {"text": escaped(text), "showarrow": False, **place}


def escaped(text: str) -> str:
    """Plotly reads some HTML in texts; names from clusters are none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
