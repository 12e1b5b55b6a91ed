"""Shape, then word, then colour: how a state, a cluster, a name and an age are shown everywhere.

The icon is decoration (hidden from assistive technology) because a word always stands beside it.
"""

from dataclasses import dataclass
from typing import Any

from dash import html

ICONS = {
    "ok": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "err": "x-octagon-fill",
    "info": "circle-half",
    "unknown": "question-circle",
    "stale": "clock-history",
    "absent": "dash-circle",
    "note": "info-circle",
}
"""Bootstrap icon of each status; the grid's renderer in ``assets/js/status.js`` has the same."""

_COLOURS = {"ok": "ok", "warn": "warn", "err": "err", "info": "info", "note": "note"}


def colour(status: str) -> str:
    """CSS class of a status: its own, or ``unk`` for unknown, stale and absent."""
    return _COLOURS.get(status, "unk")


@dataclass(frozen=True)
class Look:
    """How a cluster's phase is shown. ``said`` is its sentence in lists of problems, with the name
    in place of ``{}``; "" for a phase that asks nothing of anybody."""

    status: str
    word: str
    said: str = ""


PHASES = {
    "Ready": Look("ok", "Ready"),
    "Degraded": Look("warn", "Degraded", "Cluster {} is degraded"),
    "Unreachable": Look("err", "Unreachable", "Cluster {} is not reachable"),
    "Pending": Look("info", "Pending", "Cluster {} cannot be connected yet"),
    "Connecting": Look("info", "Connecting"),
    "Terminating": Look("absent", "Terminating"),
}
"""Every phase of a cluster, on every page."""

SILENT = Look("stale", "Agent stale", "The agent of cluster {} is silent")
"""A degraded cluster of which nothing is wrong but that its agent no longer reports."""


def icon(name: str, **attributes: Any) -> html.I:
    """A decorative icon by its Bootstrap name without ``bi-``."""
    return html.I(className=f"bi bi-{name}", **{"aria-hidden": "true"}, **attributes)


def pill(kind: str, word: str, reason: str = "") -> html.Span:
    """The state of the page's object, beside its title; ``reason`` is the Kubernetes reason."""
    text = f"{word}: {reason}" if reason else word
    return html.Span(
        [icon(ICONS.get(kind, ICONS["unknown"])), text], className=f"pill {colour(kind)}"
    )


def cluster(name: str, slot: int, label: str = "") -> html.Span:
    """A cluster's swatch and name. The slot (1 to 8) is given at registration and never changes."""
    return html.Span(label or name, className=f"cl c{slot}")


def age(
    moment: str | None, never: str = "unknown", *, style: str = "when"
) -> html.Time | html.Span:
    """How long ago ``moment`` (ISO 8601) was. The browser keeps the text current.

    ``style`` is ``when`` (relative up to 48 h, then the date) or ``age`` (always relative, for the
    age of objects and data). The absolute time is the title. Without a moment it says ``never``.
    """
    if not moment:
        return html.Span(never, className="t3")
    return html.Time(dateTime=moment, className="n-age", **{"data-style": style})
