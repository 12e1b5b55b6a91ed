"""How long the picker took and where the time until the first token went."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from services.inference.decisions import Step, Told, unknown
from services.inference.evidence import (
    LINE_ASSEMBLED,
    LINE_HANDLED,
    LINE_QUEUE,
    LINE_RECEIVED,
    SPAN_REQUEST,
    SPAN_ROOT,
    Evidence,
    Span,
)
from services.inference.scoring import Profile

_MS = 1_000_000


def moment(nanoseconds: int) -> datetime:
    """A time since 1970 as a date, to the microsecond."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1_000)


def began(evidence: Evidence) -> Told[datetime]:
    """When the picker was asked."""
    span = min(evidence.spans, key=lambda one: one.start, default=None)
    if span:
        return Told(moment(span.start), f"span {span.name}")
    line = min(evidence.lines, key=lambda one: one.at, default=None)
    if line:
        return Told(moment(line.at), f"log {line.message}")
    if evidence.access:
        return Told(moment(evidence.access.at), "access log")
    return unknown("No source of this request has a time.")


def queue_ms(evidence: Evidence) -> Told[float]:
    """How long the request waited in the picker's own queue."""
    assembled, queue = evidence.line(LINE_ASSEMBLED), evidence.line(LINE_QUEUE)
    if assembled and queue:
        return Told((queue.at - assembled.at) / _MS, f"log {LINE_QUEUE}")
    return unknown("The outcome of the picker's queue is logged from verbosity 4 only.")


def decision_ms(evidence: Evidence, runs: Sequence[Profile]) -> Told[float]:
    """How long filtering, scoring and picking took, without the wait before."""
    spans = [one.span for one in runs if one.span]
    if spans:
        return Told(sum(one.duration for one in spans) / _MS, f"span {spans[0].name}")
    received, handled = evidence.line(LINE_RECEIVED), evidence.line(LINE_HANDLED)
    if received and handled:
        waited = queue_ms(evidence).value or 0.0
        took = (handled.at - received.at) / _MS - waited
        return Told(took, f"log {LINE_RECEIVED} to {LINE_HANDLED}")
    return unknown("No span of a scheduler profile was recorded.")


def steps(evidence: Evidence, runs: Sequence[Profile]) -> tuple[Step, ...]:
    """The parts that are known, in the order of time."""
    return tuple(_steps(evidence, runs))


def _steps(evidence: Evidence, runs: Sequence[Profile]) -> Iterator[Step]:
    parts = [part for run in runs for part in _parts(run)]
    if not parts:
        return
    whole = evidence.spans_named(SPAN_REQUEST) or evidence.spans_named(SPAN_ROOT)
    start = min(span.start for span in (*whole, *(span for _, span in parts)))
    first = min(span.start for _, span in parts)
    if first > start:
        yield Step("Before", 0.0, (first - start) / _MS, f"span {whole[0].name}")
    for name, span in parts:
        yield Step(name, (span.start - start) / _MS, span.duration / _MS, f"span {span.name}")
    at = (max(span.start + span.duration for _, span in parts) - start) / _MS
    answer = evidence.answer
    if answer and answer.queue_ms is not None:
        yield Step("Queue", at, answer.queue_ms, "engine span")
        if answer.ttft_ms is not None:
            rest = max(answer.ttft_ms - answer.queue_ms, 0.0)
            yield Step("Prefill", at + answer.queue_ms, rest, "engine span, time to first token")


def _parts(run: Profile) -> list[tuple[str, Span]]:
    parts = (("Filter", run.filtering), ("Score", run.scoring), ("Pick", run.pick))
    return [(name, span) for name, span in parts if span]
