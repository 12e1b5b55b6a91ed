"""What endpoint pickers tell of themselves: their pool as they see it, requests, errors, picks."""

from dataclasses import dataclass, field
from typing import Any

from services.inference import summing
from services.inference.counting import Counted, Grown, grown
from services.inference.gauging import last_minutes
from services.inference.members import Membership
from services.inference.provider import Asked
from services.telemetry import buckets
from services.telemetry.answers import Answer
from services.telemetry.store import Store
from services.telemetry.windows import Window

COUNTERS = ("picker_requests", "picker_errors", "picker_attempts", "picker_decision")
NO_PICKER = "No endpoint picker has told anything in this range."

_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Picker:
    """The picker of one pool. What it sees is of the last minutes (None: not told), the rest of
    the whole window: ``requests`` that got an endpoint, ``errors`` by code, ``picks`` by endpoint,
    and quantiles of how long it takes, in ms."""

    cluster: str
    namespace: str
    pool: str
    ready_endpoints: int | None = None
    queue_size: float | None = None
    running: float | None = None
    kv_cache_pct: float | None = None
    saturation: float | None = None
    requests: float | None = None
    errors: dict[str, float] = field(default_factory=dict)
    picks: dict[str, float] = field(default_factory=dict)
    decision_p50_ms: float | None = None
    decision_p95_ms: float | None = None


def pickers(
    store: Store, membership: Membership, asked: Asked, window: Window
) -> Answer[list[Picker]]:
    """By cluster, namespace and pool. Raises Unavailable, Invalid."""
    members = membership.of(asked, window)
    counted = grown(store, asked, window, COUNTERS, members, by_label=True)
    seen = {_place(row): row for row in _seen(store, asked, window)}
    places = sorted(seen.keys() | {_at(row) for row in counted.rows if row.pool})
    found = [_picker(place, _of(counted, place), seen.get(place, {})) for place in places]
    times = [row["newest"] for row in seen.values()] + [row.newest for row in counted.rows]
    source = summing.source_of({"picker"})
    return Answer(found, source, max(times, default=None), window, None if found else NO_PICKER)


def _picker(place: _Place, counted: Counted, seen: dict[str, Any]) -> Picker:
    decision = counted.of("picker_decision").buckets
    return Picker(
        *place,
        ready_endpoints=seen.get("last_ready"),
        queue_size=seen.get("last_queue"),
        running=seen.get("last_running"),
        kv_cache_pct=seen.get("last_kv"),
        saturation=seen.get("last_saturation"),
        requests=counted.of("picker_requests").value,
        errors=_by_label(counted.of("picker_errors")),
        picks=_by_label(counted.of("picker_attempts")),
        decision_p50_ms=buckets.value_at(decision, 0.5),
        decision_p95_ms=buckets.value_at(decision, 0.95),
    )


def _seen(store: Store, asked: Asked, window: Window) -> list[dict[str, Any]]:
    where, bound = asked.where()
    lately = last_minutes(window)
    return store.read(
        "inf_pickers",
        {**bound, "from": lately.start, "to": lately.end},
        clusters=asked.clusters,
        where=where,
    ).dicts()


def _place(row: dict[str, Any]) -> _Place:
    return row["cluster"], row["namespace"], row["of_pool"]


def _of(counted: Counted, place: _Place) -> Counted:
    return Counted([row for row in counted.rows if _at(row) == place])


def _at(row: Grown) -> _Place:
    return row.cluster, row.namespace, row.pool


def _by_label(counted: Counted) -> dict[str, float]:
    return {row.label: row.value for row in counted.rows if row.label and row.value}
