"""Carries telemetry from the spool into the store, batch after batch, until it is in.

While the store does not answer, rows wait on disk; the pause between tries grows to half a minute.
Rows that the store refuses for what is in them are put aside in a file, counted and logged: they
must not hold up what came with them and after them.
"""

import math
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import structlog

from services.errors import ConsoleError
from services.telemetry.engine_errors import Refused
from services.telemetry.intake import Intake
from services.telemetry.sieve import refused_lines
from services.telemetry.spool import Batch
from services.telemetry.store import Store

BATCH = 32 * 1024 * 1024
"""Bytes that are inserted at once. The views behind a table make each insert dear, however small:
a backlog in a quarter as many batches takes half the time."""

GATHER_S = 1.0
"""How long rows are gathered before they are inserted: the store likes few big inserts."""

LONGEST_PAUSE_S = 30.0

STOP_S = 10.0
"""Longest that a console which stops goes on inserting: its disk may go with it."""

WARM_UP_S = 3.0
"""After the start the store is opened even where nobody has sent or asked anything yet: the
first who asks is not to wait for it."""

_log = structlog.get_logger(__name__)


class Writer:
    """One thread. ``written`` counts rows by table, ``put_aside`` rows that were refused."""

    def __init__(self, intake: Intake, store: Store, aside: Path) -> None:
        self._intake, self._store, self._aside = intake, store, aside
        self.written: Counter[str] = Counter()
        self.put_aside = 0
        self.failures = 0
        self.newest: datetime | None = None
        self._stopping = threading.Event()
        self._until = math.inf
        self._thread = threading.Thread(target=self._run, name="telemetry-writer", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End when all that waits is in the store; what it does not take soon stays on disk."""
        self._until = time.monotonic() + STOP_S
        self._stopping.set()
        self._intake.arrived.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def drain(self) -> int:
        """Insert all that waits; how many batches that were. Raises Unavailable."""
        self._store.open()
        done = 0
        while time.monotonic() < self._until and (batch := self._intake.spool.batch(BATCH)):
            self._insert(batch)
            done += 1
        return done

    def _run(self) -> None:
        wait = WARM_UP_S if self._intake.spool.rows == 0 else 0
        last = False
        while not last:
            self._intake.arrived.wait(wait)
            self._intake.arrived.clear()
            last = self._stopping.wait(GATHER_S)
            if last and not self._intake.spool.rows:
                return
            wait = LONGEST_PAUSE_S
            try:
                self.drain()
                self.failures = 0
            except ConsoleError as error:
                self.failures += 1
                _log.warning("telemetry waits for the store", reason=error.message)
                self._intake.arrived.set()
                longest = min(LONGEST_PAUSE_S, 2.0**self.failures)
                self._stopping.wait(longest * (1 + secrets.randbelow(1000) / 1000) / 2)
            except Exception:
                self.failures += 1
                _log.exception("telemetry could not be written")
                self._intake.arrived.set()
                self._stopping.wait(LONGEST_PAUSE_S)

    def _insert(self, batch: Batch) -> None:
        written: Counter[str] = Counter()
        for table, block in batch.blocks.items():
            token = f"{batch.token}-{table}"
            try:
                self._store.insert(table, block.lines, token)
                written[table] = block.rows
            except Refused as refusal:
                lines = block.lines.split(b"\n")
                refused = refused_lines(self._store, table, lines, self._intake.spool.id)
                if not refused:
                    raise
                self._put_aside(token, [lines[at] for at in sorted(refused)], refusal)
                written[table] = self._insert_rest(table, lines, refused, token)
        self._intake.spool.done(batch)
        self.written.update(written)
        self.newest = datetime.fromtimestamp(batch.received, UTC)

    def _insert_rest(
        self, table: str, lines: list[bytes], refused: Collection[int], token: str
    ) -> int:
        """Under the token of all, because some tables have taken all already."""
        rest = [line for at, line in enumerate(lines) if at not in refused]
        if rest:
            self._store.insert(table, b"\n".join(rest), token)
        return len(rest)

    def _put_aside(self, token: str, lines: list[bytes], refusal: Refused) -> None:
        """Into a file that is the same however often the batch is tried."""
        self._aside.mkdir(parents=True, exist_ok=True)
        path = self._aside / f"{token}.jsonl"
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        self.put_aside += len(lines)
        _log.error(
            "the store refused rows", rows=len(lines), file=str(path), reason=refusal.message
        )
