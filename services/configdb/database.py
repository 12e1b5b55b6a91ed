"""The config database: SQLite in one file by default, PostgreSQL in production.

Reads and writes are separate because SQLite has one writer: ``writing()`` takes the write lock at
once (``BEGIN IMMEDIATE``), so that a transaction which reads before it writes waits for its turn
instead of failing half way, and what it read is still true when it writes. In WAL mode readers
never wait for it. Whoever needs the same certainty on PostgreSQL locks the table
(``services/configdb/audit.py`` does).
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import sqlalchemy
import structlog
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from services.errors import Unavailable

BUSY_TIMEOUT_MS = 15_000
"""How long SQLite waits for another writer; a write transaction of ours takes milliseconds."""

_MIGRATION_LOCK = 0x6E67662D636F6E73 >> 1
"""Key of the PostgreSQL advisory lock under which replicas take turns at upgrading."""


_log = structlog.get_logger(__name__)


class Database:
    """An engine for ``url``: a SQLAlchemy URL, or the path of a SQLite file."""

    def __init__(self, url: str | Path) -> None:
        self.url = _url(str(url))
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(ngf_begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where it is, as it may be printed: a path, or a URL without its password."""
        if self.is_sqlite:
            return self.url.database or ""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for reading. Raises Unavailable when the database does not answer."""
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls back when it raises."""
        with (
            _translated(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables up to date; several replicas starting at once take turns."""
        config = alembic.config.Config()
        config.set_main_option("script_location", "services.configdb:migrations")
        with _translated(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
                )
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, revision)

    def ping(self) -> None:
        """Ask the server for an answer. Raises Unavailable."""
        with self.session() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def _url(given: str) -> URL:
    if "://" not in given:
        return URL.create("sqlite", database=str(Path(given).expanduser().absolute()))
    url = make_url(given)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=10, max_overflow=30)
        event.listen(engine, "do_connect", partial(_make_private, url.database or ""))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "application_name": "ngf-console"},
    )


def _make_private(path: str, *_connecting: Any) -> None:
    """A new file is its owner's alone, in whatever folder; SQLite's own beside it follow its mode.

    One that exists is left alone: closing it here would end the locks that SQLite has on it.
    """
    with suppress(OSError):  # SQLite says better what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Who does this to a new file while another does is refused at once, whatever the busy timeout:
    SQLite takes the two for a deadlock. A moment later it is done."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("ngf_begin", "BEGIN"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        # The driver names hosts, users and paths; strangers hear of this error, too.
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        _log.warning("the config database does not answer", cause=cause.partition("\n")[0])
        raise Unavailable("The config database does not answer.") from error
    except sqlalchemy.exc.NoSuchModuleError as error:
        raise Unavailable(f"The config database cannot be opened: {error}") from error
