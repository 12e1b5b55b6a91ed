"""What a question about telemetry is answered with: a value, and what it rests on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.telemetry.windows import Window

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """``value`` is None where nothing is known, and ``reason`` says why in one sentence.

    ``source`` names what it comes from in words ("access logs", "vLLM metrics"), ``as_of`` is the
    newest sample it rests on, ``window`` what was asked about.
    """

    value: T | None
    source: str
    as_of: datetime | None
    window: Window
    reason: str | None = None
