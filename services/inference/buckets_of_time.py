"""Points and bars as they are told: which buckets of time there are, and what is in each."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.inference.counting import Counted, Grown
from services.inference.results import HistogramBucket, TtftPoint
from services.telemetry import buckets
from services.telemetry.windows import Window


def times(window: Window, step: int, newest: datetime | None) -> list[datetime]:
    """When buckets begin, without a last one of which most is still to come."""
    start, end = window.aligned(step).start, window.end
    count = int(-(-(end - start).total_seconds() // step))
    times = [start + timedelta(seconds=step * number) for number in range(count)]
    if times and (end - times[-1]).total_seconds() < step:
        full = times[-1] + timedelta(seconds=0.75 * step)
        if newest is None or newest < full:
            times.pop()
    return times


def by_time(counted: Counted) -> dict[datetime, Counted]:
    found: dict[datetime, list[Grown]] = {}
    for row in counted.rows:
        if row.at:
            found.setdefault(row.at, []).append(row)
    return {at: Counted(rows) for at, rows in found.items()}


def ttft_point(at: datetime, counted: Counted | None) -> TtftPoint:
    if counted is None:
        return TtftPoint(at)
    hist = counted.buckets
    p50, p95, p99 = (buckets.value_at(hist, level) for level in (0.5, 0.95, 0.99))
    return TtftPoint(at, p50, p95, p99, counted.count)


def bars(hist: Mapping[float, int]) -> tuple[HistogramBucket, ...]:
    """From the first to the last bucket that holds something."""
    bounds = sorted(hist)
    lows = [0.0, *bounds]
    filled = [number for number, bound in enumerate(bounds) if hist[bound] > 0]
    return tuple(
        HistogramBucket(
            lows[number],
            None if bounds[number] == float("inf") else bounds[number],
            hist[bounds[number]],
        )
        for number in range(filled[0], filled[-1] + 1)
    )
