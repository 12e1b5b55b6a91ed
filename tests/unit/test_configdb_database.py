"""Promise: the config database is the same on SQLite and PostgreSQL, and says when it is gone."""

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from services.configdb.database import Database
from services.configdb.models import Base, TokenRow
from services.configdb.stored_settings import StoredSettings
from services.errors import Unavailable


def test_the_migrations_make_exactly_the_tables_of_the_models(db: Database) -> None:
    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        tables = set(inspect(connection).get_table_names())
    assert differences == []
    assert tables == {
        "audit_log",
        "api_tokens",
        "settings",
        "saved_requests",
        "saved_views",
        "sign_in_codes",
        "alembic_version",
    }


def test_replicas_that_start_at_once_take_turns_at_upgrading(db_url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        database = Database(db_url)
        try:
            database.upgrade()
            database.ping()
        except BaseException as error:
            failures.append(error)
        finally:
            database.close()

    replicas = [threading.Thread(target=start) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join(60)
    assert failures == []


def test_times_come_back_as_utc(db: Database) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC) + timedelta(hours=1)
    row = TokenRow(id="a", name="n", name_key="n", role="viewer", hash="", created=moment)
    with db.writing() as session:
        session.add(row)
    with db.session() as session:
        found = session.get(TokenRow, "a")
    assert found is not None
    assert found.created == moment
    assert found.created.tzinfo is UTC


def test_a_failed_block_leaves_nothing_behind(db: Database) -> None:
    settings = StoredSettings(db)
    settings.put("theme", {"dark": True})

    def fail() -> None:
        with db.writing() as session:
            session.add(
                TokenRow(
                    id="a",
                    name="n",
                    name_key="n",
                    role="viewer",
                    hash="",
                    created=datetime.now(UTC),
                )
            )
            session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        fail()
    with db.session() as session:
        assert session.get(TokenRow, "a") is None
    assert settings.get("theme") == {"dark": True}
    assert settings.get("nothing", 3) == 3


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "/proc/nowhere/console.db"]
)
def test_a_database_that_does_not_answer_is_unavailable(url: str) -> None:
    database = Database(url)
    with pytest.raises(Unavailable):
        database.ping()


def test_only_its_owner_reads_a_new_file_whatever_the_folder_s_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    database = Database(tmp_path / "console.db")
    database.upgrade()
    with database.writing():
        modes = {path.name: stat.filemode(path.stat().st_mode) for path in tmp_path.iterdir()}
    names = ("console.db", "console.db-shm", "console.db-wal")
    assert modes == dict.fromkeys(names, "-rw-------")


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    database = Database(tmp_path / "console.db")
    database.upgrade()
    settings = StoredSettings(database)
    settings.put("theme", "old")
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM settings")
        assert settings.get("theme") == "old"
    assert settings.get("theme") is None
