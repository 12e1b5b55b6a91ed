"""A workload cluster as its collectors see it: pods of a real API server, their logs and metrics.

There is no kubelet, so a test writes the files and serves the metrics that pods would. Addresses
are of loopback, one for each pod; the ports are those of the real programs.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from os import getpid
from pathlib import Path
from typing import Any

from tests.charts.accounts import Account, applied
from tests.charts.helm import render
from tests.real.collector import Collector, collector, shipped
from tests.real.controlplane import ControlPlane, kubeconfig_text
from tests.real.kube_api import wait_until
from tests.real.servers import client_of
from tests.serving import free_port

Obj = dict[str, Any]

CHART = "ngf-console-agent"
RECORDED = Path(__file__).parents[1] / "recorded"
NODE = "gpu-node-1"
_address = count(10)


class Workload:
    """A cluster with the rights of the agent's chart in ``namespace``, and its pods."""

    def __init__(self, plane: ControlPlane, folder: Path, namespace: str) -> None:
        self.folder = folder
        objects = render(CHART, "values", "everything", namespace=namespace)
        rights = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding"}
        self.api = applied(plane, [it for it in objects if it["kind"] in rights], namespace)
        account = Account(client_of(plane), namespace, f"edge-{CHART}-otel")
        self.account = folder / "kubeconfig"
        self.account.write_text(kubeconfig_text("workload", plane.url, plane.ca_pem, account.token))
        self.account_token = folder / "account-token"
        self.account_token.write_text(account.token)
        self._made = ExitStack()

    def stop(self) -> None:
        """Take the pods away, which other tests on the same server would take for their own."""
        self._made.close()

    def pod(
        self, namespace: str, name: str, labels: Mapping[str, str], container: str, port: int
    ) -> tuple[str, str]:
        """A running pod; its uid and its address."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        self.api.post("/api/v1/namespaces", body)
        where = f"/api/v1/namespaces/{namespace}/pods"
        accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
        wait_until("its account", lambda: self.api.get(accounts).status == 200)
        ports = [{"containerPort": port}]
        made = self.api.post(
            where,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "labels": dict(labels)},
                "spec": {
                    "nodeName": NODE,
                    "containers": [{"name": container, "image": "none:1", "ports": ports}],
                },
            },
        ).ok()
        self._made.callback(self.api.delete, f"{where}/{name}?gracePeriodSeconds=0")
        address = f"127.{getpid() % 200 + 20}.{getpid() // 200 % 250}.{next(_address)}"
        made["status"] = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
        self.api.put(f"{where}/{name}/status", made).ok()
        return made["metadata"]["uid"], address

    def log(self, namespace: str, pod: str, uid: str, container: str, lines: list[bytes]) -> None:
        """What a container has said, as the kubelet keeps it."""
        folder = self.folder / "pods" / f"{namespace}_{pod}_{uid}" / container
        folder.mkdir(parents=True)
        head = b"2026-11-23T08:43:33.738000001Z stdout F "
        (folder / "0.log").write_bytes(
            b"".join(head + line.rstrip(b"\n") + b"\n" for line in lines)
        )

    def metrics(self, address: str, port: int, text: bytes, token: str = "") -> None:
        """Serve ``text`` to who asks for metrics, with ``token`` only where one is given."""
        self._made.enter_context(_served(address, port, text, token))

    @contextmanager
    def collecting(
        self, cluster: str, hub: str, token: str, name: str, **values: Any
    ) -> Iterator[str]:
        """The forwarder and the log readers of the chart, sending to ``hub`` with ``token``.

        ``cluster`` is what they call themselves, ``name`` the folder for what they keep. Given is
        where the forwarder takes OTLP over HTTP.
        """
        folder, inbound, http = self.folder / name, free_port(), free_port()
        folder.mkdir()
        (folder / "token").write_text(token)
        forwarder = self._forwarder(folder / "token", values)
        protocols = forwarder["receivers"]["otlp"]["protocols"]
        protocols["grpc"]["endpoint"] = f"127.0.0.1:{inbound}"
        protocols["http"]["endpoint"] = f"127.0.0.1:{http}"
        readers = self._log_readers(inbound)
        with (
            self._started(forwarder, folder / "otel", cluster, HUB_OTEL_ENDPOINT=hub),
            self._started(readers, folder / "logs", cluster),
        ):
            yield f"http://127.0.0.1:{http}"

    def _forwarder(self, token: Path, values: Obj) -> Obj:
        config = shipped(CHART, "otel", **values)
        for extension in config["extensions"].values():
            if "filename" in extension:
                extension["filename"] = str(token)
            if "client_auth" in extension:
                extension["client_auth"]["password_file"] = str(token)
        prometheus = config["receivers"]["prometheus"]["config"]
        prometheus["global"] = {"scrape_interval": "2s", "scrape_timeout": "2s"}
        for job in prometheus["scrape_configs"]:
            job["kubernetes_sd_configs"][0]["kubeconfig_file"] = str(self.account)
            if "authorization" in job:
                job["authorization"]["credentials_file"] = str(self.account_token)
        config["processors"]["k8s_attributes"]["auth_type"] = "kubeConfig"
        config["exporters"]["otlp_http/hub"]["sending_queue"]["batch"]["flush_timeout"] = "200ms"
        return config

    def _log_readers(self, inbound: int) -> Obj:
        config = shipped(CHART, "logs", "everything")
        for receiver in config["receivers"].values():
            here = f"{self.folder}/pods"
            receiver["include"] = [it.replace("/var/log/pods", here) for it in receiver["include"]]
            receiver["start_at"] = "beginning"
        config["exporters"]["otlp_grpc/forwarder"]["endpoint"] = f"127.0.0.1:{inbound}"
        return config

    @contextmanager
    def _started(
        self, config: Obj, folder: Path, cluster: str, **environment: str
    ) -> Iterator[Collector]:
        folder.mkdir()
        for extension in config["extensions"].values():
            if "directory" in extension:
                extension["directory"] = str(folder)
        environment |= {"CLUSTER_NAME": cluster, "NODE_NAME": NODE, "KUBECONFIG": str(self.account)}
        with collector(config, folder, **environment) as running:
            yield running


@contextmanager
def _served(address: str, port: int, text: bytes, token: str) -> Iterator[None]:
    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = not token or self.headers["Authorization"] == f"Bearer {token}"
            self.send_response(200 if known else 401)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text if known else b"")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, port), Metrics)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
