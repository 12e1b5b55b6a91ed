"""A real Prometheus for tests: with a history that is written before it starts, with targets that
it scrapes every second, or with both."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.serving import free_port

READY_S = 20.0

Labels = Mapping[str, str]


def needed() -> None:
    """Skip the module where Prometheus is not installed."""
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        pytest.skip("Prometheus is not installed (Debian package prometheus)", True)


def history(
    series: Sequence[tuple[str, Labels, Mapping[int, float]]],
) -> str:
    """OpenMetrics text of names, labels and numbers by second; a name that ends in ``_total`` is a
    counter."""
    lines = []
    for name in sorted({name for name, _, _ in series}):
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# TYPE {name.removesuffix('_total')} {kind}")
        for _, labels, points in (one for one in series if one[0] == name):
            told = ",".join(f"{key}={_quoted(value)}" for key, value in labels.items())
            lines += [f"{name}{{{told}}} {value} {at}" for at, value in points.items()]
    return "\n".join([*lines, "# EOF", ""])


@contextmanager
def server(
    past: str = "",
    scraped: Sequence[tuple[str, Labels]] = (),
    *,
    jobs: Sequence[Mapping[str, Any]] = (),
    port: int = 0,
    folder: Path | None = None,
) -> Iterator[str]:
    """The URL of a running one. ``scraped`` are addresses (host:port) with the labels that
    relabelling would give their series, ``jobs`` further scrape configurations; with a ``folder``
    it keeps what it has for the next."""
    own = folder or Path(tempfile.mkdtemp(prefix="ngf-prometheus-"))
    own_jobs = [
        {
            "job_name": f"job-{number}",
            "static_configs": [{"targets": [address], "labels": dict(labels)}],
        }
        for number, (address, labels) in enumerate(scraped)
    ]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [*own_jobs, *jobs],
    }
    (own / "prometheus.yml").write_text(yaml.safe_dump(config))
    if past:
        (own / "past.txt").write_text(past)
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", "past.txt", "data"],
            cwd=own,
            check=True,
            capture_output=True,
        )
    address = f"127.0.0.1:{port or free_port()}"
    process = subprocess.Popen(
        [
            "prometheus",
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address={address}",
            "--log.level=error",
        ],
        cwd=own,
    )
    try:
        _wait_ready(f"http://{address}", process)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)


def _wait_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/-/ready", timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.02)
    raise AssertionError(f"Prometheus at {url} is not ready")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
