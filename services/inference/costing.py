"""What a pool costs: prices of its GPUs, the hours that it has them, the tokens that it makes."""

from collections.abc import Sequence

from services.inference.gauging import GpuMinutes
from services.inference.prices import Prices
from services.inference.results import CostEstimate, PoolStatus
from services.inference.summing import NO_GPU

HOURS_OF_MONTH = 730
"""A year's hours by twelve."""


def estimate(
    pool: PoolStatus,
    minutes: Sequence[GpuMinutes],
    tokens: int | None,
    why_no_tokens: str,
    prices: Prices,
) -> CostEstimate:
    """Of one pool; ``minutes`` and ``tokens`` are of the window that is looked at."""
    reasons: dict[str, str] = {}
    type_ = pool.gpu_type or next((one.type for one in minutes if one.type), None)
    price = prices.of(type_, pool.cluster)
    each = pool.gpu_count
    if price.value is None:
        missing = "hourly_rate", "daily_cost", "monthly_cost", "replica_hourly_rate"
        reasons |= dict.fromkeys((*missing, "price_per_gpu_hour"), price.reason)
    elif each is None:
        why = pool.reasons.get("gpu_count") or "How many GPUs a replica has is not known."
        reasons |= dict.fromkeys(("hourly_rate", "daily_cost", "monthly_cost"), why)
    replica = None if price.value is None or each is None else price.value * each
    hourly = None if replica is None or pool.replicas is None else replica * pool.replicas
    hours = sum(one.minutes for one in minutes) / 60 if minutes else None
    measured = [one for one in minutes if one.measured]
    idle = sum(one.idle for one in measured) / 60 if measured else None
    if hours is None:
        reasons |= dict.fromkeys(("gpu_hours", "spent", "tokens_per_unit"), NO_GPU)
    if idle is None:
        reasons["idle_gpu_hours"] = NO_GPU
    spent, why = _price_of({one.type: one.minutes for one in minutes}, pool, prices)
    wasted, _ = _price_of({one.type: one.idle for one in measured}, pool, prices)
    if why:
        reasons |= dict.fromkeys(("spent", "tokens_per_unit", "idle_cost"), why)
    if tokens is None:
        reasons |= {"generated_tokens": why_no_tokens, "tokens_per_unit": why_no_tokens}
    return CostEstimate(
        gpu_type=type_,
        gpu_count=each,
        replica_count=pool.replicas,
        currency=prices.currency,
        price_per_gpu_hour=price.value,
        priced_on=prices.priced_on,
        hourly_rate=hourly,
        daily_cost=None if hourly is None else hourly * 24,
        monthly_cost=None if hourly is None else hourly * HOURS_OF_MONTH,
        replica_hourly_rate=replica,
        gpu_hours=hours,
        spent=spent,
        generated_tokens=tokens,
        tokens_per_unit=tokens / spent if tokens is not None and spent else None,
        idle_gpu_hours=idle,
        idle_cost=wasted,
        reasons=reasons,
    )


def _price_of(
    minutes: dict[str, int], pool: PoolStatus, prices: Prices
) -> tuple[float | None, str]:
    """What minutes of each type cost; None, and why, where one of them has no price."""
    total = 0.0
    for type_, many in minutes.items():
        price = prices.of(type_ or pool.gpu_type, pool.cluster)
        if price.value is None:
            return None, price.reason
        total += price.value * many / 60
    return (total, "") if minutes else (None, "")
