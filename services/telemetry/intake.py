"""Takes telemetry from the agents of clusters: OTLP over HTTP, in protobuf or JSON.

What is taken is on disk when ``accept`` returns. Which cluster it belongs to is said by who proved
to be the sender; what the telemetry claims of itself is overwritten. How big a request may be, how
much is in memory at a time and how much may wait for the store are bounded: beyond that a sender is
told when to come again, and keeps what it has. Rows of a time that the store does not keep are
dropped.
"""

import hashlib
import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.errors import ConsoleError, Unavailable
from services.telemetry.attribution import Attribute, unknown
from services.telemetry.decoding import PROTOBUF, Body, Hold, Rows, Signal, read, unpacked
from services.telemetry.layout import Retention
from services.telemetry.spool import Block, Full, Spool

AT_ONCE = 128 * 1024 * 1024
"""Bytes of requests and of their rows that are in memory at the same time."""

EARLY_S = 24 * 3600
"""How far ahead of ours the clock of a sender may be."""


class Busy(ConsoleError):
    """Come again in ``retry_after`` seconds; nothing was taken."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Accepted:
    """``rows`` are on disk. ``again``: they had been before, and were not taken twice."""

    rows: int
    again: bool = False


@dataclass
class Taken:
    """What came since the console started.

    ``refused`` by reason, ``rows`` by table, and by table what was dropped for its time.
    """

    requests: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    untimely: Counter[str] = field(default_factory=Counter)
    repeated: int = 0


class Intake:
    """The door. ``attribute`` says which routes took lines that name none; ``last`` is when each
    cluster last sent each signal."""

    def __init__(
        self,
        spool: Spool,
        retention: Retention | None = None,
        now: Callable[[], float] = time.time,
        attribute: Attribute = unknown,
    ) -> None:
        self.spool, self._now, self._attribute = spool, now, attribute
        self._kept_s = 86_400 * (retention or Retention()).longest
        self.taken = Taken()
        self.last: dict[tuple[str, str], datetime] = {}
        self.arrived = threading.Event()
        self._lock = threading.Lock()
        self._decoding = threading.Lock()
        self._held = 0
        self._closed = False

    def accept(
        self,
        cluster: str,
        signal: Signal,
        body: bytes | Body,
        content_type: str = PROTOBUF,
        encoding: str | None = None,
    ) -> Accepted:
        """Take a request that ``cluster`` has sent.

        Raises Unreadable, UnknownType, TooLarge, and Busy and Unavailable, after which the sender
        is to come again.
        """
        try:
            if self._closed:
                raise Unavailable("The console is stopping.", retry_after=1)
            with self._room() as hold:
                arriving = io.BytesIO(body) if isinstance(body, bytes) else body
                plain = unpacked(read(arriving, hold), encoding, hold)
                rows = self._rows(cluster, signal, plain, content_type, hold)
                digest = hashlib.sha256(f"{cluster}\n{signal}\n".encode() + plain).digest()
                blocks = rows.blocks()
                taken = self._kept(digest, blocks) if blocks else Accepted(0)
        except ConsoleError as error:
            with self._lock:
                self.taken.refused[error.error_code] += 1
            raise
        with self._lock:
            self.last[cluster, signal] = datetime.now(UTC)
            self.taken.requests[signal] += 1
            self.taken.repeated += taken.again
            if not taken.again:
                self.taken.rows.update({name: block.rows for name, block in blocks.items()})
                self.taken.untimely.update(rows.untimely)
        return taken

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    def _rows(
        self, cluster: str, signal: Signal, plain: bytes, content_type: str, hold: Hold
    ) -> Rows:
        """One request at a time: another thread would not make it faster, and take as much more."""
        now = self._now()
        rows = Rows(now - self._kept_s, now + EARLY_S, hold, self._attribute)
        with self._decoding:
            rows.add(signal, plain, content_type, cluster)
        return rows

    def _kept(self, digest: bytes, blocks: dict[str, Block]) -> Accepted:
        rows = sum(block.rows for block in blocks.values())
        try:
            added = self.spool.add(digest, blocks)
        except Full:
            raise Busy("More telemetry waits for the store than may wait.", 30) from None
        self.arrived.set()
        return Accepted(rows, again=not added)

    @contextmanager
    def _room(self) -> Iterator[Hold]:
        """Memory for one request. It raises Busy where all requests together hold too much."""
        own = 0

        def hold(size: int) -> None:
            nonlocal own
            with self._lock:
                if self._held + size > AT_ONCE:
                    raise Busy("Too much telemetry arrives at once.", 1)
                self._held += size
            own += size

        try:
            yield hold
        finally:
            with self._lock:
                self._held -= own
