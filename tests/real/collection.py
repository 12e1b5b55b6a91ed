"""Telemetry of a workload cluster on both ways to a hub, as it arrived in the stores at their ends.

``console`` is the console's own intake, ``collector`` the collector in its place.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import getpid
from pathlib import Path
from typing import Any

import requests

from services.telemetry.engines import Server
from services.telemetry.layout import Layout
from services.telemetry.store import Store
from tests.real.clickhouse import ClickHouse
from tests.real.controlplane import ControlPlane
from tests.real.hub import hub_on
from tests.real.hub_collector import HubCollector, hub_collector
from tests.real.kube_api import wait_until
from tests.real.servers import client_of
from tests.real.workload import RECORDED, Workload
from tests.stores import KEPT

Obj = dict[str, Any]

CLUSTER = "web-fra"
GATEWAY = "shop-nginx-7d9f8b6c5-abcde"
PICKER = "llama-pool-epp-6d9f7c54b8-x2k4p"
PATHS = ("console", "collector")
HUB = "collection-hub"

_ALL = """
SELECT
    (SELECT count() FROM ngf_access_logs) AS lines,
    (SELECT count() FROM ngf_epp_events) AS events,
    (SELECT count() FROM otel_traces) AS spans,
    (SELECT arraySort(groupUniqArray(source)) FROM ngf_pod_metrics) AS readings,
    (SELECT uniq(pool_name) FROM ngf_picker_metrics) AS pickers,
    (SELECT arraySort(groupUniqArray(source)) FROM
        (SELECT source, sum(samples) AS scraped FROM ngf_counters_1m GROUP BY source, series)
     WHERE scraped > 1) AS counters
"""


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


@dataclass
class Arrived:
    """The stores at the ends of both ways, the collector at the hub, the token of the cluster."""

    stores: dict[str, Store]
    hub: HubCollector
    token: str

    def rows(self, path: str, text: str) -> list[Obj]:
        store = self.stores[path]
        with store.engine.client() as client:
            result = client.query(text, settings={"database": store.layout.database})
            names = result.column_names
            return [dict(zip(names, row, strict=True)) for row in result.result_rows]


@contextmanager
def collected(
    plane: ControlPlane, clickhouse: ClickHouse, workload: Workload, folder: Path
) -> Iterator[Arrived]:
    """Everything there is of the workload, in both stores."""
    databases = {path: f"collection_{path}_{getpid()}" for path in PATHS}
    stores = {
        path: Store(Server(clickhouse.url), Layout(name, retention=KEPT))
        for path, name in databases.items()
    }
    api = client_of(plane)
    metadata = {"name": HUB}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    api.post("/api/v1/namespaces", namespace).ok()
    spans = json.loads(recorded("epp/spans.json"))
    with ExitStack() as running:
        for store in stores.values():
            store.open()
        hub = running.enter_context(hub_on(api, HUB, folder, stores["console"]))
        body = {"name": CLUSTER, "displayName": "Web", "kubeconfig": api.kubeconfig()}
        made = hub.rest("POST", "/clusters", json=body)
        assert made.status_code == 201, made.text
        token = made.json()["token"]
        at_hub = folder / "collector"
        at_hub.mkdir()
        tokens = {CLUSTER: token}
        inbound = running.enter_context(
            hub_collector(clickhouse, databases["collector"], tokens, at_hub)
        )
        basic = {"hub.otelAuth": "basic", "hub.otelEndpoint": "https://otel.example"}
        for agent in (
            workload.collecting("somebody-else", hub.url, token, "to-console"),
            workload.collecting(CLUSTER, inbound.url, token, "to-collector", **basic),
        ):
            forwarder = running.enter_context(agent)
            taken = requests.post(f"{forwarder}/v1/traces", json=spans, timeout=10)
            assert taken.status_code == 200, taken.text
        arrived = Arrived(stores, inbound, token)
        for path in PATHS:
            wait_until(f"all, through the {path}", lambda path=path: _is_all(arrived, path), 120)
        yield arrived
    admin = clickhouse.client()
    for name in databases.values():
        admin.command(f"DROP DATABASE {name}")


def workload_of(plane: ControlPlane, folder: Path) -> Workload:
    """A gateway, an engine, its picker and a node's GPUs."""
    workload = Workload(plane, folder, "collection")
    of_gateway = {"gateway.networking.k8s.io/gateway-name": "shop"}
    uid, address = workload.pod("shop", GATEWAY, of_gateway, "nginx", 9113)
    workload.log("shop", GATEWAY, uid, "nginx", recorded("ngf/access_json.log").splitlines())
    workload.metrics(address, 9113, recorded("ngf/dataplane_metrics.txt"))
    of_pool = {"ngf-console.f5.com/inference-pool": "llama-pool"}
    _, address = workload.pod("llm", "llama-0", of_pool, "vllm", 8000)
    workload.metrics(address, 8000, recorded("vllm/metrics.txt"))
    uid, address = workload.pod("llm", PICKER, {"inferencepool": "llama-pool-epp"}, "epp", 9090)
    lines = [
        line
        for verbosity in ("logs", "logs_v2", "logs_v3", "logs_v5")
        for line in recorded(f"epp/{verbosity}.jsonl").splitlines()
    ]
    workload.log("llm", PICKER, uid, "epp", lines)
    workload.metrics(address, 9090, recorded("epp/metrics.txt"), workload.account_token.read_text())
    exporter = "nvidia-dcgm-exporter"
    _, address = workload.pod("gpu-operator", f"{exporter}-1", {"app": exporter}, exporter, 9400)
    workload.metrics(address, 9400, recorded("dcgm/metrics.txt"))
    return workload


def _is_all(arrived: Arrived, path: str) -> bool:
    """All lines and spans, and each source scraped at least twice."""
    return arrived.rows(path, _ALL) == [
        {
            "lines": 250,
            "events": 208,
            "spans": 454,
            "readings": ["dcgm", "nginx", "vllm"],
            "pickers": 1,
            "counters": ["picker", "picker (old names)", "vllm"],
        }
    ]
