"""Promise: the accounts and variables of the charts are enough for console and agent to work."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.clusters.install import Install
from tests.charts.accounts import Account, applied
from tests.charts.helm import CHARTS, Obj, helm, pods, render, variables
from tests.real.controlplane import ControlPlane, kubeconfig_text
from tests.real.hub import hub_on
from tests.real.kube_api import wait_until
from tests.unit.test_cli_start import free_port

NAMESPACE = "whole"
CLUSTERS = f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{NAMESPACE}/managedclusters"


@pytest.mark.parametrize(
    ("otel_url", "auth"),
    [
        ("", "basic"),
        ("https://otel.example:4318", "bearer"),
        ("https://otel.example:4318", "basic"),
    ],
)
def test_the_chart_takes_what_the_console_tells_people_to_run(otel_url: str, auth: str) -> None:
    chart = str(CHARTS / "ngf-console-agent")
    install = Install("https://console.example", otel_url, auth, chart, "")
    lines = install.command("web-fra").replace("\\\n", " ").splitlines()
    (words,) = (shlex.split(line) for line in lines if line.startswith("helm "))
    assert words[:3] == ["helm", "upgrade", "--install"]
    rendered = helm("template", *words[3:])
    assert rendered.returncode == 0, rendered.stderr
    shown = (
        f"authenticator: {'basicauth' if otel_url and auth == 'basic' else 'bearertokenauth'}/hub"
    )
    assert shown in rendered.stdout
    (made,) = (shlex.split(line) for line in lines if "create secret" in line)
    key = made[-1].removeprefix("--from-file=").partition("=")[0]
    assert f"secretName: {json.dumps(made[-2])}" in rendered.stdout
    assert f"key: {json.dumps(key)}, path: token" in rendered.stdout


@contextmanager
def running(container: Obj, log: Path, **instead: str) -> Iterator[None]:
    """The program of a container with its variables, those of this machine in their place."""
    command = container.get("command", ["python", "app.py"])
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *command[1:]],
            cwd=CHARTS.parent,
            env={"PATH": os.environ["PATH"], **variables(container), **instead},
            stdout=file,
            stderr=file,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def installed(plane: ControlPlane, chart: str, account: str) -> tuple[Account, Obj]:
    """The account of a chart that was applied, and the container that uses it."""
    objects = render(chart, "values", release="whole", namespace=NAMESPACE)
    api = applied(plane, objects, NAMESPACE)
    (pod,) = (pod for name, pod in pods(objects) if name.endswith(f"/{account}"))
    return Account(api, NAMESPACE, account), pod["containers"][0]


@pytest.mark.compiled
def test_the_console_watches_its_own_cluster_and_says_how_it_stands(
    real_cluster: ControlPlane, tmp_path: Path
) -> None:
    account, container = installed(real_cluster, "ngf-console", "whole-ngf-console")
    api = account.api
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(kubeconfig_text("hub", api.url, api.ca_pem, account.token))
    log = tmp_path / "log"

    def connected() -> bool:
        status = api.get(f"{CLUSTERS}/hub").ok().get("status", {})
        return ("Connected", "True") in {
            (one["type"], one["status"]) for one in status.get("conditions", ())
        }

    with running(
        container,
        log,
        HOME=str(tmp_path),
        KUBECONFIG=str(kubeconfig),
        NGF_CONSOLE_BIND="127.0.0.1",
        NGF_CONSOLE_PORT=free_port(),
        NGF_CONSOLE_DATA=str(tmp_path / "data"),
    ):
        wait_until("the console says that its cluster answers", connected, 60)
    assert "orbidden" not in log.read_text()


@pytest.mark.compiled
def test_the_agent_reports_to_the_console_with_all_that_it_reads(
    real_cluster: ControlPlane, tmp_path: Path
) -> None:
    account, container = installed(
        real_cluster, "ngf-console-agent", "whole-ngf-console-agent-heartbeat"
    )
    name = variables(container)["CLUSTER_NAME"]
    with hub_on(account.api, NAMESPACE, tmp_path / "console") as hub:
        body = {"name": name, "displayName": "Web", "isLocal": True}
        made = hub.rest("POST", "/clusters", json=body)
        assert made.status_code == 201, made.text
        (tmp_path / "token").write_text(account.token)
        (tmp_path / "ca.crt").write_text(account.api.ca_pem)
        (tmp_path / "hub").write_text(made.json()["token"])
        with running(
            container,
            tmp_path / "log",
            HUB_API_ENDPOINT=hub.url,
            HUB_TOKEN_FILE=str(tmp_path / "hub"),
            HEALTH_PORT=free_port(),
            KUBERNETES_ACCOUNT=str(tmp_path),
            KUBERNETES_API_SERVER=account.api.url,
            POD_NAMESPACE=NAMESPACE,
        ):
            wait_until("a heartbeat", lambda: hub.cluster(name)["lastHeartbeat"], 30)
            wait_until("it is written down", lambda: "lastHeartbeat" in _status(account, name), 10)
        status = _status(account, name)
    assert set(status["resourceCounts"]) == {
        "gateways",
        "httpRoutes",
        "inferencePools",
        "inferenceStacks",
        "gatewayBundles",
        "services",
        "namespaces",
    }
    assert status["gpuCapacity"]["totalGPUs"] == 0
    assert "orbidden" not in (tmp_path / "log").read_text()


def _status(account: Account, name: str) -> Obj:
    status: Obj = account.api.get(f"{CLUSTERS}/{name}").ok().get("status", {})
    return status
