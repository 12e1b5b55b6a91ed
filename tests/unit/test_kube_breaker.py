"""Promise: a cluster that does not answer three times in a row rests for thirty seconds, then
exactly one call finds out whether it is back, and an answer of any kind counts as one."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.errors import Conflict, ConsoleError, Denied, Invalid, NotFound, Unavailable
from services.kube.breaker import FAILURES, OPEN_SECONDS, Breaker
from services.kube.failures import from_answer

SILENCE = Unavailable("timed out")
CALLERS = 32


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


@pytest.fixture
def rested(breaker: Breaker, clock: Clock) -> Breaker:
    """One that has opened and whose rest is over."""
    fail(breaker, times=FAILURES)
    clock.now += OPEN_SECONDS
    return breaker


def fail(breaker: Breaker, error: BaseException = SILENCE, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), breaker.call():
            raise error


def succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


def begun(breaker: Breaker) -> Callable[[BaseException | None], object]:
    """A call that is under way; the returned function ends it, with an answer or an error."""
    call = breaker.call()
    call.__enter__()
    return lambda error: call.__exit__(error and type(error), error, None)


def refusal(breaker: Breaker) -> Unavailable:
    with pytest.raises(Unavailable) as caught, breaker.call():
        pytest.fail("the call was made")
    assert caught.value.error_code == "breaker_open"
    return caught.value


def test_it_opens_after_three_failures_in_a_row_and_not_before(breaker: Breaker) -> None:
    fail(breaker, times=FAILURES - 1)
    succeed(breaker)
    fail(breaker, times=FAILURES - 1)
    assert (breaker.state, breaker.rest()) == ("closed", 0.0)
    fail(breaker)
    assert (breaker.state, breaker.rest()) == ("open", OPEN_SECONDS)


def test_an_open_one_says_when_to_come_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=FAILURES)
    clock.now += OPEN_SECONDS - 0.2
    refused = refusal(breaker)
    assert refused.status == 503
    assert refused.details["retry_after"] == 1, "0 would mean at once"


def test_after_the_rest_an_answer_closes_it(rested: Breaker) -> None:
    assert rested.state == "half-open"
    succeed(rested)
    assert rested.state == "closed"
    fail(rested, times=FAILURES - 1)
    assert rested.state == "closed", "what failed before the answer is forgiven"


def test_after_the_rest_one_more_failure_opens_it_for_as_long_again(rested: Breaker) -> None:
    fail(rested)
    assert (rested.state, rested.rest()) == ("open", OPEN_SECONDS)


def test_who_asks_need_not_wait_for_the_end_of_the_rest(breaker: Breaker) -> None:
    fail(breaker, times=FAILURES)
    breaker.half_open()
    succeed(breaker)
    assert breaker.state == "closed"


def test_of_many_that_call_at_once_exactly_one_is_the_probe(rested: Breaker) -> None:
    together, refused = threading.Barrier(CALLERS), threading.Semaphore(0)

    def call(_: int) -> bool:
        """Whether it was the probe, which lasts until all others were refused."""
        together.wait(10)
        try:
            with rested.call():
                return all(refused.acquire(timeout=10) for _ in range(CALLERS - 1))
        except Unavailable:
            refused.release()
            return False

    with ThreadPoolExecutor(CALLERS) as threads:
        assert list(threads.map(call, range(CALLERS))).count(True) == 1
    assert rested.state == "closed"


def test_while_the_probe_is_under_way_the_others_are_told_so(rested: Breaker) -> None:
    assert rested.admits
    with rested.call():
        assert (rested.state, rested.rest(), rested.admits) == ("half-open", 0.0, False)
        assert "under way" in refusal(rested).message
    assert rested.admits


@pytest.mark.parametrize("late", [SILENCE, KeyboardInterrupt()], ids=["unanswered", "given up"])
def test_a_call_from_before_that_ends_meanwhile_admits_no_second_probe(
    breaker: Breaker, clock: Clock, late: BaseException
) -> None:
    end = begun(breaker)
    fail(breaker, times=FAILURES)
    clock.now += OPEN_SECONDS
    end_probe = begun(breaker)
    end(late)
    refusal(breaker)
    end_probe(None)
    assert breaker.state == "closed"


def test_calls_from_before_that_fail_late_do_not_make_the_rest_longer(
    breaker: Breaker, clock: Clock
) -> None:
    end = begun(breaker)
    fail(breaker, times=FAILURES)
    clock.now += 20
    end(SILENCE)
    assert breaker.rest() == OPEN_SECONDS - 20


def test_a_call_from_before_that_is_answered_late_shows_that_it_is_there(
    breaker: Breaker,
) -> None:
    with breaker.call():
        fail(breaker, times=FAILURES)
    assert breaker.state == "closed"


def test_what_a_former_address_did_not_answer_says_nothing_of_the_new_one(
    breaker: Breaker,
) -> None:
    end = begun(breaker)
    breaker.reset()
    fail(breaker, times=FAILURES - 1)
    end(SILENCE)
    assert breaker.state == "closed"


def test_a_probe_that_somebody_gives_up_leaves_the_next_call_to_be_it(rested: Breaker) -> None:
    fail(rested, KeyboardInterrupt())
    succeed(rested)
    assert rested.state == "closed"


@pytest.mark.parametrize(
    "answer",
    [
        NotFound("no"),
        Denied("no"),
        Conflict("no"),
        Invalid("no"),
        from_answer(401, b""),
        from_answer(429, b""),
        from_answer(500, b""),
    ],
    ids=lambda error: f"{error.error_code}-{error.details.get('status', error.status)}",
)
def test_who_says_no_is_there(breaker: Breaker, answer: ConsoleError) -> None:
    fail(breaker, times=FAILURES - 1)
    fail(breaker, answer)
    fail(breaker, times=FAILURES - 1)
    assert breaker.state == "closed"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_who_answers_for_a_server_that_does_not_is_not_it(breaker: Breaker, status: int) -> None:
    fail(breaker, from_answer(status, b"<html>"), times=FAILURES)
    assert breaker.state == "open"
