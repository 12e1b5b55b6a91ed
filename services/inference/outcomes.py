"""How a decision ended, in the picker's own words.

A request that gets no endpoint leaves no request id in spans: what happened to it stands in the
log, as the outcome of the queue (from verbosity 4) and as an error (at each verbosity).
"""

import re

from services.inference.decisions import Outcome, Told, unknown
from services.inference.endpoints import Endpoint
from services.inference.evidence import LINE_HANDLED, LINE_QUEUE, LINES_ERROR, SPAN_PICK, Evidence

_QUEUE: dict[str, Outcome] = {
    "RejectedCapacity": "refused",
    "RejectedNoEndpoints": "no_endpoints",
    "RejectedOther": "failed",
    "EvictedTTL": "queued_out",
    "EvictedNoEndpoints": "no_endpoints",
    "EvictedContextCancelled": "client_gone",
    "EvictedOther": "failed",
}
_SAID: tuple[tuple[str, Outcome], ...] = (
    ("client disconnected", "client_gone"),
    ("no endpoints are available", "no_endpoints"),
    ("no endpoints available", "no_endpoints"),
    ("no pods available", "no_endpoints"),
    ("failed to find endpoint", "no_endpoints"),
    ("timed out in queue", "queued_out"),
)
_CODES: dict[str, tuple[Outcome, int]] = {
    "BadRequest": ("bad_request", 400),
    "Unauthorized": ("refused", 401),
    "Forbidden": ("refused", 403),
    "NotFound": ("bad_request", 404),
    "PreconditionFailed": ("refused", 412),
    "ResourceExhausted": ("refused", 429),
    "Internal": ("failed", 500),
    "ServiceUnavailable": ("failed", 503),
}
"""Codes of the picker's errors, and the status that the client gets for each."""
_NO_ACCESS = "No line of the access log has this request id."
_NOT_IN_FORMAT = "The line of the access log leaves it out."
_ERROR = re.compile(r"inference error: (?P<code>\w+) - (?P<text>.*)", re.DOTALL)


def error(evidence: Evidence) -> Told[str]:
    """The error that the picker told, without its code in front."""
    text, source = _error(evidence)
    if not text:
        return unknown("No error of this request was recorded.")
    parts = _ERROR.fullmatch(text)
    return Told(parts["text"] if parts else text, source)


def outcome(evidence: Evidence, picked: Told[Endpoint]) -> Told[Outcome]:
    """How it ended, where a source tells. ``picked`` is what is known of the endpoint."""
    handled, queue = evidence.line(LINE_HANDLED), evidence.line(LINE_QUEUE)
    if handled:
        return Told("picked", f"log {LINE_HANDLED}")
    told = queue.text("outcome") if queue else ""
    if told in _QUEUE:
        return Told(_QUEUE[told], f"log {LINE_QUEUE}")
    text, source = _error(evidence)
    if text:
        return Told(_of_error(text), source)
    if evidence.spans_named(SPAN_PICK):
        return Told("picked", f"span {SPAN_PICK}")
    if picked.value:
        return Told("picked", picked.source)
    return unknown("No source tells what the picker did with this request.")


def status(evidence: Evidence) -> Told[int]:
    """The status that the client got."""
    if evidence.access and evidence.access.status is not None:
        return Told(evidence.access.status, "access log")
    text, source = _error(evidence)
    parts = _ERROR.fullmatch(text)
    if text and _of_error(text) == "client_gone":
        return unknown("The client was gone before an answer.")
    if parts and parts["code"] in _CODES:
        return Told(_CODES[parts["code"]][1], f"{source}, {parts['code']}")
    return unknown(_NO_ACCESS)


def of_access(evidence: Evidence, value: float | None) -> Told[float]:
    """A number of the access log, or why there is none."""
    if value is not None:
        return Told(value, "access log")
    return unknown(_NOT_IN_FORMAT if evidence.access else _NO_ACCESS)


def _error(evidence: Evidence) -> tuple[str, str]:
    line = evidence.line(*LINES_ERROR)
    if line and line.text("error"):
        return line.text("error"), f"log {line.message}"
    failed = next((span for span in evidence.spans if span.error), None)
    return (failed.error, f"span {failed.name}") if failed else ("", "")


def _of_error(text: str) -> Outcome:
    said = next((found for words, found in _SAID if words in text), None)
    if said:
        return said
    parts = _ERROR.fullmatch(text)
    return _CODES.get(parts["code"], ("failed", 500))[0] if parts else "failed"
