"""The trace of a request: the path it must take, and what was recorded of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks.asked_requests import address_of, choice, document_of, faults, href_of, said
from callbacks.asking import Asked, window_of
from callbacks.registrar import Callbacks
from callbacks.simulator import hop
from components import panels
from components import trace as page
from services.auth.identity import Identity
from services.container import Container
from services.diagnostics import telling
from services.diagnostics.recorded import Line
from services.diagnostics.trace import Step, Traced
from services.errors import ConsoleError, Invalid

Told = dict[str, Any]

STATUS = {"pass": "ok", "fail": "err", "warn": "warn", "skip": "absent"}
WORDS = {"pass": "passed", "fail": "failed", "warn": "look at it", "skip": "not reached"}
SHORT = {
    "Gateway Listener Selection": ("Listener", "listener"),
    "Route Matching": ("Route", "route"),
    "Rule Matching": ("Rule", "rule"),
    "Backend Selection": ("Backend", "backend"),
    "Connection To Backend": ("Connection", ""),
    "First Byte From Backend": ("First byte", ""),
    "Answer Of Backend": ("Answer", ""),
    "Whole Request": ("Whole", ""),
}
"""Steps in short, and the hop that each is."""


def register(callbacks: Callbacks) -> None:
    """Register the question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(page.TOLD, "data"), Input(page.ASKED, "data"))
    def trace(asked: dict[str, Any]) -> Told:
        return told(container, callbacks.who(), asked or {})

    callbacks.clientside(ClientsideFunction("ngfTrace", "draw"), Input(page.TOLD, "data"))


def told(container: Container, who: Identity, asked: Asked) -> Told:
    """Everything on the page: the steps and the records, or why there are none."""
    chosen = choice(container, who, asked)
    nothing: Told = {"items": [], "reason": "", "as_of": None}
    made: Told = {
        **chosen,
        "faults": {},
        "reason": "",
        "answer": None,
        "lines": nothing,
        "spans": nothing,
        "values": {},
    }
    if not chosen["cluster"]:
        return {**made, "reason": "No gateway is known here, so nothing can be traced."}
    if chosen["unknown"]:
        return {**made, "reason": chosen["unknown"]}
    try:
        document = document_of(asked) or {}
        request_id = said(asked, "request_id").strip()
        if document or request_id:
            cluster, _, gateway = chosen["gateway"].partition(" ")
            found = container.traces.trace(
                who,
                cluster,
                document,
                gateway=gateway,
                request_id=request_id,
                window=window_of(asked),
            )
            made |= _traced(found)
    except Invalid as error:
        made["faults"] = faults(error)
        if not made["faults"]:
            made["reason"] = error.message
    except ConsoleError as error:
        made["reason"] = error.message
    return made


def _traced(found: Traced) -> Told:
    hops = {one.step: hop(found.cluster, one) for one in found.hops}
    query = ""
    if found.asked is not None:
        place = {"cluster": found.cluster, "gateway": found.gateway}
        query = href_of({**place, **address_of(found.asked)})
    lines = [_line(found, one, at) for at, one in enumerate(found.recorded.lines)]
    spans = _spans(found)
    return {
        "answer": {
            "status": telling.tone(found.document) if found.document else "unknown",
            "verdict": found.verdict,
            "sentence": found.sentence,
            "steps": [_step(found, one, hops) for one in found.steps],
            "query": query,
        },
        "lines": {
            "items": lines,
            "reason": found.recorded.reason,
            "as_of": lines[0]["time"] if lines else None,
            "unit": f"{len(lines)} newest" if len(lines) > 1 else "this request",
        },
        "spans": {
            "items": spans,
            "reason": found.recorded.spans_reason,
            "as_of": spans[-1]["time"] if spans else None,
        },
        "values": {
            page.LINES: panels.values(lines, "access logs", window=found.recorded.window),
            page.SPANS: panels.values(spans, "spans", window=found.recorded.window),
        },
    }


def _step(found: Traced, one: Step, hops: Mapping[str, Told]) -> Told:
    label, step = SHORT[one.name]
    known = hops.get(step) or (hops.get("answer") if step == "backend" else None)
    return {
        "name": one.name,
        "label": label,
        "status": STATUS[one.status],
        "word": WORDS[one.status],
        "what": known["what"] if known else [],
        "why": known["why"] if known else [one.message],
        "duration": one.duration_ms,
        "aside": "see below" if found.recorded.lines and not step else "not recorded",
        "reason": one.reason,
    }


def _line(found: Traced, line: Line, at: int) -> Told:
    agrees = found.agrees(line)
    route = line["route"] or ""
    said_of = "The access log names no route of itself."
    if agrees is not None:
        said_of = "As the model says." if agrees else "The model gives it to another route."
    upstream = " ".join(filter(None, (line["upstream_name"], line["upstream_addr"])))
    return {
        "key": f"{_iso(line['timestamp'])} {line['request_id']} {at}",
        "time": _iso(line["timestamp"]),
        "cluster": line["cluster_name"],
        "status": line["status"],
        "route": f"{route} rule {line['rule']}" if line["rule"] else route,
        "agrees": agrees,
        "said": said_of,
        "upstream": upstream,
        "latency": line["latency_ms"],
        "connect": line["upstream_connect_ms"],
        "header": line["upstream_header_ms"],
        "answer": line["upstream_latency_ms"],
        "request": line["request_id"] or line["x_request_id"],
    }


def _spans(found: Traced) -> list[Told]:
    """Spans, oldest first, each with where it lies in its trace in percent."""
    spans = sorted(found.recorded.spans, key=lambda one: (one["trace_id"] or "", one["timestamp"]))
    ends: dict[str, tuple[float, float]] = {}
    for one in spans:
        begin = one["timestamp"].timestamp() * 1000
        low, high = ends.get(one["trace_id"], (begin, begin))
        ends[one["trace_id"]] = min(low, begin), max(high, begin + one["duration_ms"])
    return [_span(one, *ends[one["trace_id"]]) for one in spans]


def _span(one: Line, low: float, high: float) -> Told:
    whole = max(high - low, 1e-6)
    begin = one["timestamp"].timestamp() * 1000 - low
    return {
        "key": f"{one['trace_id']} {one['span_id']}",
        "time": _iso(one["timestamp"]),
        "service": one["service"],
        "name": one["name"],
        "status": one["status"],
        "duration": one["duration_ms"],
        "begins": 100 * begin / whole,
        "share": 100 * one["duration_ms"] / whole,
        "trace": one["trace_id"],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat()
