"""What a pool costs: prices of its GPUs, the hours that it has them, the tokens that it makes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.inference.gauging import GpuMinutes
from services.inference.prices import Prices
from services.inference.results import CostEstimate, PoolStatus
from services.inference.summing import NO_GPU

HOURS_OF_MONTH = 730
"""A year's hours by twelve."""

COVERED = 0.8
"""Share of the time in which tokens were counted for which GPUs must be known to be set against
them: some minutes of GPUs do not pay for the tokens of a day."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many a pool generated in the window, counted for ``watched_s`` seconds of it; None for
    ``reason``."""

    count: int | None = None
    watched_s: float = 0.0
    reason: str = "Its tokens were not asked for."


@dataclass(frozen=True, slots=True)
class _Amount:
    """None for ``reason``; what is made of one that is not known is not known either."""

    value: float | None
    reason: str = ""

    def times(self, other: "_Amount") -> "_Amount":
        if self.value is None:
            return self
        return other if other.value is None else _Amount(self.value * other.value)


def estimate(
    pool: PoolStatus, minutes: Sequence[GpuMinutes], tokens: Tokens, prices: Prices
) -> CostEstimate:
    """Of one pool; ``minutes`` and ``tokens`` are of the window that is looked at."""
    type_ = pool.gpu_type or next((one.type for one in minutes if one.type), None)
    price = prices.of(type_, pool.cluster)
    why = pool.reasons.get("gpu_count") or "How many GPUs a replica has is not known."
    replica = _Amount(price.value, price.reason).times(_Amount(pool.gpu_count, why))
    hourly = replica.times(_Amount(pool.replicas, "How many replicas it has is not known."))
    measured = [one for one in minutes if one.measured]
    spent = _cost(((one.type, one.minutes) for one in minutes), pool, prices)
    told = {
        "price_per_gpu_hour": _Amount(price.value, price.reason),
        "hourly_rate": hourly,
        "daily_cost": hourly.times(_Amount(24)),
        "monthly_cost": hourly.times(_Amount(HOURS_OF_MONTH)),
        "replica_hourly_rate": replica,
        "gpu_hours": _hours(one.minutes for one in minutes),
        "spent": spent,
        "generated_tokens": _Amount(tokens.count, tokens.reason),
        "tokens_per_unit": _per_unit(tokens, spent, minutes),
        "idle_gpu_hours": _hours(one.idle for one in measured),
        "idle_cost": _cost(((one.type, one.idle) for one in measured), pool, prices),
    }
    known: dict[str, Any] = {name: one.value for name, one in told.items()}
    return CostEstimate(
        gpu_type=type_,
        gpu_count=pool.gpu_count,
        replica_count=pool.replicas,
        currency=prices.currency,
        priced_on=prices.priced_on,
        reasons={name: one.reason for name, one in told.items() if one.value is None},
        **known,
    )


def _hours(minutes: Iterable[int]) -> _Amount:
    known = list(minutes)
    return _Amount(sum(known) / 60) if known else _Amount(None, NO_GPU)


def _cost(minutes: Iterable[tuple[str, int]], pool: PoolStatus, prices: Prices) -> _Amount:
    """What minutes by type cost; None where one of the types has no price."""
    by_type: Counter[str | None] = Counter()
    for type_, many in minutes:
        by_type[type_ or pool.gpu_type] += many
    total = 0.0
    for gpu_type, many in by_type.items():
        price = prices.of(gpu_type, pool.cluster)
        if price.value is None:
            return _Amount(None, price.reason)
        total += price.value * many / 60
    return _Amount(total) if by_type else _Amount(None, NO_GPU)


def _per_unit(tokens: Tokens, spent: _Amount, minutes: Sequence[GpuMinutes]) -> _Amount:
    """Tokens for a unit of the currency."""
    if tokens.count is None:
        return _Amount(None, tokens.reason)
    if not spent.value:
        return _Amount(None, spent.reason or "Its GPU-hours cost nothing.")
    newest, since = max(one.newest for one in minutes), min(one.since for one in minutes)
    known_s = (newest - since).total_seconds()
    if known_s < COVERED * tokens.watched_s:
        return _Amount(
            None,
            f"Its GPUs were read for {known_s / 60:.0f} of the {tokens.watched_s / 60:.0f} minutes"
            " in which its tokens were counted.",
        )
    return _Amount(tokens.count / spent.value)
