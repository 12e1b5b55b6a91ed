"""Pages of lines over REST, of whatever kind: how they are asked for, and how they are told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.answers import RANGE, TIME_RANGE, Rests, rests
from api.guard import current_identity
from api.openapi import Tree, answer, cluster_of
from services.container import Container
from services.telemetry.log_filters import Filters
from services.telemetry.log_lines import PAGE_MAX, LogLines
from services.telemetry.scope import Scope, scope_of
from services.telemetry.windows import Window

ANY_OF = "any of these; with ! in front: none of these"
VALUES: Any = Field([], description=ANY_OF.capitalize())

NAMES = {**RANGE, "text": "search", "request_id": "requestId"}
"""The names that refusals have for every kind."""


class Asked(BaseModel):
    """What all questions about lines have in common."""

    time_range: str = TIME_RANGE
    namespace: str = ""


class PageAsked(Asked):
    """A page. What is not known here is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=PAGE_MAX, description="Lines a page")
    cursor: str = Field("", description="That of the page before")


class PageAnswer(Rests):
    """Lines, newest first."""

    items: list[dict[str, Any]]
    cursor: str | None = Field(description="For the next page; null: there is none")
    readRows: int
    elapsedMs: float


def scope_asked(container: Container, path: Tree, asked: Asked) -> Scope:
    """What of a cluster is asked about, as far as whoever asks may see it."""
    cluster = cluster_of(path, container.fleet)
    return scope_of(container.fleet, current_identity(), [cluster], asked.namespace)


def paged(
    lines: LogLines, scope: Scope, asked: PageAsked, filters: Filters, columns: Mapping[str, str]
) -> Response:
    """The page; ``columns`` are those of a line by their names in REST."""
    window = Window.parse(asked.time_range)
    found = lines.page(scope, window, filters, asked.cursor or None, asked.limit)
    page = found.value
    return answer(
        {
            "items": [_line(line, columns) for line in page.lines] if page else [],
            "cursor": page.cursor if page else None,
            "readRows": page.read_rows if page else 0,
            "elapsedMs": page.elapsed_ms if page else 0.0,
            **rests(found),
        }
    )


def _line(line: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    made = {name: line[column] for name, column in columns.items()}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in made.items()
    }
