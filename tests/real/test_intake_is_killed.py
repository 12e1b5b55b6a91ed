"""Promise: a console that is killed while clusters send telemetry has every batch it acknowledged,
and none twice. ``python -m tests.real.killed 20`` does it twenty times."""

from pathlib import Path

from tests.real.killed import killed


def test_every_acknowledged_batch_is_there_and_none_twice(tmp_path: Path) -> None:
    acknowledged, _ = killed(tmp_path, times=2)
    assert acknowledged > 60
