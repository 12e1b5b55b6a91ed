"""Promise: a console that is told to stop twice, as one is whose whole process group is told, stops
once and to the end."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest

from cli.serve import Console


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What happens, in order; SIGTERM would end this process otherwise."""
    happened: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: happened.append("terminated"))
    yield happened
    signal.signal(signal.SIGTERM, before)
    gc.unfreeze()


def test_a_second_signal_does_not_stop_what_is_stopping(told: list[str]) -> None:
    console = Console.__new__(Console)

    def stop() -> None:
        told.append("stopping")
        os.kill(os.getpid(), signal.SIGTERM)
        told.append("stopped")

    console.stop = stop
    console._after_start(None)
    os.kill(os.getpid(), signal.SIGTERM)
    assert told == ["stopping", "terminated", "stopped", "terminated"]
