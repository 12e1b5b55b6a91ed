"""Promise: cost comes from one table by one name of each type of GPU; what the table does not have
costs nothing that anybody would invent."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.inference import prices
from services.inference.costing import Tokens, estimate
from services.inference.gauging import GpuMinutes
from services.inference.gpu_types import normal
from services.inference.opening import prices_of
from services.inference.results import PoolStatus
from services.settings import BadSettings, load

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
TABLE = """
currency: EUR
date: 2026-11-01
per_gpu_hour:
  nvidia-h100: 2.5
  L40S: 1
  H100 MIG 1g.10gb: 0.5
clusters:
  gpu-iad: {H100: 2}
"""
POOL = PoolStatus(
    "gpu-iad", "llm", "llama", gpu_type="NVIDIA-H100-80GB-HBM3", gpu_count=2, replicas=3
)


@pytest.fixture
def table(tmp_path: Path) -> prices.Prices:
    return prices.load(written(tmp_path, TABLE))


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("said", "common"),
    [
        ("H100", "H100"),
        ("nvidia-h100", "H100"),
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("NVIDIA-H100-80GB-HBM3", "H100"),
        ("NVIDIA-A100-SXM4-80GB", "A100"),
        ("Tesla-T4", "T4"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA-L40S-SHARED", "L40S shared"),
        ("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", "H100 MIG 1g.10gb"),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", "H100 MIG 1g.10gb"),
        ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
        ("AMD-Instinct-MI300X", "MI300X"),
    ],
)
def test_a_type_has_one_name(said: str, common: str) -> None:
    assert normal(said) == common
    assert normal(common) == common


def test_a_price_is_that_of_the_cluster_else_of_the_table(table: prices.Prices) -> None:
    assert table.of("NVIDIA H100 80GB HBM3", "gpu-iad").value == 2
    assert table.of("nvidia-h100", "web-fra").value == 2.5
    assert table.of("L40S", "gpu-iad").value == 1
    assert table.of("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", "gpu-iad").value == 0.5
    assert (table.currency, table.priced_on, table.source) == (
        "EUR",
        "2026-11-01",
        "prices in prices.yaml",
    )


def test_what_has_no_price_says_so(table: prices.Prices) -> None:
    missing = table.of("NVIDIA-A100-SXM4-80GB", "gpu-iad")
    assert (missing.value, missing.reason) == (None, "There is no price for A100 in the table.")
    assert table.of(None, "gpu-iad").value is None
    assert prices.NONE.of("H100", "gpu-iad").value is None
    assert "--gpu-prices" in prices.NONE.of("H100", "gpu-iad").reason
    assert table.of("NVIDIA-H100-80GB-HBM3-SHARED", "gpu-iad").value is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("currency: EUR\ndate: 2026-11-01\n", "per_gpu_hour: Field required"),
        (TABLE.replace("EUR", "euro"), "currency: String should match"),
        (TABLE.replace("2.5", "-1"), "per_gpu_hour.nvidia-h100: Input should be greater"),
        (TABLE.replace("2.5", ".inf"), "per_gpu_hour.nvidia-h100: Input should be a finite"),
        (TABLE.replace("L40S: 1", "H100: 3"), "the type H100 has more than one price"),
        (TABLE + "monthly: true\n", "monthly: Extra inputs"),
        ("[", "--gpu-prices"),
    ],
)
def test_a_bad_table_stops_the_start_and_names_the_place(
    tmp_path: Path, text: str, rule: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        prices.load(written(tmp_path, text))
    assert rule in str(refused.value)
    assert str(refused.value).startswith("--gpu-prices=")


def test_only_the_demo_has_prices_that_nobody_set(tmp_path: Path) -> None:
    assert prices_of(load({"demo": True})).source == "invented prices of the demo"
    assert prices_of(load({})).source == ""
    file = str(written(tmp_path, TABLE))
    assert prices_of(load({"demo": True, "gpu_prices": file})).currency == "EUR"


def minutes(type_: str, many: int, idle: int, measured: int | None = None) -> GpuMinutes:
    known = many if measured is None else measured
    return GpuMinutes(
        "gpu-iad", "llm", "llama", type_, many, known, idle, ("dcgm",), NOW - HOUR, NOW
    )


def test_cost_is_reckoned_as_one_would_by_hand(table: prices.Prices) -> None:
    found = estimate(
        POOL, [minutes("NVIDIA H100 80GB HBM3", 360, 90)], Tokens(1_200_000, 3600), table
    )
    assert (found.price_per_gpu_hour, found.replica_hourly_rate, found.hourly_rate) == (2, 4, 12)
    assert (found.daily_cost, found.monthly_cost) == (288, 8_760)
    assert (found.gpu_hours, found.spent) == (6, 12)
    assert (found.idle_gpu_hours, found.idle_cost) == (1.5, 3)
    assert found.tokens_per_unit == 100_000
    assert not found.reasons


def test_a_pool_of_several_types_is_priced_by_each(table: prices.Prices) -> None:
    both = [minutes("NVIDIA H100 80GB HBM3", 60, 0), minutes("NVIDIA L40S", 60, 60)]
    found = estimate(POOL, both, Tokens(300, 3600), table)
    assert (found.spent, found.idle_cost, found.tokens_per_unit) == (3, 1, 100)
    unknown = estimate(POOL, [*both, minutes("Z9", 60, 0)], Tokens(300, 3600), table)
    assert (unknown.gpu_hours, unknown.spent, unknown.tokens_per_unit) == (3, None, None)
    assert unknown.reasons["spent"] == "There is no price for Z9 in the table."


def test_nothing_stands_in_for_what_is_not_known(table: prices.Prices) -> None:
    without = estimate(
        replace(POOL, gpu_count=None), [], Tokens(reason="TGI counts no tokens."), table
    )
    assert (without.hourly_rate, without.gpu_hours, without.idle_gpu_hours) == (None, None, None)
    assert without.reasons["hourly_rate"] == "How many GPUs a replica has is not known."
    assert "DCGM" in without.reasons["gpu_hours"]
    assert without.reasons["tokens_per_unit"] == "TGI counts no tokens."
    parts = estimate(POOL, [minutes("H100", 60, 0, measured=0)], Tokens(10), table)
    assert (parts.gpu_hours, parts.idle_gpu_hours) == (1, None)
    asleep = estimate(replace(POOL, replicas=0), [], Tokens(0), table)
    assert (asleep.hourly_rate, asleep.tokens_per_unit) == (0, None)
    nothing = estimate(replace(POOL, replicas=None, gpu_count=None), [], Tokens(), prices.NONE)
    for found in (without, parts, asleep, nothing):
        for name in fields(found):
            known = name.name in ("gpu_count", "replica_count") or getattr(found, name.name)
            assert known is not None or found.reasons[name.name], name.name


def test_a_size_that_is_not_known_is_the_reason(table: prices.Prices) -> None:
    found = estimate(replace(POOL, replicas=None), [], Tokens(), table)
    assert found.replica_hourly_rate == 4
    for name in ("hourly_rate", "daily_cost", "monthly_cost"):
        assert getattr(found, name) is None
        assert found.reasons[name] == "How many replicas it has is not known."


def test_a_type_in_two_namespaces_costs_both(table: prices.Prices) -> None:
    """A pool that was made anew elsewhere; rows without a type are of the pool's."""
    h100 = "NVIDIA H100 80GB HBM3"
    rows = [minutes(h100, 600, 60), replace(minutes(h100, 60, 60), namespace="new")]
    found = estimate(POOL, [*rows, minutes("", 60, 0)], Tokens(48, 3600), table)
    assert (found.gpu_hours, found.spent) == (12, 24)
    assert (found.idle_gpu_hours, found.idle_cost) == (2, 4)
    assert found.tokens_per_unit == 2


def test_minutes_of_gpus_do_not_pay_for_the_tokens_of_a_day(table: prices.Prices) -> None:
    found = estimate(POOL, [minutes("H100", 60, 0)], Tokens(1_000_000, 86_400), table)
    assert (found.spent, found.generated_tokens, found.tokens_per_unit) == (2, 1_000_000, None)
    assert found.reasons["tokens_per_unit"] == (
        "Its GPUs were read for 60 of the 1440 minutes in which its tokens were counted."
    )
