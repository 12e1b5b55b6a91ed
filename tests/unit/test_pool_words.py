"""Promise: what the pages of pools say in short is true of all that it is said of."""

from datetime import UTC, datetime

from callbacks import pools
from services.inference import known_pools
from services.inference.results import MetricsSummary, PoolStatus
from services.telemetry.answers import Answer
from services.telemetry.windows import Window

HOUR = Window.last(3600, datetime(2026, 11, 24, 14, tzinfo=UTC))
KNOWN = PoolStatus("gpu", "llm", "llama", gpu_count=2, replicas=3, status="Ready")
UNKNOWN = PoolStatus("gpu", "llm", "qwen", replicas=3, status="Ready")


def listed(*found: PoolStatus, source: str = known_pools.SOURCE) -> Answer[list[PoolStatus]]:
    return Answer(list(found), source, HOUR.end, HOUR)


def tiles(
    found: Answer[list[PoolStatus]], whole: MetricsSummary | None = None
) -> dict[str, pools.Told]:
    return pools.tiles(found, Answer(whole, "", None, HOUR, "No engine metrics."), [])


def test_a_sum_says_of_how_many_pools_it_is_not() -> None:
    told = tiles(listed(KNOWN, UNKNOWN), MetricsSummary(avg_gpu_util=40.4))["gpus"]
    assert told["value"] == "6"
    assert told["note"] == [["40% busy", ""], ["not known of 1 of 2 pools", "warn"]]
    nobody = tiles(listed(UNKNOWN))["gpus"]
    assert (nobody["value"], nobody["note"]) == (None, [["not known of 1 of 1 pools", "warn"]])


def test_pools_of_a_cluster_that_was_never_read_do_not_come_from_objects() -> None:
    assert tiles(listed(KNOWN))["pools"]["source"] == "objects"
    assert tiles(listed(KNOWN, source=known_pools.STORED))["pools"]["source"] == "written down"
    away = tiles(Answer(None, "the store", None, HOUR, "The store does not answer."))["pools"]
    assert (away["value"], away["note"]) == (None, [["The store does not answer.", ""]])
