"""A million rows from the store into a notebook: seconds, bytes, and the memory of the console.

The whole console as it is served (gunicorn, its own process) with the embedded store; the client is
``services.notebook`` and plain downloads. The baseline of the same run is the engine alone writing
its Arrow to memory, without a console.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.auth.identity import CONSOLE, Role
from services.auth.tokens import TokenStore
from services.configdb.opening import opened
from services.notebook import Console
from services.settings import load
from services.telemetry.opening import store_of
from tests.bench import telemetry_rows
from tests.serving import free_port

ROWS = 1_000_000


def memory(pid: int) -> int:
    """Peak of the processes of a console in MiB; gunicorn's worker is the one child."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() or [str(pid)]
    line = next(
        line for line in Path(f"/proc/{child}/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) // 1024


def prepared(settings: Any) -> tuple[str, float]:
    """A token, and the seconds that the engine alone needs for Arrow of all rows."""
    store = store_of(settings)
    Path(settings.home / "telemetry").mkdir(parents=True, exist_ok=True)
    store.open()
    database = store.layout.database
    with store.engine.client() as client:
        for text in (telemetry_rows.ACCESS, telemetry_rows.INFERENCE):
            telemetry_rows.fill(client, database, text, ROWS, datetime.now(UTC))
    started = time.perf_counter()
    query = f"SELECT * FROM {database}.ngf_access_logs"
    rows = sum(batch.num_rows for batch in store.engine.batches(query, {}, {"max_threads": 4}))
    took = time.perf_counter() - started
    assert rows == ROWS
    store.close()
    db = opened(settings)
    _, token = TokenStore(db).create(CONSOLE, "bench", Role.VIEWER)
    db.close()
    return token, took


def main() -> int:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        given = {
            "demo": True,
            "demo_traffic": False,
            "demo_operator": False,
            "data": Path(folder),
            "port": free_port(),
        }
        settings = load(given)
        token, alone = prepared(settings)
        console = subprocess.Popen(
            [
                sys.executable,
                "app.py",
                *("--demo", "--no-demo-traffic", "--no-demo-operator", "--data", folder),
                *("--port", str(settings.port), "--log-level", "warning"),
            ],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert console.stdout is not None
            console.stdout.readline()
            url = f"http://127.0.0.1:{settings.port}"
            measure(Console(url, token), url, token, console.pid, alone)
        finally:
            console.terminate()
            console.wait(30)
    return 0


def measure(notebook: Console, url: str, token: str, pid: int, alone: float) -> None:
    notebook.clusters()
    notebook.table("access-logs", range="1m")
    print(f"console: {memory(pid)} MiB before; Arrow in the engine alone {alone:.1f} s")
    for dataset in ("access-logs", "inference-logs"):
        started = time.perf_counter()
        frame = notebook.table(dataset, range="25h")
        took = time.perf_counter() - started
        assert len(frame) == ROWS
        print(
            f"{dataset} as a DataFrame: {took:.1f} s, {took / alone:.1f} x the engine's Arrow,"
            f" {frame.shape[1]} columns; console's peak {memory(pid)} MiB"
        )
        del frame
        for fmt in ("parquet", "csv", "json"):
            started = time.perf_counter()
            size = 0
            with requests.get(
                f"{url}/api/v1/export/{dataset}",
                params={"range": "25h", "format": fmt},
                headers={"Authorization": f"Bearer {token}"},
                stream=True,
                timeout=60,
            ) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_content(1024 * 1024):
                    size += len(chunk)
            took = time.perf_counter() - started
            print(
                f"{dataset} as {fmt}: {took:.1f} s, {size / 1e6:.0f} MB,"
                f" {ROWS / took:,.0f} rows/s; console's peak {memory(pid)} MiB"
            )


if __name__ == "__main__":
    sys.exit(main())
