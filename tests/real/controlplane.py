"""A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager.

RBAC and ServiceAccount tokens are on. The people in it (``USERS``) have static tokens; what they
may do is in ``RIGHTS``. The controllers that matter to the console run: garbage collection,
namespaces, service accounts, deployments, endpoint slices. There is no node and no scheduler.

Everything lives in one temporary folder and dies by process id, the API server first, because an
API server that has lost its etcd takes a minute to stop.
"""

import base64
import csv
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.real.binaries import Binaries

Obj = dict[str, Any]

USERS: dict[str, tuple[str, ...]] = {
    "admin": ("system:masters",),
    "reader": ("readers",),
    "stranger": (),
}
"""Name and groups of everybody with a token; ``RIGHTS`` says what a group may do."""

RIGHTS: list[Obj] = [
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "reader"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "readers"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "reader",
        },
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "readers"}],
    },
]

CONTROLLERS = (
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "deployment-controller",
    "replicaset-controller",
    "endpointslice-controller",
)
READY_WITHIN_S = 60.0


class StartFailed(Exception):
    """A program of the control plane did not become ready; the text ends with its last lines."""


class ControlPlane:
    """One cluster. ``start``, then use ``url``, ``ca_pem`` and ``kubeconfig``, then ``stop``."""

    name = "real"

    def __init__(self, binaries: Binaries) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="ngf-console-controlplane-"))
        self.tokens = {user: f"{user}-{os.urandom(12).hex()}" for user in USERS}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []
        self._port, self._etcd_port, self._etcd_peer_port = _free_ports(3)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    @property
    def ca_pem(self) -> str:
        return (self.folder / "certificates" / "apiserver.crt").read_text()

    def start(self, definitions: Iterable[Obj] = (), *, controllers: bool = True) -> None:
        """Start everything and load ``definitions``; raises StartFailed.

        The controllers come last: the garbage collector looks for new kinds every 30 s only, so
        one that starts after the definitions knows them from the first moment.
        """
        try:
            self._write_identities()
            self.start_etcd()
            self.start_apiserver()
            self.load([*definitions, *RIGHTS])
            if controllers:
                self.start_controllers()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for program in ("kube-controller-manager", "kube-apiserver", "etcd"):
            self._kill(program)
        for log in self._logs:
            log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_etcd(self) -> None:
        client, peer = (f"http://127.0.0.1:{p}" for p in (self._etcd_port, self._etcd_peer_port))
        self._run(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        self._wait("etcd", lambda: _answers(f"{client}/health"))

    def start_apiserver(self) -> None:
        """Start the API server on its port; also after ``stop_apiserver``."""
        key = self.folder / "service-accounts.key"
        self._run(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            f"--secure-port={self._port}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={self.folder / 'certificates'}",
            "--service-cluster-ip-range=10.0.0.0/24",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
        )
        self._wait("kube-apiserver", self.is_ready)

    def stop_apiserver(self) -> None:
        """An outage: connections drop, and the port answers nobody."""
        self._kill("kube-apiserver")

    def start_controllers(self) -> None:
        kubeconfig = self.folder / "controllers.kubeconfig"
        kubeconfig.write_text(self.kubeconfig())
        self._run(
            "kube-controller-manager",
            f"--kubeconfig={kubeconfig}",
            f"--controllers={','.join(CONTROLLERS)}",
            f"--service-account-private-key-file={self.folder / 'service-accounts.key'}",
            "--leader-elect=false",
            "--secure-port=0",
        )
        where = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait("kube-controller-manager", lambda: self._status("GET", where) == 200)

    def is_ready(self) -> bool:
        return self._status("GET", "/readyz") == 200

    def load(self, objects: Iterable[Obj]) -> None:
        """Create cluster-scoped objects and wait until definitions among them are served."""
        served = {
            "CustomResourceDefinition": "customresourcedefinitions",
            "ClusterRole": "clusterroles",
            "ClusterRoleBinding": "clusterrolebindings",
            "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
            "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
        }
        established: list[str] = []
        for obj in objects:
            path = f"/apis/{obj['apiVersion']}/{served[obj['kind']]}"
            status = self._status("POST", path, obj)
            if status not in (201, 409):
                raise StartFailed(f"{obj['kind']} {obj['metadata']['name']}: status {status}")
            if obj["kind"] == "CustomResourceDefinition":
                version = next(v["name"] for v in obj["spec"]["versions"] if v["served"])
                plural = obj["spec"]["names"]["plural"]
                established.append(f"/apis/{obj['spec']['group']}/{version}/{plural}")
        self._wait(
            "kube-apiserver", lambda: all(self._status("GET", path) == 200 for path in established)
        )

    def compact(self) -> None:
        """Forget all history up to now, as happens every five minutes."""
        etcd = f"http://127.0.0.1:{self._etcd_port}/v3/kv"
        head = _post(f"{etcd}/range", {"key": "AA=="})["header"]["revision"]
        _post(f"{etcd}/compaction", {"revision": head, "physical": True})

    def kubeconfig(self, user: str = "admin") -> str:
        """A kubeconfig with inline data only."""
        return kubeconfig_text(self.name, self.url, self.ca_pem, self.tokens[user])

    def _write_identities(self) -> None:
        with (self.folder / "tokens.csv").open("w", newline="") as file:
            for user, groups in USERS.items():
                csv.writer(file).writerow([self.tokens[user], user, user, ",".join(groups)])
        key = ec.generate_private_key(ec.SECP256R1())
        (self.folder / "service-accounts.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )

    def _run(self, program: str, *arguments: str) -> None:
        log = (self.folder / f"{program}.log").open("ab")
        self._logs.append(log)
        self._processes[program] = subprocess.Popen(
            [self.binaries[program], *arguments], stdout=log, stderr=log, cwd=self.folder
        )

    def _kill(self, program: str) -> None:
        process = self._processes.pop(program, None)
        if process and process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _wait(self, program: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not ready():
            exited = self._processes[program].poll()
            if exited is not None or time.monotonic() > deadline:
                what = "is not ready" if exited is None else f"exited with {exited}"
                tail = (self.folder / f"{program}.log").read_text(errors="replace")[-2000:]
                raise StartFailed(f"{program} {what}:\n{tail}")
            time.sleep(0.05)

    def _status(self, method: str, path: str, body: Obj | None = None) -> int:
        try:
            context = ssl.create_default_context(cadata=self.ca_pem)
            request = urllib.request.Request(
                self.url + path,
                method=method,
                data=json.dumps(body).encode() if body else None,
                headers={
                    "Authorization": f"Bearer {self.tokens['admin']}",
                    "Content-Type": "application/json",
                },
            )
            with urllib.request.urlopen(request, context=context, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, ssl.SSLError):
            return 0


def kubeconfig_text(name: str, url: str, ca_pem: str, token: str) -> str:
    cluster = {
        "server": url,
        "certificate-authority-data": base64.b64encode(ca_pem.encode()).decode(),
    }
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _post(url: str, body: Obj) -> Any:
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
