"""What can be wrong with a demo cluster as a whole: it is dead, or slow to answer."""

import re
from dataclasses import dataclass

LONGEST = 600.0
"""Seconds; a cluster that answers later than this is dead to everybody."""
_FAULT = re.compile(r"(?P<name>[a-z0-9-]+)=(dead|slow:(?P<count>[0-9]{1,6})(?P<unit>ms|s|m))")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty cluster. ``delay`` is seconds by which each answer is late; None: it is dead.
    ``text`` is what was given."""

    cluster: str
    delay: float | None
    text: str = ""

    def __str__(self) -> str:
        return self.text


def fault(text: object) -> Fault:
    """``web-007=dead`` or ``web-009=slow:10s``. Raises ValueError with the rule."""
    match = _FAULT.fullmatch(str(text))
    delay = None
    if match and match["unit"]:
        delay = int(match["count"]) * _SECONDS[match["unit"]]
    if match is None or (delay is not None and not 0 < delay <= LONGEST):
        raise ValueError(
            "must be NAME=dead or NAME=slow:DURATION, such as 500ms, 10s or 2m, at most 10m"
        )
    return Fault(match["name"], delay, match[0])
