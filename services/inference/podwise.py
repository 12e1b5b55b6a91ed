"""One pod, and one decision, in short."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.inference import engines, summing
from services.inference.counting import Counted
from services.inference.decision_store import Found
from services.inference.results import Device, EppDecision, PodMetrics

Place = tuple[str, str, str]
"""Cluster, namespace and name of a pod."""


def pod_metrics(
    row: Mapping[str, Any], counted: Counted, held: Mapping[Place, Sequence[Device]]
) -> PodMetrics:
    """What a pod read last, what its counters grew by, and of the devices held those that are its
    own."""
    place = (row["cluster"], row["namespace"], row["pod"])
    devices = tuple(held.get(place, ()))
    own = Counted([one for one in counted.rows if (one.cluster, one.namespace, one.pod) == place])
    engine = row["last_engine"]
    looked_up = own.of("prefix_cache_queries").value
    hits = 100 * (own.of("prefix_cache_hits").value or 0) / looked_up if looked_up else None
    values: dict[str, Any] = {
        "queue_depth": row["last_waiting"],
        "requests_in_flight": row["last_running"],
        "kv_cache_util_pct": row["last_kv"],
        "prefix_cache_hit_pct": row["last_hits"] if hits is None else hits,
        "generation_tps": own.of("generation_tokens").per_second,
    }
    told = ("waiting", "running", "kv_cache", "prefix_cache", "generation_tokens")
    reasons = {
        field: engines.why_missing([engine], what)
        for (field, value), what in zip(values.items(), told, strict=True)
        if value is None
    }
    if not devices:
        reasons["devices"] = summing.NO_GPU
    return PodMetrics(
        cluster=row["cluster"],
        namespace=row["namespace"],
        pool=row["pool"],
        pod_name=row["pod"],
        node_name=row["last_node"],
        engine=engine,
        model_name=row["last_model"],
        **values,
        devices=devices,
        reasons=reasons,
        at=row["newest"],
    )


def decision(found: Found) -> EppDecision:
    one = found.decision
    state = one.chosen.state if one.chosen else None
    return EppDecision(
        timestamp=one.at.value,
        request_id=one.request_id,
        selected_pod=one.picked.value.pod if one.picked.value else None,
        reason=one.error.value or one.outcome.value,
        queue_depth=state.waiting if state else None,
        kv_cache_pct=100 * state.kv_cache if state and state.kv_cache is not None else None,
        prefix_cache_hit=None,
        candidates_considered=one.filtering.after.value,
        decision_latency_us=None if one.decision_ms.value is None else 1000 * one.decision_ms.value,
    )
