"""Promise: what was taken stays taken. A batch keeps its rows and its token until it is done, also
through a restart; a request that comes again is known; a full spool says so and loses nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.telemetry.spool import REMEMBERED_S, Block, Full, Spool

MUCH = 1_000_000


def rows(*lines: bytes) -> dict[str, Block]:
    return {"otel_logs": Block(len(lines), b"\n".join(lines))}


def test_a_batch_is_the_same_until_it_is_done_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, MUCH)
    spool.add(b"1", rows(b"a"))
    spool.add(b"2", rows(b"b", b"c"))
    first = spool.batch(MUCH)
    spool.add(b"3", rows(b"d"))
    assert first is not None
    assert first.blocks["otel_logs"] == Block(3, b"a\nb\nc")
    assert spool.batch(MUCH) == first
    spool.close()
    spool = Spool(path, MUCH)
    assert spool.batch(MUCH) == first
    assert (spool.rows, spool.bytes) == (4, 5)
    spool.done(first)
    second = spool.batch(MUCH)
    assert second is not None
    assert second.blocks["otel_logs"] == Block(1, b"d")
    assert second.token != first.token
    spool.done(second)
    assert spool.batch(MUCH) is None
    assert (spool.rows, spool.bytes) == (0, 0)


def test_a_batch_is_about_as_big_as_asked_and_never_splits_a_request(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MUCH)
    for number in range(4):
        spool.add(bytes([number]), rows(b"x" * 400))
    sizes = []
    while batch := spool.batch(1000):
        sizes.append(len(batch.blocks["otel_logs"].lines))
        spool.done(batch)
    assert sizes == [801, 801]
    spool.add(b"big", rows(b"y" * 5000))
    batch = spool.batch(1000)
    assert batch is not None
    assert len(batch.blocks["otel_logs"].lines) == 5000


def test_a_request_that_comes_again_is_known_before_and_after_it_went_on(tmp_path: Path) -> None:
    clock = [1000.0]
    spool = Spool(tmp_path / "spool", MUCH, lambda: clock[0])
    assert spool.add(b"1", rows(b"a"))
    assert not spool.add(b"1", rows(b"a"))
    batch = spool.batch(MUCH)
    assert batch is not None
    spool.done(batch)
    assert not spool.add(b"1", rows(b"a"))
    assert spool.batch(MUCH) is None
    clock[0] += REMEMBERED_S + 1
    for number in range(2, 4):
        spool.add(bytes([number]), rows(b"b"))
        later = spool.batch(MUCH)
        assert later is not None
        assert later.token != batch.token
        spool.done(later)
    assert spool.add(b"1", rows(b"a")), "what is old is forgotten"


def test_a_full_spool_says_so_and_takes_again_when_something_went_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 10)
    spool.add(b"1", rows(b"12345678"))
    with pytest.raises(Full):
        spool.add(b"2", rows(b"123"))
    batch = spool.batch(MUCH)
    assert batch is not None
    assert batch.blocks["otel_logs"].rows == 1
    spool.done(batch)
    assert spool.add(b"2", rows(b"123"))


def test_what_the_disk_has_no_place_for_is_not_taken_and_the_rest_goes_on(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path / "spool")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    taken, refused, retry = json.loads(told.stdout)
    assert taken > 0
    assert "cannot be written down" in refused
    assert retry == 30
    spool = Spool(tmp_path / "spool", MUCH)
    assert spool.rows == taken
    assert spool.add(b"again", rows(b"a"))
    while batch := spool.batch(MUCH):
        spool.done(batch)
    assert spool.rows == 0


ON_A_FULL_DISK = """
import json, resource, signal, sys
from pathlib import Path
from services.errors import Unavailable
from services.telemetry.spool import Block, Spool
spool = Spool(Path(sys.argv[1]), 2**30)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
for number in range(1000):
    try:
        spool.add(str(number).encode(), {"otel_logs": Block(1, b"x" * 50_000)})
    except Unavailable as error:
        break
for _ in range(2):
    try:
        spool.add(b"more", {"otel_logs": Block(1, b"x" * 50_000)})
    except Unavailable as error:
        print(json.dumps([number, error.message, error.details["retry_after"]]))
        sys.exit()
"""


def test_a_spool_that_is_closed_tells_the_sender_to_come_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MUCH)
    spool.close()
    with pytest.raises(Unavailable) as refused:
        spool.add(b"1", rows(b"a"))
    assert refused.value.details == {"retry_after": 30}
