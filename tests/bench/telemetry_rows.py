"""Requests for benches, made inside the engine: skewed over clusters, routes, pools and time.

Three clusters have 60, 30 and 10 percent; few of 120 routes and 12 pools have most requests, few
of many clients and paths come often; latencies have heavy tails, ids do not compress.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CLUSTERS = ("web-fra", "gpu-iad", "hub-fra")
"""Those of the demo, whose fleet has the objects that belong to them."""
HOURS = 24
AT_ONCE = 1_000_000
"""Rows of an insert: more are more than the engine has memory for beside the console."""

FOLDER = Path(__file__).parent
ACCESS, INFERENCE, READINGS, COUNTERS, DECISIONS = (
    (FOLDER / f"{name}.sql").read_text()
    for name in ("access_logs", "inference_logs", "pod_metrics", "counters", "decisions")
)
PODS = 200
"""Engine pods, which are read each quarter of a minute and counted each minute."""


def fill(client: Any, database: str, text: str, rows: int, end: datetime) -> None:
    """Run one of the statements for ``rows`` in the day before ``end``."""
    text = text.replace("INSERT INTO ", f"INSERT INTO {database}.", 1)
    start = end - timedelta(hours=HOURS)
    step_ms = HOURS * 3_600_000 / rows
    for done in range(0, rows, AT_ONCE):
        part = min(AT_ONCE, rows - done)
        bound = {"start": start, "from": done, "step_ms": step_ms, "rows": part}
        client.command(text, parameters=bound)
