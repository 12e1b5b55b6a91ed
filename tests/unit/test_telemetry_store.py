"""Promise: the store is brought up to date however often and by however many, keeps what it is told
to keep, adds nothing twice, and never answers beyond what was asked and allowed."""

import threading
import time
from datetime import UTC, datetime

import orjson
import pytest

from services.errors import Invalid, Unavailable
from services.telemetry import migrations
from services.telemetry.engine_errors import Refused
from services.telemetry.engines import Server
from services.telemetry.layout import Layout, Retention
from services.telemetry.store import FAILURES, Limits, Store
from tests.stores import fresh_store

NOW = datetime.now(UTC)


def line(cluster: str = "web", **fields: str) -> bytes:
    access = {"log": "ngf_access", "status": "200", "rt": "0.004", "msec": f"{NOW.timestamp():.3f}"}
    return orjson.dumps(
        {
            "Timestamp": f"{NOW.timestamp():.3f}",
            "ResourceAttributes": {"cluster_name": cluster, "ngf.gateway": "edge"},
            "LogAttributes": access | fields,
        }
    )


def counted(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.engine.client() as client:
        return list(client.query(sql.replace("$db", store.layout.database)).result_rows)


def test_migrating_again_changes_nothing() -> None:
    store = fresh_store()
    store.open()
    with store.engine.client() as client:
        assert migrations.migrate(client, store.layout) == 0
    noted = counted(store, "SELECT number, name FROM $db.schema_migrations ORDER BY number")
    assert noted == [(one.number, one.name) for one in migrations.shipped()]


def test_two_consoles_that_start_at_once_migrate_once() -> None:
    store = fresh_store()
    stores = [Store(store.engine, store.layout) for _ in range(3)]
    threads = [threading.Thread(target=one.open) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    twice = "SELECT count(), uniq(number) FROM $db.schema_migrations"
    assert counted(store, twice) == [(len(migrations.shipped()),) * 2]
    lock = "SELECT count() FROM system.tables WHERE database = '$db' AND name = 'schema_lock'"
    assert counted(store, lock) == [(0,)]


def test_a_lock_that_nobody_lets_go_is_named() -> None:
    store = fresh_store()
    store.open()
    with store.engine.client() as client:
        client.command(
            f"CREATE TABLE {store.layout.database}.schema_lock (taken UInt8) ENGINE = Memory"
        )
        waits: list[float] = []

        def pause(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                client.command(f"DROP TABLE {store.layout.database}.schema_lock")

        assert migrations.migrate(client, store.layout, pause) == 0
    assert len(waits) == 3


def test_a_lock_of_a_console_that_was_killed_holds_nobody_up() -> None:
    store = fresh_store()
    store.open()
    with store.engine.client() as client:
        client.command(
            f"CREATE TABLE {store.layout.database}.schema_lock (taken UInt8) ENGINE = Memory"
        )

        def pause(_: float) -> None:
            pytest.fail("nobody is there to wait for")

        later = time.time() + 5
        assert migrations.migrate(client, store.layout, pause, opened=later) == 0


def test_a_lock_that_another_console_has_taken_over_stays_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = fresh_store()
    store.open()
    lock = f"{store.layout.database}.schema_lock"
    monkeypatch.setattr(migrations, "TOUCH_S", 0)
    with store.engine.client() as client:
        with migrations._Lock(client, store.layout, lambda _: None, None) as held:
            held.touch()
            client.command(f"DROP TABLE {lock}")
            client.command(f"CREATE TABLE {lock} (taken UInt8) ENGINE = Memory COMMENT 'other'")
            with pytest.raises(Unavailable, match="Another console"):
                held.touch()
        assert client.command(f"EXISTS TABLE {lock}") == 1


def test_a_migration_with_another_text_is_refused() -> None:
    store = fresh_store()
    store.open()
    with store.engine.client() as client:
        client.command(
            f"ALTER TABLE {store.layout.database}.schema_migrations UPDATE checksum = 'x' "
            "WHERE number = 2 SETTINGS mutations_sync = 1"
        )
        with pytest.raises(migrations.Altered, match="m0002"):
            migrations.migrate(client, store.layout)


def test_a_store_of_another_version_is_named_and_not_asked() -> None:
    store = fresh_store()
    store.open()
    with store.engine.client() as client:
        client.command(
            f"ALTER TABLE {store.layout.database}.schema_migrations UPDATE checksum = 'x' "
            "WHERE number = 2 SETTINGS mutations_sync = 1"
        )
    later = Store(store.engine, store.layout)
    for _ in range(FAILURES + 1):
        with pytest.raises(Unavailable, match=r"another version .* m0002"):
            later.read("newest_request", {"from": NOW, "to": NOW}, clusters=None)
    assert "another version" in (later.problem or "")


def test_how_long_rows_are_kept_follows_the_settings() -> None:
    empty = fresh_store()
    store = Store(empty.engine, Layout(empty.layout.database))
    store.open()
    kept = (
        "SELECT extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') FROM system.tables "
        "WHERE database = '$db' AND name = '{}'"
    )
    assert counted(store, kept.format("ngf_access_logs")) == [("7",)]
    longer = Layout(store.layout.database, retention=Retention(access_days=30, hour_days=700))
    Store(store.engine, longer).open()
    assert counted(store, kept.format("ngf_access_logs")) == [("30",)]
    assert counted(store, kept.format("ngf_metrics_1h")) == [("700",)]
    assert counted(store, kept.format("ngf_pod_metrics")) == [("7",)]


def test_what_comes_again_under_its_token_is_there_once_in_every_table() -> None:
    store = fresh_store()
    rows = b"\n".join(line(request_id=str(number)) for number in range(100))
    for token in ("a", "a", "b", "a"):
        store.insert("otel_logs", rows, token)
    assert counted(store, "SELECT count() FROM $db.ngf_access_logs") == [(200,)]
    assert counted(store, "SELECT sum(request_count) FROM $db.ngf_metrics_1m") == [(200,)]
    assert counted(store, "SELECT sum(request_count) FROM $db.ngf_metrics_1h") == [(200,)]


def test_rows_that_do_not_fit_are_refused_and_the_next_ones_are_not() -> None:
    store = fresh_store()
    with pytest.raises(Refused, match="refused a statement"):
        store.insert("otel_logs", b'{"Timestamp":"yesterday"}', "a")
    with pytest.raises(Refused):
        store.insert("otel_logs", b'{"NoSuchColumn":1}', "b")
    store.insert("otel_logs", line(), "c")
    assert counted(store, "SELECT count() FROM $db.ngf_access_logs") == [(1,)]
    assert store.problem is None


def test_an_answer_that_would_be_too_much_is_refused_and_spoils_no_other() -> None:
    store = fresh_store()
    store.insert("otel_logs", b"\n".join(line() for _ in range(50)), "a")
    window = {"from": datetime(2020, 1, 1, tzinfo=UTC), "to": datetime(2100, 1, 1, tzinfo=UTC)}
    few = Limits(seconds=5, rows_to_read=1_000, rows=10)
    for _ in range(3):
        with pytest.raises(Invalid, match="range"):
            store.read("log_access", window, clusters=None, limits=few)
    assert len(store.read("log_access", window, clusters=None).rows) == 50


def test_a_question_that_cannot_be_sent_makes_nobody_else_wait() -> None:
    store = fresh_store()
    window = {"from": datetime(2020, 1, 1, tzinfo=UTC), "to": datetime(2100, 1, 1, tzinfo=UTC)}
    for value in ("\ud800", ["a", "\udfff"]):
        for _ in range(FAILURES):
            with pytest.raises(Invalid, match="path must be Unicode text"):
                store.read("log_access", window | {"path": value}, clusters=None)
    assert store.read("log_access", window, clusters=None).rows == []
    assert store.problem is None


@pytest.mark.parametrize(
    ("clusters", "seen"),
    [(None, 3), (["web"], 2), (["web", "gpu"], 3), (["gpu"], 1), (["none"], 0), ([], 0)],
)
def test_only_clusters_that_may_be_seen_are_read(clusters: list[str] | None, seen: int) -> None:
    store = fresh_store()
    store.insert("otel_logs", b"\n".join([line(), line(), line("gpu")]), "a")
    window = {"from": datetime(2020, 1, 1, tzinfo=UTC), "to": datetime(2100, 1, 1, tzinfo=UTC)}
    found = store.read("log_access", window, clusters=clusters)
    assert len(found.rows) == seen


def test_an_engine_that_does_not_answer_is_unavailable_by_name() -> None:
    store = Store(Server("http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match="does not answer"):
        store.open()
    assert store.problem == "ClickHouse at 127.0.0.1:9 does not answer"


def test_a_cluster_of_servers_gets_replicated_tables_and_reads_them_through_distributed_ones() -> (
    None
):
    layout = Layout("ngf", cluster="prod")
    statements = [
        statement
        for migration in migrations.shipped()
        for statement in layout.rendered(migration.text, text_index=True)
    ]
    tables = [one for one in statements if one.startswith("CREATE TABLE")]
    assert all("ON CLUSTER 'prod'" in one for one in statements)
    assert all("ENGINE = Replicated" in one or "ENGINE = Null" in one for one in tables)
    assert not any("non_replicated_deduplication_window" in one for one in tables)
    assert layout.table("ngf_access_logs") == "ngf.ngf_access_logs_d"
    assert layout.dropped() == "DROP DATABASE IF EXISTS ngf ON CLUSTER 'prod' SYNC"
    (pools,) = [one for one in tables if "ngf_inference_pools " in one]
    assert "'{replica}', updated_at, is_deleted)" in pools
