"""What was recorded of one request, as it lies in the store, before anybody draws a conclusion.

Spans and log lines are those of the endpoint picker, with attributes as texts: the collector's
exporter writes numbers and lists that way. Times are nanoseconds since 1970, because a decision
takes about a millisecond and its parts microseconds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SPAN_ROOT = "gateway.request"
SPAN_REQUEST = "gateway.request_orchestration"
SPAN_PROFILE = "run_scheduler_profile"
SPAN_FILTER = "filter_endpoints"
SPAN_SCORING = "llm_d.epp.scoring"
SPAN_SCORER = "llm_d.epp.scorer."
SPAN_PICK = "pick_endpoints"

LINE_RECEIVED = "EPP received request"
LINE_ASSEMBLED = "LLM request assembled"
LINE_QUEUE = "Flow control outcome"
LINE_BEFORE = "Before running filter plugins"
LINE_FILTER = "Running filter plugin"
LINE_FILTER_DONE = "Completed running filter plugin successfully"
LINE_FILTERED = "Completed running filter plugins"
LINE_EMPTIED = "Filter eliminated all endpoints"
LINE_SCORE = "Calculated score"
LINE_PICKER = "Running picker plugin"
LINE_HANDLED = "Request handled"
LINES_ERROR = ("Error handling request", "Failed to process request", "Error parsing request")


@dataclass(frozen=True, slots=True)
class Span:
    """One span; ``error`` is the message of a failed one."""

    name: str
    span_id: str
    parent_id: str
    start: int
    duration: int
    attributes: Mapping[str, str]
    error: str = ""

    def text(self, key: str) -> str | None:
        """An attribute; None where it is absent or empty."""
        return self.attributes.get(key) or None

    def number(self, key: str) -> float | None:
        """An attribute that is a number; None where it is absent."""
        value = self.attributes.get(key)
        return float(value) if value else None

    def items(self, key: str) -> list[Any]:
        """An attribute that is a list; empty where it is absent."""
        found: list[Any] = json.loads(self.attributes.get(key) or "[]")
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One log line of the picker; ``fields`` are its JSON keys, values that are no text as JSON."""

    at: int
    message: str
    fields: Mapping[str, str]

    def text(self, key: str) -> str:
        """A field; "" where it is absent."""
        return self.fields.get(key, "")

    def number(self, key: str) -> float | None:
        """A field that is a number; None where it is absent."""
        value = self.fields.get(key)
        return float(value) if value else None

    @property
    def plugin(self) -> str:
        """The plugin that it tells of, by the name that the pool's configuration gives it."""
        return self.text("plugin").partition("/")[0]

    @property
    def plugin_type(self) -> str:
        """The type of that plugin."""
        return self.text("plugin").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Access:
    """The line of the gateway's access log. Times are milliseconds, None where not logged.

    ``picked`` says that the gateway sent the request to the address that it was given for it, and
    not to one of an upstream of its own, as it does where it is let through without a picker.
    """

    at: int
    status: int | None
    upstream_addr: str
    picked: bool
    latency_ms: float | None
    first_byte_ms: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine recorded of the request. Times are milliseconds."""

    pod: str
    ttft_ms: float | None
    queue_ms: float | None
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class PodState:
    """What a pod was like at a time: requests that wait and run, and the share of the KV cache that
    is used, 0 to 1. ``source`` is who said so."""

    at: int
    waiting: float | None
    running: float | None
    kv_cache: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything recorded of one request; ``states`` are by pod, from metrics. A client may send
    an id again: ``times`` is how many requests had it, and the rest is of the newest."""

    request_id: str
    spans: tuple[Span, ...] = ()
    lines: tuple[Line, ...] = ()
    access: Access | None = None
    answer: Answer | None = None
    states: Mapping[str, PodState] = field(default_factory=dict)
    times: int = 1

    def spans_named(self, name: str) -> list[Span]:
        """Spans of one name, in the order of time."""
        return sorted((one for one in self.spans if one.name == name), key=lambda one: one.start)

    def line(self, *messages: str) -> Line | None:
        """The first line with one of the messages."""
        found = [one for one in self.lines if one.message in messages]
        return min(found, key=lambda one: one.at, default=None)
