"""A console that is killed while clusters send telemetry: ``python -m tests.real.killed 20``.

Senders do what a collector does: they send a batch again until it was acknowledged. Afterwards
every batch must be in the store, in the rows and in the sums, and none of it twice.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.real.kube_api import wait_until
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
ROWS = 50
SENDERS = 4

READ = """
import json, sys
from pathlib import Path
from services.telemetry.engines import Embedded
with Embedded(Path(sys.argv[1]), 1024).client() as client:
    def asked(sql):
        return client.query(sql).result_rows
    rows = asked("SELECT x_request_id, count() FROM ngf.ngf_access_logs GROUP BY 1")
    minutes = asked("SELECT sum(request_count) FROM ngf.ngf_metrics_1m")
    hours = asked("SELECT sum(request_count) FROM ngf.ngf_metrics_1h")
json.dump([dict(rows), int(minutes[0][0]), int(hours[0][0])], sys.stdout)
"""


@dataclass
class Console:
    """The program with its data folder; it can be started again after it was killed."""

    home: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def run(self, *words: str) -> list[str]:
        """The command line of the program."""
        data = ["--demo", "--no-demo-traffic", "--no-demo-operator", "--data", str(self.home)]
        return [sys.executable, "app.py", *data, "--port", str(self.port), *words]

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = (self.home / "log").open("ab")
        self.process = subprocess.Popen(
            self.run(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        wait_until("the console answers", self.answers, 60)

    def answers(self) -> bool:
        """Whether it does."""
        try:
            return requests.get(self.url("/api/v1/livez"), timeout=2).ok
        except requests.RequestException:
            return False

    def __enter__(self) -> "Console":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the program and its worker."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        assert self.process
        self.process.terminate()
        self.process.wait(30)

    def token(self) -> str:
        """A token that sends telemetry of the cluster ``hub``."""
        made = self.run("token", "create", "--name", "sender", "--role", "operator", "--cluster")
        out = subprocess.run([*made, "hub"], cwd=ROOT, capture_output=True, text=True, check=True)
        return next(word for word in out.stdout.split() if word.startswith("ngfc_"))

    def url(self, path: str) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}{path}"


@dataclass
class Senders:
    """What was sent, and acknowledged."""

    console: Console
    token: str
    acknowledged: list[str] = field(default_factory=list)
    lost_answers: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Senders":
        self.threads = [
            threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _send(self, sender: int) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            name = f"{sender}-{number}"
            body = _batch(name)
            while not self._post(body):
                self.lost_answers += 1
                self.stopping.wait(0.05)
            self.acknowledged.append(name)

    def _post(self, body: bytes) -> bool:
        try:
            answer = requests.post(
                self.console.url("/v1/logs"),
                body,
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/x-protobuf",
                },
                timeout=10,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200


def _batch(name: str) -> bytes:
    message = ExportLogsServiceRequest()
    scope = message.resource_logs.add().scope_logs.add()
    for row in range(ROWS):
        line = {"log": "ngf_access", "status": "200", "rt": "0.1", "x_request_id": f"{name}-{row}"}
        text = json.dumps(line, separators=(",", ":"))
        scope.log_records.add(time_unix_nano=time.time_ns()).body.string_value = text
    return message.SerializeToString()


def killed(home: Path, times: int, seed: int = 7) -> tuple[int, int]:
    """Kill it so often; how many batches were acknowledged, and how many answers were lost.

    Raises AssertionError where a batch is missing or there twice.
    """
    chance = random.Random(seed)
    with Console(home) as console:
        with Senders(console, console.token()) as senders:
            for _ in range(times):
                _some_more(senders)
                time.sleep(chance.uniform(0.0, 0.6))
                console.kill()
                console.start()
            _some_more(senders)
        spool = home / "demo" / "telemetry" / "spool.sqlite3"
        wait_until("all is in the store", lambda: _waiting(spool) == 0, 60)
        console.stop()
    store = home / "demo" / "telemetry" / "store"
    out = subprocess.run(
        [sys.executable, "-c", READ, str(store)], cwd=ROOT, capture_output=True, check=True
    )
    found, minutes, hours = json.loads(out.stdout)
    expected = {f"{name}-{row}" for name in senders.acknowledged for row in range(ROWS)}
    assert found.keys() == expected, "a batch that was acknowledged is missing, or one is invented"
    assert Counter(found.values()) == {1: len(expected)}, "rows are there twice"
    assert minutes == hours == len(expected), "the sums tell another number than the rows"
    return len(senders.acknowledged), senders.lost_answers


def _some_more(senders: Senders) -> None:
    before = len(senders.acknowledged)
    wait_until("batches are acknowledged", lambda: len(senders.acknowledged) > before + 20, 60)


def _waiting(spool: Path) -> int:
    with sqlite3.connect(f"file:{spool}?mode=ro", uri=True) as db:
        return int(db.execute("SELECT count(*) FROM block").fetchone()[0])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        batches, lost = killed(Path(folder), int(sys.argv[1]))
    print(f"{batches} batches of {ROWS} rows acknowledged, {lost} answers lost, none twice")
