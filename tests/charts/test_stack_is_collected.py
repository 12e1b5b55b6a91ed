"""Promise: the agent's collector finds the pods of a stack by what they say, each in one job."""

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy

import pytest
import requests
import yaml
from ngf_operator.inference.engines import ENGINES
from ngf_operator.inference.stack import wanted

from tests import prometheus
from tests.charts.helm import Obj, one, render
from tests.known import Known
from tests.operator.stacks import whole
from tests.real.kube_api import wait_until

prometheus.needed()

SPACE = "llm"
POD = "__meta_kubernetes_pod"


def pods(backend: str) -> Iterator[tuple[str, Obj]]:
    """By whose they are: what the pods of a stack say."""
    for child in wanted(whole(SPACE, backend), Known()).children:
        if template := child.obj.get("spec", {}).get("template"):
            yield f"{child.obj['kind']}/{child.obj['metadata']['name']}", template


def discovered(number: int, name: str, template: Obj) -> list[Obj]:
    """A running pod as Prometheus' discovery tells of it: once for each port."""
    address = f"127.0.0.{number + 2}"
    told = {
        "__meta_kubernetes_namespace": SPACE,
        f"{POD}_name": name,
        f"{POD}_ip": address,
        f"{POD}_phase": "Running",
        f"{POD}_container_init": "false",
        f"{POD}_node_name": "gpu-1",
    }
    about = template["metadata"]
    for kind, labels in (("label", about["labels"]), ("annotation", about.get("annotations", {}))):
        for key, value in labels.items():
            told[f"{POD}_{kind}_{_plain(key)}"] = value
            told[f"{POD}_{kind}present_{_plain(key)}"] = "true"
    found = []
    for container in template["spec"]["containers"]:
        for port in container["ports"]:
            at = {
                f"{POD}_container_name": container["name"],
                f"{POD}_container_port_number": str(port["containerPort"]),
            }
            target = f"{address}:{port['containerPort']}"
            found.append({"targets": [target], "labels": {**told, **at}})
    return found


def _plain(key: str) -> str:
    return re.sub("[^A-Za-z0-9_]", "_", key)


def jobs(targets: list[Obj]) -> list[Obj]:
    """Those of the agent's collector, with these pods in the place of discovery."""
    config = one(render("ngf-console-agent", "values"), "ConfigMap", "-otel")
    collector = yaml.safe_load(config["data"]["collector.yaml"])
    found: list[Obj] = deepcopy(collector["receivers"]["prometheus"]["config"]["scrape_configs"])
    for job in found:
        del job["kubernetes_sd_configs"]
        job.pop("authorization", None)
        job["static_configs"] = targets
    return found


@pytest.mark.parametrize("backend", ENGINES)
def test_each_pod_is_asked_once_and_named_after_its_pool(backend: str) -> None:
    targets = [
        target
        for number, (name, template) in enumerate(pods(backend))
        for target in discovered(number, name, template)
    ]
    with prometheus.server(jobs=jobs(targets)) as address:
        api = f"{address}/api/v1/targets?state=active"
        active = wait_until(
            "found", lambda: requests.get(api, timeout=10).json()["data"]["activeTargets"]
        )
    asked = defaultdict(set)
    for target in active:
        labels = target["labels"]
        port, _, where = target["scrapeUrl"].rpartition(":")[2].partition("/")
        pool = labels.get("pool", "")
        asked[target["discoveredLabels"][f"{POD}_name"]].add(
            (target["scrapePool"], port, where, pool)
        )
    pool = f"llama-{backend}-pool"
    port = str(ENGINES[backend].port)
    engine = {("model-servers", port, "metrics", pool)} if ENGINES[backend].metrics else None
    expected = {
        f"Deployment/llama-{backend}-epp": {("pickers", "9090", "metrics", pool)},
        f"DaemonSet/llama-{backend}-dcgm": {("gpus", "9400", "metrics", "")},
        f"Deployment/llama-{backend}": engine,
    }
    assert asked == {name: said for name, said in expected.items() if said}
