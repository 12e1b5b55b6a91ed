"""Rows of the store, put together by request.

A row is a mapping with the columns of the query that it comes from (``telemetry/queries/``). A
trace belongs to the request that one of its spans names; log lines, the access log and the engine
name it themselves.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.inference.assembly import MAX_SCORE_PICKER, decide, went_to
from services.inference.decisions import Decision
from services.inference.endpoints import Spellings, spelt
from services.inference.evidence import (
    LINE_HANDLED,
    LINE_PICKER,
    LINE_RECEIVED,
    SPAN_PICK,
    SPAN_ROOT,
    Access,
    Answer,
    Evidence,
    Line,
    PodState,
    Span,
)
from services.inference.scoring import best_alone
from services.inference.seen import before_filters

Row = Mapping[str, Any]

AROUND = 60_000_000_000
"""Nanoseconds in which a pool is taken to have kept its endpoints: filters are told by it."""
_TOGETHER = 50_000_000
"""Nanoseconds by which the clock of spans may differ from that of log lines, in one process."""


def span(row: Row) -> Span:
    """A span of a picker."""
    return Span(
        name=row["name"],
        span_id=row["span_id"],
        parent_id=row["parent_id"],
        start=row["start"],
        duration=row["duration"],
        attributes=row["attributes"],
        error=row["error"],
    )


def line(row: Row) -> Line:
    """A log line of a picker."""
    return Line(row["at"], row["message"], row["fields"])


def access(row: Row) -> Access:
    """A line of the access log."""
    return Access(
        at=row["at"],
        status=row["status"] or None,
        upstream_addr=row["upstream_addr"],
        picked=bool(row["picked"]),
        latency_ms=row["latency_ms"],
        first_byte_ms=row["first_byte_ms"],
    )


def answer(row: Row) -> Answer:
    """A request as its engine recorded it."""
    return Answer(
        pod=row["pod"],
        ttft_ms=row["ttft_ms"],
        queue_ms=row["queue_ms"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
    )


def state(row: Row) -> PodState:
    """A reading of a pod."""
    used = row["kv_cache_pct"]
    return PodState(
        at=row["at"],
        waiting=row["waiting"],
        running=row["running"],
        kv_cache=None if used is None else used / 100,
        source="pod metrics",
    )


def gather(
    ids: Iterable[str],
    spans: Iterable[Row] = (),
    lines: Iterable[Row] = (),
    accesses: Iterable[Row] = (),
    answers: Iterable[Row] = (),
) -> list[Evidence]:
    """What there is of each of ``ids``, in their order."""
    traces: dict[str, list[Span]] = defaultdict(list)
    for row in spans:
        traces[row["trace_id"]].append(span(row))
    traced: dict[str, list[Span]] = defaultdict(list)
    for part in (part for trace in traces.values() for part in _requests(trace)):
        for request_id in {one.text("gen_ai.request.id") for one in part}:
            traced[request_id or ""] += part
    told: dict[str, list[Line]] = defaultdict(list)
    for row in lines:
        told[row["request_id"]].append(line(row))
    went = {row["request_id"]: access(row) for row in sorted(accesses, key=_at)}
    done = {row["request_id"]: answer(row) for row in sorted(answers, key=_at)}
    return [
        replace(_newest(one, traced[one], told[one]), access=went.get(one), answer=done.get(one))
        for one in ids
    ]


def _requests(trace: Iterable[Span]) -> Iterable[list[Span]]:
    """The spans of one trace by request: a client may send several in one, and each has a root."""
    by_id = {one.span_id: one for one in trace}
    parts: dict[str, list[Span]] = defaultdict(list)
    for one in by_id.values():
        top = one
        while top.name != SPAN_ROOT and top.parent_id in by_id:
            top = by_id[top.parent_id]
        parts[top.span_id].append(one)
    return parts.values()


def _at(row: Row) -> int:
    at: int = row["at"]
    return at


def _newest(request_id: str, spans: Sequence[Span], lines: Sequence[Line]) -> Evidence:
    """Of an id that came again, what belongs to the last time."""
    begun = [one.at for one in lines if one.message == LINE_RECEIVED]
    starts = [one.start for one in spans if one.name == SPAN_ROOT]
    times = max(len(begun), len(starts), 1)
    since = max((*begun, *starts)) - _TOGETHER if times > 1 else 0
    return Evidence(
        request_id,
        spans=tuple(one for one in spans if one.start >= since),
        lines=tuple(one for one in lines if one.at >= since),
        times=times,
    )


def decisions(
    found: Sequence[Evidence], pods: Mapping[str, str], more: Sequence[Evidence] = ()
) -> list[Decision]:
    """The decisions of requests to one pool, put together. ``more`` are other requests to it: what
    is learnt from them helps to tell these. ``pods`` are names of pods by IP."""
    everything = (*found, *more)
    spellings = spelling(everything, pods)
    named = [(_time(one), _names(one)) for one in everything]
    return [decide(one, spellings, _peers(_time(one), named)) for one in found]


def spelling(found: Iterable[Evidence], pods: Mapping[str, str]) -> Spellings:
    """Which endpoint each address belongs to, as far as these requests tell."""
    pairs: set[tuple[str, str]] = set()
    names: set[str] = set()
    for one in found:
        pairs |= {(seen.address, seen.name) for seen in before_filters(one) if seen.address}
        pairs |= _inferred(one)
        names |= _names(one)
    return Spellings(pairs, names, pods)


def _inferred(evidence: Evidence) -> set[tuple[str, str]]:
    """The address that a request went to with the one candidate that had the best total."""
    picks = evidence.spans_named(SPAN_PICK)
    picker, handled = evidence.line(LINE_PICKER), evidence.line(LINE_HANDLED)
    if len(picks) != 1 or (picker and picker.plugin_type != MAX_SCORE_PICKER):
        return set()
    names = picks[0].items("llm_d.epp.picker.top_endpoints")
    best = best_alone(names, picks[0].items("llm_d.epp.picker.top_scores"))
    by_access = went_to(evidence) if evidence.access and evidence.access.picked else ""
    address = handled.text("endpoint") if handled else by_access
    return {(address, best)} if best and address else set()


def _names(evidence: Evidence) -> set[str]:
    """The endpoints that the picker had before it."""
    listed = {one.name for one in before_filters(evidence)}
    for pick in evidence.spans_named(SPAN_PICK):
        found = json.loads(pick.attributes.get("llm_d.epp.picker.top_endpoints", "[]"))
        listed |= {spelt(name).name for name in found}
    return listed


def _time(evidence: Evidence) -> int:
    times = [one.start for one in evidence.spans] + [one.at for one in evidence.lines]
    return min(times, default=evidence.access.at if evidence.access else 0)


def _peers(at: int, named: Iterable[tuple[int, Collection[str]]]) -> set[str]:
    return {name for time, names in named if abs(time - at) <= AROUND for name in names}
