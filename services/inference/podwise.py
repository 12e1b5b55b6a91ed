"""One pod, and one decision, in short."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.inference import engines, summing
from services.inference.counting import Counted
from services.inference.decision_store import Found
from services.inference.decisions import PREFIX, Decision, kv_cache
from services.inference.explaining import sentences
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
    """A decision in one line."""
    one, place = found.decision, found.place
    chosen, endpoint = one.chosen, one.picked.value
    state = chosen.state if chosen else None
    filled = kv_cache(one.scorers, chosen).value if chosen else None
    took = one.decision_ms.value
    return EppDecision(
        timestamp=one.at.value,
        request_id=one.request_id,
        selected_pod=endpoint.pod or endpoint.address if endpoint else None,
        reason=sentences(one)[0],
        queue_depth=state.waiting if state else None,
        kv_cache_pct=None if filled is None else 100 * filled,
        prefix_cache_hit=_prefix_hit(one),
        candidates_considered=_considered(one),
        decision_latency_us=None if took is None else 1000 * took,
        cluster=place.cluster,
        namespace=place.namespace,
        pool=place.pool or None,
        picker=place.picker,
        source=one.picked.source or None,
        unknown=one.picked.reason or None,
        endpoint=endpoint.name if endpoint else None,
        address=endpoint.address or None if endpoint else None,
        outcome=one.outcome.value,
        status=one.status.value,
        tie=tuple(tied.name for tied in one.tie),
        margin=one.margin.value,
        detail=one.detail.value,
    )


def _prefix_hit(decision: Decision) -> bool | None:
    """Whether the endpoint that was picked held some of the prompt, as the picker scored it."""
    scorer = next((one for one in decision.scorers if one.type == PREFIX), None)
    chosen = decision.chosen
    if scorer is None or chosen is None:
        return None
    if chosen.scores is not None:
        return chosen.scores[scorer.name] > 0
    return False if scorer.highest == 0 else None


def _considered(decision: Decision) -> int | None:
    after = decision.filtering.after.value
    return after if after is not None else len(decision.candidates) or None
