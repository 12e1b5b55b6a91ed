"""Promise: the audit log forgets nothing, forks never, and shows every tampering."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.auth.identity import CONSOLE, Identity, Role
from services.configdb.audit import GENESIS, AuditEvent, AuditLog
from services.configdb.database import Database
from services.errors import Invalid, NotFound

HOSTILE = "\u202e'; DROP TABLE audit_log; --\0\udc80 <script>%_ 漢字 \n"


def event(**fields: Any) -> AuditEvent:
    defaults = {
        "actor": "ann",
        "role": "operator",
        "address": "10.0.0.1",
        "cluster": "web",
        "kind": "gateways",
        "namespace": "shop",
        "name": "edge",
        "verb": "update",
    }
    return AuditEvent(**{**defaults, **fields})


def test_an_entry_comes_back_as_it_was_given(db: Database) -> None:
    log = AuditLog(db)
    before = {"spec": {"a": [1, {"b": None}], "big": 2**80, "text": "ü\0\udc80"}}
    number = log.record(
        event(
            reason="because",
            outcome="failed",
            error="no",
            before=before,
            after={"spec": {}},
            diff=[{"path": "spec.a", "old": 1, "new": None}],
        )
    )
    record = log.get(CONSOLE, number)
    assert (record.actor, record.cluster, record.outcome, record.error) == (
        "ann",
        "web",
        "failed",
        "no",
    )
    assert record.before == before
    assert record.after == {"spec": {}}
    assert record.diff == [{"path": "spec.a", "old": 1, "new": None}]
    assert record.previous == GENESIS
    assert abs(record.time - datetime.now(UTC)) < timedelta(minutes=1)
    assert log.list(CONSOLE).items[0].before is None


def test_hostile_text_is_kept_readable_and_in_the_chain(db: Database) -> None:
    log = AuditLog(db)
    log.record(event(name=HOSTILE, reason=HOSTILE, actor=HOSTILE))
    assert log.list(CONSOLE, search="漢字 DROP").total == 1
    assert log.list(CONSOLE, actor=HOSTILE).total == 1
    assert log.list(CONSOLE, search="shop%").total == 0
    assert log.verify().ok


def test_values_of_secrets_are_not_kept(db: Database) -> None:
    log = AuditLog(db)
    secret = {"data": {"key": "cGxhbnRlZA=="}, "metadata": {"name": "s"}}
    number = log.record(
        event(kind="secrets", before=secret, after=None, diff=[{"path": "data.key", "old": "x"}])
    )
    record = log.get(CONSOLE, number)
    assert record.before == {"data": {"key": "***"}, "metadata": {"name": "s"}}
    assert record.diff == []


def test_writers_of_several_replicas_make_one_chain(db_url: str) -> None:
    replicas = [Database(db_url) for _ in range(3)]
    replicas[0].upgrade()

    def write(replica: Database) -> None:
        for number in range(10):
            AuditLog(replica).record(event(name=f"g{number}"))

    threads = [threading.Thread(target=write, args=(one,)) for one in replicas for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check = AuditLog(replicas[0]).verify()
    for replica in replicas:
        replica.close()
    assert (check.ok, check.entries) == (True, 60)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET actor = 'eve'", "DELETE FROM audit_log WHERE id = 1"]
)
def test_the_database_itself_refuses_to_change_an_entry(db: Database, statement: str) -> None:
    AuditLog(db).record(event())
    with pytest.raises(SQLAlchemyError, match="append only"), db.engine.begin() as connection:
        connection.execute(text(statement))
    assert AuditLog(db).verify().entries == 1


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit_log SET actor = 'eve' WHERE id = 3", 3),
        ("UPDATE audit_log SET after = '{}' WHERE id = 5", 5),
        ("DELETE FROM audit_log WHERE id = 2", 3),
        ("UPDATE audit_log SET time = '2020-01-01 00:00:00+00' WHERE id = 1", 1),
    ],
)
def test_whoever_gets_past_the_triggers_is_found_by_the_chain(
    db: Database, statement: str, first_bad: int
) -> None:
    log = AuditLog(db)
    for number in range(5):
        log.record(event(name=f"g{number}", after={"n": number}))
    drop = (
        ["DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"]
        if db.is_sqlite
        else ["DROP TRIGGER audit_log_append_only ON audit_log"]
    )
    if db.is_sqlite:
        statement = statement.replace("00:00:00+00", "00:00:00.000000")
    with db.engine.begin() as connection:
        for one in [*drop, statement]:
            connection.execute(text(one))
    check = log.verify()
    assert (check.ok, check.first_bad) == (False, first_bad)


def test_lists_are_filtered_to_what_the_reader_may_see(db: Database) -> None:
    log = AuditLog(db)
    log.record(event(cluster="web", namespace="shop"))
    log.record(event(cluster="web", namespace="bank"))
    log.record(event(cluster="gpu", namespace="shop"))
    log.record(event(cluster="web", namespace="", kind="gatewayclasses"))
    log.record(event(cluster="", namespace="", kind="sessions", actor="bob", verb="sign-in"))

    def seen(**limits: Any) -> set[int]:
        who = Identity("viv", Role.VIEWER, **limits)
        page = log.list(who)
        assert page.total == len(page.items)
        return {record.id for record in page.items}

    assert seen() == {1, 2, 3, 4}
    assert seen(clusters=frozenset({"web"})) == {1, 2, 4}
    assert seen(clusters=frozenset({"web"}), namespaces=frozenset({"shop"})) == {1, 4}
    assert seen(clusters=frozenset()) == set()
    assert {one.id for one in log.list(Identity("bob", Role.VIEWER)).items} == {1, 2, 3, 4, 5}
    assert log.list(CONSOLE).total == 5
    with pytest.raises(NotFound):
        log.get(Identity("viv", Role.VIEWER, clusters=frozenset({"web"})), 3)


def test_lists_filter_sort_and_page(db: Database) -> None:
    log = AuditLog(db)
    for number in range(7):
        log.record(
            event(name=f"g{number}", outcome="denied" if number % 2 else "done", reason="x y")
        )
    assert [one.id for one in log.list(CONSOLE, page_size=3).items] == [7, 6, 5]
    assert [one.id for one in log.list(CONSOLE, page=3, page_size=3).items] == [1]
    assert [one.name for one in log.list(CONSOLE, sort="name", page_size=2).items] == ["g0", "g1"]
    assert log.list(CONSOLE, outcome="denied").total == 3
    assert log.list(CONSOLE, outcome=("denied", "done")).total == 7
    assert log.list(CONSOLE, search="Y g3").total == 1
    assert log.list(CONSOLE, since=datetime.now(UTC) + timedelta(minutes=1)).total == 0
    assert log.list(CONSOLE, until=datetime.now(UTC) + timedelta(minutes=1)).total == 7
    for bad in (
        {"sort": "hash"},
        {"sort": "---time"},
        {"sort": "-"},
        {"page": 0},
        {"page": 2**70},
        {"page_size": 0},
        {"page_size": 10_000},
    ):
        with pytest.raises(Invalid):
            log.list(CONSOLE, **bad)
