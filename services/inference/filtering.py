"""What the filters of a profile left of the endpoints.

A span counts them, log lines name the filters (from verbosity 3), the one that left nothing, and
whom each took out (from verbosity 4). Without the last, who was taken out follows where the pool's
other decisions of that time name as many endpoints as there were before the filters.
"""

from collections.abc import Collection

from services.inference.decisions import Filtering, Removed, Told, unknown
from services.inference.endpoints import Spellings
from services.inference.evidence import LINE_EMPTIED, LINE_FILTER, LINE_FILTERED, Evidence
from services.inference.scoring import Profile
from services.inference.seen import SOURCE, before_filters, removed_by_filter, states


def filtering(
    evidence: Evidence,
    profile: Profile,
    left: Collection[str],
    peers: Collection[str],
    spellings: Spellings,
) -> Filtering:
    """The filters' part of a decision. ``left`` are the names of those that were scored, ``peers``
    of those that the picker had to choose from at that time."""
    before, after = _counts(evidence, profile)
    gone, source = list(removed_by_filter(evidence)), SOURCE
    everyone = {*peers, *left}
    if not gone and len(everyone) == before.value and len(left) == after.value:
        gone = [(name, "") for name in sorted(everyone - set(left))]
        source = "other decisions of the pool"
    known = states(evidence)
    removed = []
    for name, by in gone:
        endpoint = spellings.endpoint(name)
        state = known.get(endpoint.name) or known.get(endpoint.pod)
        removed.append(Removed(endpoint, by, source, state))
    emptied = evidence.line(LINE_EMPTIED)
    names = [one.plugin for one in evidence.lines if one.message == LINE_FILTER]
    return Filtering(
        before,
        after,
        names=tuple(dict.fromkeys(names)),
        emptied_by=emptied.plugin if emptied else "",
        removed=tuple(removed),
    )


def _counts(evidence: Evidence, profile: Profile) -> tuple[Told[int], Told[int]]:
    span = profile.filtering
    if span:
        source = f"span {span.name}"
        before = span.number("llm_d.epp.filter.candidate_endpoints")
        after = span.number("llm_d.epp.filter.filtered_endpoints")
        if before is not None and after is not None:
            return Told(int(before), source), Told(int(after), source)
    none: Told[int] = unknown("No span of the filters was recorded.")
    there = before_filters(evidence)
    if emptied := evidence.line(LINE_EMPTIED):
        before = emptied.number("endpointsBefore")
        source = f"log {LINE_EMPTIED}"
        return none if before is None else Told(int(before), source), Told(0, source)
    first: Told[int] = Told(len(there), SOURCE) if there else none
    filtered = evidence.line(LINE_FILTERED)
    after = filtered.number("remainingEndpoints") if filtered else None
    return first, none if after is None else Told(int(after), f"log {LINE_FILTERED}")
