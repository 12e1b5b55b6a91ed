"""Promise: the demo's traffic is one story told by several sources, in the words that gateways,
pickers and engines were recorded to use; the same seed tells the same story."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.demo.fleet import DemoFleet, start_demo
from services.demo.places import PLACES, SITES_WITH_AGENT, places
from services.demo.traffic import flows, incidents, picker_metrics
from services.demo.traffic.exports import Export
from services.demo.traffic.generator import Generator
from services.demo.traffic.picking import SCORERS
from tests.real.kube_api import wait_until
from tests.unit.demo_told import Told, plain, told

RECORDED = Path(__file__).parent.parent / "recorded"
ORIGIN = 1_795_700_000.0
"""2026-11-26T14:13:20Z."""
BEGIN, END = ORIGIN - 2_160, ORIGIN - 1_140
"""There are a rush of prompts, an outage of a pool and a crash of a backend between."""
SCRAPE = 30.0
GATEWAY_API = "gateway.networking.k8s.io/v1"


@pytest.fixture(scope="module")
def fleet() -> Iterator[DemoFleet]:
    started = start_demo()
    yield started
    started.stop()


def generator(fleet: DemoFleet, begin: float = BEGIN, seed: int = 1) -> Generator:
    stores = {name: api.store for name, api in fleet.apis.items()}
    return Generator(PLACES, stores, begin, ORIGIN, seed)


@pytest.fixture(scope="module")
def exports(fleet: DemoFleet) -> list[Export]:
    return generator(fleet).advance(END, SCRAPE)


@pytest.fixture(scope="module")
def gpu(exports: list[Export]) -> Told:
    return told(exports, "gpu-iad")


@pytest.fixture(scope="module")
def web(exports: list[Export]) -> Told:
    return told(exports, "web-fra")


def test_the_same_seed_sends_the_same_bytes(fleet: DemoFleet) -> None:
    def of(seed: int, *stops: float) -> list[Export]:
        one = generator(fleet, seed=seed)
        return [export for stop in stops for export in one.advance(stop, SCRAPE)]

    first = of(5, BEGIN + 60, BEGIN + 120)
    assert first == of(5, BEGIN + 60, BEGIN + 120)
    assert first != of(6, BEGIN + 60, BEGIN + 120)
    assert {(one.cluster, one.signal) for one in first} == {
        ("web-fra", "logs"),
        ("web-fra", "metrics"),
        ("gpu-iad", "logs"),
        ("gpu-iad", "traces"),
        ("gpu-iad", "metrics"),
        ("hub-fra", "logs"),
        ("hub-fra", "metrics"),
    }


def test_only_clusters_with_an_agent_send(fleet: DemoFleet) -> None:
    many = places(40)
    api = fleet.apis["web-fra"].store
    made = Generator(many, {place.name: api for place in many}, BEGIN, ORIGIN)
    assert len(made.clusters) == len(PLACES) + SITES_WITH_AGENT
    assert sum(place.agent for place in many) == len(made.clusters)


def test_access_lines_are_spelled_as_the_recorded_ones(web: Told, gpu: Told) -> None:
    text = (RECORDED / "ngf" / "access_json.log").read_bytes().decode(errors="replace")
    recorded = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    numbers = re.compile(r"^(-|\d+(\.\d+)?)$")
    for _, line in [*web.access, *gpu.access]:
        assert list(line) == list(recorded[0])
        for key in ("uct", "uht", "urt", "ustatus"):
            assert not line[key] or all(numbers.match(one) for one in line[key].split(", "))
    sorts = {_sort(line) for _, line in web.access}
    for kind, of_recorded in {
        "retried": lambda line: line["uaddr"].count(", ") == 1,
        "no live peer": lambda line: "_" in line["uaddr"] and line["status"] == "502",
        "given up": lambda line: line["status"] == "499" and line["ustatus"] == "-",
        "own server": lambda line: line["uaddr"].startswith("unix:"),
        "gRPC answer": lambda line: line["grpc_trailer"] != "" and line["proxy_host"] == "",
        "malformed": lambda line: line["method"] == "" and line["status"] == "400",
        "unrouted": lambda line: line["status"] == "404" and line["uaddr"] == "",
        "redirect": lambda line: line["status"] == "301" and line["route_hdr"] == "",
        "by header": lambda line: line["route_hdr"] != "" and line["route_var"] == "-",
        "by variable": lambda line: line["route_var"] != "-",
    }.items():
        assert any(of_recorded(line) for line in recorded), f"the recording has no {kind}"
        assert any(of_recorded(line) for _, line in web.access), kind
    assert len(sorts) > 20


def _sort(line: dict[str, str]) -> tuple[str, ...]:
    return line["status"], line["completion"], re.sub(r"\d", "", line["uaddr"])[:6], line["method"]


def test_spans_and_lines_of_pickers_are_spelled_as_the_recorded_ones(gpu: Told) -> None:
    recorded = json.loads((RECORDED / "epp" / "spans.json").read_text())
    known: dict[str, set[tuple[str, ...]]] = {}
    for resource in recorded["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                keys = tuple(one["key"] for one in span.get("attributes", ()))
                known.setdefault(f"{scope['scope']['name']} {span['name']}", set()).add(keys)
    names = {span.name for _, span in gpu.spans} - {"llm_request"}
    assert {name.rpartition(" ")[2] for name in known} - names == {
        "llm_d.epp.scorer.lora-affinity-scorer",
        "llm_d.epp.scorer.active-request-scorer",
    }
    for _, span in gpu.spans:
        if span.name != "llm_request":
            spelled = {
                keys
                for name, found in known.items()
                if name.endswith(f" {span.name}")
                for keys in found
            }
            assert tuple(plain(span.attributes)) in spelled, span.name
    lines: dict[str, set[str]] = {}
    for file in ("logs.jsonl", "logs_v3.jsonl"):
        for text in (RECORDED / "epp" / file).read_text().splitlines():
            line = json.loads(text)
            lines.setdefault(line["msg"], set()).update(line)
    for _, line in gpu.picker:
        assert set(line) <= lines[line["msg"]], line["msg"]


def test_scores_times_weights_are_the_totals_and_the_highest_is_picked(gpu: Told) -> None:
    picked = {
        line["x-request-id"]: line["endpoint"]
        for _, line in gpu.picker
        if line["msg"] == "Request handled"
    }
    weights = {f"{kind}/{kind}": weight for kind, weight in SCORERS}
    totals: dict[str, Counter[str]] = {}
    for _, line in gpu.picker:
        if line["msg"] == "Calculated score":
            name = f"{line['endpoint']['namespace']}/{line['endpoint']['name']}"
            weighted = weights[line["plugin"]] * line["score"]
            totals.setdefault(line["x-request-id"], Counter())[name] += weighted
    compared = ties = 0
    for _, span in gpu.spans:
        if span.name != "pick_endpoints":
            continue
        said = plain(span.attributes)
        request = said["gen_ai.request.id"]
        best = dict(
            zip(
                said["llm_d.epp.picker.top_endpoints"],
                said["llm_d.epp.picker.top_scores"],
                strict=True,
            )
        )
        assert list(best.values()) == sorted(best.values(), reverse=True)
        ties += len(best) > 1 and len(set(list(best.values())[:2])) == 1
        assert request in picked
        if request in totals:
            compared += 1
            assert len(totals[request]) == said["llm_d.epp.picker.candidate_endpoints"]
            for name, total in best.items():
                assert totals[request][name] == pytest.approx(total)
    assert compared > 20
    assert ties > 0


def test_a_request_is_found_under_its_id_in_every_source(gpu: Told) -> None:
    picked = {
        line["x-request-id"]: line["endpoint"]
        for _, line in gpu.picker
        if line["msg"] == "Request handled"
    }
    answered = {line["x_request_id"]: line for _, line in gpu.access if line["x_request_id"]}
    engines = {
        plain(span.attributes)["gen_ai.request.id"].removeprefix("chatcmpl-"): span
        for _, span in gpu.spans
        if span.name == "llm_request"
    }
    joined = picked.keys() & answered.keys() & engines.keys()
    assert len(joined) > 300
    for request in joined:
        line, said = answered[request], plain(engines[request].attributes)
        assert line["uaddr"] == line["proxy_host"] == picked[request]
        assert float(line["rt"]) == pytest.approx(said["gen_ai.latency.e2e"], abs=0.05)
        assert float(line["uht"]) == pytest.approx(
            said["gen_ai.latency.time_to_first_token"], abs=0.05
        )
    assert any(not line["x_request_id"] for _, line in gpu.access), "some clients name none"


def test_refused_requests_have_an_error_and_no_pick(gpu: Told) -> None:
    refused = {
        line["x-request-id"]: line["error"]
        for _, line in gpu.picker
        if line["msg"] == "Error handling request"
    }
    assert {error.split()[2] for error in refused.values()} >= {
        "ServiceUnavailable",
        "ResourceExhausted",
    }
    statuses = {line["x_request_id"]: line["status"] for _, line in gpu.access}
    expected = {"ServiceUnavailable": "503", "ResourceExhausted": "429", "BadRequest": "400"}
    for request, error in refused.items():
        if request in statuses:
            assert statuses[request] == expected[error.split()[2]]
    picks = {
        plain(s.attributes)["gen_ai.request.id"] for _, s in gpu.spans if s.name == "pick_endpoints"
    }
    assert not picks & refused.keys()


def grown(told: Told, name: str, key: str, **labels: str) -> tuple[Counter[str], float, float]:
    """By label ``key``, how much a counter grew between its first and its last scrape of those that
    were there from the first on; and when those were."""
    series: dict[str, list[tuple[int, float]]] = {}
    for said, point in told.named(name):
        if all(said.get(label) == value for label, value in labels.items()):
            series.setdefault(said[key], []).append((point.time_unix_nano, point.as_double))
    begin = min(min(points)[0] for points in series.values())
    end = max(max(points)[0] for points in series.values())
    growth = Counter(
        {
            name: int(max(points)[1] - min(points)[1])
            for name, points in series.items()
            if min(points)[0] == begin and max(points)[0] == end
        }
    )
    return growth, begin / 1e9, end / 1e9


def test_counters_agree_with_spans_and_lines(gpu: Told) -> None:
    growth, begin, end = grown(gpu, "vllm:request_success_total", "pod", finished_reason="stop")
    for name, value in grown(gpu, "vllm:request_success_total", "pod", finished_reason="length")[
        0
    ].items():
        growth[name] += value
    ended = Counter(
        resource["k8s.pod.name"]
        for resource, span in gpu.spans
        if span.name == "llm_request" and begin < span.end_time_unix_nano / 1e9 <= end
    )
    assert len(growth) == 8, "six pods of llama3-70b, two of granite-8b"
    assert growth == Counter({pod: ended[pod] for pod in growth})
    attempts, begin, end = grown(
        gpu, "llm_d_epp_scheduler_attempts_total", "endpoint_name", pool="qwen3-32b"
    )
    handled = Counter(
        line["endpoint"]
        for resource, line in gpu.picker
        if line["msg"] == "Request handled"
        and resource["ngf.inference_pool"] == "qwen3-32b"
        and begin < line["ts"] <= end
    )
    assert sorted(attempts.values()) == sorted(handled.values())
    assert sum(attempts.values()) > 100


def test_gateways_count_their_lines_scrapes_and_missing_backends_twice(web: Told) -> None:
    growth, begin, end = grown(web, "nginx_http_requests_total", "pod")
    scrapes = round((end - begin) / (2 * SCRAPE))
    lines: Counter[str] = Counter()
    for resource, line in web.access:
        if begin < float(line["msec"]) <= end:
            lines[resource["k8s.pod.name"]] += 1 + line["uaddr"].startswith("unix:")
    for pod, value in growth.items():
        assert value == lines[pod] + scrapes


def test_a_backend_that_crashes_shows_in_its_lines_only(web: Told, fleet: DemoFleet) -> None:
    store = fleet.apis["web-fra"].store
    space, _, app = incidents.CRASHED.partition("/")
    pods = {
        f"{pod['status']['podIP']}:8080"
        for pod in store.all("v1", "Pod", space)
        if pod["metadata"]["labels"].get("app") == app
    }
    begun = ORIGIN + incidents.CRASH.first - incidents.CRASH.period
    slow, well = [], []
    for _, line in web.access:
        at = float(line["msec"]) - begun
        if line["route_hdr"].startswith(f"{incidents.CRASHED}/") and line["status"] == "200":
            (slow if 30 < at < incidents.SLOW_FOR else well if at < 0 else []).append(
                float(line["urt"].split(", ")[-1])
            )
        if "502" in line["ustatus"]:
            assert line["route_hdr"] == f"{incidents.CRASHED}/0"
            assert set(line["uaddr"].split(", ")) <= {*pods, line["proxy_host"]}
            assert incidents.SLOW_FOR <= at <= incidents.CRASH.length + 10
    assert sum(slow) / len(slow) > 3 * sum(well) / len(well)
    failed = [line for _, line in web.access if line["status"] == "502"]
    assert len(failed) > 20
    assert {line["proxy_host"] for line in failed} == {"orders_orders_8080"}


def test_a_rush_fills_queues_and_caches_delays_the_first_token_and_adds_pods(gpu: Told) -> None:
    begun = ORIGIN + incidents.SURGE.first - incidents.SURGE.period

    def most(name: str, begin: float, end: float) -> float:
        return max(
            point.as_double
            for labels, point in gpu.named(name)
            if labels["pool"] == "llama3-70b" and begin < point.time_unix_nano / 1e9 < end
        )

    def mean_ttft(begin: float, end: float) -> float:
        found = [
            plain(span.attributes)["gen_ai.latency.time_to_first_token"]
            for _, span in gpu.spans
            if span.name == "llm_request" and begin < span.start_time_unix_nano / 1e9 < end
        ]
        return sum(found) / len(found)

    before, during = (BEGIN, begun), (begun + 60, begun + 240)
    assert (
        most("vllm:num_requests_waiting", *during) > most("vllm:num_requests_waiting", *before) + 2
    )
    assert most("vllm:kv_cache_usage_perc", *during) > 0.8
    assert mean_ttft(*during) > 4 * mean_ttft(*before)
    pods = {
        at: {
            labels["pod"]
            for labels, point in gpu.named("vllm:num_requests_running")
            if labels["pool"] == "llama3-70b" and abs(point.time_unix_nano / 1e9 - at) < SCRAPE / 2
        }
        for at in (begun, begun + 240)
    }
    assert (len(pods[begun]), len(pods[begun + 240])) == (6, 8)
    busy = {
        labels["pod"]
        for labels, point in gpu.named("DCGM_FI_DEV_GPU_UTIL")
        if labels.get("pod") and point.as_double > 30
    }
    assert pods[begun + 240] <= busy


def test_each_engine_and_each_picker_speaks_its_own_names(exports: list[Export], gpu: Told) -> None:
    hub = told(exports, "hub-fra")
    names = {name for name, _, _ in gpu.points}
    assert {"sglang:token_usage", "sglang:time_to_first_token_seconds"} <= names
    assert {"tgi_queue_size", "tgi_request_duration"} <= names
    assert not any(name.startswith("tgi_") and ("first" in name or "kv" in name) for name in names)
    assert not any(name.startswith("inference_") for name in names)
    old = {name for name, _, _ in hub.points}
    assert {"inference_pool_average_queue_size", "vllm:gpu_cache_usage_perc"} <= old
    assert not any(name.startswith("llm_d_epp_") for name in old)
    assert not hub.spans


def test_what_a_user_takes_away_is_not_asked_for_any_more(fleet: DemoFleet) -> None:
    one = generator(fleet, begin=ORIGIN)
    cluster, store = one.clusters["web-fra"], fleet.apis["web-fra"].store

    def asked(until: float) -> set[Any]:
        return {line["route_var"] for _, line in told(cluster.advance(until, 60), "web-fra").access}

    assert "shop/cart/0" in asked(ORIGIN + 60)
    store.delete("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", "cart")
    cluster.look_again()
    assert "shop/cart/0" not in asked(ORIGIN + 120)


def test_of_pods_that_are_gone_nothing_is_kept(fleet: DemoFleet) -> None:
    until = ORIGIN + picker_metrics.KEPT + 1_200
    cluster = generator(fleet, begin=ORIGIN).clusters["gpu-iad"]
    scrapes = [one for one in cluster.advance(until, 60) if one.signal == "metrics"]
    gpu = told(scrapes, "gpu-iad")
    for pool in cluster.pools:
        assert pool.replicas.metrics.keys() == set(pool.replicas.engines)
        assert pool.replicas.resources.keys() == set(pool.replicas.engines)

    def shown(name: str, label: str, since: float) -> set[str]:
        points = gpu.named(name)
        return {said[label] for said, point in points if point.time_unix_nano / 1e9 >= since}

    ran = shown("vllm:num_requests_running", "pod", ORIGIN)
    lately = shown("vllm:num_requests_running", "pod", until - picker_metrics.KEPT - 60)
    assert len(lately) < len(ran), "some are gone for longer than they are shown"
    last = shown("llm_d_epp_scheduler_attempts_total", "endpoint_name", until - 60)
    assert last & ran <= lately
    queues = shown("llm_d_epp_per_endpoint_queue_size", "model_server_endpoint", until - 60)
    assert {name.removesuffix("-rank-0") for name in queues} == last


def test_clients_that_rest_ask_for_nothing_meanwhile(fleet: DemoFleet) -> None:
    cluster = generator(fleet, begin=ORIGIN).clusters["gpu-iad"]
    cluster.advance(ORIGIN + 60, SCRAPE)
    awake = ORIGIN + 8 * 3600
    cluster.rest(awake)
    after = told(cluster.advance(awake + 60, SCRAPE), "gpu-iad")
    times = [float(line["msec"]) for _, line in after.access]
    assert max(times) > awake
    assert not [one for one in times if ORIGIN + 600 < one < awake]
    scraped = {point.time_unix_nano / 1e9 for _, _, point in after.points}
    assert scraped == {awake + SCRAPE, awake + 2 * SCRAPE}


def test_a_route_of_a_gateway_without_a_data_plane_brings_a_pool_no_traffic(
    fleet: DemoFleet,
) -> None:
    one = generator(fleet, begin=ORIGIN)
    cluster, store = one.clusters["gpu-iad"], fleet.apis["gpu-iad"].store
    pool = next(flow for flow in flows.read(store).flows if flow.pool)

    def made_like(kind: str, place: str, **spec: Any) -> None:
        namespace, _, name = place.partition("/")
        shown = store.get(GATEWAY_API, kind, namespace, name)["spec"]
        metadata = {"namespace": namespace, "name": f"{name}-mine"}
        head = {"apiVersion": GATEWAY_API, "kind": kind, "metadata": metadata}
        store.create({**head, "spec": {**shown, **spec}})

    name = pool.gateway.partition("/")[2]
    made_like("Gateway", pool.gateway, addresses=[])
    made_like("HTTPRoute", pool.route, parentRefs=[{"name": f"{name}-mine"}])
    wait_until(
        "the gateway serves the route",
        lambda: any(one.gateway == f"{pool.gateway}-mine" for one in flows.read(store).flows),
    )
    cluster.look_again()
    lines = told(cluster.advance(ORIGIN + 60, 60), "gpu-iad").access
    gateways = {resource["ngf.gateway"] for resource, line in lines if line["path"] == pool.path}
    assert gateways == {name}


def test_a_cluster_whose_traffic_breaks_leaves_the_others_theirs(
    fleet: DemoFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: float) -> list[Export]:
        raise KeyError("made by hand")

    one = generator(fleet, begin=ORIGIN)
    monkeypatch.setattr(one.clusters["gpu-iad"], "advance", broken)
    for until in (ORIGIN + 30, ORIGIN + 60):
        assert {export.cluster for export in one.advance(until, SCRAPE)} == {"web-fra", "hub-fra"}
