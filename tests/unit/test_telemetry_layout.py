"""Promise: on a cluster of servers the same migrations make replicated tables on all of them, reads
and writes go through distributed ones, and a batch that is sent again is split as before."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from services.telemetry import migrations
from services.telemetry.layout import Layout, Retention
from services.telemetry.store import QUERIES, Store
from tests.stores import SERVERS, fresh_store

CLUSTER = Layout(database="telemetry", cluster="main")
NOBODY_ANSWERS = 279
"""ClickHouse's code; a question that it would not take is refused before."""

TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS telemetry\.(\w+)")
MIGRATIONS = [pytest.param(one, id=one.name) for one in migrations.shipped()]


def statements(layout: Layout) -> list[str]:
    return [
        statement
        for migration in migrations.shipped()
        for statement in layout.rendered(migration.text, text_index=True)
    ]


def tables() -> list[str]:
    return [found[1] for one in statements(CLUSTER) if (found := TABLE.match(one))]


@pytest.mark.parametrize("layout", [Layout(), CLUSTER], ids=["one server", "cluster"])
def test_every_statement_is_one_that_the_engine_can_read(layout: Layout) -> None:
    every = statements(layout)
    if layout.cluster:
        every += [layout.distributed(table) for table in tables()]
        every.append(layout.widened("ngf_access_logs", "ADD COLUMN IF NOT EXISTS a String"))
    assert len(every) > 20
    store = fresh_store()
    with store.engine.client() as client:
        for statement in every:
            client.query("SELECT formatQuery({statement:String})", {"statement": statement})


def test_every_table_and_view_is_made_on_all_servers_and_what_is_kept_is_replicated() -> None:
    for statement in statements(CLUSTER):
        if statement.startswith("INSERT"):
            continue
        assert "ON CLUSTER 'main'" in statement, statement[:120]
        engine = re.search(r"ENGINE = (\w+)\((.*?)\)", statement)
        if engine and "TABLE" in statement:
            assert engine[1].startswith("Replicated"), statement[:120]
            assert "'/clickhouse/tables/{uuid}/{shard}', '{replica}'" in engine[2]
        assert "non_replicated_deduplication_window" not in statement
    replaced = [one for one in statements(CLUSTER) if "ReplicatedReplacingMergeTree" in one]
    assert any("'{replica}', updated_at, is_deleted)" in one for one in replaced)


def test_on_one_server_nothing_is_replicated() -> None:
    for statement in statements(Layout()):
        assert "ON CLUSTER" not in statement
        assert "Replicated" not in statement
    assert any("non_replicated_deduplication_window" in one for one in statements(Layout()))


@pytest.mark.parametrize("layout", [Layout(), CLUSTER], ids=["one server", "cluster"])
def test_what_an_insert_is_answered_for_is_on_disk(layout: Layout) -> None:
    kept = [one for one in statements(layout) if re.search(r"ENGINE = \w*MergeTree", one)]
    assert len(kept) > 10
    for statement in kept:
        assert "fsync_after_insert = 1, fsync_part_directory = 1" in statement, statement[:120]


def test_views_fill_the_tables_of_their_own_server() -> None:
    views = [one for one in statements(CLUSTER) if "MATERIALIZED VIEW" in one]
    assert len(views) > 8
    for view in views:
        assert not re.search(r"telemetry\.\w+_d\b", view), view[:120]


def test_a_row_is_kept_where_its_own_values_say() -> None:
    columns = {
        TABLE.match(one)[1]: one  # type: ignore[index]
        for one in statements(CLUSTER)
        if TABLE.match(one)
    }
    for table, statement in columns.items():
        made = CLUSTER.distributed(table)
        assert f"telemetry.{table}_d ON CLUSTER 'main' AS telemetry.{table} " in made
        shard = made.rpartition(f"'{table}', ")[2].removesuffix(")")
        assert shard.startswith("cityHash64("), made
        assert "rand" not in shard
        for column in re.findall(r"\b(?!cityHash64|toString)[A-Za-z_]+\b", shard):
            assert re.search(rf"\b{column}\b", statement), f"{table} has no {column}"


def test_reads_and_writes_go_through_distributed_tables() -> None:
    store = Store(fresh_store().engine, CLUSTER)
    for query in QUERIES.glob("*.sql"):
        text, _ = store.text(query.stem, {}, None)
        named = set(re.findall(r"\btelemetry\.(\w+)", text))
        assert named, query.stem
        assert all(name.endswith("_d") for name in named), query.stem
        assert {name.removesuffix("_d") for name in named} <= set(tables()), query.stem


@pytest.fixture(scope="module")
def distributed() -> Store:
    """A store whose tables are read through those of a cluster, of which no server answers."""
    here = fresh_store()
    here.open()
    layout = Layout(here.layout.database, SERVERS)
    with here.engine.client() as client:
        for table in tables():
            client.command(layout.distributed(table).replace(f"ON CLUSTER '{SERVERS}' ", ""))
    return Store(here.engine, layout)


@pytest.mark.parametrize("query", [file.stem for file in QUERIES.glob("*.sql")])
def test_a_cluster_takes_every_question(distributed: Store, query: str) -> None:
    text, _ = distributed.text(query, {}, ["web"])
    kinds = dict(re.findall(r"\{(\w+):(\w+(?:\(\w+)?)", text))
    bound = {name: _some(kind) for name, kind in kinds.items()}
    assert _refusal(distributed, f"EXPLAIN {text}", bound) in (None, NOBODY_ANSWERS)


def _refusal(store: Store, text: str, bound: dict[str, Any]) -> int | None:
    """The engine's code of why it does not take a question."""
    try:
        with store.engine.client() as client:
            client.query(text, bound)
    except DatabaseError as error:
        return error.code
    return None


def _some(kind: str) -> Any:
    """A value of a kind such as ``Bool``, ``DateTime64(3`` or ``Array(String``."""
    if kind.startswith("Array("):
        return [_some(kind.removeprefix("Array("))]
    if kind.startswith("DateTime64"):
        return datetime(2026, 11, 27, tzinfo=UTC)
    return {"String": "web", "Bool": False}.get(kind, 60)


def test_how_long_rows_are_kept_is_in_every_table_that_keeps_them() -> None:
    kept = Retention(1, 2, 3, 4, 5)
    found = {
        TABLE.match(one)[1]: int(days[1])  # type: ignore[index]
        for one in statements(Layout("telemetry", "main", kept))
        if TABLE.match(one) and (days := re.search(r"TTL .* INTERVAL (\d+) DAY", one))
    }
    assert found["ngf_access_logs"] == 1
    assert found["ngf_inference_logs"] == found["ngf_epp_decisions"] == 2
    assert found["ngf_pod_metrics"] == 3
    assert found["ngf_metrics_1m"] == found["ngf_inference_metrics_1m"] == 4
    assert found["ngf_metrics_1h"] == found["ngf_counters_1h"] == 5
