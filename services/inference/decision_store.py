"""Decisions of endpoint pickers out of the store: the newest of a pool, or one by its request id.

What is listed is what the pickers' spans and log lines name. The rest of the evidence (whole
traces, log lines, the gateway's access log, the engine's span, metrics of pods) is fetched for the
requests that are shown, each source with one question.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.errors import NotFound
from services.inference import gathering
from services.inference.decisions import Decision
from services.inference.evidence import Evidence, PodState
from services.inference.pool_pods import pickers_of, pods_by_ip
from services.inference.provider import Asked
from services.realtime.scope import Scope
from services.telemetry.answers import Answer
from services.telemetry.store import Limits, Store
from services.telemetry.windows import Window

SOURCE = "picker spans and log"
_LOOK_BACK_S = (60, 360, 2_160, 12_960, 77_760)
"""How far to look for the newest, until there are enough: a busy pool has them in a minute."""
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=15)
"""What belongs to a request began that long before its decision, or ended that long after."""
_FRESH = timedelta(minutes=2)
"""How old the last reading of a pod may be that says what the pod is like."""
_NEAR = timedelta(minutes=1)
_NEIGHBOURS = 50
"""Other decisions of the pool that help to tell one: whose address is whose, who was there."""
_KEPT = timedelta(days=14)
_NEVER = datetime.min.replace(tzinfo=UTC)

_OF_POOL = (
    " AND (pool_name = {pool:String} OR (pool_name = '' AND picker IN {pickers:Array(String)}))"
)
_OF_NAMESPACE = " AND namespace = {namespace:String}"
_WITHIN = " AND namespace IN {namespaces:Array(String)}"

_LIMITS = Limits(seconds=15, rows_to_read=200_000_000, rows=100_000)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose decision it was; ``pool`` is "" where the collector does not say."""

    cluster: str
    namespace: str
    pool: str
    picker: str


@dataclass(frozen=True, slots=True)
class Found:
    """A decision and whose it was."""

    place: Place
    decision: Decision


@dataclass(frozen=True, slots=True)
class Known:
    """One decision, and the newest thing that it rests on."""

    found: Found
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """How many requests the pickers had, and of how many every score was logged."""

    decisions: int
    with_scores: int


class Decisions:
    """Asks the store; ``fleet`` knows pools and, by their IP, pods."""

    def __init__(self, store: Store, fleet: Fleet) -> None:
        self._store = store
        self._fleet = fleet

    def newest(
        self,
        who: Identity,
        window: Window,
        limit: int,
        *,
        pool: str = "",
        clusters: Collection[str] = (),
    ) -> Answer[list[Found]]:
        """The newest ``limit`` decisions of ``window``, newest first.

        ``pool`` is a name, namespace/name, or namespace/ for all of one; no ``clusters`` are
        all. Raises NotFound for a cluster that is not there, Unavailable and Invalid as the store.
        """
        return self.recent(self._asked(who, pool, clusters), window, limit)

    def recent(self, asked: Asked, window: Window, limit: int) -> Answer[list[Found]]:
        """The newest of the pools asked about, as :meth:`newest`."""
        rows: list[Row] = []
        for seconds in (*_LOOK_BACK_S, window.seconds):
            start = max(window.start, window.end - timedelta(seconds=seconds))
            rows = self._named("epp_newest", asked, Window(start, window.end), limit)
            if len(rows) >= limit or start == window.start:
                break
        as_of = max((row["last"] for row in rows), default=None)
        reason = None if rows else "No span or log line of a picker came in during this time."
        return Answer(self._found(rows), SOURCE, as_of, window, reason)

    def counted(
        self, who: Identity, window: Window, *, pool: str = "", clusters: Collection[str] = ()
    ) -> Answer[Counted]:
        """How many there were in ``window``; otherwise as :meth:`newest`."""
        row = self._named("epp_count", self._asked(who, pool, clusters), window)[0]
        as_of = row["newest"] if row["decisions"] else None
        return Answer(Counted(row["decisions"], row["scored"]), SOURCE, as_of, window)

    def one(
        self, who: Identity, request_id: str, *, pool: str = "", clusters: Collection[str] = ()
    ) -> Known:
        """The decision of one request, with everything that is known of it.

        Raises NotFound where no source has the id, and as :meth:`newest`.
        """
        asked = self._asked(who, pool, clusters)
        now = datetime.now(UTC)
        window = Window(now - _KEPT, now + _NEAR)
        rows = self._named("epp_named", asked, window, id=request_id)
        if not rows:
            raise NotFound(f"No picker told of a request {request_id}.", request_id=request_id)
        row, place = rows[0], _place(rows[0])
        [evidence] = self._evidence(place.cluster, [row])
        evidence = replace(evidence, states=self.states(place, row["first"]))
        near = Window(row["first"] - _NEAR, row["first"] + _NEAR)
        here = replace(asked, clusters=(place.cluster,))
        around = [
            other
            for other in self._named("epp_newest", here, near, _NEIGHBOURS)
            if _place(other) == place and other["request_id"] != request_id
        ]
        others = self._evidence(place.cluster, around)
        pods = self._pods(place.cluster, near.start)
        [decision] = gathering.decisions([evidence], pods, others)
        return Known(Found(place, decision), SOURCE, row["last"])

    def states(self, place: Place, at: datetime | None = None) -> dict[str, PodState]:
        """What the pods of a namespace are like now, or were ``at`` a time, by name."""
        at = at or datetime.now(UTC)
        rows = self._store.read(
            "epp_states",
            {**_bounds(at - _FRESH, at), "namespace": place.namespace},
            clusters=[place.cluster],
            limits=_LIMITS,
        ).dicts()
        return {row["pod"]: gathering.state(row) for row in rows}

    def _asked(self, who: Identity, pool: str, clusters: Collection[str]) -> Asked:
        """Within the limits. Raises NotFound for a cluster that is not there or beyond them."""
        for name in clusters:
            self._fleet.visible(who, name)
        return Asked.of(Scope.of(who, clusters, pool))

    def _named(
        self, query: str, asked: Asked, window: Window, limit: int = 1, **more: str
    ) -> list[Row]:
        """Rows of a question about requests."""
        where = _OF_POOL if asked.pool else ""
        where += _OF_NAMESPACE if asked.namespace else ""
        where += _WITHIN if asked.namespaces is not None else ""
        seen = [
            one
            for one in self._fleet.clusters()
            if asked.clusters is None or one.name in asked.clusters
        ]
        pool = f"{asked.namespace}/{asked.pool}" if asked.namespace else asked.pool
        parameters = {
            "limit": limit,
            "pool": asked.pool,
            "pickers": sorted({picker for one in seen for picker in pickers_of(one, pool)}),
            "namespace": asked.namespace,
            "namespaces": sorted(asked.namespaces or ()),
            **more,
            **_bounds(window.start, window.end),
        }
        rows = self._store.read(
            query, parameters, clusters=asked.clusters, limits=_LIMITS, where=where
        )
        return list(rows.dicts())

    def _found(self, rows: Sequence[Row]) -> list[Found]:
        """The decisions of rows of the list, newest first. What requests to one pool tell helps to
        tell the others."""
        found: list[Found] = []
        for cluster in {row["cluster_name"] for row in rows}:
            here = [row for row in rows if row["cluster_name"] == cluster]
            pods = self._pods(cluster, min(row["first"] for row in here))
            pools: dict[Place, list[Evidence]] = defaultdict(list)
            for row, evidence in zip(here, self._evidence(cluster, here), strict=True):
                pools[_place(row)].append(evidence)
            decided = [
                Found(place, decision)
                for place, those in pools.items()
                for decision in gathering.decisions(those, pods)
            ]
            states = self._states_then(cluster, decided)
            found += [_in_state(one, states.get(one.decision.request_id)) for one in decided]
        return sorted(found, key=lambda one: one.decision.at.value or _NEVER, reverse=True)

    def _evidence(self, cluster: str, rows: Sequence[Row]) -> list[Evidence]:
        """Everything recorded of the requests of ``rows``, but metrics of pods."""
        if not rows:
            return []
        ids = [row["request_id"] for row in rows]
        first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
        near = {**_bounds(first - _BEFORE, last + _NEAR), "ids": ids}
        late = {**_bounds(first - _BEFORE, last + _AFTER), "ids": ids}
        traces = {trace for row in rows for trace in row["traces"]}
        if len(rows) == 1 and not traces:  # to look for them costs too much for a whole list
            traces = {row["trace_id"] for row in self._read("epp_traces", cluster, near)}
        return gathering.gather(
            ids,
            self._read("epp_spans", cluster, {**near, "traces": sorted(traces)}),
            self._read("epp_lines", cluster, near),
            self._read("epp_access", cluster, late),
            self._read("epp_answers", cluster, late),
        )

    def _states_then(self, cluster: str, decided: Sequence[Found]) -> dict[str, PodState]:
        """What the pods that were picked were like just before, by request, where the picker
        itself does not say it."""
        asked = [
            (one.decision.request_id, one.place.namespace, chosen.endpoint.pod, at)
            for one in decided
            if (chosen := one.decision.chosen)
            and chosen.endpoint.pod
            and not chosen.state
            and (at := one.decision.at.value)
        ]
        if not asked:
            return {}
        ids, namespaces, pods, times = (list(part) for part in zip(*asked, strict=True))
        parameters = {
            **_bounds(min(times) - _NEAR, max(times) + _NEAR),
            "ids": ids,
            "namespaces": namespaces,
            "pods": pods,
            "times": times,
        }
        rows = self._read("epp_states_at", cluster, parameters)
        return {row["request_id"]: gathering.state(row) for row in rows}

    def _pods(self, cluster: str, since: datetime) -> dict[str, str]:
        """Pods by IP; none of a cluster that is not registered any more."""
        try:
            return pods_by_ip(self._fleet.get(cluster), since)
        except NotFound:
            return {}

    def _read(self, query: str, cluster: str, parameters: Row) -> list[dict[str, Any]]:
        rows = self._store.read(query, parameters, clusters=[cluster], limits=_LIMITS)
        return rows.dicts()


def _in_state(found: Found, state: PodState | None) -> Found:
    """The decision with what the pod that it picked was like."""
    if state is None:
        return found
    decision = found.decision
    candidates = (replace(one, state=state) if one.picked else one for one in decision.candidates)
    return replace(found, decision=replace(decision, candidates=tuple(candidates)))


def _place(row: Row) -> Place:
    return Place(row["cluster_name"], row["namespace"], row["pool_name"], row["picker"])


def _bounds(start: datetime, end: datetime) -> dict[str, Any]:
    return {"from": start, "to": end}
