"""Promise: what was taken gets into the store once, whatever came with it. Rows that the store
refuses go aside by themselves; what it refuses for another reason waits."""

import shutil
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.telemetry import migrations
from services.telemetry.engines import Server
from services.telemetry.intake import Intake
from services.telemetry.spool import Batch, Block, Spool
from services.telemetry.store import Store
from services.telemetry.writer import Writer
from tests.stores import fresh_store
from tests.unit.test_telemetry_store import counted, line

POISON = "throwIf(LogAttributes['path'] = '/poison') AS x FROM $db.otel_logs"
NONE_TAKEN = "throwIf(1) AS x FROM $db.{}"
COUNTS = (
    "SELECT count(), uniq(request_id), countIf(cluster_name = 'other') FROM $db.ngf_access_logs"
)
SUMS = "SELECT sum(request_count) FROM $db.ngf_metrics_{} WHERE cluster_name = 'other'"


class Carried:
    """A spool and a store, and the writer between them."""

    def __init__(self, folder: Path, spool: Spool | None = None) -> None:
        self.store = fresh_store()
        self.spool = spool or Spool(folder / "spool", 2**28)
        self.aside = folder / "refused"
        self.writer = self.made()

    def made(self) -> Writer:
        """A writer that knows nothing of one before."""
        return Writer(Intake(self.spool), self.store, self.aside)

    def wait(self, name: bytes, **tables: list[bytes]) -> None:
        """Put rows into the spool, as one request."""
        blocks = {table: Block(len(rows), b"\n".join(rows)) for table, rows in tables.items()}
        assert self.spool.add(name, blocks)

    def view(self, name: str, select: str) -> None:
        """One more view in the store, which throws."""
        self.store.open()
        database = self.store.layout.database
        select = select.replace("$db", database)
        with self.store.engine.client() as client:
            client.command(
                f"CREATE MATERIALIZED VIEW {database}.{name} ENGINE = Memory AS SELECT {select}"
            )

    def drop(self, name: str) -> None:
        with self.store.engine.client() as client:
            client.command(f"DROP TABLE {self.store.layout.database}.{name} SYNC")

    def asides(self) -> list[bytes]:
        """Rows that were put aside."""
        return [row for path in self.aside.glob("*") for row in path.read_bytes().splitlines()]

    def trials(self) -> list[tuple[object, ...]]:
        like = f"{self.store.layout.database}\\\\_%"
        return counted(self.store, f"SELECT name FROM system.databases WHERE name LIKE '{like}'")


@pytest.fixture
def poisonous(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the console's own views throws at rows of the path ``/poison``."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    view = f"CREATE MATERIALIZED VIEW $db.zz ENGINE = Memory AS SELECT {POISON}"
    (folder / "m9999_poison.sql").write_text(view)
    monkeypatch.setattr(migrations, "FOLDER", folder)


def others(rows: int) -> list[bytes]:
    return [line("other", request_id=f"r{number}") for number in range(rows)]


def holds_all(carried: Carried, rows: int) -> None:
    """Each row of the other cluster once, in rows and in sums."""
    ((_, _, kept),) = counted(carried.store, COUNTS)
    assert kept == rows
    for step in ("1m", "1h"):
        assert counted(carried.store, SUMS.format(step)) == [(rows,)]


@pytest.mark.usefixtures("poisonous")
def test_one_bad_row_takes_nobody_elses_with_it(tmp_path: Path) -> None:
    carried = Carried(tmp_path)
    bad = [line("evil", path="/poison"), b'{"NoSuchColumn":1}']
    carried.wait(b"1", otel_logs=others(1000)[:500])
    carried.wait(b"2", otel_logs=bad)
    carried.wait(b"3", otel_logs=others(1000)[500:])
    assert carried.writer.drain() == 1
    holds_all(carried, 1000)
    assert sorted(carried.asides()) == sorted(bad)
    assert carried.writer.put_aside == 2
    assert carried.writer.written == {"otel_logs": 1000}
    assert carried.spool.rows == 0
    assert carried.store.problem is None
    assert carried.trials() == []


@pytest.mark.usefixtures("poisonous")
def test_a_batch_with_a_bad_row_is_there_once_though_its_writer_was_killed(tmp_path: Path) -> None:
    class Killed(Spool):
        def done(self, batch: Batch) -> None:
            raise KeyboardInterrupt

    carried = Carried(tmp_path, Killed(tmp_path / "spool", 2**28))
    carried.wait(b"1", otel_logs=[*others(50), line("evil", path="/poison")])
    with pytest.raises(KeyboardInterrupt):
        carried.writer.drain()
    carried.spool.close()
    carried.spool = Spool(tmp_path / "spool", 2**28)
    assert carried.made().drain() == 1
    holds_all(carried, 50)
    assert carried.asides() == [line("evil", path="/poison")]


@pytest.mark.usefixtures("poisonous")
def test_who_sends_nothing_but_bad_rows_is_not_searched_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.telemetry.sieve.REFUSALS", 5)
    carried = Carried(tmp_path)
    carried.wait(b"1", otel_logs=[line("evil", path="/poison")] * 64)
    carried.wait(b"2", otel_logs=others(1))
    assert carried.writer.drain() == 1
    assert carried.writer.put_aside + carried.writer.written["otel_logs"] == 65
    assert len(carried.asides()) == carried.writer.put_aside


def test_what_is_refused_for_another_reason_than_the_rows_waits(tmp_path: Path) -> None:
    carried = Carried(tmp_path)
    carried.view("broken", NONE_TAKEN.format("otel_metrics_sum"))
    point = b'{"ResourceAttributes":{"cluster_name":"other"},"MetricName":"x","Value":1}'
    carried.wait(b"1", otel_logs=others(3), otel_metrics_sum=[point])
    for _ in range(3):
        with pytest.raises(Unavailable, match="refused a statement"):
            carried.writer.drain()
    assert carried.asides() == []
    assert carried.writer.written == {}, "the batch is not in yet"
    assert carried.spool.rows == 4
    carried.drop("broken")
    carried.writer.drain()
    assert carried.writer.written == {"otel_logs": 3, "otel_metrics_sum": 1}
    holds_all(carried, 3)


def test_rows_of_many_days_are_taken_at_once(tmp_path: Path) -> None:
    carried = Carried(tmp_path)
    days = [f'{{"Timestamp":"{1_700_000_000 + 86_400 * day}"}}'.encode() for day in range(150)]
    carried.wait(b"1", otel_traces=days)
    assert carried.writer.drain() == 1
    assert carried.writer.written == {"otel_traces": 150}


def test_what_waits_when_the_console_stops_gets_into_the_store_first(tmp_path: Path) -> None:
    carried = Carried(tmp_path)
    carried.store.open()
    carried.writer.start()
    carried.wait(b"1", otel_logs=others(3))
    carried.writer.stop()
    assert carried.spool.rows == 0
    holds_all(carried, 3)


def test_a_console_that_stops_does_not_wait_for_a_store_that_is_away(tmp_path: Path) -> None:
    carried = Carried(tmp_path)
    carried.store = Store(Server("http://127.0.0.1:9"))
    carried.writer = carried.made()
    carried.wait(b"1", otel_logs=others(3))
    carried.writer.start()
    carried.writer.stop()
    assert carried.writer.failures > 0, "it tried, and ended"
    assert carried.spool.rows == 3
