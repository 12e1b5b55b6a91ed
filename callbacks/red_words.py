"""Charts and key figures of requests, from the answers of `services.telemetry.access`.

A cluster has its colour wherever it stands; where there are many, those with the most requests are
told apart and the others are one line.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from callbacks.asking import span_of
from callbacks.panels import shown
from components import times
from components.figures import amounts
from components.figures.bars import by_class
from components.figures.frame import frame, words
from components.figures.lines import Line, Point, percentiles, time_series
from components.figures.paint import Figure
from components.figures.palette import OTHER, slot
from components.panels import tile
from services.errors import ConsoleError
from services.telemetry.access import SOURCE, AccessLogs, Red, RedPoint, Series
from services.telemetry.answers import Answer
from services.telemetry.scope import Scope
from services.telemetry.windows import Window

Slots = Callable[[str], int]

NO_RATE = "no data"

NAMES = ("requests", "failures", "client_errors", "p50", "p95", "p99")

SPARK = 40
"""Points of the line beside a key figure."""


def requests_by_cluster(
    found: Answer[list[Series]], slots: Slots, names: Callable[[str], str], most: int = 4
) -> dict[str, Any]:
    """A panel of requests per second, a line for each cluster, at most ``most``."""
    series = found.value or []
    span = span_of(found.window, series[0].step if series else None)
    own, rest = (series, []) if len(series) <= most else (series[: most - 1], series[most - 1 :])
    lines = [
        Line(
            names(one.cluster),
            _points(one, lambda point: point.per_second),
            slot(slots(one.cluster)),
            gap=_gap(one),
        )
        for one in sorted(own, key=lambda one: one.cluster)
    ]
    if rest:
        lines.append(Line(f"{len(rest)} others", _together(rest), OTHER))
    figure = time_series(lines, span, "req/s")
    return shown(figure, found)


def failures(found: Answer[list[Series]]) -> dict[str, Any]:
    """A panel of the share of responses of class 4xx and 5xx, in percent."""
    lines, span = [], span_of(found.window)
    if found.value:
        (whole,) = found.value
        span = span_of(found.window, whole.step)
        lines = [
            Line("4xx", _points(whole, lambda point: _percent(point.client_error_share)), OTHER),
            Line("5xx", _points(whole, lambda point: _percent(point.failure_share)), "err-fill"),
        ]
    return shown(time_series(lines, span, "%"), found)


def latencies(found: Answer[list[Series]]) -> dict[str, Any]:
    """A panel of the percentiles of how long requests took."""
    if not found.value:
        return shown(_empty(found), found)
    (whole,) = found.value
    named = [
        ("p50", _points(whole, lambda point: point.p50_ms)),
        ("p95", _points(whole, lambda point: point.p95_ms)),
        ("p99", _points(whole, lambda point: point.p99_ms)),
    ]
    figure = percentiles(named, span_of(found.window, whole.step))
    return shown(figure, found)


def classes(found: Answer[list[Series]]) -> dict[str, Any]:
    """A panel of requests by class of status, as bars."""
    if not found.value:
        return shown(_empty(found), found)
    step = found.value[0].step
    times = [point.at for point in found.value[0].points]
    counts = {one.name: [point.requests for point in one.points] for one in found.value}
    figure = by_class(times, counts, span_of(found.window, step), f"in {words(step)}")
    return shown(figure, found)


def key_figures(access: AccessLogs, scope: Scope, window: Window) -> dict[str, dict[str, Any]]:
    """All key figures of a window, as `tiles` names them, or in each why there is none."""
    before = Window(window.start - (window.end - window.start), window.start)
    try:
        now = access.summary(scope, window)
        then = _whole(access, scope, before)
        series = access.series(scope, window, points=SPARK)
    except ConsoleError as error:
        now = Answer(None, SOURCE, None, window, error.message)
        then, series = now, Answer(None, SOURCE, None, window)
    return tiles(window, now, then, series)


def _whole(access: AccessLogs, scope: Scope, window: Window) -> Answer[Red]:
    """A window to compare with: it must have been logged from beginning to end."""
    told = access.series(scope, window, points=12).value
    if not told or any(point.requests is None for point in told[0].points):
        return Answer(None, SOURCE, None, window)
    return access.summary(scope, window)


def tiles(
    window: Window, now: Answer[Red], before: Answer[Red], found: Answer[list[Series]]
) -> dict[str, dict[str, Any]]:
    """Key figures by name: ``requests``, ``failures``, ``client_errors``, ``p50``, ``p95``,
    ``p99``, each against the same time before."""
    red, then = now.value, before.value
    points = found.value[0].points if found.value else ()
    ago = f" on the {_length(window)} before"
    if red is None:
        none = tile(None, note=[(now.reason or "", "")], source="logs")
        return dict.fromkeys(NAMES, none)

    def made(
        field: str, value: str, unit: str, note: Sequence[tuple[str, str]], colour: str
    ) -> dict[str, Any]:
        return tile(
            value,
            unit,
            note=note,
            source="logs",
            as_of=now.as_of,
            spark=[getattr(point, field) for point in points],
            colour=colour,
            exact=(field, getattr(red, field)),
        )

    def taken(name: str) -> dict[str, Any]:
        value = getattr(red, f"{name}_ms")
        if value is None:
            return tile(None, note=[("no line has a time", "")], source="logs")
        was = getattr(then, f"{name}_ms") if then else None
        note = [(f"{_more(value, was)}{ago}", "")] if was is not None else []
        number, unit = amounts.duration(value)
        return made(f"{name}_ms", number, unit, note, "c1")

    return {
        "requests": made(
            "per_second",
            amounts.short(red.per_second),
            "/s",
            [(f"{_change(red.per_second, then.per_second)}{ago}", "")]
            if then
            else [(f"logged since {_at(red.since, window)}", "")]
            if red.since
            else [],
            "c1",
        ),
        "failures": made(
            "failure_share",
            amounts.short(100 * red.failure_share),
            "%",
            _peak(window, points, lambda point: point.failure_share),
            "err-fill",
        ),
        "client_errors": made(
            "client_error_share",
            amounts.short(100 * red.client_error_share),
            "%",
            _peak(window, points, lambda point: point.client_error_share),
            OTHER,
        ),
        **{name: taken(name) for name in ("p50", "p95", "p99")},
    }


def _points(series: Series, value: Callable[[RedPoint], float | None]) -> list[Point]:
    return [(point.at, value(point)) for point in series.points]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _gap(series: Series) -> str:
    """Why a line ends before the range does."""
    known = [point.per_second is not None for point in series.points]
    return NO_RATE if True in known and not any(known[-2:]) else ""


def _together(series: Sequence[Series]) -> list[Point]:
    """The sum of what is known in each bucket."""
    made: list[Point] = []
    for points in zip(*(one.points for one in series), strict=True):
        known = [point.per_second for point in points if point.per_second is not None]
        made.append((points[0].at, sum(known) if known else None))
    return made


def _empty(found: Answer[Any]) -> Figure:
    return frame(span_of(found.window), None)


def _change(value: float, was: float) -> str:
    return f"{100 * (value - was) / was:+.1f}%"


def _more(ms: float, was: float) -> str:
    return f"{'+' if ms >= was else '-'}{' '.join(amounts.duration(abs(ms - was)))}"


def _at(moment: datetime, window: Window) -> str:
    return moment.strftime("%H:%M" if window.seconds <= 86_400 else "%-d %b %H:%M")


def _peak(
    window: Window, points: Sequence[RedPoint], share: Callable[[RedPoint], float | None]
) -> list[tuple[str, str]]:
    known = [(value, point.at) for point in points if (value := share(point)) is not None]
    if not known:
        return []
    highest, at = max(known)
    if highest == 0:
        return [("none in this range", "")]
    return [("peak ", ""), (f"{amounts.short(100 * highest)}%", ""), (f" at {_at(at, window)}", "")]


def _length(window: Window) -> str:
    seconds = (window.end - window.start).total_seconds()
    named = {3600: "hour", 86_400: "day", 604_800: "week"}
    return named.get(round(seconds)) or times.span(seconds)
