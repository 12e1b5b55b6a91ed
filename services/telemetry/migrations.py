"""Brings the tables of the store up to date when the console starts.

Migrations are the files ``migrations/m0001_….sql``, applied in order and written down in
``schema_migrations`` with a checksum. Every statement may run twice. One console at a time migrates
a server, or a cluster of them: creating the table ``schema_lock`` is the lock, because only one can
create it, and a lock that was not touched for five minutes belongs to a console that is gone. In an
embedded store, which has one owner, every lock from before it was opened does.
"""

import hashlib
import itertools
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from clickhouse_connect.driver.exceptions import DatabaseError

from services.errors import Unavailable
from services.telemetry.layout import Layout

FOLDER = Path(__file__).parent / "migrations"
LOCK_S = 60
STALE_S = 300
TOUCH_S = 10
"""How long a lock is waited for, after how long one is nobody's, how often it is touched. A
statement on a cluster of servers may take three minutes."""

EXISTS = 57
"""ClickHouse's code for a table that is there already."""

_TTL_TABLES = re.compile(
    r"CREATE TABLE IF NOT EXISTS \$db\.(\w+) .*?\nTTL (.*?)\n", flags=re.DOTALL
)

_COLUMNS = re.compile(r"ALTER TABLE \$db\.(\w+) \$on_cluster\s+(ADD COLUMN IF NOT EXISTS \w+ \S+)")
"""Columns that a table gets later, by name and type."""

_log = structlog.get_logger(__name__)


class Altered(Exception):
    """A migration has another text than when it was applied."""


@dataclass(frozen=True)
class Migration:
    """One file: its number, its name and its text."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped() -> list[Migration]:
    """The migrations of this console, in order."""
    files = sorted(FOLDER.glob("m*.sql"))
    return [Migration(int(file.stem[1:5]), file.stem, file.read_text()) for file in files]


def migrate(
    client: Any,
    layout: Layout,
    pause: Callable[[float], None] = time.sleep,
    opened: float | None = None,
) -> int:
    """Apply what is lacking and set how long rows are kept; how many files were applied.

    ``opened`` is when this process, the only one that uses it, opened the engine. Raises Altered,
    Unavailable where another console holds the lock too long, ClickHouseError.
    """
    for statement in layout.rendered(_OWN, text_index=False):
        client.command(statement)
    with _Lock(client, layout, pause, opened) as lock:
        applied = _applied(client, layout)
        lacking = [one for one in shipped() if one.number not in applied]
        for migration in shipped():
            if applied.get(migration.number, migration.checksum) != migration.checksum:
                raise Altered(f"{migration.name} was applied with another text")
        for migration in lacking:
            _apply(client, layout, migration, lock)
        _keep(client, layout)
    return len(lacking)


def _apply(client: Any, layout: Layout, migration: Migration, lock: "_Lock") -> None:
    statements = layout.rendered(migration.text, text_index=client.min_version("26.2"))
    if layout.cluster:
        tables = re.findall(r"CREATE TABLE IF NOT EXISTS \$db\.(\w+)", migration.text)
        statements += map(layout.distributed, tables)
        widened = _COLUMNS.findall(migration.text)
        statements += itertools.starmap(layout.widened, widened)
    for statement in statements:
        lock.touch()
        client.command(statement)
    (note,) = layout.rendered(_NOTE, text_index=False)
    client.command(note, parameters=vars(migration) | {"checksum": migration.checksum})
    _log.info("the store was migrated", migration=migration.name)


def _applied(client: Any, layout: Layout) -> dict[int, str]:
    (notes,) = layout.rendered(_NOTES, text_index=False)
    rows = client.query(notes).result_rows
    return {int(number): str(checksum) for number, checksum in rows}


def _keep(client: Any, layout: Layout) -> None:
    """Change for how long rows are kept where the settings differ from what the tables say."""
    found = client.query(
        "SELECT name, engine_full FROM system.tables WHERE database = {db:String}",
        parameters={"db": layout.database},
    ).result_rows
    present = dict(found)
    for migration in shipped():
        for table, ttl in _TTL_TABLES.findall(migration.text):
            (wanted,) = layout.rendered(ttl, text_index=False)
            days = re.search(r"INTERVAL (\d+) DAY", wanted)
            kept = re.search(r"toIntervalDay\((\d+)\)", present.get(table, ""))
            if days and kept and days[1] != kept[1]:
                where = f"{layout.database}.{table}"
                on = f" ON CLUSTER '{layout.cluster}'" if layout.cluster else ""
                client.command(
                    f"ALTER TABLE {where}{on} MODIFY TTL {wanted}",
                    settings={"materialize_ttl_after_modify": 0},
                )


class _Lock:
    """Held while there is a table ``schema_lock`` whose comment names this owner, on all servers.

    Who holds it touches it between statements: one that nobody touches is nobody's.
    """

    def __init__(
        self, client: Any, layout: Layout, pause: Callable[[float], None], opened: float | None
    ) -> None:
        self._client, self._pause, self._opened = client, pause, opened
        self._database = layout.database
        on = f" ON CLUSTER '{layout.cluster}'" if layout.cluster else ""
        self._table = f"{layout.database}.schema_lock{on}"
        self._owner = uuid.uuid4().hex
        self._touched = 0.0

    def __enter__(self) -> "_Lock":
        deadline = time.monotonic() + LOCK_S
        while not self._is_taken():
            if self._is_abandoned():
                self._client.command(f"DROP TABLE IF EXISTS {self._table}")
            elif time.monotonic() > deadline:
                raise Unavailable("Another console is migrating the analytics store.")
            else:
                self._pause(0.5)
        self._touched = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_own():
            self._client.command(f"DROP TABLE IF EXISTS {self._table}")

    def touch(self) -> None:
        """Say that it is held. Raises Unavailable where another console has taken it."""
        if time.monotonic() - self._touched < TOUCH_S:
            return
        if not self._is_own():
            raise Unavailable("Another console has gone on with migrating the analytics store.")
        self._touched = time.monotonic()
        self._client.command(
            f"ALTER TABLE {self._table} MODIFY COMMENT '{self._owner} {self._touched}'"
        )

    def _is_taken(self) -> bool:
        """Whether it is ours now; only one can make the table."""
        try:
            self._client.command(
                f"CREATE TABLE {self._table} (taken UInt8) ENGINE = Memory COMMENT '{self._owner}'"
            )
        except DatabaseError as error:
            if error.code != EXISTS:
                raise
            return False
        return True

    def _is_own(self) -> bool:
        return any(comment.startswith(self._owner) for comment, _, _ in self._found())

    def _is_abandoned(self) -> bool:
        for _, touched, now in self._found():
            before = now - STALE_S if self._opened is None else int(self._opened)
            return bool(touched < before)
        return False

    def _found(self) -> list[tuple[str, int, int]]:
        """Its comment, when it was touched last, and the time by the same clock."""
        rows: list[tuple[str, int, int]] = self._client.query(
            "SELECT comment, toUnixTimestamp(metadata_modification_time), toUnixTimestamp(now()) "
            "FROM system.tables WHERE database = {db:String} AND name = 'schema_lock'",
            parameters={"db": self._database},
        ).result_rows
        return rows


_OWN = """
CREATE DATABASE IF NOT EXISTS $db $on_cluster;
CREATE TABLE IF NOT EXISTS $db.schema_migrations $on_cluster
(
    number UInt32, name String, checksum String, applied DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = $merge_tree
ORDER BY number
"""

_NOTE = """
INSERT INTO $db.schema_migrations (number, name, checksum)
VALUES ({number:UInt32}, {name:String}, {checksum:String})
"""
_NOTES = "SELECT number, any(checksum) FROM $db.schema_migrations GROUP BY number"
