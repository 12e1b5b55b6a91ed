"""Promise: what is shown of the health checks is the last half hour, and of each half minute the
worst, so that one lost answer is never averaged away."""

from datetime import UTC, datetime, timedelta

from services.kube.checks import KEPT, SPAN_SECONDS, Check, Checks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_nothing_is_known_before_the_first_check() -> None:
    checks = Checks()
    assert checks.latest is None
    assert checks.recent(NOON) == ()


def test_of_a_half_minute_the_slowest_answer_is_kept() -> None:
    checks = Checks()
    for second, seconds in ((1, 0.2), (6, 0.9), (29.9, 0.1)):
        checks.note(at(second), seconds)
    assert checks.recent(at(29.9)) == (Check(NOON, 0.9),)
    assert checks.latest == Check(at(29.9), 0.1), "the latest is itself, not the worst"


def test_one_without_an_answer_is_worse_than_any_slow_one_before_or_after_it() -> None:
    checks = Checks()
    for second, seconds in ((1, 4.9), (6, None), (11, 0.1)):
        checks.note(at(second), seconds)
    checks.note(at(SPAN_SECONDS), 0.1)
    assert checks.recent(at(40)) == (Check(NOON, None), Check(at(SPAN_SECONDS), 0.1))


def test_half_minutes_without_a_check_are_no_entries() -> None:
    checks = Checks()
    checks.note(NOON, 0.1)
    checks.note(at(600), 0.2)
    assert [check.at for check in checks.recent(at(600))] == [NOON, at(600)]


def test_entries_are_forgotten_after_half_an_hour_even_when_nothing_follows() -> None:
    checks = Checks()
    checks.note(NOON, 0.1)
    half_hour = SPAN_SECONDS * KEPT
    assert len(checks.recent(at(half_hour))) == 1
    assert checks.recent(at(half_hour + 1)) == ()
    assert checks.latest == Check(NOON, 0.1)


def test_no_more_is_kept_than_is_shown() -> None:
    checks = Checks()
    for second in range(0, 3 * SPAN_SECONDS * KEPT, 5):
        checks.note(at(second), 0.1)
    shown = checks.recent(at(second))
    assert len(shown) == KEPT
    assert shown[-1].at - shown[0].at == timedelta(seconds=SPAN_SECONDS * (KEPT - 1))


def test_a_clock_that_is_set_back_loses_no_check() -> None:
    checks = Checks()
    checks.note(at(60), 0.1)
    checks.note(at(0), None)
    assert [check.seconds for check in checks.recent(at(60))] == [0.1, None]
