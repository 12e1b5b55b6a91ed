"""Promise: every number of traffic says its source. Rates are those of the logs where there are
logs, Prometheus fills in what it has, what nobody has is null with the reason, and a source that
is down is named and takes nothing from the other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.ngf import GATEWAY_LABEL
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.errors import Unavailable
from services.prometheus import queries, red
from services.prometheus.client import PrometheusClient
from services.prometheus.sources import Source
from services.settings import load
from services.telemetry.engines import Server
from services.telemetry.store import Store
from services.telemetry.windows import Window
from services.traffic.figures import FIELDS
from tests import prometheus
from tests.api.conftest import Console
from tests.api.servers import without_pages
from tests.real.kube_api import wait_until
from tests.serving import free_port
from tests.stores import fresh_store

prometheus.needed()

END = datetime.now(UTC).replace(second=0, microsecond=0)
WINDOW = Window(END - timedelta(minutes=20), END)
RANGE = {"range": f"{WINDOW.start.isoformat()}/{WINDOW.end.isoformat()}"}
PUBLIC = {"instance_type": "nginx", "gateway": "public", "gateway_namespace": "web"}
SHOP = {"instance_type": "nginxplus", "gateway": "edge", "gateway_namespace": "shop"}
LOGGED = 1200


def counting(per_second: float) -> dict[int, float]:
    last = int(END.timestamp())
    return {at: per_second * (at - last + 1500) for at in range(last - 1500, last + 1, 15)}


def past() -> str:
    """Of each cluster but ``bare`` three data planes, of which one names no gateway."""
    zone = {"nginx_zone_name": "shop.example", "nginx_zone_type": "SERVER"}
    active = {"nginx_connections_outcome": "ACTIVE"}
    series = []
    for cluster in ("metered", "logged"):
        public, shop = PUBLIC | {"cluster_name": cluster}, SHOP | {"cluster_name": cluster}
        unnamed = {"instance_type": "nginx", "cluster_name": cluster, "pod": "unknown"}
        series += [
            (queries.REQUESTS[0], public, counting(12.5)),
            (queries.CONNECTIONS[0], public | active, dict.fromkeys(counting(1), 7)),
            (queries.REQUESTS[0], shop, counting(8)),
            (queries.RESPONSES[0], shop | zone | {"nginx_status_range": "2xx"}, counting(6)),
            (queries.RESPONSES[0], shop | zone | {"nginx_status_range": "5xx"}, counting(2)),
            (queries.REQUESTS[0], unnamed, counting(3)),
        ]
    return prometheus.history(series)


class Rest:
    """A console with clusters that it cannot reach, asked over REST."""

    def __init__(self, data: Path, store: Store, prometheus_url: str = "") -> None:
        def unreachable() -> None:
            raise Unavailable("There is no cluster in this test.")

        fleet = Fleet([Member(name, unreachable) for name in ("bare", "metered", "logged")])
        settings = load({"data": data, "prometheus_url": prometheus_url})
        self.container = Container.build(settings, fleet, store)
        self._client = without_pages(self.container).test_client()
        self._token = cache(self._new_token)

    def get(
        self,
        cluster: str,
        path: str,
        expected: int = 200,
        clusters: tuple[str, ...] | None = None,
        namespaces: tuple[str, ...] | None = None,
        **query: str,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token(clusters, namespaces)}"}
        path = f"/api/v1/clusters/{cluster}/metrics/{path}"
        answer = self._client.get(path, query_string=RANGE | query, headers=headers)
        assert answer.status_code == expected, answer.text
        return answer.json

    def _new_token(self, *limits: Any) -> str:
        name = f"reader {limits}"
        _, text = self.container.tokens.create(CONSOLE, name, Role.VIEWER, *limits)
        return text


@contextmanager
def console(data: Path, store: Store, prometheus_url: str = "") -> Iterator[Rest]:
    made = Rest(data, store, prometheus_url)
    try:
        yield made
    finally:
        made.container.stop()


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def metered(port: int) -> Iterator[str]:
    with prometheus.server(past(), port=port) as running:
        yield running


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory, url: str) -> Iterator[Rest]:
    """With the log lines of one cluster; Prometheus runs where a test asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.prometheus.client.OPEN_SECONDS", 0.1)
        with console(tmp_path_factory.mktemp("console"), fresh_store(), url) as made:
            log(made.container.store)
            yield made


def log(store: Store) -> None:
    """One request a second of the gateway web/public, of which every tenth failed."""
    rows = [
        {
            "timestamp": f"{WINDOW.start + timedelta(seconds=at):%Y-%m-%d %H:%M:%S.500}",
            "cluster_name": "logged",
            "namespace": "web",
            "gateway": "public",
            "route": "web/site" if at % 2 else "",
            "status": 502 if at % 10 == 0 else 200,
            "status_class": "5xx" if at % 10 == 0 else "2xx",
            "latency_ms": 40,
        }
        for at in range(LOGGED)
    ]
    store.insert("ngf_access_logs", b"\n".join(map(orjson.dumps, rows)), "lines")


def test_a_prometheus_that_is_down_is_named_and_comes_back(
    rest: Rest, url: str, request: pytest.FixtureRequest
) -> None:
    """The first test of the module: those after it find Prometheus running."""
    for _ in range(4):
        found = rest.get("logged", "summary")
        assert found["requestsPerSec"] == pytest.approx(1)
        assert found["activeConnections"] is None
        assert url in found["reasons"]["activeConnections"]
    request.getfixturevalue("metered")
    wait_until("connections", lambda: rest.get("logged", "summary")["activeConnections"])


def test_without_any_source_all_is_null_with_its_reason(rest: Rest, metered: str) -> None:
    found = rest.get("bare", "summary")
    assert {found[name] for name in FIELDS} == {None}
    assert set(found["reasons"]) == set(FIELDS)
    assert (found["sources"], found["as_of"]) == ({}, None)
    said = "No access log has come from bare yet. Prometheus has no series"
    assert found["reasons"]["requestsPerSec"].startswith(said)
    assert "no metric of NGF" in found["reasons"]["p95LatencyMs"]
    assert found["reasons"]["activeConnections"].startswith("Prometheus has no series")
    for path in ("by-gateway", "by-route"):
        listed = rest.get("bare", path)
        assert (listed["items"], listed["total"], listed["as_of"]) == ([], 0, None)
        assert "No access log has come" in listed["reasons"]["access logs"]
    course = rest.get("bare", "over-time")
    assert course["items"] == []
    assert set(course["reasons"]) == {"access logs", "Prometheus"}


def test_prometheus_alone_gives_what_it_has(rest: Rest, metered: str) -> None:
    found = rest.get("metered", "summary")
    assert found["requestsPerSec"] == pytest.approx(23.5)
    assert found["totalRequests"] == pytest.approx(23.5 * 1200)
    assert (found["activeConnections"], found["errorRate"]) == (7, pytest.approx(0.25))
    assert set(found["sources"].values()) == {"Prometheus"}
    assert found["p95LatencyMs"] is None
    assert found["as_of"] == END.isoformat()
    gateways = rest.get("metered", "by-gateway")
    items = {(one["namespace"], one["name"]): one for one in gateways["items"]}
    assert set(items) == {("web", "public"), ("shop", "edge")}
    assert items["web", "public"]["errorRate"] is None
    assert "status" in items["web", "public"]["reasons"]["errorRate"]
    assert items["shop", "edge"]["errorRate"] == pytest.approx(0.25)
    assert items["shop", "edge"]["activeConnections"] is None
    assert "name no gateway" in gateways["reasons"]["gateways"]
    assert "access logs" in gateways["reasons"]
    assert "no metric of NGF does" in rest.get("metered", "by-route")["reasons"]["access logs"]


def test_where_there_are_logs_rates_are_theirs(rest: Rest, metered: str) -> None:
    found = rest.get("logged", "summary")
    assert found["totalRequests"] == LOGGED
    assert found["requestsPerSec"] == pytest.approx(1)
    assert found["errorRate"] == pytest.approx(0.1)
    assert found["avgLatencyMs"] == pytest.approx(40)
    assert found["p95LatencyMs"] == pytest.approx(40, rel=0.1)
    assert found["activeConnections"] == 7
    of = found["sources"]
    assert (of["requestsPerSec"], of["errorRate"]) == ("access logs", "access logs")
    assert of["activeConnections"] == "Prometheus"
    assert found["reasons"] == {}
    assert found["as_of"] == (WINDOW.end - timedelta(seconds=0.5)).isoformat()
    first, second = rest.get("logged", "by-gateway")["items"]
    assert (first["name"], first["sources"]["requestsPerSec"]) == ("edge", "Prometheus")
    assert (second["name"], second["sources"]["requestsPerSec"]) == ("public", "access logs")
    assert (second["errorRate"], second["activeConnections"]) == (pytest.approx(0.1), 7)
    routes = rest.get("logged", "by-route")
    named = {(one["namespace"], one["name"]): one for one in routes["items"]}
    assert set(named) == {("web", "site"), ("", "")}
    assert named["web", "site"]["totalRequests"] == LOGGED / 2
    assert named["", ""]["errorRate"] == pytest.approx(0.2)
    assert "No marker names the route" in routes["reasons"]["name"]


def test_lists_have_pages_and_say_where_they_are_cut(
    rest: Rest, metered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("by-gateway", "by-route"):
        whole = rest.get("logged", path)
        pages = [rest.get("logged", path, page=str(page), pageSize="1") for page in (1, 2, 3)]
        assert [one["items"] for one in pages] == [[one] for one in whole["items"]] + [[]]
        assert {one["total"] for one in pages} == {2}
    monkeypatch.setattr("services.traffic.choosing.MOST", 1)
    cut = rest.get("logged", "by-route")
    assert cut["total"] == 1
    assert cut["reasons"]["access logs"].startswith("Only the 1 routes")


def test_time_is_cut_into_buckets_of_both(rest: Rest, metered: str) -> None:
    alone = rest.get("metered", "over-time")
    assert alone["sources"]["requestsPerSec"] == ["Prometheus"]
    assert alone["items"][-1]["requestsPerSec"] == pytest.approx(23.5)
    both = rest.get("logged", "over-time")
    assert both["step"] == 60
    minutes = [(WINDOW.start + timedelta(minutes=minute)).isoformat() for minute in range(20)]
    assert [one["at"] for one in both["items"]] == minutes
    assert {one["requestsPerSec"] for one in both["items"]} == {1}
    assert {one["activeConnections"] for one in both["items"]} == {7}
    assert both["sources"]["requestsPerSec"] == ["access logs"]
    assert both["sources"]["activeConnections"] == ["Prometheus"]
    assert both["as_of"] is not None


def test_buckets_that_the_logs_leave_out_have_no_rate_of_another_source(
    rest: Rest, metered: str
) -> None:
    before = f"{(WINDOW.start - timedelta(minutes=4)).isoformat()}/{WINDOW.end.isoformat()}"
    longer = rest.get("logged", "over-time", range=before)
    assert longer["sources"]["requestsPerSec"] == ["access logs"]
    times = [one["at"] for one in longer["items"]]
    assert times == sorted(times)
    assert {one["activeConnections"] for one in longer["items"]} == {7}


def test_limits_hide_other_namespaces_and_clusters(rest: Rest, metered: str) -> None:
    shop = ("shop",)
    found = rest.get("logged", "summary", namespaces=shop)
    assert found["requestsPerSec"] == pytest.approx(8)
    assert found["sources"]["requestsPerSec"] == "Prometheus"
    assert found["activeConnections"] is None
    gateways = rest.get("logged", "by-gateway", namespaces=shop)
    assert [one["name"] for one in gateways["items"]] == ["edge"]
    assert rest.get("logged", "by-route", namespaces=shop)["items"] == []
    course = rest.get("logged", "over-time", namespaces=shop)
    assert course["items"][-1]["requestsPerSec"] == pytest.approx(8)
    rest.get("logged", "summary", 404, clusters=("bare",))


def test_a_store_that_is_down_is_503_only_where_nobody_else_knows_anything(
    tmp_path: Path, metered: str
) -> None:
    store = Store(Server(f"http://127.0.0.1:{free_port()}"))
    with console(tmp_path, store, metered) as rest:
        for path in ("summary", "by-gateway", "by-route", "over-time"):
            said = rest.get("bare", path, 503)["error"]
            assert "ClickHouse at 127.0.0.1" in said["message"]
        found = rest.get("metered", "summary")
        assert found["requestsPerSec"] == pytest.approx(23.5)
        assert "ClickHouse at 127.0.0.1" in found["reasons"]["p95LatencyMs"]
        assert rest.get("metered", "over-time")["items"]


def test_a_bad_range_is_named(console: Console) -> None:
    for path in ("summary", "by-gateway", "by-route", "over-time"):
        answer = console.ask("GET", f"/api/v1/metrics/{path}?range=yesterday")
        assert answer.status_code == 422
        assert answer.json()["error"]["details"]["fields"][0]["field"] == "range"


def test_a_series_that_names_its_pod_alone_is_its_gateways(console: Console, metered: str) -> None:
    """The pods of data planes are known; Prometheus was told one that is like one of them."""
    cluster = console.container.fleet.get("web-fra")
    (namespace, pod), gateway = a_data_plane(cluster.snapshot("pods").objects)
    series = {"instance_type": "nginx", "namespace": namespace, "pod": pod}
    with prometheus.server(prometheus.history([(queries.REQUESTS[0], series, counting(5))])) as url:
        found = red.read(Source(PrometheusClient(url)), cluster, WINDOW)
    assert {place: one.rate for place, one in found.gateways.items()} == {
        (namespace, gateway): pytest.approx(5)
    }


def a_data_plane(pods: Mapping[tuple[str, str], Any]) -> tuple[tuple[str, str], str]:
    for place, pod in pods.items():
        if gateway := (pod["metadata"].get("labels") or {}).get(GATEWAY_LABEL):
            return place, gateway
    raise AssertionError("the demo runs no data plane")


def test_the_hostnames_of_a_route_are_those_it_has_now(console: Console) -> None:
    row = {
        "timestamp": f"{datetime.now(UTC) - timedelta(minutes=2):%Y-%m-%d %H:%M:%S.000}",
        "cluster_name": "web-fra",
        "namespace": "shop",
        "gateway": "edge",
        "status": 200,
        "status_class": "2xx",
        "latency_ms": 3,
    }
    rows = [{**row, "route": "shop/storefront"}, {**row, "route": "shop/no-such-route"}]
    console.container.store.insert("ngf_access_logs", b"\n".join(map(orjson.dumps, rows)), "routes")
    items = console.ask("GET", "/api/v1/metrics/by-route").json()["items"]
    hosts = {one["name"]: one["hostname"] for one in items}
    route = console.container.fleet.get("web-fra").snapshot("httproutes").objects
    told = route["shop", "storefront"]["spec"]["hostnames"]
    assert hosts["storefront"] == ", ".join(told)
    assert hosts["no-such-route"] is None
