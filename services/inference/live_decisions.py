"""What comes in of pickers' decisions, as it comes.

What is told of one decision arrives in pieces: log lines at once, spans when the picker has a batch
of them. So the last half minute is read each time, page by page; a request is told when the first
piece of it is there, and again, with everything, when there are more. Whoever shows it keeps the
last by its ``requestId``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from services.clusters.fleet import Cluster, Fleet
from services.inference.endpoints import Endpoint, Spellings
from services.inference.pool_pods import pickers_of, pods_by_ip
from services.inference.scaling_log import OF_POOL, conditions
from services.inference.scoring import best_alone
from services.realtime.scope import Scope
from services.telemetry.store import Limits, Store

LATE = timedelta(seconds=30)
"""How late a piece of a decision may come; later ones are in the list of decisions only."""
LONGEST = timedelta(minutes=2)
"""How far back is read after a time in which the store did not answer."""
PAGE = 5_000
LIMITS = Limits(seconds=5, rows_to_read=20_000_000, rows=PAGE, memory_mib=512)

_OF_POOL_OR_PICKER = (
    " AND (pool_name = {pool:String} OR (pool_name = '' AND picker IN {pickers:Array(String)}))"
)
_PLACE = ("cluster_name", "namespace", "picker", "request_id")

Row = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """When was read last, and what is told already: of each request its first moment and the
    kinds of its pieces."""

    read: datetime
    told: Mapping[Key, tuple[datetime, frozenset[str]]]


class LiveDecisions:
    """The source of the topic; ``fleet`` knows whose picker is whose, and pods by their IP."""

    def __init__(self, store: Store, fleet: Fleet) -> None:
        self._store, self._fleet = store, fleet

    def __call__(self, scope: Scope, cursor: Cursor | None) -> tuple[list[dict[str, Any]], Cursor]:
        """Decisions of which there are new pieces. Raises Unavailable, Invalid."""
        now = datetime.now(UTC)
        since = max((cursor.read if cursor else now) - LATE, now - LONGEST)
        told = dict(cursor.told) if cursor else {}
        fresh = []
        for row in self._rows(scope, since, now + LATE):
            key, pieces = _key(row), frozenset(row["told"])
            first, before = told.get(key, (row["first"], frozenset()))
            if not pieces <= before:
                told[key] = first, pieces | before
                fresh.append(row)
        # Pieces of one request pass out of what is read one by one; what is left of it is no news.
        kept = {key: one for key, one in told.items() if one[0] >= since - LATE}
        # What is in the store already is in the list of decisions; only what comes is news.
        return self._told(scope, fresh) if cursor else [], Cursor(now, kept)

    def _told(self, scope: Scope, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Decisions as they are sent."""
        pickers = self._pickers(scope) if any(not row["pool"] for row in rows) else {}
        spellings = self._spellings(scope, rows)
        return [_decision(row, pickers, spellings[row["cluster_name"]]) for row in rows]

    def _spellings(self, scope: Scope, rows: Sequence[Row]) -> dict[str, Spellings]:
        """Whose address is whose, by cluster."""
        there = {one.name: one for one in self._clusters(scope)}
        found = {}
        for name in {row["cluster_name"] for row in rows}:
            here = [row for row in rows if row["cluster_name"] == name]
            first = min(row["first"] for row in here)
            pods = pods_by_ip(there[name], first) if name in there else {}
            found[name] = Spellings(names=chain(*(row["endpoints"] for row in here)), pods=pods)
        return found

    def _rows(self, scope: Scope, start: datetime, end: datetime) -> Iterator[Row]:
        """Every request with pieces of that time, those that began first before the others."""
        where, parameters = conditions(scope)
        if scope.pool:
            where = where.replace(OF_POOL, _OF_POOL_OR_PICKER)
            found = (pickers_of(one, scope.pool) for one in self._clusters(scope))
            parameters["pickers"] = sorted(set().union(*found))
        after: Row = {"first": start, **dict.fromkeys(_PLACE, "")}
        while True:
            parameters |= {f"after_{name}": after[name] for name in ("first", *_PLACE)}
            rows = self._store.read(
                "live_decisions",
                {"from": start, "to": end, "most": PAGE, **parameters},
                clusters=scope.clusters,
                limits=LIMITS,
                where=where,
            ).dicts()
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1]

    def _clusters(self, scope: Scope) -> list[Cluster]:
        every = self._fleet.clusters()
        return [one for one in every if scope.clusters is None or one.name in scope.clusters]

    def _pickers(self, scope: Scope) -> dict[tuple[str, str, str], str]:
        """The pool by cluster, namespace and picker, for rows that do not say."""
        return {
            (one.name, namespace, picker): pool
            for one in self._clusters(scope)
            for namespace, pool in one.snapshot("inferencepools").objects
            for picker in pickers_of(one, f"{namespace}/{pool}")
        }


def _key(row: Row) -> Key:
    return tuple(str(row[name]) for name in _PLACE)


def _picked(row: Row, spellings: Spellings) -> Endpoint | None:
    """The endpoint that a log line names, else the best of the span, as far as either tells."""
    best = best_alone(row["endpoints"], row["scores"])
    by_span = best if row["picks"] == 1 and not row["why"] else ""
    named = row["pod"] or by_span
    return spellings.endpoint(named) if named else None


def _decision(
    row: Row, pickers: Mapping[tuple[str, str, str], str], spellings: Spellings
) -> dict[str, Any]:
    """``evidence`` says what it was put together from; null is not told by any of it."""
    place = (row["cluster_name"], row["namespace"], row["picker"])
    picked = _picked(row, spellings)
    return {
        "timestamp": row["first"],
        "cluster": row["cluster_name"],
        "namespace": row["namespace"],
        "pool": row["pool"] or pickers.get(place),
        "picker": row["picker"] or None,
        "requestId": row["request_id"],
        "selectedPod": picked.pod or picked.address if picked else None,
        "endpoint": picked.name if picked else None,
        "address": picked.address or None if picked else None,
        "reason": row["why"],
        "queueDepth": row["queue"],
        "kvCachePct": row["kv"],
        "prefixCacheHit": row["hit"],
        "candidatesConsidered": row["candidates"],
        "decisionLatencyUs": row["latency"],
        "incomingModel": row["incoming"],
        "targetModel": row["model"],
        "objective": row["goal"],
        "priority": row["rank"],
        "topEndpoints": row["endpoints"],
        "topScores": row["scores"],
        "evidence": row["told"],
    }
