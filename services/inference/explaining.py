"""A decision in words, made of its numbers and nothing else.

The deciding scorer is the one that put the endpoint that was picked furthest ahead of the next best
candidate, weight included. A score is told as what it means where the scorer's rule is known, else
as the number that it is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from services.inference.decisions import (
    KV_CACHE,
    PREFIX,
    QUEUE,
    Candidate,
    Decision,
    Scorer,
    from_tie,
)

_ENDED = {
    "refused": "The picker refused the request",
    "queued_out": "The request waited in the picker's queue until its time was up",
    "client_gone": "The client went away before an endpoint was picked",
    "no_endpoints": "There was no endpoint to pick",
    "bad_request": "The picker could not use the request",
    "failed": "The picker failed",
}


def sentences(decision: Decision) -> tuple[str, ...]:
    """What decided, the sentence that matters first."""
    ended = _ENDED.get(decision.outcome.value or "")
    chosen = decision.chosen
    if ended:
        return (_ended(decision, ended),)
    if from_tie(decision.tie, decision.picked.value):
        return _tied(decision)
    if chosen is None or chosen.total is None:
        return _unscored(decision)
    others = [one for one in decision.candidates if one is not chosen]
    if not others:
        return (f"{chosen.endpoint.label} was picked because no other endpoint was left.",)
    return tuple(_chosen(decision, chosen, others))


def why_not(decision: Decision, candidate: Candidate) -> str:
    """What kept a candidate from being picked; "" where that is not known."""
    chosen, margin = decision.chosen, decision.margin.value
    if candidate.picked:
        return f"Picked, {margin:.2f} ahead" if margin and margin > 0 else "Picked"
    if candidate.behind is not None and candidate.behind < 0:
        return "Higher total, not picked"
    if candidate.endpoint in decision.tie:
        return "Tied"
    lost = _ahead(decision.scorers, chosen, candidate) if chosen else {}
    return _lacks(decision, lost, candidate) if lost else ""


def _ended(decision: Decision, ended: str) -> str:
    emptied = decision.filtering.emptied_by
    if emptied:
        return f"{ended}: the filter {emptied} left none of {decision.filtering.before.value}."
    return f"{ended}: {decision.error.value}." if decision.error.value else f"{ended}."


def _chosen(decision: Decision, chosen: Candidate, others: Sequence[Candidate]) -> Iterator[str]:
    name, second = chosen.endpoint.label, others[0]
    ahead = _ahead(decision.scorers, chosen, second)
    if not ahead:
        best = decision.margin.value and decision.margin.value > 0
        yield f"{name} was picked: it had the highest total." if best else f"{name} was picked."
        yield _distance(decision, chosen, second)
        if decision.detail.reason:
            yield f"Which scorer decided is not known. {decision.detail.reason}"
        return
    deciding = max(ahead, key=lambda one: ahead[one])
    yield f"{name} was picked because {_has(decision, deciding, chosen, second)}."
    yield _distance(decision, chosen, second)
    rest = [one for one in decision.scorers if one.name != deciding]
    totals = {one.endpoint.label: _total(rest, one) for one in (chosen, *others)}
    first = [label for label, total in totals.items() if total == max(totals.values())]
    if rest and name not in first:
        alone = _listed([short(one.name) for one in rest])
        yield f"On {alone} alone {_listed(first)} would have been ahead."


def _tied(decision: Decision) -> tuple[str, ...]:
    names = _listed([one.label for one in decision.tie])
    same = f"{names} have the same total, {_number(decision.candidates[0].total)}"
    picked = decision.picked
    if picked.value is None:
        return f"{same}.", "Which of them was picked is not known: no log line says so."
    return f"{picked.value.label} was picked from a tie.", f"{same}; {_told_by(picked.source)}."


def _told_by(source: str) -> str:
    where = f"log line {source[4:]}" if source.startswith("log ") else source
    return f"the {where} names the one that was picked"


def _unscored(decision: Decision) -> tuple[str, ...]:
    picked = decision.picked
    if picked.value is None:
        return "Which endpoint was picked is not known.", picked.reason
    why = decision.detail.reason or "Its total is not among those that were recorded."
    return f"{picked.value.label} was picked, as the {picked.source} says.", why


def _distance(decision: Decision, chosen: Candidate, second: Candidate) -> str:
    total, other, most = chosen.total or 0.0, second.total or 0.0, decision.most
    of = "" if most is None else f" of {most:g}"
    if total < other:
        return f"It scored {total:.2f}{of}, {second.endpoint.label} {other:.2f}."
    return f"It scored {total:.2f}{of}, {total - other:.2f} ahead of {second.endpoint.label}."


def _ahead(scorers: Iterable[Scorer], chosen: Candidate, other: Candidate) -> dict[str, float]:
    """By how much each scorer that favoured ``chosen`` put it ahead."""
    mine, theirs = chosen.scores, other.scores
    if mine is None or theirs is None:
        return {}
    gains = {
        one.name: one.weight * (mine[one.name] - theirs[one.name])
        for one in scorers
        if one.weight is not None
    }
    return {name: gain for name, gain in gains.items() if gain > 0}


def _total(scorers: Iterable[Scorer], one: Candidate) -> float:
    scores = one.scores or {}
    return sum((scorer.weight or 0.0) * scores[scorer.name] for scorer in scorers)


def _has(decision: Decision, name: str, chosen: Candidate, second: Candidate) -> str:
    kind = _type(decision, name)
    score, other = (one.scores[name] if one.scores else 0.0 for one in (chosen, second))
    if kind == PREFIX:
        return f"it already holds {score:.0%} of the prompt"
    if kind == QUEUE:
        return "its queue was the shortest" if score == 1 else "its queue was shorter"
    if kind == KV_CACHE:
        return f"its KV cache was less used, {1 - score:.0%} against {1 - other:.0%}"
    return f"{short(name)} gave it {_number(score)} against {_number(other)}"


def _lacks(decision: Decision, lost: Collection[str], candidate: Candidate) -> str:
    """The score that cost a candidate most."""
    chosen = decision.chosen
    gains = _ahead(decision.scorers, chosen, candidate) if chosen else {}
    name = max(lost, key=lambda one: gains[one])
    score = candidate.scores[name] if candidate.scores else 0.0
    kind = _type(decision, name)
    if kind == PREFIX:
        return f"{score:.0%} of the prompt cached" if score else "Nothing cached"
    if kind == QUEUE:
        return "Longest queue" if score == 0 else "Longer queue"
    if kind == KV_CACHE:
        return f"KV cache {1 - score:.0%} used"
    best = chosen.scores[name] if chosen and chosen.scores else 0.0
    return f"{short(name)} {_number(score)} against {_number(best)}"


def _type(decision: Decision, name: str) -> str:
    return next(one.type for one in decision.scorers if one.name == name)


def short(name: str) -> str:
    """A scorer as people call it.

    >>> short("kv-cache-utilization-scorer"), short("queue-scorer"), short("busy-scorer")
    ('kv-cache', 'queue', 'busy')
    """
    return name.removesuffix("-scorer").removesuffix("-utilization")


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def _listed(names: Sequence[str]) -> str:
    """Such as "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
