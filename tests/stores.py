"""An embedded store for tests: one engine in a process, a database for whoever asks.

The engine can be open on one folder at a time, and a test process has several consoles.
"""

import tempfile
import weakref
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from services.telemetry.engines import Embedded
from services.telemetry.layout import Layout, Retention
from services.telemetry.store import Rows, Store

SERVERS = "two"
"""A cluster of two servers that the engine knows of; nobody answers there."""

_CONFIG = f"""<clickhouse><remote_servers><{SERVERS}>
    <shard><replica><host>127.0.0.1</host><port>9</port></replica></shard>
    <shard><replica><host>127.0.0.1</host><port>19</port></replica></shard>
</{SERVERS}></remote_servers></clickhouse>"""

_number = count(1)
KEPT = Retention(*[3650] * 5)
"""What tests insert may be of a fixed day: it is kept as long as anybody runs them."""


_ended: list[str] = []
"""Databases that nobody can ask any more."""


def fresh_store() -> Store:
    """A store with nothing in it; closing it leaves the engine to the others.

    Its database is dropped some time after the last user let go of its layout: the engine gets
    slower with every table that it has.
    """
    engine = _engine()
    while _ended and not engine._idle.empty():  # what was never opened has nothing to drop
        with engine.client() as client:
            client.command(Layout(database=_ended.pop()).dropped())
    layout = Layout(database=f"test_{next(_number)}", retention=KEPT)
    weakref.finalize(layout, _ended.append, layout.database)
    return Store(engine, layout)


class Watched(Store):
    """Says how many rows the last questions read."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.answers: list[Rows] = []

    def read(self, *args: Any, **kwargs: Any) -> Rows:
        rows = super().read(*args, **kwargs)
        self.answers.append(rows)
        return rows

    def cost(self) -> int:
        """Rows that were read since the last call."""
        read, self.answers = sum(rows.read_rows for rows in self.answers), []
        return read


def watched_store() -> Watched:
    """One like `fresh_store`."""
    empty = fresh_store()
    return Watched(empty.engine, empty.layout)


@cache
def _engine() -> Embedded:
    folder = Path(tempfile.mkdtemp(prefix="ngf-console-store-"))
    (folder / "config.xml").write_text(_CONFIG)
    engine = Embedded(folder / "data", memory_mib=2048)
    options: dict[str, Any] = engine._options
    options.update({"config-file": str(folder / "config.xml"), "fsync_metadata": 0})
    return engine
