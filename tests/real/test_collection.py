"""Promise: what gateways, pickers, engines and devices of a cluster say arrives at the hub as it
was said, named after the cluster that proved to be the sender: through the console's own intake,
and through the collector in its place.

Real throughout: pods on a real API server, the charts' collectors with their accounts and rights,
a console, and the collector's own ClickHouse exporter.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from services.auth.identity import CONSOLE
from services.clusters.fleet import Fleet
from services.inference.decision_store import Decisions
from services.telemetry.windows import Window
from tests import recorded_picker
from tests.real.clickhouse import ClickHouse
from tests.real.collection import (
    CLUSTER,
    GATEWAY,
    PATHS,
    Arrived,
    Obj,
    collected,
    recorded,
    workload_of,
)
from tests.real.controlplane import ControlPlane
from tests.real.kube_api import wait_until
from tests.real.workload import NODE

pytestmark = [pytest.mark.compiled, pytest.mark.otelcol, pytest.mark.timeout(300)]

CODES = {"OK": 0, "NOT_FOUND": 5, "UNIMPLEMENTED": None, "UNAVAILABLE": 14}
"""gRPC's numbers; a method that no route has is NGINX's 404, which has none."""

RECORDING = Window(datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC))
on_both = pytest.mark.parametrize("path", PATHS)


@pytest.fixture(scope="module")
def arrived(
    real_cluster: ControlPlane, clickhouse: ClickHouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arrived]:
    workload = workload_of(real_cluster, tmp_path_factory.mktemp("workload"))
    with collected(real_cluster, clickhouse, workload, tmp_path_factory.mktemp("hub")) as arrived:
        yield arrived
    workload.stop()


@on_both
def test_every_request_is_there_as_its_client_saw_it(arrived: Arrived, path: str) -> None:
    sent = [json.loads(line) for line in recorded("ngf/requests.jsonl").splitlines()]
    lines = {
        row["x_request_id"]: row
        for row in arrived.rows(path, "SELECT * FROM ngf_access_logs WHERE x_request_id != ''")
    }
    silent = [it["case"] for it in sent if it["x_request_id"] not in lines]
    assert set(silent) == {
        "malformed request line",
        "URI too long",
        "connection closed without a request",
        "https, SNI unknown",
        "TCP listener",
        "readiness probe",
    }, "these leave no line, or one without their id"
    assert len(lines) == len(sent) - len(silent) == 248
    pods: dict[str, str] = {}
    for request in sent:
        row = lines.get(request["x_request_id"])
        if row is None:
            continue
        gave_up = request.get("error") == "client closed"
        if "grpc_code" in request:
            assert row["grpc_status"] == CODES[request["grpc_code"]], request
        else:
            assert row["status"] == (499 if gave_up else request["status"]), request
        assert 0 <= row["latency_ms"] <= 1000 * request["client_s"] + 1
        assert row["latency_ms"] > 0 or request["client_s"] < 0.05
        if pod := request.get("resp_x_pod"):
            assert pods.setdefault(pod, row["upstream_addr"]) == row["upstream_addr"], request
        if row["route_source"]:
            assert f"{row['route']} rule {row['rule']}" == request["want"]
    assert len(set(pods.values())) == len(pods) > 3, "one address a pod"


@on_both
def test_marked_requests_have_their_route_and_others_none(arrived: Arrived, path: str) -> None:
    marks = {}
    for line in recorded("ngf/access_json.log").splitlines():
        if line.startswith(b"{"):
            said = json.loads(line.decode(errors="replace"))
            marked = [it for it in (said["route_var"], said["route_hdr"]) if it not in ("", "-")]
            marks[said["request_id"]] = marked[0] if marked else ""
    found = {
        row["request_id"]: f"{row['route']}/{row['rule']}" if row["route"] else ""
        for row in arrived.rows(path, "SELECT request_id, route, rule FROM ngf_access_logs")
    }
    assert found == marks
    assert len([mark for mark in marks.values() if mark]) == 137


@on_both
def test_a_line_says_whose_pod_it_is_and_which_cluster_has_proved_to_send_it(
    arrived: Arrived, path: str
) -> None:
    whose = "SELECT DISTINCT cluster_name, namespace, gateway, pod_name FROM ngf_access_logs"
    assert arrived.rows(path, whose) == [
        {"cluster_name": CLUSTER, "namespace": "shop", "gateway": "shop", "pod_name": GATEWAY}
    ]
    whose = "SELECT DISTINCT cluster_name, namespace, picker, pool_name FROM ngf_epp_events"
    assert arrived.rows(path, whose) == [
        {
            "cluster_name": CLUSTER,
            "namespace": "llm",
            "picker": "llama-pool-epp",
            "pool_name": "llama-pool",
        }
    ]


@on_both
def test_what_pickers_print_of_prompts_stays_in_the_cluster(arrived: Arrived, path: str) -> None:
    prompts = [line for line in recorded("epp/logs.jsonl").splitlines() if b"messages" in line]
    assert prompts, "the recording has some"
    text = json.dumps(arrived.rows(path, "SELECT message, fields FROM ngf_epp_events"))
    for part in ("messages", "support assistant", "request_body", "stacktrace"):
        assert part not in text
    assert "Request handled" in text


@on_both
def test_every_decision_went_where_its_caller_was_sent(arrived: Arrived, path: str) -> None:
    went = {one.request_id: one.endpoint for one in recorded_picker.sent()}
    found = Decisions(arrived.stores[path], Fleet()).newest(CONSOLE, RECORDING, 500).value or []
    assert len(found) == 52
    assert {one.place.pool for one in found} == {"llama-pool"}
    known = [one.decision for one in found if one.decision.picked.value]
    asked = {one.request_id: one.picked.value for one in known if one.request_id in went}
    assert len(asked) == 34
    assert {name: it.address for name, it in asked.items() if it} == {
        name: went[name] for name in asked
    }


def families(name: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """The samples of a recorded exposition by the name that they are written with."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(recorded(name).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


VLLM = families("vllm/metrics.txt")
PICKER_SAYS = families("epp/metrics.txt")
DCGM = families("dcgm/metrics.txt")
NGINX = families("ngf/dataplane_metrics.txt")


@on_both
def test_an_engine_reads_as_it_says_with_its_pod_and_pool(arrived: Arrived, path: str) -> None:
    (row,) = arrived.rows(path, READINGS.format("vllm"))
    assert row["queue_depth"] == sum(value for _, value in VLLM["vllm:num_requests_waiting"])
    assert row["requests_in_flight"] == sum(it for _, it in VLLM["vllm:num_requests_running"])
    caches = [100 * value for _, value in VLLM["vllm:kv_cache_usage_perc"]]
    assert row["kv_cache_util_pct"] == pytest.approx(sum(caches) / len(caches))
    assert (row["cluster_name"], row["namespace"], row["pod_name"]) == (CLUSTER, "llm", "llama-0")
    assert (row["pool_name"], row["node_name"]) == ("llama-pool", NODE)
    assert row["gpu_util_pct"] is None, "an engine does not know"


@on_both
def test_devices_read_as_the_exporter_says_and_belong_to_the_pods_that_hold_them(
    arrived: Arrived, path: str
) -> None:
    rows = {row["gpu_id"]: row for row in arrived.rows(path, READINGS.format("dcgm"))}
    assert rows.keys() == {0, 1, 2}
    for column, name in (
        ("gpu_util_pct", "DCGM_FI_DEV_GPU_UTIL"),
        ("gpu_mem_used_mb", "DCGM_FI_DEV_FB_USED"),
        ("gpu_mem_free_mb", "DCGM_FI_DEV_FB_FREE"),
        ("gpu_temperature_c", "DCGM_FI_DEV_GPU_TEMP"),
        ("gpu_power_w", "DCGM_FI_DEV_POWER_USAGE"),
        ("gpu_xid", "DCGM_FI_DEV_XID_ERRORS"),
    ):
        assert {int(labels["gpu"]): value for labels, value in DCGM[name]} == {
            gpu: row[column] for gpu, row in rows.items()
        }, name
    assert {row["gpu_mem_total_mb"] for row in rows.values()} == {81559}
    holders = {gpu: (row["namespace"], row["pod_name"]) for gpu, row in rows.items()}
    assert holders == {0: ("llm", "llama-0"), 1: ("llm", "llama-0"), 2: ("", "")}
    assert {row["node_name"] for row in rows.values()} == {NODE}


@on_both
def test_a_picker_lets_the_agent_in_and_says_how_its_pool_stands(
    arrived: Arrived, path: str
) -> None:
    (row,) = arrived.rows(
        path, "SELECT * FROM ngf_picker_metrics ORDER BY timestamp DESC LIMIT 1 BY pool_name"
    )
    said = {name: samples[0][1] for name, samples in PICKER_SAYS.items()}
    assert row["pool_name"] == "llama-pool"
    assert row["ready_endpoints"] == said["llm_d_epp_ready_endpoints"]
    assert row["queue_size"] == pytest.approx(said["llm_d_epp_average_queue_size"])
    cache = 100 * said["llm_d_epp_average_kv_cache_utilization"]
    assert row["kv_cache_pct"] == pytest.approx(cache, rel=1e-5)


@on_both
def test_counters_stand_where_their_programs_have_them(arrived: Arrived, path: str) -> None:
    found = {
        (row["source"], row["metric"], row["label"]): row["value"]
        for row in arrived.rows(path, COUNTERS)
    }
    for labels, value in VLLM["vllm:request_success_total"]:
        reason = labels["finished_reason"]
        assert found["vllm", "requests", reason] == value
    tokens = sum(value for _, value in VLLM["vllm:generation_tokens_total"])
    assert found["vllm", "generation_tokens", ""] == tokens
    requests_made = sum(value for _, value in PICKER_SAYS["llm_d_epp_request_total"])
    assert found["picker", "picker_requests", ""] == requests_made == 57
    attempts: dict[str, float] = {}
    for labels, value in PICKER_SAYS["llm_d_epp_scheduler_attempts_total"]:
        name = labels["endpoint_name"]
        attempts[name] = attempts.get(name, 0) + value
    assert {
        label: value
        for (source, metric, label), value in found.items()
        if (source, metric) == ("picker", "picker_attempts")
    } == attempts


@on_both
def test_gateways_say_how_many_are_connected(arrived: Arrived, path: str) -> None:
    rows = arrived.rows(
        path,
        "SELECT DISTINCT pod_name, connections_active FROM ngf_pod_metrics WHERE source = 'nginx'",
    )
    (active,) = [
        value
        for labels, value in NGINX["nginx_http_connection_count_connections"]
        if labels["nginx_connections_outcome"] == "ACTIVE"
    ]
    assert rows == [{"pod_name": GATEWAY, "connections_active": active}]


@on_both
def test_a_histogram_keeps_its_buckets(arrived: Arrived, path: str) -> None:
    (row,) = arrived.rows(
        path,
        "SELECT maxMap(last_buckets) AS buckets, max(last_count) AS count, max(last_value) AS sum"
        " FROM ngf_counters_1m WHERE source = 'vllm' AND metric = 'ttft'",
    )
    upto = sorted(
        (float(labels["le"]), value)
        for labels, value in VLLM["vllm:time_to_first_token_seconds_bucket"]
    )
    below = [0.0, *(value for _, value in upto)]
    expected = {
        round(1000 * bound, 6): value - before
        for (bound, value), before in zip(upto, below, strict=False)
    }
    bounds, counts = row["buckets"]
    assert dict(zip(bounds, counts, strict=True)) == expected
    ((_, count),) = VLLM["vllm:time_to_first_token_seconds_count"]
    ((_, total),) = VLLM["vllm:time_to_first_token_seconds_sum"]
    assert row["count"] == count
    assert row["sum"] == pytest.approx(1000 * total)


@on_both
def test_every_counter_says_since_when_it_counts(arrived: Arrived, path: str) -> None:
    (row,) = arrived.rows(
        path,
        "SELECT min(first) > now() - INTERVAL 1 HOUR AS lately, max(starts) AS starts FROM"
        " (SELECT min(started) AS first, uniqExact(started) AS starts FROM ngf_counters_1m"
        "  GROUP BY source, metric, series)",
    )
    assert row == {"lately": 1, "starts": 1}


READINGS = """
SELECT * EXCEPT timestamp FROM
    (SELECT * FROM ngf_pod_metrics WHERE source = '{}' ORDER BY timestamp DESC LIMIT 1 BY gpu_uuid)
"""

COUNTERS = """
SELECT source, metric, label, sum(last) AS value FROM
    (SELECT source, metric, label, series, max(last_value) AS last FROM ngf_counters_1m
     GROUP BY source, metric, label, series)
GROUP BY source, metric, label
"""


def test_both_paths_lead_to_the_same(arrived: Arrived) -> None:
    for table in ("ngf_access_logs", "ngf_epp_events", "ngf_epp_decisions"):
        by_console, by_collector = (
            sorted(map(_plain, arrived.rows(path, f"SELECT * FROM {table}"))) for path in PATHS
        )
        for one, other in zip(by_console, by_collector, strict=True):
            assert one == other, table


def _plain(row: Obj) -> str:
    """The row, with what it holds as JSON read: how that is spelled is nobody's promise."""
    read = {
        key: json.loads(it, parse_int=float) if it[:1] in ("[", "{") else it
        for key, it in row.get("fields", {}).items()
    }
    return json.dumps({**row, "fields": read}, sort_keys=True, default=str)


def test_a_collector_at_the_hub_lets_nobody_in_without_a_name_and_its_token(
    arrived: Arrived,
) -> None:
    body = {"resourceLogs": []}
    for credential in (None, (CLUSTER, "ngfa_wrong"), ("web-lon", "ngfa_wrong")):
        answer = requests.post(f"{arrived.hub.url}/v1/logs", json=body, auth=credential, timeout=5)
        assert answer.status_code == 401


def test_a_collector_at_the_hub_takes_the_name_that_was_proved_not_the_one_that_is_claimed(
    arrived: Arrived,
) -> None:
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "claimed",
        "startTimeUnixNano": "1795421223000000000",
        "endTimeUnixNano": "1795421223000000001",
    }
    claim = {"key": "cluster_name", "value": {"stringValue": "web-lon"}}
    told = {"resource": {"attributes": [claim]}, "scopeSpans": [{"spans": [span]}]}
    answer = requests.post(
        f"{arrived.hub.url}/v1/traces",
        json={"resourceSpans": [told]},
        auth=(CLUSTER, arrived.token),
        timeout=5,
    )
    assert answer.status_code == 200
    asked = "SELECT cluster_name FROM otel_traces WHERE SpanName = 'claimed'"
    (row,) = wait_until("it is there", lambda: arrived.rows("collector", asked))
    assert row == {"cluster_name": CLUSTER}
