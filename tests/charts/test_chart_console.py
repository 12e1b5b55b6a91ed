"""Promise: the console's chart says what does not go together, and starts a console that runs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.inference import prices
from services.settings import Settings, load
from tests.charts.helm import Obj, one, pods, refusal, render, variables

CHART = "ngf-console"
POSTGRESQL = {
    "database.postgresql.urlSecret.name": "ngf-console-postgresql",
    "secretKey.name": "ngf-console-secret-key",
}
SHARED = {**POSTGRESQL, "clickhouse.urlSecret.name": "ngf-console-clickhouse"}
IN_SECRETS = {
    "NGF_CONSOLE_SECRET_KEY": "k" * 32,
    "NGF_CONSOLE_CONFIG_DB": "postgresql://console@db.example/console",
    "NGF_CONSOLE_OIDC_CLIENT_SECRET": "made up",
    "NGF_CONSOLE_CLICKHOUSE_URL": "https://console:made-up@clickhouse.example:8443",
    "CLICKHOUSE_PASSWORD": "made-up",
}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"publicUrl": "console.example"}, "publicUrl: Does not match pattern"),
        ({"replicas": 2}, "replicas: more than one need PostgreSQL"),
        ({"autoscaling.enabled": True}, "autoscaling.enabled needs PostgreSQL"),
        ({"replicas": 2, **POSTGRESQL}, "replicas: more than one need ClickHouse"),
        ({"autoscaling.enabled": True, **POSTGRESQL}, "more than one need ClickHouse"),
        ({"settings.spoolMiB": 1}, "settings.spoolMiB: Must be greater than or equal to 16"),
        ({"database.postgresql.urlSecret.name": "db"}, "secretKey.name is required"),
        ({"secretKey": "in sight"}, "secretKey: Invalid type. Expected: object"),
        ({"auth.mode": "local"}, "auth.mode must be one of"),
        ({"auth.mode": "oidc"}, "auth.oidc needs issuer, clientId and roleMapping"),
        ({"clickhouse.enabled": True}, "clickhouse.passwordSecret.name is required"),
        (
            {
                "clickhouse.enabled": True,
                "clickhouse.passwordSecret.name": "clickhouse",
                "clickhouse.cluster": "main",
            },
            "clickhouse.database and .cluster",
        ),
        ({"collector.enabled": True}, "collector.enabled needs clickhouse.enabled"),
        (
            {
                "collector.enabled": True,
                "clickhouse.enabled": True,
                "clickhouse.passwordSecret.name": "clickhouse",
            },
            "collector.clustersSecret.name is required",
        ),
        ({"gateway.enabled": True}, "gateway.hostnames is required"),
        (
            {"gateway.enabled": True, "gateway.hostnames": ["console.example"]},
            "gateway.tlsSecret is required",
        ),
        ({"settings.embedOrigins": ["*"]}, "settings.embedOrigins.0: Does not match pattern"),
        ({"settings.demo": True}, "settings: Additional property demo is not allowed"),
        ({"keepDays.access": 0}, "keepDays.access: Must be greater than or equal to 1"),
        ({"gpuPrices.currency": "USD"}, "gpuPrices: date is required"),
        ({"gpuPrices.per_gpu_hour": {"H100": -1}}, "gpuPrices.per_gpu_hour.H100: Must be greater"),
        ({"localCluster.name": "Hub"}, "localCluster.name: Does not match pattern"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(values: dict[str, Any], why: str) -> None:
    assert why in refusal(CHART, "values", **values)


def test_what_is_required_is_named() -> None:
    assert "publicUrl is required" in refusal(CHART)


def console(objects: list[Obj]) -> tuple[str, Obj]:
    """The kind of the console's workload, and its container."""
    for name, pod in pods(objects):
        if name.endswith("/edge-ngf-console"):
            return name.partition("/")[0], pod["containers"][0]
    raise AssertionError("no console")


def environment(container: Obj) -> dict[str, str]:
    """What the process finds, with made-up content of Secrets, and references resolved."""
    given = variables(container)
    named = {it["name"] for it in container["env"]} - given.keys()
    given |= {name: IN_SECRETS[name] for name in named}
    password = IN_SECRETS["CLICKHOUSE_PASSWORD"]
    return {name: text.replace("$(CLICKHOUSE_PASSWORD)", password) for name, text in given.items()}


def settings(monkeypatch: pytest.MonkeyPatch, container: Obj) -> Settings:
    for name, value in environment(container).items():
        monkeypatch.setenv(name, value)
    return load({})


def test_the_variables_are_options_that_the_console_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, container = console(render(CHART, "values"))
    found = settings(monkeypatch, container)
    assert (found.auth, found.bind, found.public_url) == (
        "token",
        "0.0.0.0",
        "https://console.example",
    )
    assert (found.multicluster, found.multicluster_namespace) == (True, "ngf-system")
    assert (kind, found.config_db, found.secret_key) == ("StatefulSet", "", None)
    mounted = [mount["mountPath"] for mount in container["volumeMounts"]]
    assert str(found.data) in mounted
    assert container["ports"][0]["containerPort"] == found.port


def test_with_everything_they_are_too(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, container = console(render(CHART, "values", "everything"))
    found = settings(monkeypatch, container)
    assert (kind, found.auth, found.oidc_client_id) == ("StatefulSet", "oidc", "ngf-console")
    assert found.oidc_role_mapping["shop"].namespaces == {"shop"}
    assert (found.otel_url, found.otel_auth, found.agent_chart) == (
        "https://otel.example",
        "basic",
        "oci://registry.example/ngf-console-agent",
    )
    assert found.clickhouse_url == "http://console:made-up@edge-ngf-console-clickhouse:8123"


def test_a_clickhouse_of_ones_own_is_named_with_database_and_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = {"urlSecret.name": "clickhouse", "database": "telemetry", "cluster": "main"}
    values = {f"clickhouse.{name}": value for name, value in own.items()}
    _, container = console(render(CHART, "values", **values))
    found = settings(monkeypatch, container)
    assert (found.clickhouse_database, found.clickhouse_cluster) == ("telemetry", "main")


def test_the_table_of_prices_is_one_that_the_console_reads(tmp_path: Path) -> None:
    told = {
        "currency": "USD",
        "date": "2026-11-01",
        "per_gpu_hour": {"H100": 2.65, "L40S": 0.95},
        "clusters": {"gpu-iad": {"H100": 2.4}},
    }
    objects = render(CHART, "values", gpuPrices=told)
    _, container = console(objects)
    (mount,) = [it for it in container["volumeMounts"] if it["name"] == "prices"]
    assert variables(container)["NGF_CONSOLE_GPU_PRICES"] == f"{mount['mountPath']}/prices.yaml"
    file = tmp_path / "prices.yaml"
    file.write_text(one(objects, "ConfigMap", "-prices")["data"]["prices.yaml"])
    table = prices.load(file)
    assert (table.currency, table.priced_on) == ("USD", "2026-11-01")
    assert [table.of("H100", cluster).value for cluster in ("gpu-iad", "elsewhere")] == [2.4, 2.65]


def test_what_is_kept_how_long_and_linked_to_are_values(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"keepDays.access": 30, "settings.grafanaUrl": "https://grafana.example/d/ngf"}
    found = settings(monkeypatch, console(render(CHART, "values", **values))[1])
    assert (found.keep_access_days, found.keep_hours_days) == (30, 365)
    assert found.grafana_url == "https://grafana.example/d/ngf"
    assert found.gpu_prices is None


def test_the_cluster_of_the_console_is_registered_and_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    objects = render(CHART, "values")
    cluster = one(objects, "ManagedCluster", "hub")
    assert cluster["spec"] == {"displayName": "Hub", "isLocal": True}
    found = settings(monkeypatch, console(objects)[1])
    assert found.multicluster_default == cluster["metadata"]["name"]
    assert found.multicluster_namespace == cluster["metadata"]["namespace"]


def test_a_hub_may_watch_other_clusters_only() -> None:
    objects = render(CHART, "values", **{"localCluster.enabled": False})
    assert not {it["kind"] for it in objects} & {"ManagedCluster", "ClusterRole"}
    assert "NGF_CONSOLE_MULTICLUSTER_DEFAULT" not in variables(console(objects)[1])


@pytest.mark.parametrize("values", [{}, {"replicas": 3, **SHARED}])
def test_what_was_taken_of_telemetry_lies_on_a_volume_with_room_for_it(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, Any]
) -> None:
    objects = render(CHART, "values", **values)
    workload = one(objects, "StatefulSet", "-console")["spec"]
    (claim,) = workload["volumeClaimTemplates"]
    _, container = console(objects)
    found = settings(monkeypatch, container)
    (mount,) = [it for it in container["volumeMounts"] if it["name"] == claim["metadata"]["name"]]
    assert mount["mountPath"] == str(found.data)
    assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert found.spool_mib <= 10 * 1024 / 4
    assert container["resources"]["limits"]["memory"] == "3Gi"
    assert found.store_memory_mib <= 1024


def test_the_queue_of_the_collector_may_outlive_its_pod() -> None:
    for wanted in (False, True):
        values = {"collector.persistence.enabled": wanted}
        objects = render(CHART, "values", "everything", **values)
        pod = one(objects, "Deployment", "-collector")["spec"]["template"]["spec"]
        (queue,) = [it for it in pod["volumes"] if it["name"] == "queue"]
        claims = [it for it in objects if it["kind"] == "PersistentVolumeClaim"]
        assert [it["metadata"]["name"] for it in claims] == ["edge-ngf-console-collector"] * wanted
        assert ("emptyDir" not in queue) is wanted
        if wanted:
            assert queue["persistentVolumeClaim"]["claimName"] == claims[0]["metadata"]["name"]


def test_replicas_share_a_database_and_never_all_leave_at_once() -> None:
    objects = render(CHART, "values", replicas=3, **SHARED)
    workload = one(objects, "StatefulSet", "-console")
    assert workload["spec"]["replicas"] == 3
    assert one(objects, "PodDisruptionBudget", "-console")["spec"]["maxUnavailable"] == 1
    alone = render(CHART, "values")
    assert not [it for it in alone if it["kind"] == "PodDisruptionBudget"], (
        "it would hold drains up"
    )


def test_a_scaler_decides_alone_how_many_there_are() -> None:
    objects = render(CHART, "values", "everything")
    assert "replicas" not in one(objects, "StatefulSet", "-console")["spec"]
    assert one(objects, "HorizontalPodAutoscaler", "-console")["spec"]["maxReplicas"] == 5


def test_nothing_is_published_by_itself() -> None:
    kinds = {it["kind"] for it in render(CHART, "values")}
    assert not kinds & {"Gateway", "HTTPRoute", "Ingress"}


def test_the_console_is_published_by_name_and_agents_get_through_what_they_send_only() -> None:
    objects = render(CHART, "values", "everything")
    people, agents = (one(objects, "HTTPRoute", name)["spec"] for name in ("-console", "-agents"))
    assert people["hostnames"] == ["console.example"]
    (rule,) = agents["rules"]
    assert {match["method"] for match in rule["matches"]} == {"POST"}
    assert [(match["path"]["type"], match["path"]["value"]) for match in rule["matches"]] == [
        ("RegularExpression", "^/api/v1/clusters/[^/]+/heartbeat$"),
        ("Exact", "/v1/logs"),
        ("Exact", "/v1/metrics"),
        ("Exact", "/v1/traces"),
    ]
    for listener in one(objects, "Gateway", "-console")["spec"]["listeners"]:
        assert (listener["protocol"], listener["tls"]["mode"]) == ("HTTPS", "Terminate")


def test_a_gateway_of_others_can_be_used() -> None:
    parent = {"name": "shared", "namespace": "edge", "sectionName": "https"}
    values = {"gateway.enabled": True, "gateway.hostnames": ["a.example"], "gateway.parent": parent}
    objects = render(CHART, "values", **values)
    assert one(objects, "HTTPRoute", "-console")["spec"]["parentRefs"] == [parent]
    assert not [it for it in objects if it["kind"] == "Gateway"]


def test_stored_telemetry_is_reached_by_the_console_and_the_collector_only() -> None:
    objects = render(CHART, "values", "everything")
    (rule,) = one(objects, "NetworkPolicy", "-clickhouse")["spec"]["ingress"]
    peers = {
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in rule["from"]
    }
    assert peers == {"console", "collector"}


def test_the_collector_takes_telemetry_of_clusters_that_prove_who_they_are_only() -> None:
    objects = render(CHART, "values", "everything")
    config = yaml.safe_load(one(objects, "ConfigMap", "-collector")["data"]["collector.yaml"])
    for protocol in config["receivers"]["otlp"]["protocols"].values():
        assert protocol["auth"] == {"authenticator": "basicauth/clusters"}
    for pipeline in config["service"]["pipelines"].values():
        assert pipeline["processors"][1] == "resource", "before anything forgets who sent it"
    assert config["processors"]["resource"]["attributes"] == [
        {"key": "cluster_name", "from_context": "auth.username", "action": "upsert"}
    ]
    pod = one(objects, "Deployment", "-collector")["spec"]["template"]["spec"]
    (known,) = (volume["secret"] for volume in pod["volumes"] if "secret" in volume)
    assert known["secretName"] == "ngf-console-clusters"
    route = one(objects, "HTTPRoute", "-collector")["spec"]
    assert route["hostnames"] == ["otel.example"]


@pytest.mark.parametrize("name", ["on", "null", "1e3", "0644"])
def test_a_name_stays_a_name_where_yaml_would_read_something_else(name: str) -> None:
    secrets = dict.fromkeys(POSTGRESQL, name)
    objects = render(CHART, "values", release="123", namespace="456", **secrets)
    for obj in objects:
        assert isinstance(obj["metadata"].get("namespace", ""), str)
        assert obj["metadata"]["labels"]["app.kubernetes.io/instance"] == "123"
    (pod,) = (pod for _, pod in pods(objects))
    references = [
        it["valueFrom"]["secretKeyRef"] for it in pod["containers"][0]["env"] if "valueFrom" in it
    ]
    assert [reference["name"] for reference in references] == [name, name]
