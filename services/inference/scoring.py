"""Who was a candidate and how each was scored, from spans and, where they were logged, scores.

A span names the five best with their totals, and per scorer its weight and the highest and mean
score, not who had which. The scores of each candidate stand in the log from verbosity 4 alone. So
what each scorer gave is told only where every candidate's score by every scorer was logged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.inference.decisions import Scorer
from services.inference.endpoints import spelt
from services.inference.evidence import (
    LINE_SCORE,
    SPAN_FILTER,
    SPAN_PICK,
    SPAN_PROFILE,
    SPAN_SCORER,
    SPAN_SCORING,
    Evidence,
    Span,
)

_SAME = 1e-9
"""Totals that differ by less are one number: they are sums of products of doubles."""


@dataclass(frozen=True)
class Profile:
    """One run of a scheduler profile, as its spans tell it. ``top`` has the best candidates by
    name, highest total first; ``counted`` is how many candidates there were."""

    name: str = ""
    span: Span | None = None
    filtering: Span | None = None
    scoring: Span | None = None
    pick: Span | None = None
    scorers: tuple[Scorer, ...] = ()
    top: Mapping[str, float] = field(default_factory=dict)
    counted: int | None = None


def profiles(evidence: Evidence) -> list[Profile]:
    """The runs of scheduler profiles, in the order of time."""
    runs = {one.span_id: one for one in evidence.spans_named(SPAN_PROFILE)}
    parts: dict[str, dict[str, Span]] = {run: {} for run in runs}
    for name in (SPAN_FILTER, SPAN_SCORING, SPAN_PICK):
        for span in evidence.spans_named(name):
            parts.setdefault(span.parent_id, {})[name] = span
    return [_profile(evidence, runs.get(run), found) for run, found in parts.items()]


def _profile(evidence: Evidence, run: Span | None, parts: Mapping[str, Span]) -> Profile:
    scoring, pick = parts.get(SPAN_SCORING), parts.get(SPAN_PICK)
    names = pick.items("llm_d.epp.picker.top_endpoints") if pick else []
    totals = pick.items("llm_d.epp.picker.top_scores") if pick else []
    counted = pick.number("llm_d.epp.picker.candidate_endpoints") if pick else None
    return Profile(
        name=(run and run.text("llm_d.epp.scheduling.profile.name")) or "",
        span=run,
        filtering=parts.get(SPAN_FILTER),
        scoring=scoring,
        pick=pick,
        scorers=tuple(
            _scorer(one)
            for one in sorted(evidence.spans, key=lambda one: one.start)
            if one.name.startswith(SPAN_SCORER) and scoring and one.parent_id == scoring.span_id
        ),
        top={spelt(name).name: float(total) for name, total in zip(names, totals, strict=True)},
        counted=None if counted is None else int(counted),
    )


def best_alone(names: Sequence[str], totals: Sequence[float]) -> str:
    """Who has the highest of ``totals`` and shares it with nobody, "" for none; they are in the
    order of a span, highest first."""
    shared = len(totals) > 1 and totals[0] == totals[1]
    return names[0] if names and not shared else ""


def _scorer(span: Span) -> Scorer:
    return Scorer(
        name=span.text("llm_d.epp.scorer.name") or span.name.removeprefix(SPAN_SCORER),
        type=span.text("llm_d.epp.scorer.type") or span.name.removeprefix(SPAN_SCORER),
        weight=span.number("llm_d.epp.scorer.weight"),
        highest=span.number("llm_d.epp.scorer.score.max"),
        mean=span.number("llm_d.epp.scorer.score.avg"),
    )


@dataclass(frozen=True)
class Scored:
    """Candidates by name: ``totals`` with ``source``, ``scores`` by scorer; ``notes`` on what does
    not fit together."""

    scorers: tuple[Scorer, ...]
    totals: Mapping[str, float]
    source: str
    scores: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...] = ()


def scored(evidence: Evidence, profile: Profile, *, alone: bool = True) -> Scored:
    """The candidates of a profile with all that is known of their scores. ``alone`` says that no
    other profile ran: a log line of a score does not name its profile."""
    logged, types = _logged(evidence) if alone else ({}, {})
    scorers = profile.scorers or tuple(Scorer(name, kind, None) for name, kind in types.items())
    names = [one.name for one in scorers]
    whole = {
        endpoint: {name: given[name] for name in names}
        for endpoint, given in logged.items()
        if names and set(names) <= set(given)
    }
    sums = _sums(scorers, whole)
    totals, source = _totals(profile, sums)
    everyone = {*totals, *logged}
    complete = bool(whole) and set(whole) == everyone and len(whole) >= (profile.counted or 0)
    notes = []
    if logged and not complete:
        notes.append(
            "Scores of some candidates or scorers were logged, not all, so they are left out."
        )
    if complete and any(abs(totals[one] - total) > _SAME for one, total in sums.items()):
        notes.append("The weighted sums of the logged scores are not the totals of the span.")
    return Scored(scorers, totals, source, whole if complete else {}, tuple(notes))


def _totals(profile: Profile, sums: Mapping[str, float]) -> tuple[Mapping[str, float], str]:
    """Totals by name: the span's, and of candidates beyond its five the sums of logged scores."""
    source = f"span {SPAN_PICK}" if profile.top else ""
    if set(profile.top) < set(sums):
        logged = f"log {LINE_SCORE}"
        return {**sums, **profile.top}, f"{source}, {logged}" if source else logged
    return profile.top, source


def _sums(scorers: Sequence[Scorer], scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The weighted sum of each candidate; of none where a weight is not known."""
    weights = {one.name: one.weight for one in scorers if one.weight is not None}
    if len(weights) < len(scorers):
        return {}
    return {
        endpoint: sum(weight * given[name] for name, weight in weights.items())
        for endpoint, given in scores.items()
    }


def _logged(evidence: Evidence) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Scores by endpoint and scorer, and the type of each scorer, as they were logged."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    types = {}
    for line in sorted(evidence.lines, key=lambda one: one.at):
        if line.message == LINE_SCORE:
            scores[spelt(line.text("endpoint")).name][line.plugin] = line.number("score") or 0.0
            types[line.plugin] = line.plugin_type
    return scores, types
