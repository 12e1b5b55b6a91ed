"""Promise: what a chart starts is confined, pinned and probed, and carries no secret in sight."""

import json
from typing import Any

import pytest
import yaml

from tests.charts.helm import CHARTS, Obj, helm, pods, render, variables

VERSION = (CHARTS.parent / "VERSION").read_text().strip()
BOTH = ("ngf-console", "ngf-console-agent")
LEAST = ("values",)
EVERYTHING = ("values", "everything")
AS_ROOT = {"edge-ngf-console-agent-logs"}
"""Reads log files, which only root may."""
WITH_TOKEN = {
    "edge-ngf-console",
    "edge-ngf-console-agent-heartbeat",
    "edge-ngf-console-agent-operator",
    "edge-ngf-console-agent-otel",
}
"""Pods that talk to the API server."""
PODS = [
    pytest.param(name, pod, id=f"{name} with {files[-1]}")
    for chart in BOTH
    for files in (LEAST, EVERYTHING)
    for name, pod in pods(render(chart, *files))
]
per_chart = pytest.mark.parametrize("chart", BOTH)
per_pod = pytest.mark.parametrize(("name", "pod"), PODS)


@per_chart
def test_a_chart_has_the_version_of_the_product(chart: str) -> None:
    about = yaml.safe_load((CHARTS / chart / "Chart.yaml").read_text())
    assert (about["version"], about["appVersion"]) == (VERSION, VERSION)


@per_chart
@pytest.mark.parametrize("files", [LEAST, EVERYTHING])
def test_helm_finds_nothing_to_complain_of(chart: str, files: tuple[str, ...]) -> None:
    values = [f"--values={chart}/ci/{file}.yaml" for file in files]
    answer = helm("lint", "--strict", chart, *values)
    assert answer.returncode == 0, answer.stdout


@per_pod
def test_a_pod_is_confined(name: str, pod: Obj) -> None:
    security = pod["securityContext"]
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    if name.partition("/")[2] in AS_ROOT:
        assert security["runAsUser"] == 0
    else:
        assert security["runAsNonRoot"] is True
        assert min(security["runAsUser"], security["runAsGroup"], security["fsGroup"]) > 0
    for container in pod["containers"] + pod.get("initContainers", []):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()


@per_pod
def test_of_the_node_only_log_files_are_read(name: str, pod: Obj) -> None:
    paths = {
        volume["name"]: volume["hostPath"]["path"]
        for volume in pod["volumes"]
        if "hostPath" in volume
    }
    short = name.partition("/")[2]
    known = {"pods": "/var/log/pods", "places": f"/var/lib/{short}"}
    assert paths == (known if short in AS_ROOT else {})
    for container in pod["containers"]:
        for mount in container["volumeMounts"]:
            assert mount["name"] != "pods" or mount["readOnly"] is True


@per_pod
def test_only_who_asks_the_api_server_has_a_token(name: str, pod: Obj) -> None:
    short = name.partition("/")[2]
    assert pod["automountServiceAccountToken"] is (short in WITH_TOKEN)
    assert ("serviceAccountName" in pod) is (short in WITH_TOKEN)


@per_pod
def test_services_do_not_become_variables(name: str, pod: Obj) -> None:
    """A Service named ngf-console would give its neighbours NGF_CONSOLE_PORT=tcp://..."""
    assert pod["enableServiceLinks"] is False, name


@per_pod
def test_an_image_is_pinned_and_a_container_bounded_and_probed(name: str, pod: Obj) -> None:
    for container in pod["containers"]:
        tag = container["image"].rpartition(":")[2]
        assert any(character.isdigit() for character in tag), container["image"]
        resources = container["resources"]
        assert "memory" in resources["limits"], name
        assert {"cpu", "memory"} <= resources["requests"].keys(), name
        assert {"livenessProbe", "readinessProbe"} <= container.keys()


def secrets_of(pod: Obj) -> set[str]:
    """Names of the Secrets that a pod takes something from."""
    found = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    for container in pod["containers"]:
        for variable in container.get("env", ()):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                found.add(reference["name"])
    return found


@per_chart
def test_secrets_are_named_and_never_made_or_shown(chart: str) -> None:
    """No chart makes a Secret, so no value, release or manifest holds the content of one."""
    objects = render(chart, *EVERYTHING)
    assert not [it for it in objects if it["kind"] == "Secret"]
    for name, pod in pods(objects):
        for container in pod["containers"]:
            words = [*container.get("command", ()), *container.get("args", ())]
            assert not [word for word in words if "$(" in word], name
            for variable, value in variables(container).items():
                secret = any(part in variable for part in ("TOKEN", "PASSWORD", "SECRET", "KEY"))
                assert not secret or value.startswith(("/", "$(")), f"{name} {variable}"


def sections(schema: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = [(path, schema)] if "properties" in schema and schema.get("type") == "object" else []
    for name, inner in schema.get("properties", {}).items():
        found += sections(inner, f"{path}.{name}")
    return found


@per_chart
def test_every_value_is_known_to_the_schema_and_explained(chart: str) -> None:
    schema = json.loads((CHARTS / chart / "values.schema.json").read_text())
    text = (CHARTS / chart / "values.yaml").read_text()
    for path, section in sections(schema):
        assert section["additionalProperties"] is False, path or "the root"
        for name in section["properties"]:
            assert f"{name}:" in text or name == "global", f"{path}.{name}"
