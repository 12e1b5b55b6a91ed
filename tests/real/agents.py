"""The agent as it runs: the real process, an account with the rights it documents, and a hub.

The hub is a small HTTP server on loopback that remembers what it was sent and answers as told.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import urllib3

from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi, wait_until

ROOT = Path(__file__).parents[2]
RBAC = "/apis/rbac.authorization.k8s.io/v1"
READS = (
    ("", ("nodes", "pods", "services", "namespaces")),
    ("apps", ("deployments",)),
    ("gateway.networking.k8s.io", ("gatewayclasses", "gateways", "httproutes")),
    ("inference.networking.k8s.io", ("inferencepools",)),
    ("inference.networking.x-k8s.io", ("inferencepools",)),
    ("ngf-console.f5.com", ("inferencestacks", "gatewaybundles")),
    ("resource.k8s.io", ("resourceslices", "resourceclaims")),
)
"""What the heartbeat reads, with get and list; docs/agent.md says the same."""


@dataclass(frozen=True)
class Received:
    """One heartbeat as it arrived."""

    path: str
    authorization: str
    body: Any
    at: float


@dataclass
class Answer:
    """What the hub says once."""

    status: int = 200
    interval: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if self.status != 200:
            return json.dumps({"error": {"code": "x", "message": "Not now."}}).encode()
        config = {"heartbeatIntervalSeconds": self.interval, "otelEndpoint": None}
        return json.dumps({"status": "ok", "config": config}).encode()


class Hub:
    """Answers with what is in ``answers`` while there is any, then with 200."""

    def __init__(self, *answers: Answer) -> None:
        self.received: list[Received] = []
        self.answers = deque(answers)
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                said = self.headers.get("Authorization", "")
                hub.received.append(Received(self.path, said, json.loads(sent), time.monotonic()))
                answer = hub.answers.popleft() if hub.answers else Answer()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": len(answer.body)}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def heartbeat(self, number: int) -> Received:
        """The ``number``-th one, counted from 1, awaited."""
        wait_until(f"heartbeat {number}", lambda: len(self.received) >= number)
        return self.received[number - 1]

    def __enter__(self) -> "Hub":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Agent:
    """A running agent: its log, its pages, its end."""

    def __init__(self, command: str, variables: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "agent", command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HEALTH_BIND": "127.0.0.1", **variables},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[Obj] = []
        threading.Thread(target=self._read_log, daemon=True).start()
        words = wait_until("the agent serves", lambda: self._said("serving on port"))
        self.port = int(words.rpartition(" ")[2])

    def _read_log(self) -> None:
        for line in self._process.stderr or ():
            self.log.append(json.loads(line))

    def _said(self, words: str) -> str:
        assert self._process.poll() is None, f"the agent has ended: {self.log}"
        return next((line["event"] for line in list(self.log) if words in line["event"]), "")

    def page(self, path: str) -> tuple[int, str]:
        answer = urllib3.request("GET", f"http://127.0.0.1:{self.port}{path}", timeout=10)
        return answer.status, answer.data.decode()

    def metric(self, sample: str) -> float:
        """The value of a sample by its full spelling; AssertionError when there is none."""
        lines = self.page("/metrics")[1].splitlines()
        found = [line for line in lines if line.startswith(f"{sample} ")]
        assert found, f"no sample {sample}"
        return float(found[0].rpartition(" ")[2])

    def peak_memory(self) -> int:
        """The most resident memory it has had so far, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def __enter__(self) -> "Agent":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


@contextmanager
def account(kube_api: KubeApi, namespace: str, folder: Path, without: str = "") -> Iterator[Path]:
    """A folder as it is mounted into pods, of an account that may read what the agent reads.

    ``without`` names a resource that it may not.
    """
    name = f"heartbeat-{namespace}"
    rules = [
        {
            "apiGroups": [group],
            "resources": [one for one in resources if one != without],
            "verbs": ["get", "list"],
        }
        for group, resources in READS
    ]
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    api_version = "rbac.authorization.k8s.io/v1"
    named = {"metadata": {"name": name}}
    kube_api.post(accounts, {"apiVersion": "v1", "kind": "ServiceAccount", **named}).ok()
    kube_api.post(
        f"{RBAC}/clusterroles",
        {"apiVersion": api_version, "kind": "ClusterRole", **named, "rules": rules},
    ).ok()
    kube_api.post(
        f"{RBAC}/clusterrolebindings",
        {
            "apiVersion": api_version,
            "kind": "ClusterRoleBinding",
            **named,
            "roleRef": role,
            "subjects": [subject],
        },
    ).ok()
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    issued = kube_api.post(f"{accounts}/{name}/token", request).ok()
    token = issued["status"]["token"]
    (folder / "token").write_text(token)
    (folder / "ca.crt").write_text(kube_api.ca_pem)
    try:
        wait_until(
            "the binding is in force",
            lambda: kube_api.get("/api/v1/nodes", token=token).status == 200,
        )
        yield folder
    finally:
        for plural in ("clusterrolebindings", "clusterroles"):
            kube_api.delete(f"{RBAC}/{plural}/{name}")
