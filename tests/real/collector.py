"""The OpenTelemetry collector as it runs: the compiled program on one configuration.

``shipped`` reads configurations as the charts render them. What a test must change, because it has
no cluster around it (addresses, folders, credentials), it changes in the mapping before it starts
the program; everything else runs as it is shipped.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.charts.helm import one, render
from tests.real.collector_build import find
from tests.real.kube_api import wait_until
from tests.serving import free_port

Obj = dict[str, Any]


def shipped(chart: str, component: str, *files: str, **values: Any) -> Obj:
    """The configuration of a chart's collector; ``files`` and ``values`` as an installation's."""
    objects = render(chart, "values", *files, **values)
    return read(one(objects, "ConfigMap", f"-{component}")["data"]["collector.yaml"])


def read(text: str) -> Obj:
    """A configuration by itself, so that one test's changes are no other's."""
    config: Obj = yaml.safe_load(text)
    return config


def checked(config: Obj, folder: Path, **environment: str) -> str:
    """What the program finds wrong with a configuration; "" when it takes it."""
    said = subprocess.run(
        [find(), "validate", f"--config={_written(config, folder)}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert bool(said.returncode) == bool(said.stderr.strip()), said
    return said.stderr


@dataclass
class Collector:
    """A running one."""

    process: subprocess.Popen[bytes]
    log: Path
    health: str

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ended(self) -> int | None:
        return self.process.poll()


@contextmanager
def collector(config: Obj, folder: Path, **environment: str) -> Iterator[Collector]:
    """The program on ``config``, healthy; ended as a kubelet ends it."""
    health = f"127.0.0.1:{free_port()}"
    config["extensions"]["health_check"] = {"endpoint": health}
    config["service"].setdefault("telemetry", {"metrics": {"level": "none"}})
    log = folder / "collector.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [find(), f"--config={_written(config, folder)}"],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=file,
            stderr=file,
        )
    running = Collector(process, log, f"http://{health}")
    try:
        wait_until("the collector is healthy", lambda: _is_healthy(running), 60)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_healthy(running: Collector) -> bool:
    assert running.ended() is None, running.said[-3000:]
    try:
        return requests.get(running.health, timeout=1).status_code == 200
    except requests.ConnectionError:
        return False


def _written(config: Obj, folder: Path) -> Path:
    path = folder / "collector.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
