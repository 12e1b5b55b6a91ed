"""Promise: what is said of Prometheus is what it has: a total is not summed with its zones, what is
not there is not known instead of 0, one cluster is not told the numbers of another, and a
Prometheus that does not answer is named until it does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.clusters.fleet import Cluster, Fleet, Member
from services.clusters.prometheus import Prometheus
from services.errors import Unavailable
from services.prometheus import queries, red
from services.prometheus.client import PrometheusClient
from services.prometheus.sources import NoPrometheus, Source, Sources
from services.telemetry.windows import Window
from tests import prometheus
from tests.real.kube_api import wait_until
from tests.serving import free_port
from tests.unit.loopback import Request, Response, answering

prometheus.needed()

END = 1_790_000_040
MOMENT = datetime.fromtimestamp(END, UTC)
RECORDED = Path(__file__).parents[1] / "recorded" / "ngf"
AGENT = {"instance_type": "nginx"}
ODD = 'a"b\\c\nd'


def counting(per_second: float, since: int = 600, step: int = 15) -> dict[int, float]:
    """A counter until END."""
    return {at: 5000 + per_second * (at - END + since) for at in range(END - since, END + 1, step)}


def steady(value: float) -> dict[int, float]:
    return dict.fromkeys(range(END - 600, END + 1, 15), value)


def plus(zone: str, status: str, per_second: float) -> tuple[str, dict[str, str], dict[int, float]]:
    labels = {
        "instance_type": "nginxplus",
        "gateway": "edge",
        "gateway_namespace": "shop",
        "nginx_zone_name": zone,
        "nginx_zone_type": "SERVER",
        "nginx_status_range": status,
    }
    return queries.RESPONSES[0], labels, counting(per_second)


PUBLIC = {**AGENT, "gateway": "public", "gateway_namespace": "web"}
MONITORED = {
    **AGENT,
    "gateway_networking_k8s_io_gateway_name": "internal",
    "namespace": "web",
    "pod": "internal-nginx-1",
}
EDGE = {"instance_type": "nginxplus", "gateway": "edge", "gateway_namespace": "shop"}
PAST = prometheus.history(
    [
        (queries.REQUESTS[0], {**PUBLIC, "pod": "public-1"}, counting(10)),
        (queries.REQUESTS[0], {**PUBLIC, "pod": "public-2"}, counting(2.5)),
        (queries.CONNECTIONS[0], {**PUBLIC, "nginx_connections_outcome": "ACTIVE"}, steady(7)),
        (queries.CONNECTIONS[0], {**PUBLIC, "nginx_connections_outcome": "WAITING"}, steady(90)),
        (queries.REQUESTS[0], MONITORED, counting(4)),
        (queries.CONNECTIONS[1], {**MONITORED, "nginx_connections_outcome": "ACTIVE"}, steady(3)),
        (queries.REQUESTS[0], {**EDGE, "nginx_zone_name": "", "nginx_zone_type": ""}, counting(8)),
        (
            queries.REQUESTS[0],
            {**EDGE, "nginx_zone_name": "shop.example", "nginx_zone_type": "SERVER"},
            counting(6),
        ),
        plus("shop.example", "2xx", 5),
        plus("shop.example", "4xx", 0.5),
        plus("shop.example", "5xx", 0.5),
        plus("api.example", "2xx", 2),
        plus("api.example", "5xx", 0),
        (queries.REQUESTS[0], {"job": "someone's nginx", "instance": "10.0.0.9"}, counting(1000)),
        (queries.REQUESTS[0], {**PUBLIC, "cluster_name": ODD}, counting(1)),
        (queries.REQUESTS[0], {**PUBLIC, "cluster_name": "new"}, {END - 5: 17}),
        (queries.REQUESTS[0], {**PUBLIC, "cluster_name": "gone"}, {END - 400: 1, END - 385: 31}),
    ]
)


@pytest.fixture(scope="module")
def client() -> Iterator[PrometheusClient]:
    """Of a Prometheus that knows :data:`PAST` and scrapes what was recorded of NGF."""

    def recorded(name: str) -> Callable[[Request], Response]:
        return lambda _: Response(body=(RECORDED / name).read_bytes())

    with (
        answering(recorded("dataplane_metrics.txt")) as (_, plane),
        answering(recorded("metrics.txt")) as (_, control),
    ):
        place = {"cluster_name": "recorded", "gateway": "public", "gateway_namespace": "web"}
        scraped = [(f"127.0.0.1:{plane}", place), (f"127.0.0.1:{control}", place)]
        with prometheus.server(PAST, scraped) as url:
            yield PrometheusClient(url)


def nowhere() -> Cluster:
    """A cluster of which nothing is known."""

    def unreachable() -> None:
        raise Unavailable("There is no cluster in this test.")

    return Fleet([Member("one", unreachable)]).get("one")


def reading(client: PrometheusClient, seconds: int = 300, **labels: str) -> red.Reading:
    scope = tuple(queries.equals(labels or {"cluster_name": ""}))
    return red.read(Source(client, scope), nowhere(), Window.last(seconds, MOMENT))


def test_open_source_has_rate_and_connections_and_no_errors(client: PrometheusClient) -> None:
    found = reading(client).gateways["web", "public"]
    assert found.rate == pytest.approx(12.5)
    assert found.connections == 7
    assert (found.responses, found.errors, found.error_rate) == (None, None, None)
    assert found.as_of == MOMENT


def test_names_and_labels_of_other_installations_are_understood(client: PrometheusClient) -> None:
    found = reading(client).gateways["web", "internal"]
    assert (found.rate, found.connections) == (pytest.approx(4), 3)


def test_plus_counts_a_request_once_and_knows_its_errors(client: PrometheusClient) -> None:
    found = reading(client).gateways["shop", "edge"]
    assert found.rate == pytest.approx(8)
    assert found.error_rate == pytest.approx(0.5 / 8)


def test_other_exporters_of_the_same_names_are_left_out(client: PrometheusClient) -> None:
    found = reading(client)
    assert set(found.gateways) == {("web", "public"), ("web", "internal"), ("shop", "edge")}
    assert found.unnamed is None
    assert found.together.rate == pytest.approx(24.5)
    assert found.together.connections == 10


def test_limits_to_namespaces_hide_the_others(client: PrometheusClient) -> None:
    found = reading(client).within({"shop"})
    assert (set(found.gateways), found.together.rate) == ({("shop", "edge")}, pytest.approx(8))


def test_a_clusters_name_may_have_any_characters(client: PrometheusClient) -> None:
    assert reading(client, cluster_name=ODD).together.rate == pytest.approx(1)
    assert reading(client, cluster_name='x" or vector(7) or y{z="').together == red.Figures()


def test_what_is_not_there_is_not_known(client: PrometheusClient) -> None:
    absent = reading(client, cluster_name="no-such")
    assert (absent.gateways, absent.unnamed, absent.together) == ({}, None, red.Figures())
    once = reading(client, cluster_name="new").together
    assert (once.rate, once.as_of) == (None, datetime.fromtimestamp(END - 5, UTC))
    gone = reading(client, 600, cluster_name="gone").together
    assert gone.rate is not None
    assert gone.as_of == datetime.fromtimestamp(END - 385, UTC)


def test_time_is_cut_into_buckets_and_those_without_numbers_are_not_there(
    client: PrometheusClient,
) -> None:
    source = Source(client, tuple(queries.equals({"cluster_name": ""})))
    buckets = Window(MOMENT - timedelta(minutes=20), MOMENT)
    found = red.over_time(source, nowhere(), buckets, 60)
    assert sorted(found) == [MOMENT - timedelta(minutes=back) for back in range(11, 0, -1)]
    assert found[MOMENT - timedelta(minutes=1)].rate == pytest.approx(24.5)
    assert {one.connections for one in found.values()} == {10}
    begun = found[MOMENT - timedelta(minutes=11)]
    assert (begun.rate, begun.connections) == (None, 10), "one sample is no rate"
    shop = red.over_time(source, nowhere(), buckets, 60, {"shop"})
    assert shop[MOMENT - timedelta(minutes=1)].rate == pytest.approx(8)


def test_a_bucket_that_is_not_over_is_not_there(client: PrometheusClient) -> None:
    source = Source(client, tuple(queries.equals({"cluster_name": ""})))
    quarters = Window(MOMENT - timedelta(minutes=14), MOMENT - timedelta(seconds=10))
    found = red.over_time(source, nowhere(), quarters, 300)
    (last, *_) = sorted(found, reverse=True)
    assert last + timedelta(minutes=5) <= quarters.end < last + timedelta(minutes=10)
    assert found[last].rate == pytest.approx(24.5)
    begun = Window(MOMENT - timedelta(seconds=20), MOMENT - timedelta(seconds=10))
    assert red.over_time(source, nowhere(), begun, 300) == {}


def test_a_ratio_of_nothing_is_no_number(client: PrometheusClient) -> None:
    assert client.instant("vector(0) / 0").items == ()
    start = MOMENT - timedelta(minutes=2)
    assert [one.points for one in client.range("vector(0) / 0", start, MOMENT, 60).items] == [()]


def test_a_refused_query_is_told_in_prometheus_own_words(client: PrometheusClient) -> None:
    with pytest.raises(Unavailable, match=r"does not answer the query: .*parse error"):
        client.instant("sum(")


def test_one_that_is_down_is_named_rests_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.prometheus.client.OPEN_SECONDS", 0.2)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    client = PrometheusClient(url)
    for _ in range(3):
        with pytest.raises(Unavailable, match=f"{url} does not answer: Connection refused"):
            client.instant("vector(1)")
    with pytest.raises(Unavailable, match=f"{url}: It did not answer 3 times in a row"):
        client.instant("vector(1)")
    with prometheus.server(port=port, folder=tmp_path):
        assert wait_until("an answer", lambda: answered(client)) == 1


def answered(client: PrometheusClient) -> float | None:
    try:
        return client.instant("vector(1)").items[0].value
    except Unavailable:
        return None


def test_one_that_is_silent_or_dribbles_is_given_up_in_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        client = PrometheusClient(f"http://127.0.0.1:{listener.getsockname()[1]}", seconds=0.3)
        with pytest.raises(Unavailable, match="timed out"):
            client.instant("vector(1)")
        accepted, _ = listener.accept()
        accepted.close()
        dribbling = threading.Thread(target=dribble, args=(listener,), daemon=True)
        dribbling.start()
        with pytest.raises(Unavailable, match="timed out"):
            client.instant("vector(1)")
        dribbling.join(5)


def dribble(listener: socket.socket) -> None:
    """A byte now and then, each within the time limit of a single read."""
    with closing(listener.accept()[0]) as connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                connection.sendall(b" ")
                time.sleep(0.05)
        except OSError:
            return


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (Response(401), r"refuses the console \(401\)"),
        (Response(200, b"<html>"), r"does not answer as a Prometheus does \(200\)"),
        (Response(200, {"status": "success"}), r"does not answer as a Prometheus does \(200\)"),
        (Response(404, b"no"), r"does not answer as a Prometheus does \(404\)"),
        (Response(302, b"", {"Location": "http://169.254.169.254/"}), r"Prometheus does \(302\)"),
        (
            Response(503, {"status": "error", "errorType": "timeout", "error": "query timed out"}),
            "does not answer the query: query timed out",
        ),
        (Response(200, b"[" * 9_000_000), "over 8 MiB of answer"),
        (
            Response(200, {"status": "success", "data": {"resultType": "vector", "result": [{}]}}),
            r"does not answer as a Prometheus does \(200\)",
        ),
    ],
)
def test_what_answers_otherwise_is_named(response: Response, said: str) -> None:
    with answering(lambda _: response) as (url, _), pytest.raises(Unavailable, match=said) as error:
        PrometheusClient(url, "reader", "not to be told").instant("vector(1)")
    assert url in error.value.message
    assert "not to be told" not in str(error.value.details) + error.value.message


def test_what_a_server_says_it_left_out_is_passed_on() -> None:
    partial = {
        "status": "success",
        "data": {"resultType": "vector", "result": []},
        "warnings": ["store gateway-2 did not answer"],
    }
    with answering(lambda _: Response(200, partial)) as (url, _):
        found = red.read(Source(PrometheusClient(url)), nowhere(), Window.last(60, MOMENT))
    assert found.warnings == ("store gateway-2 did not answer",)


def test_credentials_of_an_option_are_sent_and_not_part_of_the_address() -> None:
    seen: list[Mapping[str, str]] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers)
        return Response(200, {"status": "success", "data": {"resultType": "vector", "result": []}})

    with answering(answer) as (url, port):
        given = Prometheus.from_url(f"http://reader:p%40ss@127.0.0.1:{port}")
        given.client().instant("vector(1)")
        assert given.url == url
    assert seen[0]["Authorization"] == "Basic cmVhZGVyOnBAc3M="


def test_the_label_tells_clusters_apart_only_where_there_are_several() -> None:
    def unreachable() -> None:
        raise Unavailable("There is no cluster in this test.")

    shared = Prometheus("http://prometheus.example:9090")
    single = Fleet([Member("one", unreachable)])
    sources = Sources(single, None, shared, "cluster_name")
    assert sources.of(single.get("one")).scope == ()
    fleet = Fleet([Member("one", unreachable), Member("two", unreachable)])
    sources = Sources(fleet, None, shared, "cluster")
    assert sources.of(fleet.get("two")).scope == ('cluster="two"',)
    with pytest.raises(NoPrometheus, match="--prometheus-url"):
        Sources(fleet, None, None, "cluster").of(fleet.get("two"))


def test_what_a_data_plane_really_exposes_is_read(client: PrometheusClient) -> None:
    """The last test of the module: Prometheus begins to scrape five seconds after its start."""

    def known() -> red.Reading | None:
        scope = tuple(queries.equals({"cluster_name": "recorded"}))
        found = red.read(Source(client, scope), nowhere(), Window.last(30))
        return found if found.together.rate is not None else None

    found = wait_until("two samples", known)
    figures = found.gateways["web", "public"]
    assert figures.rate == 0  # the recording stands still, which is known
    assert (figures.connections, figures.responses, figures.errors) == (1, None, None)
    assert found.unnamed is None
