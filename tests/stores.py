"""An embedded store for tests: one engine in a process, a database for whoever asks.

The engine can be open on one folder at a time, and a test process has several consoles.
"""

import tempfile
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


def fresh_store() -> Store:
    """A store with nothing in it; closing it leaves the engine to the others."""
    return Store(_engine(), Layout(database=f"test_{next(_number)}", retention=KEPT))


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
    engine._options["config-file"] = str(folder / "config.xml")
    return engine
