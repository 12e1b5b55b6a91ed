"""Promise: the real collector takes every configuration that is shipped, and lets through only what
the console's own intake would keep."""

import json
import re
from pathlib import Path

import pytest
import yaml

from services.telemetry import redaction
from services.telemetry.otlp import metrics
from tests.charts.helm import CHARTS
from tests.real.collector import Obj, checked, read, shipped
from tests.real.collector_build import VERSION

DEPLOY = CHARTS.parent / "deploy"
ENVIRONMENT = {
    "CLICKHOUSE_PASSWORD": "made-up",
    "CLUSTER_NAME": "web-fra",
    "HUB_OTEL_ENDPOINT": "https://console.example",
    "NODE_NAME": "node-1",
    "KUBERNETES_SERVICE_HOST": "127.0.0.1",
    "KUBERNETES_SERVICE_PORT": "6443",
}
"""What the manifests give the program, and the kubelet every pod."""

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
FOLDERS = (
    "/var/run/secrets/ngf-console",
    "/var/lib/otelcol",
    "/etc/ngf-console/hub-ca",
    "/etc/ngf-console",
    ACCOUNT,
)
"""Where volumes are mounted."""


def of_compose() -> Obj:
    return read((DEPLOY / "otel" / "hub.yaml").read_text())


SHIPPED = {
    "forwarder": lambda: shipped("ngf-console-agent", "otel"),
    "forwarder with everything": lambda: shipped("ngf-console-agent", "otel", "everything"),
    "forwarder that scrapes nothing": lambda: shipped(
        "ngf-console-agent", "otel", **{"otel.scrape.enabled": False}
    ),
    "log readers": lambda: shipped("ngf-console-agent", "logs", "everything"),
    "hub": lambda: shipped("ngf-console", "collector", "everything"),
    "compose": of_compose,
}


@pytest.mark.otelcol
@pytest.mark.parametrize("name", SHIPPED)
def test_the_collector_takes_it(name: str, tmp_path: Path) -> None:
    text = yaml.safe_dump(SHIPPED[name]())
    for number, folder in enumerate(FOLDERS):
        here = tmp_path / str(number)
        here.mkdir()
        for file in ("token", "ca.crt", "htpasswd"):
            (here / file).write_text("")
        text = re.sub(rf"{folder}(?=[/\n])", str(here), text)
    config = read(text)
    assert "/var/" not in re.sub("/var/log/pods", "", text), "a folder that is not here"
    assert checked(config, tmp_path, **ENVIRONMENT) == ""
    config["processors"]["resource"]["attributs"] = []
    assert "attributs" in checked(config, tmp_path, **ENVIRONMENT)


RECEIVING = pytest.mark.parametrize("name", sorted(SHIPPED.keys() - {"log readers"}))


@RECEIVING
def test_of_log_lines_it_keeps_the_fields_that_the_intake_keeps(name: str) -> None:
    text = "\n".join(SHIPPED[name]()["processors"]["transform/kept"]["log_statements"])
    lists = re.findall(r"keep_keys\(log[.]attributes, \[(.*?)\]\) where (.*)", text)
    assert {marker: set(re.findall(r'"([^"]+)"', names)) for names, marker in lists} == {
        'log.attributes["log"] == "ngf_access"': redaction.ACCESS,
        'log.attributes["ngf.log"] == "epp"': redaction.PICKER,
    }
    assert f", 0, {redaction.ERROR_LENGTH})" in text
    assert 'set(log.body, "")' in text


@RECEIVING
def test_of_spans_and_resources_it_keeps_the_fields_that_the_intake_keeps(name: str) -> None:
    kept = SHIPPED[name]()["processors"]["transform/kept"]
    for signal in ("log_statements", "trace_statements", "metric_statements"):
        assert _kept_keys(kept[signal], "resource") == redaction.RESOURCE
        assert f"truncate_all(resource.attributes, {redaction.NAME_LENGTH})" in kept[signal]
    assert _kept_keys(kept["trace_statements"], "span") == redaction.SPAN
    assert _kept_keys(kept["trace_statements"], "spanevent") == redaction.EVENT
    assert (
        f"truncate_all(spanevent.attributes, {redaction.ERROR_LENGTH})" in kept["trace_statements"]
    )
    assert f"message, 0, {redaction.ERROR_LENGTH})" in "\n".join(kept["trace_statements"])


def _kept_keys(statements: list[str], of: str) -> set[str]:
    (names,) = re.findall(
        rf"^keep_keys\({of}[.]attributes, \[(.*)\]\)$", "\n".join(statements), re.M
    )
    return set(re.findall(r'"([^"]+)"', names))


@RECEIVING
def test_all_that_it_takes_goes_through_what_is_kept(name: str) -> None:
    for pipeline in SHIPPED[name]()["service"]["pipelines"].values():
        assert "transform/kept" in pipeline["processors"]


@RECEIVING
def test_of_metrics_it_keeps_those_that_the_intake_keeps(name: str) -> None:
    (condition,) = SHIPPED[name]()["processors"]["filter/known"]["metrics"]["metric"]
    (pattern,) = re.findall(r'^not IsMatch\(metric[.]name, "(.*)"\)$', condition)
    for prefix in metrics.WANTED:
        assert re.match(pattern, prefix), prefix
    for other in ("go_goroutines", "up", "scrape_duration_seconds"):
        assert not re.match(pattern, other)


def test_the_hub_is_the_same_in_compose() -> None:
    hub, compose = shipped("ngf-console", "collector", "everything"), of_compose()
    compose["extensions"]["basicauth/clusters"] = hub["extensions"]["basicauth/clusters"]
    compose["exporters"]["clickhouse"]["endpoint"] = hub["exporters"]["clickhouse"]["endpoint"]
    assert compose == hub


def test_what_runs_is_what_was_tested() -> None:
    image = f"otel/opentelemetry-collector-contrib:{VERSION}"
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert compose["collector"]["image"] == image
    for chart, part in (("ngf-console", "collector"), ("ngf-console-agent", "otel")):
        values = yaml.safe_load((CHARTS / chart / "values.yaml").read_text())
        named = values[part]["image"]
        assert f"{named['repository']}:{named['tag']}" == image


@pytest.mark.parametrize("name", SHIPPED)
def test_memory_is_watched_first(name: str) -> None:
    for pipeline in SHIPPED[name]()["service"]["pipelines"].values():
        assert pipeline["processors"][0] == "memory_limiter"


def test_the_documented_access_log_is_one_that_is_kept() -> None:
    text = (CHARTS.parent / "docs" / "telemetry.md").read_text()
    (written,) = re.findall(r"^    format: '(.*)'$", text, re.MULTILINE)
    fields = json.loads(written)
    assert fields["log"] == "ngf_access"
    assert fields.keys() <= redaction.ACCESS
    assert len(written) <= 4096, "NGF takes no longer one"
