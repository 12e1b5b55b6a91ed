"""What the last half hour of health checks has shown, one entry for each half minute."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SPAN_SECONDS = 30
KEPT = 60


@dataclass(frozen=True, slots=True)
class Check:
    """The worst check of a half minute that began at ``at``: ``seconds`` is None where one of them
    got no answer, else the longest that an answer took."""

    at: datetime
    seconds: float | None


class Checks:
    """Noted on the watch loop, read from any thread."""

    def __init__(self) -> None:
        self._kept: deque[Check] = deque(maxlen=KEPT)
        self._latest: Check | None = None

    def note(self, at: datetime, seconds: float | None) -> None:
        """One check has ended at ``at``, after ``seconds`` or without an answer."""
        begin = datetime.fromtimestamp(at.timestamp() // SPAN_SECONDS * SPAN_SECONDS, UTC)
        worst = seconds
        if self._kept and self._kept[-1].at == begin:
            before = self._kept.pop().seconds
            worst = None if before is None or seconds is None else max(before, seconds)
        self._kept.append(Check(begin, worst))
        self._latest = Check(at, seconds)

    @property
    def latest(self) -> Check | None:
        """The last check itself, with the moment it ended at."""
        return self._latest

    def recent(self, now: datetime) -> tuple[Check, ...]:
        """Oldest first, none older than half an hour."""
        oldest = now - timedelta(seconds=SPAN_SECONDS * KEPT)
        return tuple(check for check in tuple(self._kept) if check.at >= oldest)
