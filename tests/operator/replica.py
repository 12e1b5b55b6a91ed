"""A running replica of the operator, in a process of its own, and what one asks it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.real.kube_api import KubeApi, wait_until

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("program.py")
REAL = ROOT / "operator" / "main.py"


class Replica:
    """One process. ``log`` is what it has written."""

    def __init__(self, api: KubeApi, folder: Path, namespace: str, name: str, *flags: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self._log = name, folder / f"{name}.log"
        self._kubeconfig = folder / f"{name}.kubeconfig"
        self._kubeconfig.write_text(api.kubeconfig())
        self._arguments = [
            f"--kubeconfig={self._kubeconfig}",
            f"--namespace={namespace}",
            f"--identity={name}",
            "--bind=127.0.0.1",
            "--port=0",
            *flags,
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def start(self, program: Path = PROGRAM) -> "Replica":
        self._starts += 1
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, str(program), *self._arguments],
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdout=output,
                stderr=output,
            )
        return self

    def use(self, kubeconfig: str) -> None:
        """Another account from the next start on."""
        self._kubeconfig.write_text(kubeconfig)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def ended(self) -> int | None:
        """The exit status of one that has ended."""
        return None if self._process is None else self._process.poll()

    @property
    def url(self) -> str:
        """Where it serves; it says so in its log."""
        port = wait_until(f"{self.name} serves", self._port)
        return f"http://127.0.0.1:{port}"

    def page(self, path: str) -> tuple[int, str]:
        """Status and text."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of that name that have these labels."""
        _, text = self.page("/metrics")
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def _port(self) -> int:
        ports = [
            int(json.loads(line)["event"].rpartition(" ")[2])
            for line in self.log.splitlines()
            if '"serving on port' in line
        ]
        return ports[self._starts - 1] if len(ports) >= self._starts else 0


@contextmanager
def running(replica: Replica, program: Path = PROGRAM) -> Iterator[Replica]:
    """It runs while the block does; its log is shown when a test fails."""
    replica.start(program)
    try:
        yield replica
        assert '"exception"' not in replica.log
    finally:
        replica.kill()
        print(replica.log)
