"""A stretch of time that a query looks at, as people and links write it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from services.errors import Invalid

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_STEPS = (1, 5, 10, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 21600, 43200, 86400)

LONGEST = timedelta(days=400)
"""No table keeps more."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Of what is asked about: the engine counts seconds from 1970 to 2106."""

RULE = "must be a length such as 15m, 1h or 7d, or two times as 2026-11-23T08:00Z/2026-11-23T09:00Z"


@dataclass(frozen=True)
class Window:
    """From ``start`` on, before ``end``; both are aware and in UTC."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds()

    def step(self, points: int = 60) -> int:
        """Seconds of a bucket so that about ``points`` of them cover the window."""
        wanted = self.seconds / points
        return next((step for step in _STEPS if step >= wanted), _STEPS[-1])

    def aligned(self, seconds: int) -> "Window":
        """The smallest window around this one whose ends are whole multiples of ``seconds``."""
        start = self.start.timestamp() // seconds * seconds
        end = -(-self.end.timestamp() // seconds) * seconds
        return Window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

    @classmethod
    def last(cls, seconds: float, now: datetime | None = None) -> Self:
        """The ``seconds`` that end now."""
        end = now or datetime.now(UTC)
        return cls(end - timedelta(seconds=seconds), end)

    @classmethod
    def parse(cls, text: str | None, now: datetime | None = None, *, default: str = "1h") -> Self:
        """The window that ``text`` names; relative ones end now.

        Raises Invalid, which names ``range`` and the rule.
        """
        text = (text or default).strip()
        if relative := re.fullmatch(r"(\d{1,6})([smhd])", text):
            seconds = int(relative[1]) * _UNITS[relative[2]]
            if not 0 < seconds <= LONGEST.total_seconds():
                raise Invalid.of("range", "must be at least 1s and at most 400d")
            return cls.last(seconds, now)
        start_text, slash, end_text = text.partition("/")
        if not slash:
            raise Invalid.of("range", RULE)
        start, end = _moment(start_text), _moment(end_text)
        if end <= start:
            raise Invalid.of("range", "must end after it starts")
        if end - start > LONGEST:
            raise Invalid.of("range", "must be at most 400d long")
        return cls(start, end)


def _moment(text: str) -> datetime:
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid.of("range", RULE) from None
    moment = said if said.tzinfo else said.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= LATEST:
        raise Invalid.of("range", f"must be within the years {EARLIEST.year} to {LATEST.year}")
    return moment.astimezone(UTC)
