"""What inference pools cost, in words. What has no price says why."""

from typing import Any

from callbacks.panels import plain, values
from components.figures.amounts import short
from components.panels import tile
from services.inference.results import CostEstimate
from services.telemetry.answers import Answer

Row = dict[str, Any]

_MONEY = frozenset(
    {
        "price_per_gpu_hour",
        "hourly_rate",
        "daily_cost",
        "monthly_cost",
        "replica_hourly_rate",
        "spent",
        "idle_cost",
    }
)


def bill(found: Answer[CostEstimate]) -> Row:
    """What a pool costs, in lines: label, value, why there is none."""
    one = found.value or CostEstimate()
    unit = one.currency
    count = None
    if one.gpu_count is not None and one.replica_count is not None:
        count = one.gpu_count * one.replica_count
    per = (
        ""
        if count is None or one.price_per_gpu_hour is None
        else (f", {count} × {money(one.price_per_gpu_hour, unit)}")
    )
    idle = None
    if one.idle_gpu_hours is not None:
        cost = "" if one.idle_cost is None else f", {money(one.idle_cost, unit)}"
        idle = f"{one.idle_gpu_hours:,.1f}{cost}"
    lines = [
        (
            "Generated tokens per " + (unit or "unit"),
            _counted(one.tokens_per_unit),
            "tokens_per_unit",
        ),
        (f"Per hour{per}", amount_of(one.hourly_rate, unit), "hourly_rate"),
        ("Idle GPU-hours", idle, "idle_gpu_hours"),
        (
            "One replica less would save",
            _per_hour(one.replica_hourly_rate, unit),
            "replica_hourly_rate",
        ),
        ("Per day", amount_of(one.daily_cost, unit), "daily_cost"),
        ("Per month", amount_of(one.monthly_cost, unit), "monthly_cost"),
        ("GPU-hours", None if one.gpu_hours is None else f"{one.gpu_hours:,.1f}", "gpu_hours"),
        ("Spent on them", amount_of(one.spent, unit), "spent"),
        ("Generated tokens", _counted(one.generated_tokens), "generated_tokens"),
        ("Price of a GPU-hour", amount_of(one.price_per_gpu_hour, unit), "price_per_gpu_hour"),
    ]
    return {
        "lines": [
            {
                "label": label,
                "value": value,
                "why": "" if value is not None else one.reasons.get(field, found.reason or ""),
            }
            for label, value, field in lines
        ],
        "source": f"prices of {one.priced_on}" if one.priced_on else "no prices",
        "title": found.source,
    }


def values_of(found: Answer[CostEstimate]) -> Row:
    """The same as values, a row a figure; where one is not known, why."""
    one = found.value or CostEstimate()
    return values(
        found,
        (
            {
                "figure": name,
                "value": value,
                "unit": one.currency if name in _MONEY else None,
                "reason": one.reasons.get(name, found.reason) if value is None else None,
            }
            for name, value in plain(one).items()
            if name not in ("gpu_type", "currency", "priced_on")
        ),
    )


def money(value: float, currency: str) -> str:
    """An amount of money: ``$42.40``, ``42.40 EUR``."""
    return f"${value:,.2f}" if currency == "USD" else f"{value:,.2f} {currency}"


def amount_of(value: float | None, currency: str) -> str | None:
    return None if value is None else money(value, currency)


def _per_hour(value: float | None, currency: str) -> str | None:
    return None if value is None else f"{money(value, currency)}/h"


def tile_of(bill: CostEstimate, cost: Answer[CostEstimate]) -> Row:
    """What a million generated tokens cost, and the pool for an hour."""
    each = 1e6 / bill.tokens_per_unit if bill.tokens_per_unit else None
    hourly = bill.hourly_rate
    said = [] if hourly is None else [(f"{money(hourly, bill.currency)} per hour", "")]
    why = bill.reasons.get("tokens_per_unit") or bill.reasons.get("hourly_rate") or ""
    return tile(
        None if each is None else f"{each:,.2f}",
        "" if each is None else f"{bill.currency} per 1M",
        note=said or [(why or cost.reason or "", "")],
        source=f"prices {bill.priced_on}" if bill.priced_on else "prices",
        exact=("per_million_tokens", each),
    )


def _counted(value: float | None) -> str | None:
    return None if value is None else short(value)
