"""What one page of a list over the whole fleet costs, in server time, as a token's holder asks.

Two fleets, asked through the REST API in this process (`/api/v1/global/routes`, 50 rows):

1. 100 demo clusters with 200 routes each, one of them dead and one that answers 10 s late; they are
   watched for real, over TLS. Promised: healthy rows within 300 ms, the two named.
2. 300 clusters with 10,000 routes among 50,000 objects, and the same 300 with a tenth of both. They
   are simulated: their snapshots are put where the watches would have published them, because
   9,000 streams of servers in this very process would be what is measured. Between a list and its
   snapshots everything is real. Asked while nothing changes, while one route a second changes, and
   right after a change. Promised: a page costs what it shows, so the ratio is about one; the order
   of a question that nobody has asked yet is made once, and that costs the fleet. The search of
   Ctrl K is asked for words that one object has, all have and none has. Promised: it costs asking
   each cluster whether something changed, and what has the words.

``python tests/bench/bench_fleet.py [demo] [simulated]`` runs one of them.
"""

import gc
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from app import create_app
from cli.serve import COLLECT
from services import logs
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Cluster, Fleet, Member
from services.container import Container
from services.demo.faults import fault
from services.demo.fleet import start_demo
from services.demo.places import places
from services.kube.connection import Connection
from services.kube.shelf import Snapshot
from services.settings import load

FAULTS = ("web-007=dead", "web-009=slow:10s")
ROUTES_PATH = "/api/v1/global/routes"
PAGE = f"{ROUTES_PATH}?search=v1&sort=-metadata.creationTimestamp&pageSize=50"
QUESTIONS = ("search=login", "sort=metadata.name", "status=err,warn", "sort=-hostnames&search=v2")
SEARCHED = {"one has it": "app-00012", "all have it": "example.com", "none has it": "elsewhere"}
ASKED = 400
CLUSTERS = 300
ROUTES = 10_000
OBJECTS = 50_000
CHANGES = 100
FRESH = 20
WHILE_SECONDS = 12.0
_number = count(1)


def percentiles(times: list[float]) -> str:
    """Milliseconds of the median, of the slowest in a hundred, and of the slowest."""
    cuts = (statistics.median(times), slowest(times), max(times))
    return "p50 {:6.2f} ms, p99 {:6.2f} ms, max {:6.2f} ms".format(*(cut * 1e3 for cut in cuts))


class Asker:
    """Asks the console's REST API as the holder of a token, without a network in between."""

    def __init__(self, fleet: Fleet, **settings: Any) -> None:
        folder = tempfile.mkdtemp()
        self.container = Container.build(load({"data": Path(folder), **settings}), fleet)
        self._client = create_app(self.container).server.test_client()
        token = self.container.tokens.create(CONSOLE, f"bench-{next(_number)}", Role.VIEWER)[1]
        self._headers = {"Authorization": f"Bearer {token}"}
        self.ask("/api/v1/tokens")

    def ask(self, url: str) -> tuple[float, Any]:
        """Seconds, and the answer."""
        began = time.perf_counter()
        answer = self._client.get(url, headers=self._headers)
        return time.perf_counter() - began, answer.json

    def often(self, url: str) -> list[float]:
        return [self.ask(url)[0] for _ in range(ASKED)]


def demo() -> None:
    """The first fleet."""
    began = time.perf_counter()
    started = start_demo(places(100, 200), [fault(text) for text in FAULTS])
    asker = Asker(Fleet(started.members()), demo=True)
    asker.container.start()
    print(f"100 demo clusters, 200 routes each, {', '.join(FAULTS)}")
    seconds, body = asker.ask(ROUTES_PATH)
    print(f"  the first page ever: {seconds * 1e3:.0f} ms, {said(body)}")
    watched = [seconds]
    while len(body["clusters_missing"]) > len(FAULTS) or any(
        "first time" in one["reason"] for one in body["clusters_missing"]
    ):
        time.sleep(0.2)  # asking in a loop would take the time that is measured
        seconds, body = asker.ask(ROUTES_PATH)
        watched.append(seconds)
    ready = time.perf_counter() - began
    print(f"  while clusters are read: {percentiles(watched)}, complete after {ready:.1f} s")
    gc.freeze()
    for question in QUESTIONS:
        seconds, body = asker.ask(f"{ROUTES_PATH}?{question}")
        print(f"  first asked {question:28} {seconds * 1e3:6.1f} ms, {said(body)}")
    print(f"  asked again: {percentiles(asker.often(PAGE))}")
    for one in body["clusters_missing"]:
        print(f"  missing: {one['name']}: {one['reason']}")
    print(f"  resident: {resident() / 1e6:.0f} MB, servers included")
    asker.container.stop()
    started.stop()


def said(body: Any) -> str:
    return f"{body['total']} routes, {len(body['clusters_missing'])} clusters missing"


def simulated() -> None:
    """The second fleet, at a tenth and in full; asked in turn, so that both have the same luck."""
    fleets = [simulated_fleet(ROUTES // 10, OBJECTS // 10), simulated_fleet(ROUTES, OBJECTS)]
    askers = [Asker(fleet) for fleet in fleets]
    for asker in askers:
        asker.container.resources.start()
        asker.ask(PAGE)
    gc.freeze()
    found: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])

    def ask(what: str, url: str = PAGE, changed: int | None = None) -> None:
        for fleet, asker, times in zip(fleets, askers, found[what], strict=True):
            if changed is not None:
                change(fleet, changed)
            times.append(asker.ask(url)[0])

    for _ in range(ASKED):
        ask("nothing changes")
    for number in range(CHANGES):
        ask("right after a change", changed=number)
    with changing(fleets, 1.0):
        end = time.perf_counter() + WHILE_SECONDS
        while time.perf_counter() < end:
            ask("one change a second")
    for number in range(FRESH):
        ask("asked for the first time", f"{PAGE}&namespace=team-{number}")
    for what, text in SEARCHED.items():
        for _ in range(CHANGES):
            for asker, times in zip(askers, found[f"search, {what}"], strict=True):
                began = time.perf_counter()
                asker.container.search.find(CONSOLE, text)
                times.append(time.perf_counter() - began)
    print(f"{CLUSTERS} clusters, {ROUTES} routes, {OBJECTS} objects; a tenth of them; the ratio")
    for what, (small, large) in found.items():
        half = statistics.median(large) / statistics.median(small)
        tail = slowest(large) / slowest(small)
        print(f"  {what:25} {percentiles(large)}")
        print(f"  {'':25} {percentiles(small)}")
        print(f"  {'':25} p50 {half:6.2f} x , p99 {tail:6.2f} x")
    for asker in askers:
        asker.container.stop()


def simulated_fleet(routes: int, objects: int) -> Fleet:
    """Clusters that nobody connects to, with what a watch would have brought of them."""
    fleet = Fleet([Member(f"c-{n:03d}", unreachable) for n in range(CLUSTERS)])
    for index, name in enumerate(fleet.names()):
        fill(fleet.get(name), index, routes, objects)
    return fleet


def unreachable() -> Connection:
    raise AssertionError("nobody connects to a simulated cluster")


def fill(cluster: Cluster, index: int, routes: int, objects: int) -> None:
    """The share of one cluster in the fleet's routes and objects; what is no route is a Service."""
    mine = range(index, routes, CLUSTERS)
    publish(cluster, "httproutes", dict(route(number, "1") for number in mine))
    others = range(index, objects - routes, CLUSTERS)
    publish(cluster, "services", dict(service(number) for number in others))
    for kind in ("gateways", "gatewayclasses", "grpcroutes", "tlsroutes", "tcproutes", "udproutes"):
        publish(cluster, kind, {})


def publish(cluster: Cluster, kind: str, objects: dict[tuple[str, str], Any]) -> None:
    """Put a snapshot where a watch publishes it, and tell whoever listens."""
    shelf, now = cluster.cache._shelves[kind], datetime.now(UTC)
    version = shelf.published.version + 1
    shelf.published = Snapshot(kind, MappingProxyType(objects), version, now, "live")
    cluster.cache.announce(shelf.published)


def route(number: int, version: str) -> tuple[tuple[str, str], dict[str, Any]]:
    """One route as a watch brings it, by its place."""
    key = f"team-{number % 20}", f"app-{number:05d}"
    ref, backend = {"name": "edge", "namespace": "shop"}, {"name": "web", "port": 8080}
    condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
    controller = "gateway.nginx.org/nginx-gateway-controller"
    path = {"type": "PathPrefix", "value": f"/v{number % 3}"}
    return key, {
        "metadata": {
            "namespace": key[0],
            "name": key[1],
            "uid": f"{number}",
            "resourceVersion": version,
            "creationTimestamp": f"2026-{number % 12 + 1:02d}-01T00:{number % 60:02d}:00Z",
            "labels": {"app": key[1]},
        },
        "spec": {
            "parentRefs": [ref],
            "hostnames": [f"{key[1]}.example.com"],
            "rules": [{"matches": [{"path": path}], "backendRefs": [backend]}],
        },
        "status": {
            "parents": [{"parentRef": ref, "controllerName": controller, "conditions": [condition]}]
        },
    }


def service(number: int) -> tuple[tuple[str, str], dict[str, Any]]:
    """One Service, by its place."""
    key = f"team-{number % 20}", f"app-{number:05d}"
    metadata = {"namespace": key[0], "name": key[1], "uid": f"{number}", "resourceVersion": "1"}
    return key, {"metadata": metadata, "spec": {"ports": [{"port": 8080, "protocol": "TCP"}]}}


def change(fleet: Fleet, number: int) -> None:
    """A new version of one route of one cluster."""
    cluster = fleet.get(f"c-{number * 7 % CLUSTERS:03d}")
    objects = dict(cluster.snapshot("httproutes").objects)
    key = next(iter(objects))
    metadata = {**objects[key]["metadata"], "resourceVersion": f"{number + 2}"}
    objects[key] = {**objects[key], "metadata": metadata}
    publish(cluster, "httproutes", objects)


@contextmanager
def changing(fleets: list[Fleet], seconds: float) -> Iterator[None]:
    """A change in each fleet every so many seconds, until the block ends."""
    ended = threading.Event()

    def work() -> None:
        for number in count():
            if ended.wait(seconds):
                return
            for fleet in fleets:
                change(fleet, number)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()


def slowest(times: list[float]) -> float:
    """What one in a hundred takes longer than."""
    return statistics.quantiles(times, n=100, method="inclusive")[98]


def resident() -> int:
    """Bytes of memory that this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


BENCHES: dict[str, Callable[[], None]] = {"demo": demo, "simulated": simulated}


if __name__ == "__main__":
    logs.configure("error")
    gc.set_threshold(*COLLECT)
    for chosen in sys.argv[1:] or BENCHES:
        BENCHES[chosen]()
