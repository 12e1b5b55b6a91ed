"""Promise: the agent's chart says what is missing, and gives each program what it asks for."""

from typing import Any

import pytest
import yaml

from tests.charts.helm import Obj, one, refusal, render, variables

CHART = "ngf-console-agent"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"cluster": {}}, "cluster: name is required"),
        ({"cluster": {"name": "Web Frankfurt"}}, "cluster.name: Does not match pattern"),
        ({"hub.apiEndpoint": "http://hub.example"}, "hub.apiEndpoint: Does not match pattern"),
        ({"hub.apiEndpoint": "hub.example"}, "hub.apiEndpoint: Does not match pattern"),
        ({"hub.tokenSecret.name": ""}, "hub.tokenSecret.name: Does not match pattern"),
        ({"hub.authToken": "ngfa_x"}, "hub: Additional property authToken is not allowed"),
        ({"heartbeat.intervalSeconds": 1}, "heartbeat.intervalSeconds: Must be greater than or"),
        ({"otel.image.tag": "latest"}, "otel.image.tag: Does not match pattern"),
        ({"otel.enabled": False, "logs.enabled": True}, "logs.enabled needs otel.enabled"),
        ({"hub.otelAuth": "basic"}, "hub.otelAuth: basic needs hub.otelEndpoint"),
        ({"hub.otelAuth": "none"}, "hub.otelAuth must be one of"),
        ({"otel.scrape.intervalSeconds": 1}, "otel.scrape.intervalSeconds: Must be greater than"),
        ({"logs.gateways": ["/etc/shadow"]}, "logs.gateways.0: Does not match pattern"),
        ({"operatr": {}}, "Additional property operatr is not allowed"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(values: dict[str, Any], why: str) -> None:
    assert why in refusal(CHART, "values", **values)


def test_what_is_required_is_named() -> None:
    words = refusal(CHART)
    for missing in ("cluster: name is required", "hub: apiEndpoint is required"):
        assert missing in words
    known = {"cluster.name": "web-fra", "hub.apiEndpoint": "https://console.example"}
    assert render(CHART, **known)


def container(objects: list[Obj], kind: str, name: str) -> Obj:
    (found,) = one(objects, kind, name)["spec"]["template"]["spec"]["containers"]
    return dict(found)


def running(objects: list[Obj]) -> set[str]:
    return {it["metadata"]["name"] for it in objects if it["kind"] in ("Deployment", "DaemonSet")}


def test_by_itself_only_the_reporter_and_the_forwarder_run() -> None:
    objects = render(CHART, "values")
    assert running(objects) == {"edge-ngf-console-agent-heartbeat", "edge-ngf-console-agent-otel"}
    accounts = {it["metadata"]["name"] for it in objects if it["kind"] == "ServiceAccount"}
    assert accounts == running(objects)


def test_nothing_is_forwarded_where_no_telemetry_is_wanted() -> None:
    objects = render(CHART, "values", **{"otel.enabled": False})
    assert running(objects) == {"edge-ngf-console-agent-heartbeat"}


def test_the_reporter_knows_the_hub_the_cluster_and_where_its_token_is() -> None:
    reporter = container(render(CHART, "values"), "Deployment", "-heartbeat")
    assert variables(reporter) == {
        "CLUSTER_NAME": "web-fra",
        "HUB_API_ENDPOINT": "https://console.example",
        "HUB_TOKEN_FILE": "/var/run/secrets/ngf-console/token",
        "HEARTBEAT_INTERVAL": "30",
    }
    mounts = {mount["mountPath"]: mount for mount in reporter["volumeMounts"]}
    assert "subPath" not in mounts["/var/run/secrets/ngf-console"], "it would not see a new token"


def test_the_reporter_finds_the_parts_that_run_beside_it() -> None:
    objects = render(CHART, "values", "everything")
    given = variables(container(objects, "Deployment", "-heartbeat"))
    for variable, kind, name in (
        ("OPERATOR_SELECTOR", "Deployment", "-operator"),
        ("GPU_PROBE_SELECTOR", "DaemonSet", "-gpu-probe"),
    ):
        labels = one(objects, kind, name)["spec"]["template"]["metadata"]["labels"]
        wanted = dict(pair.split("=") for pair in given[variable].split(","))
        assert wanted.items() <= labels.items()
        assert wanted["app.kubernetes.io/component"] in name
    probe = container(objects, "DaemonSet", "-gpu-probe")
    assert given["GPU_PROBE_PORT"] == str(probe["ports"][0]["containerPort"])
    assert given["GPU_RESOURCES"] == "example.com/gpu,example.com/npu-*"
    assert given["HUB_CA_FILE"] == "/etc/ngf-console/hub-ca/ca.crt"


def test_a_gpu_probe_runs_where_gpus_are_and_is_asked_by_the_reporter_only() -> None:
    objects = render(CHART, "values", "everything")
    pod = one(objects, "DaemonSet", "-gpu-probe")["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert pod["runtimeClassName"] == "nvidia"
    (rule,) = one(objects, "NetworkPolicy", "-gpu-probe")["spec"]["ingress"]
    (peer,) = rule["from"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "heartbeat"


def collector(objects: list[Obj], name: str) -> Obj:
    text = one(objects, "ConfigMap", name)["data"]["collector.yaml"]
    return dict(yaml.safe_load(text))


def test_the_forwarder_names_the_cluster_and_gives_up_nothing() -> None:
    objects = render(CHART, "values")
    config = collector(objects, "-otel")
    given = variables(container(objects, "Deployment", "-otel"))
    assert given == {"CLUSTER_NAME": "web-fra", "HUB_OTEL_ENDPOINT": "https://console.example"}
    for pipeline in config["service"]["pipelines"].values():
        assert pipeline["processors"][-1] == "resource"
        assert pipeline["exporters"] == ["otlp_http/hub"]
    (named,) = config["processors"]["resource"]["attributes"]
    assert (named["key"], named["action"]) == ("cluster_name", "upsert")
    hub = config["exporters"]["otlp_http/hub"]
    authenticator = config["extensions"][hub["auth"]["authenticator"]]
    assert authenticator == {"filename": "/var/run/secrets/ngf-console/token"}
    assert hub["sending_queue"]["storage"] in config["service"]["extensions"]
    assert hub["retry_on_failure"] == {"max_elapsed_time": "0s"}


def test_a_collector_at_the_hub_is_told_the_cluster_beside_the_token() -> None:
    objects = render(CHART, "values", "everything")
    given = variables(container(objects, "Deployment", "-otel"))
    assert given["HUB_OTEL_ENDPOINT"] == "https://otel.example:4318"
    config = collector(objects, "-otel")
    authenticator = config["exporters"]["otlp_http/hub"]["auth"]["authenticator"]
    assert config["extensions"][authenticator]["client_auth"] == {
        "username": "${env:CLUSTER_NAME}",
        "password_file": "/var/run/secrets/ngf-console/token",
    }
    assert authenticator in config["service"]["extensions"]


def test_who_is_asked_for_metrics_can_be_chosen() -> None:
    def kept(**values: Any) -> list[str]:
        receivers = collector(render(CHART, "values", **values), "-otel")["receivers"]
        (job,) = (
            job
            for job in receivers["prometheus"]["config"]["scrape_configs"]
            if job["job_name"] == "model-servers"
        )
        return [name for rule in job["relabel_configs"][1:3] for name in rule["source_labels"]]

    annotation = "__meta_kubernetes_pod_annotation_prometheus_io_scrape"
    assert annotation not in kept()
    assert annotation in kept(**{"otel.scrape.annotatedPods": True})
    off = collector(render(CHART, "values", **{"otel.scrape.enabled": False}), "-otel")
    assert off["receivers"].keys() == {"otlp"}
    assert off["service"]["pipelines"]["metrics"]["receivers"] == ["otlp"]


def test_the_queue_can_outlive_its_pod() -> None:
    def queue(*files: str) -> Obj:
        pod = one(render(CHART, *files), "Deployment", "-otel")["spec"]["template"]["spec"]
        return next(dict(volume) for volume in pod["volumes"] if volume["name"] == "queue")

    assert queue("values")["emptyDir"] == {"sizeLimit": "512Mi"}
    claim = queue("values", "everything")["persistentVolumeClaim"]["claimName"]
    assert one(render(CHART, "values", "everything"), "PersistentVolumeClaim", claim)


def test_log_readers_hand_over_to_the_forwarder_and_have_no_credential() -> None:
    objects = render(CHART, "values", "everything")
    exporter = collector(objects, "-logs")["exporters"]["otlp_grpc/forwarder"]
    service = one(objects, "Service", "-otel")["metadata"]
    assert exporter["endpoint"] == f"{service['name']}.{service['namespace']}.svc:4317"
    pod = one(objects, "DaemonSet", "-logs")["spec"]["template"]["spec"]
    assert not [volume for volume in pod["volumes"] if "secret" in volume]
    assert exporter["sending_queue"] == {"enabled": False}, "the files are the queue"


def test_a_new_configuration_starts_a_new_collector() -> None:
    def mark(**values: Any) -> str:
        template = one(render(CHART, "values", **values), "Deployment", "-otel")["spec"]["template"]
        return str(template["metadata"]["annotations"]["ngf-console.f5.com/values"])

    assert mark() == mark() != mark(**{"otel.queueMiB": 64})
