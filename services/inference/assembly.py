"""From what was recorded of a request to what is known of its decision.

No span names the endpoint that was picked. It is told, in this order, by the log line ``Request
handled`` (from verbosity 3), by the gateway's access log where that sent the request to an address
it was given, or by the picker's span: the best of its candidates, where no other has the same total
and the picker is not known to be one that picks by chance. A tie stays a tie until one of the
others resolves it.
"""

from collections.abc import Collection, Sequence
from typing import TypeVar

from services.inference import outcomes, timing
from services.inference.decisions import Candidate, Decision, Detail, Told, from_tie, unknown
from services.inference.endpoints import Endpoint, Spellings, is_address
from services.inference.evidence import (
    LINE_HANDLED,
    LINE_PICKER,
    LINE_SCORE,
    SPAN_PICK,
    SPAN_PROFILE,
    SPAN_REQUEST,
    Evidence,
)
from services.inference.filtering import filtering
from services.inference.scoring import Profile, Scored, profiles, scored
from services.inference.seen import states

T = TypeVar("T")

MAX_SCORE_PICKER = "max-score-picker"
_LOGGED = "is logged from verbosity 3 only."


def decide(evidence: Evidence, spellings: Spellings, peers: Collection[str] = ()) -> Decision:
    """The decision of one request. ``peers`` are names of the endpoints that the picker had to
    choose from at that time, as far as its other decisions tell."""
    runs = profiles(evidence)
    profile = _main(evidence, runs, spellings)
    found = scored(evidence, profile, alone=len(runs) < 2)
    picker = _picker(evidence)
    tie = tuple(map(spellings.endpoint, _tied(found)))
    picked = _picked(evidence, runs, tie, picker, spellings)
    candidates = _candidates(evidence, found, picked.value, spellings)
    access, answer = evidence.access, evidence.answer
    return Decision(
        request_id=evidence.request_id,
        at=timing.began(evidence),
        outcome=outcomes.outcome(evidence, picked),
        error=outcomes.error(evidence),
        picked=picked,
        tie=tie,
        profile=Told(profile.name, f"span {SPAN_PROFILE}")
        if profile.name
        else unknown("No span of a scheduler profile was recorded."),
        picker=picker,
        scorers=found.scorers,
        filtering=filtering(evidence, profile, found.totals, peers, spellings),
        detail=_detail(found),
        candidates=candidates,
        margin=_margin(candidates, tie, picked.value),
        objective=_logged(evidence, ("objectiveKey",), f"The objective {_LOGGED}"),
        priority=_priority(evidence),
        incoming_model=_logged(
            evidence, ("incomingModelName", "modelName"), f"The model that was asked for {_LOGGED}"
        ),
        target_model=_target_model(evidence),
        queue_ms=timing.queue_ms(evidence),
        decision_ms=timing.decision_ms(evidence, runs),
        steps=timing.steps(evidence, runs),
        status=outcomes.status(evidence),
        latency_ms=outcomes.of_access(evidence, access.latency_ms if access else None),
        first_byte_ms=outcomes.of_access(evidence, access.first_byte_ms if access else None),
        ttft_ms=_of_engine(answer.ttft_ms if answer else None),
        input_tokens=_of_engine(answer.input_tokens if answer else None),
        output_tokens=_of_engine(answer.output_tokens if answer else None),
        notes=(*found.notes, *_notes(evidence, picked.value, candidates, runs, spellings)),
    )


def went_to(evidence: Evidence) -> str:
    """The address that the gateway sent the request to because it was given it; "" for none."""
    access = evidence.access
    return access.upstream_addr if access and is_address(access.upstream_addr) else ""


def _main(evidence: Evidence, runs: Sequence[Profile], spellings: Spellings) -> Profile:
    """The run that chose where the request goes. Of several (prefill and decode apart) it is the
    one that had the endpoint that was picked, else the one named so."""
    said = _said(evidence, spellings)
    holding = (one for one in runs if said and said[0].name in one.top)
    decoding = (one for one in runs if one.name == "decode")
    last = runs[-1] if runs else Profile()
    return next(holding, None) or next(decoding, last)


def _said(evidence: Evidence, spellings: Spellings) -> tuple[Endpoint, str] | None:
    """The endpoint that a source other than spans names, and that source."""
    handled = evidence.line(LINE_HANDLED)
    if handled and handled.text("endpoint"):
        return spellings.endpoint(handled.text("endpoint")), f"log {LINE_HANDLED}"
    went = went_to(evidence)
    if went and evidence.access and evidence.access.picked:
        return spellings.endpoint(went), "access log upstream_addr"
    return None


def _tied(found: Scored) -> list[str]:
    """Who shares the best total; empty where one has it alone."""
    best = max(found.totals.values(), default=None)
    sharing = [name for name, total in found.totals.items() if total == best]
    return sharing if len(sharing) > 1 else []


def _picked(
    evidence: Evidence,
    runs: Sequence[Profile],
    tie: Sequence[Endpoint],
    picker: Told[str],
    spellings: Spellings,
) -> Told[Endpoint]:
    said = _said(evidence, spellings)
    error = outcomes.error(evidence).value
    if said:
        return Told(*said)
    if error:
        return unknown(f"None was picked: {error}.")
    if len(runs) > 1:
        return unknown("Several profiles ran, and no log line says which endpoint was picked.")
    if tie:
        names = ", ".join(one.label for one in tie)
        return unknown(f"{names} have the same total, and no log line says which was picked.")
    if picker.value and picker.value != MAX_SCORE_PICKER:
        return unknown(f"{picker.value} need not pick the best, and no log line says which it did.")
    if runs and runs[0].top:
        best = next(iter(runs[0].top))
        return Told(spellings.endpoint(best), f"span {SPAN_PICK}, no tie")
    return unknown("No span, log line or access log of this request names an endpoint.")


def _candidates(
    evidence: Evidence, found: Scored, picked: Endpoint | None, spellings: Spellings
) -> tuple[Candidate, ...]:
    """Everyone who was scored, best first."""
    name = picked.name if picked else ""
    best = found.totals.get(name, max(found.totals.values(), default=None))
    ranked = sorted({**found.totals, **found.scores}, key=lambda one: -found.totals.get(one, 0.0))
    known, made = states(evidence), []
    for one in ranked:
        endpoint, total = spellings.endpoint(one), found.totals.get(one)
        made.append(
            Candidate(
                endpoint=endpoint,
                picked=one == name,
                total=total,
                behind=None if total is None or best is None else best - total,
                scores=found.scores.get(one),
                state=known.get(endpoint.name) or known.get(endpoint.pod),
            )
        )
    return tuple(made)


def _margin(
    candidates: Sequence[Candidate], tie: Collection[Endpoint], picked: Endpoint | None
) -> Told[float]:
    """How far the one that was picked is ahead of the best of the others."""
    if from_tie(tie, picked):
        return Told(0.0, f"span {SPAN_PICK}")
    chosen = next((one for one in candidates if one.picked), None)
    others = [one.total for one in candidates if not one.picked and one.total is not None]
    if chosen is None or chosen.total is None:
        return unknown("The total of the endpoint that was picked is not recorded.")
    if not others:
        return unknown("No other candidate was scored.")
    return Told(chosen.total - max(others), f"span {SPAN_PICK}")


def _detail(found: Scored) -> Told[Detail]:
    if found.scores:
        return Told("scores", f"log {LINE_SCORE}")
    if found.totals:
        why = "The scores of each candidate are logged from verbosity 4 only."
        return Told("totals", found.source, why)
    return unknown("No score of a candidate was recorded.")


def _picker(evidence: Evidence) -> Told[str]:
    line = evidence.line(LINE_PICKER)
    if line is None:
        return unknown(f"The picker plugin {_LOGGED}")
    return Told(line.plugin_type, f"log {LINE_PICKER}")


def _logged(evidence: Evidence, keys: Sequence[str], reason: str) -> Told[str]:
    """A field of the line on the whole request, else of the first line that has it."""
    for line in sorted(evidence.lines, key=lambda one: (one.message != LINE_HANDLED, one.at)):
        for key in keys:
            if key in line.fields:
                return Told(line.fields[key], f"log {line.message}")
    return unknown(reason)


def _priority(evidence: Evidence) -> Told[int]:
    logged = _logged(evidence, ("priority",), f"The priority {_LOGGED}")
    if logged.value:
        return Told(int(logged.value), logged.source)
    for span in evidence.spans_named(SPAN_REQUEST):
        value = span.number("request_prio")
        if value is not None:
            return Told(int(value), f"span {span.name}")
    return unknown(logged.reason)


def _target_model(evidence: Evidence) -> Told[str]:
    logged = _logged(evidence, ("targetModel", "targetModelName"), "")
    if logged.value is not None:
        return logged
    for span in (*evidence.spans_named(SPAN_REQUEST), *evidence.spans_named(SPAN_PICK)):
        value = span.text("target_model") or span.text("gen_ai.request.model")
        if value:
            return Told(value, f"span {span.name}")
    return unknown("No span or log line names the model that was asked.")


def _of_engine(value: T | None) -> Told[T]:
    if value is not None:
        return Told(value, "engine span")
    return unknown("No span of an engine has this request id, and the picker sees no answers.")


def _notes(
    evidence: Evidence,
    picked: Endpoint | None,
    candidates: Sequence[Candidate],
    runs: Sequence[Profile],
    spellings: Spellings,
) -> list[str]:
    """What the sources do not agree on or leave open."""
    said = []
    if evidence.times > 1:
        said.append(f"{evidence.times} requests have this id. The newest is told.")
    went = spellings.endpoint(went_to(evidence)) if went_to(evidence) else None
    if picked and went and went.name != picked.name:
        said.append(f"The gateway sent the request to {went.label}, not to {picked.label}.")
    if went and evidence.access and not evidence.access.picked:
        said.append("The gateway chose the endpoint by itself, without the picker.")
    if picked and candidates and not any(one.picked for one in candidates):
        said.append(f"{picked.label} is not among the candidates that were recorded.")
    ahead = next((one for one in candidates if one.behind is not None and one.behind < 0), None)
    if picked and ahead:
        said.append(f"{ahead.endpoint.label} had a higher total than the one that was picked.")
    if len(runs) > 1:
        names = ", ".join(one.name for one in runs)
        said.append(f"Several profiles ran: {names}. A logged score does not name its profile.")
    return said
