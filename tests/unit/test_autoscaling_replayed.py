"""Promise: the replayed autoscaler decides as Kubernetes' and KEDA do, on what was recorded."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from services.inference.scaling_replay import SYNC_S, Policy, Tick, above, replay

POLICY = Policy(least=1, most=10, targets=(5.0,), down_window_s=60)


def sizes(policy: Policy, loads: Sequence[float | None], start: int = 1) -> list[int]:
    ticks = [Tick(number * SYNC_S, (load,)) for number, load in enumerate(loads)]
    return [size for _, size in replay(policy, ticks, start)]


@pytest.mark.parametrize(
    ("load", "size"),
    [(0, 4), (15, 4), (18.1, 4), (20, 4), (21.9, 4), (22.1, 5), (40, 8), (1000, 8)],
)
def test_one_look_asks_for_what_the_load_needs_within_the_tolerance(load: float, size: int) -> None:
    """A smaller size waits for the window; a larger one comes by at most as many again."""
    assert sizes(replace(POLICY, down_window_s=300), [20, load], 4)[-1] == size


def test_growth_is_by_four_pods_or_as_many_again_at_a_look() -> None:
    assert sizes(replace(POLICY, most=100), [500, 500, 500, 500]) == [5, 10, 20, 40]


def test_it_shrinks_to_the_highest_wish_of_the_window_behind() -> None:
    """Sixty seconds are a look and the three before it; the size that it began with counts."""
    assert sizes(POLICY, [40, 10, 20, 5, 5, 5, 5, 5, 5], 8) == [8, 8, 8, 8, 4, 4, 1, 1, 1]
    assert sizes(POLICY, [5, 5, 5, 5, 5], 8) == [8, 8, 8, 8, 1]


def test_it_grows_only_once_all_of_its_window_asks_for_it() -> None:
    policy = replace(POLICY, up_window_s=30)
    assert sizes(policy, [5, 20, 20, 20, 20]) == [1, 1, 4, 4, 4]


@pytest.mark.parametrize(("up_s", "down_s"), [(0, 0), (0, 300), (45, 60), (600, 90), (3600, 3600)])
def test_of_each_window_every_wish_counts(up_s: int, down_s: int) -> None:
    """With pods of one request each, what is asked for is the wish."""
    policy = Policy(1, 40, (1.0,), up_window_s=up_s, down_window_s=down_s)
    numbers, told = Random(up_s + down_s), []
    loads = [float(numbers.randint(1, 40) if numbers.random() < 0.3 else 20) for _ in range(400)]
    wishes, size = [(0, 7)], 7
    for number, load in enumerate(loads):
        now = number * SYNC_S
        wishes.append((now, size if abs(load / size - 1) <= 0.1 else int(load)))
        latest = wishes[-1][1]
        lowest = min([latest, *(one for at, one in wishes if at > now - up_s)])
        highest = max([latest, *(one for at, one in wishes if at > now - down_s)])
        grown = min(lowest, max(2 * size, size + 4))
        size = grown if lowest > size else min(highest, size)
        told.append(size)
    assert sizes(policy, loads, 7) == told


def test_bounds_hold() -> None:
    assert sizes(replace(POLICY, least=2, most=3, down_window_s=0), [0, 500, 500], 1) == [2, 3, 3]


def test_what_cannot_be_read_changes_nothing() -> None:
    assert sizes(replace(POLICY, down_window_s=0), [20, None, None, 5], 4) == [4, 4, 4, 1]


def test_the_metric_that_asks_for_most_decides_and_a_missing_one_forbids_to_shrink() -> None:
    policy = replace(POLICY, targets=(5.0, 80.0), down_window_s=0)
    looks = [Tick(0, (10.0, 400.0)), Tick(15, (5.0, None)), Tick(30, (5.0, 80.0))]
    assert [size for _, size in replay(policy, looks, 2)] == [5, 5, 1]


def test_keda_sleeps_after_its_cooldown_and_wakes_when_it_polls() -> None:
    policy = replace(POLICY, least=0, cooldown_s=60, polling_s=30, down_window_s=0)
    loads = [5, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5]
    assert sizes(policy, loads) == [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]
    hpa = replace(policy, least=1, keda=False)
    assert min(sizes(hpa, loads)) == 1


def test_a_pool_that_runs_sleeps_only_after_the_cooldown() -> None:
    policy = replace(POLICY, least=0, cooldown_s=60, polling_s=15, down_window_s=0)
    assert sizes(policy, [0, 0, 0, 0, 0]) == [1, 1, 1, 1, 0]
    assert sizes(policy, [0, 0], 0) == [0, 0]


def test_requests_wake_a_pool_and_keep_it_awake_whatever_its_thresholds_say() -> None:
    policy = replace(POLICY, least=0, cooldown_s=30, polling_s=15, down_window_s=0)
    asked = [False, True, True, True, False, False, False]
    ticks = [Tick(number * SYNC_S, (0.0,), one) for number, one in enumerate(asked)]
    assert [size for _, size in replay(policy, ticks, 0)] == [0, 1, 1, 1, 1, 0, 0]


def test_it_is_told_when_a_pod_has_more_than_its_target() -> None:
    assert above(POLICY, Tick(0, (11.0,)), 2) is True
    assert above(POLICY, Tick(0, (10.0,)), 2) is False
    assert above(POLICY, Tick(0, (None,)), 2) is None
