"""Promise: heartbeats come in time, fail with patience, and the pod says truly how it stands."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.health import Health
from agent.heartbeat import Heartbeat, Time, wait_after_failure
from agent.hub import Config, NotAccepted, Outcome


@pytest.mark.parametrize(
    ("failures", "interval_s", "asked_s", "longest_s"),
    [
        (0, 30, 0, 1),
        (1, 30, 0, 2),
        (4, 30, 0, 16),
        (5, 30, 0, 30),
        (5000, 30, 0, 30),
        (0, 30, 20, 21),
        (9, 5, 60, 65),
    ],
)
def test_the_wait_grows_up_to_the_interval_after_what_the_hub_asked_for(
    failures: int, interval_s: float, asked_s: float, longest_s: float
) -> None:
    assert wait_after_failure(failures, interval_s, asked_s, 0.0) == asked_s
    assert wait_after_failure(failures, interval_s, asked_s, 1.0) == longest_s


@dataclass
class World:
    """Reporter, hub, watcher, clock and stop of a loop, in a time that only waiting moves."""

    answers: list[Config | NotAccepted]
    report_s: float = 0.0
    now_s: float = 100.0
    sent_at: list[float] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    intervals: list[float] = field(default_factory=list)

    def loop(self, interval_s: float = 30.0, draw: float = 1.0) -> Heartbeat:
        made = Time(lambda: self.now_s, lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: draw)
        return Heartbeat(self, self, interval_s, self, made)

    def run(self, loop: Heartbeat) -> None:
        loop.run(_Stop(self))  # type: ignore[arg-type]

    def report(self, sequence: int, now: datetime) -> dict[str, Any]:
        self.now_s += self.report_s
        return {"sequence": sequence, "missing": {}}

    def send(self, payload: Mapping[str, Any]) -> Config:
        self.sent_at.append(self.now_s - 100.0)
        self.sequences.append(payload["sequence"])
        answer = self.answers.pop(0)
        if isinstance(answer, NotAccepted):
            raise answer
        return answer

    def reported(self, seconds: float, missing: int) -> None:
        pass

    def sent(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def configured(self, interval_s: float, otel_endpoint: str | None) -> None:
        self.intervals.append(interval_s)


@dataclass
class _Stop:
    """Set when the world has no answers left; waiting for it passes the time."""

    world: World

    def is_set(self) -> bool:
        return not self.world.answers

    def wait(self, seconds: float) -> None:
        self.world.now_s += seconds


def busy(wait_s: float = 0.0) -> NotAccepted:
    return NotAccepted("busy", "The hub answered 503.", wait_s)


def test_the_first_goes_out_at_once_and_the_next_an_interval_after_its_start() -> None:
    world = World([Config(), Config(), Config()], report_s=4.0)
    world.run(world.loop())
    assert world.sent_at == [4.0, 34.0, 64.0]
    assert world.sequences == [1, 2, 3]


def test_a_report_that_takes_longer_than_the_interval_is_followed_by_the_next_at_once() -> None:
    world = World([Config(), Config()], report_s=50.0)
    world.run(world.loop())
    assert world.sent_at == [50.0, 100.0]


def test_failures_wait_longer_each_time_and_a_success_begins_anew() -> None:
    world = World([busy(), busy(), busy(10.0), Config(), busy(), Config()])
    world.run(world.loop())
    assert world.sent_at == [0.0, 1.0, 3.0, 17.0, 47.0, 48.0]
    assert world.sequences == [1, 2, 3, 4, 5, 6]
    assert world.outcomes == ["busy", "busy", "busy", "accepted", "busy", "accepted"]


def test_the_interval_is_the_hubs_once_it_has_said_one() -> None:
    world = World([Config(60), Config(), Config(10), Config()])
    world.run(world.loop())
    assert world.sent_at == [0.0, 60.0, 120.0, 130.0]
    assert world.intervals == [30.0, 60, 10]


def test_the_loop_is_in_trouble_until_the_first_and_after_three_silent_intervals() -> None:
    world = World([])
    loop = world.loop()
    assert loop.trouble() == "No heartbeat has been sent yet."
    world.answers = [busy()]
    world.run(loop)
    assert loop.trouble() == "The hub answered 503."
    world.answers = [Config()]
    world.run(loop)
    accepted_at = 100.0 + world.sent_at[-1]
    world.now_s = accepted_at + 90.0
    assert loop.trouble() == ""
    world.now_s = accepted_at + 91.0
    assert loop.trouble() == "The last accepted heartbeat is 91 s old."


def test_the_loop_counts_as_stuck_when_it_does_not_turn() -> None:
    world = World([Config()])
    loop = world.loop()
    world.run(loop)
    due = 100.0 + 30.0
    world.now_s = due + 3 * 30.0 + 60.0
    assert loop.stuck() == ""
    world.now_s += 1.0
    assert loop.stuck() == "The loop has not turned for 151 s."


@dataclass
class _ApiServer:
    """An API server that is asked, counted."""

    says: str = ""
    asked: int = 0

    def trouble(self) -> str:
        self.asked += 1
        return self.says


def test_alive_and_ready_are_two_questions() -> None:
    world, server, now = World([Config()]), _ApiServer("It does not answer."), [0.0]
    loop, thread = world.loop(), threading.Event()
    health = Health(loop, server, thread.is_set, lambda: now[0])  # type: ignore[arg-type]
    assert (health.live().status, health.live().body) == (503, b"The loop has ended.\n")
    thread.set()
    assert health.live().status == 200
    assert health.ready().body == b"No heartbeat has been sent yet.\n"
    assert server.asked == 0
    world.run(loop)
    for _ in range(9):
        assert health.ready().body == b"It does not answer.\n"
    assert server.asked == 1  # whoever asks often does not make us ask often
    server.says, now[0] = "", 6.0
    assert health.ready().status == 200
