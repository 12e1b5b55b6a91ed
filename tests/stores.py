"""An embedded store for tests: one engine in a process, a database for whoever asks.

The engine can be open on one folder at a time, and a test process has several consoles.
"""

import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from services.telemetry.engines import Embedded
from services.telemetry.layout import Layout
from services.telemetry.store import Store

_number = count(1)


def fresh_store() -> Store:
    """A store with nothing in it; closing it leaves the engine to the others."""
    return Store(_engine(), Layout(database=f"test_{next(_number)}"))


@cache
def _engine() -> Embedded:
    return Embedded(Path(tempfile.mkdtemp(prefix="ngf-console-store-")), memory_mib=2048)
