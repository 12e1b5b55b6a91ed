"""Telemetry that was taken and is not in the store yet, safe on disk.

A sender is answered when its rows are here, whether the store answers or not. From here they go on
in batches. A batch is written down before it is inserted and keeps its rows until it was, so that a
console that was killed meanwhile inserts the same batch again, under the same token, and the store
adds nothing twice. A request that comes again because its answer was lost is known by its digest.

SQLite does the work that a crash must not undo. What it cannot do, because the disk is full or the
console is stopping, is not done at all.
"""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.errors import Unavailable

REMEMBERED_S = 6 * 3600
"""How long the digest of a request is kept after its rows went on."""

RETRY_S = 30
"""When somebody whom the disk had no place for may come again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (id TEXT NOT NULL, batches INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS request (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    received REAL NOT NULL,
    batch INTEGER
);
CREATE TABLE IF NOT EXISTS block (
    request INTEGER NOT NULL, target TEXT NOT NULL, rows INTEGER NOT NULL, lines BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS block_request ON block (request);
CREATE INDEX IF NOT EXISTS request_batch ON request (batch);
CREATE INDEX IF NOT EXISTS request_received ON request (received);
"""


@dataclass(frozen=True)
class Block:
    """Rows for one table, one JSON object a line."""

    rows: int
    lines: bytes


@dataclass(frozen=True)
class Batch:
    """What is inserted at once: ``token`` is the same however often it is tried.

    ``bytes`` is what it takes in the spool, ``received`` when the first of it came.
    """

    number: int
    token: str
    blocks: Mapping[str, Block]
    bytes: int
    received: float


class Full(Exception):
    """The spool holds as much as it may."""


class Spool:
    """The rows on their way, in the file ``path``; at most ``limit`` bytes of them.

    ``id`` is this file's and no other's.
    """

    def __init__(self, path: Path, limit: int, now: Callable[[], float] = time.time) -> None:
        self.limit, self._now = limit, now
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        if not self._db.execute("SELECT id FROM spool").fetchone():
            self._db.execute("INSERT INTO spool VALUES (?, 0)", (uuid.uuid4().hex,))
        (self.id,) = self._db.execute("SELECT id FROM spool").fetchone()
        (self.bytes,) = self._db.execute(
            "SELECT coalesce(sum(length(lines)), 0) FROM block"
        ).fetchone()
        (self.rows,) = self._db.execute("SELECT coalesce(sum(rows), 0) FROM block").fetchone()

    def add(self, digest: bytes, blocks: Mapping[str, Block]) -> bool:
        """Keep the rows of a request; False where they were taken before.

        Raises Full, and Unavailable.
        """
        size = sum(len(block.lines) for block in blocks.values())
        with self._opened():
            if self.bytes + size > self.limit:
                raise Full
            with self._transaction():
                added = self._db.execute(
                    "INSERT OR IGNORE INTO request (digest, received) VALUES (?, ?)",
                    (digest, self._now()),
                )
                if added.rowcount:
                    self._db.executemany(
                        "INSERT INTO block VALUES (?, ?, ?, ?)",
                        [
                            (added.lastrowid, target, block.rows, block.lines)
                            for target, block in blocks.items()
                        ],
                    )
            if not added.rowcount:
                return False
            self.bytes += size
            self.rows += sum(block.rows for block in blocks.values())
            return True

    def batch(self, most: int) -> Batch | None:
        """The next rows to insert, about ``most`` bytes, or the batch that is not done yet.

        Raises Unavailable.
        """
        with self._opened():
            (number,) = self._db.execute(
                "SELECT min(r.batch) FROM block b JOIN request r ON r.number = b.request"
            ).fetchone()
            if number is None and (number := self._form(most)) is None:
                return None
            rows = self._db.execute(
                "SELECT b.target, b.rows, b.lines, r.received FROM request r"
                " JOIN block b ON b.request = r.number WHERE r.batch = ? ORDER BY b.rowid",
                (number,),
            ).fetchall()
        return Batch(
            number=number,
            token=f"{self.id}-{number}",
            blocks=_joined(rows),
            bytes=sum(len(row[2]) for row in rows),
            received=min(row[3] for row in rows),
        )

    def done(self, batch: Batch) -> None:
        """The batch is in the store: forget its rows, and digests that are old.

        Raises Unavailable.
        """
        with self._opened():
            with self._transaction():
                self._db.execute(
                    "DELETE FROM block WHERE request IN"
                    " (SELECT number FROM request WHERE batch = ?)",
                    (batch.number,),
                )
                self._db.execute(
                    "DELETE FROM request WHERE received < ? AND batch < ?",
                    (self._now() - REMEMBERED_S, batch.number),
                )
            self.bytes -= batch.bytes
            self.rows -= sum(block.rows for block in batch.blocks.values())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _opened(self) -> Iterator[None]:
        """For one thread at a time. Raises Unavailable for whatever SQLite cannot do."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise Unavailable(
                    f"Telemetry cannot be written down: {error}.", retry_after=RETRY_S
                ) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite itself ends one that finds the disk full
                self._db.execute("ROLLBACK")
            raise

    def _form(self, most: int) -> int | None:
        """Write down which requests go together next; the number of the batch."""
        waiting = self._db.execute(
            "SELECT r.number, sum(length(b.lines)) FROM request r"
            " JOIN block b ON b.request = r.number WHERE r.batch IS NULL"
            " GROUP BY r.number ORDER BY r.number"
        )
        chosen: list[int] = []
        size = 0
        for number, length in waiting:
            if chosen and size + length > most:
                break
            chosen.append(number)
            size += length
        if not chosen:
            return None
        with self._transaction():
            self._db.execute("UPDATE spool SET batches = batches + 1")
            self._db.execute(
                "UPDATE request SET batch = (SELECT batches FROM spool)"
                " WHERE number BETWEEN ? AND ? AND batch IS NULL",
                (chosen[0], chosen[-1]),
            )
            (number,) = self._db.execute("SELECT batches FROM spool").fetchone()
        return int(number)


def _joined(rows: list[tuple[str, int, bytes, float]]) -> dict[str, Block]:
    lines: dict[str, list[bytes]] = {}
    counts: dict[str, int] = {}
    for target, count, block, _ in rows:
        lines.setdefault(target, []).append(block)
        counts[target] = counts.get(target, 0) + count
    return {target: Block(counts[target], b"\n".join(parts)) for target, parts in lines.items()}
