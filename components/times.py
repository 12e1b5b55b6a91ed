"""Times in words, for sentences the server writes. The browser's twin is ``assets/js/times.js``."""

from datetime import UTC, datetime

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """A duration in its largest unit, and the next below where that one is short.

    >>> span(42), span(112), span(1_560), span(7_300), span(200_000)
    ('42 s', '1 min 52 s', '26 min', '2 h', '2 d')
    """
    seconds = max(0, int(seconds))
    if 60 < seconds < 120 and seconds % 60:
        return f"1 min {seconds % 60} s"
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"


def clock(moment: datetime) -> str:
    """``14:06:12 UTC``, with the date where it is not today's."""
    moment = moment.astimezone(UTC)
    pattern = "%H:%M:%S UTC" if moment.date() == datetime.now(UTC).date() else "%Y-%m-%d %H:%M UTC"
    return moment.strftime(pattern)


def seen(moment: datetime | None, now: datetime | None = None) -> str:
    """``last seen 14:06:12 UTC (26 min ago)``, or ``never seen``."""
    if moment is None:
        return "never seen"
    age = ((now or datetime.now(UTC)) - moment).total_seconds()
    return f"last seen {clock(moment)} ({span(age)} ago)"
