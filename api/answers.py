"""What every answer about telemetry says beside its value: source, age, window, reason."""

from typing import Any

from pydantic import BaseModel, Field

from api.openapi import Time
from services.telemetry.answers import Answer
from services.telemetry.windows import RULE

TIME_RANGE: Any = Field("1h", alias="timeRange", description=f"It {RULE}")

RANGE = {"range": "timeRange"}
"""What such an API calls the field that services know as the first."""


class Rests(BaseModel):
    """What an answer rests on."""

    source: str = Field(description="What it was read from")
    as_of: Time | None = Field(description="The newest sample it rests on, UTC")
    window: dict[str, str] = Field(description="The start and the end of what was looked at, UTC")
    reason: str | None = Field(description="Why it is empty, or what part of it is missing")


def rests(found: Answer[Any]) -> dict[str, Any]:
    """The fields of `Rests`."""
    return {
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "window": {
            "start": found.window.start.isoformat(),
            "end": found.window.end.isoformat(),
        },
        "reason": found.reason,
    }
