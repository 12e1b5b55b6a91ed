"""What the picker saw of the endpoints, as it logs it from verbosity 4 on.

Some lines hold every endpoint with its name, its address and the metrics that the picker had of it:
before the filters, after each of them, and before the scorers. They say who was taken out by which
filter, in which state a pod was thought to be, and which name an address belongs to.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.inference.endpoints import spelt
from services.inference.evidence import (
    LINE_BEFORE,
    LINE_FILTER_DONE,
    Evidence,
    Line,
    PodState,
)

SOURCE = "picker log"


@dataclass(frozen=True, slots=True)
class Seen:
    """An endpoint in one line."""

    name: str
    address: str
    state: PodState


def seen(line: Line) -> list[Seen]:
    """The endpoints that a line lists; none where it lists none."""
    return [_seen(line, one) for one in json.loads(line.text("endpoints") or "[]")]


def _seen(line: Line, told: dict[str, Any]) -> Seen:
    identity = told.get("ID") or {}
    address = f"{told['Address']}:{told['Port']}" if told.get("Address") else ""
    state = PodState(
        at=line.at,
        waiting=told.get("WaitingQueueSize"),
        running=told.get("RunningRequestsSize"),
        kv_cache=told.get("KVCacheUsagePercent"),
        source=SOURCE,
    )
    name = f"{identity.get('Namespace', '')}/{identity.get('Name', '')}"
    return Seen(spelt(name).name, address, state)


def before_filters(evidence: Evidence) -> list[Seen]:
    """Everyone there was to choose from."""
    line = evidence.line(LINE_BEFORE)
    return seen(line) if line else []


def states(evidence: Evidence) -> dict[str, PodState]:
    """What endpoints were like, by name as the picker saw them, by pod as their metrics say."""
    return {**evidence.states, **{one.name: one.state for one in before_filters(evidence)}}


def removed_by_filter(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Names of endpoints that were taken out, each with the filter that did it."""
    left = {one.name for one in before_filters(evidence)}
    steps = [one for one in evidence.lines if one.message == LINE_FILTER_DONE]
    for line in sorted(steps, key=lambda one: one.at) if left else []:
        now = {one.name for one in seen(line)}
        for name in sorted(left - now):
            yield name, line.plugin
        left = now
