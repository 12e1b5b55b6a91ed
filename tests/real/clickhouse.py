"""A server that speaks ClickHouse's HTTP interface: the one that is named, or one over chDB.

``NGF_CONSOLE_TEST_CLICKHOUSE_URL`` (``http://user:password@host:8123``) names a server of one's
own. Its databases are shared by all who use it, so tests take one with a name of their own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect

NAMED = "NGF_CONSOLE_TEST_CLICKHOUSE_URL"


@dataclass(frozen=True)
class ClickHouse:
    """Where it answers. ``real`` says that it is a server, not chDB behind an HTTP front."""

    url: str
    real: bool

    def client(self, **options: Any) -> Any:
        """A client of clickhouse-connect that threads may share."""
        return clickhouse_connect.get_client(dsn=self.url, autogenerate_session_id=False, **options)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 8123


@contextmanager
def clickhouse_server(folder: Path) -> Iterator[ClickHouse]:
    """The named server, or a process on ``folder``, ended afterwards."""
    if named := os.environ.get(NAMED):
        yield ClickHouse(named, real=True)
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.real.clickhouse_front", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TZ": "UTC"},
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        port = process.stdout.readline().strip()
        assert port, "the process over chDB did not start (see the lines above)"
        yield ClickHouse(f"http://default:@127.0.0.1:{port}", real=False)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
