"""Finds the match of a request among 10,000 routes, and makes the tables that it looks in.

Run: ``python tests/bench/bench_lookup.py [routes]``. The baseline, in the same process, is what a
reader without tables does: look at every match of every route. Times are of the processor, so that
a busy machine changes little. Goals: a lookup in at most 1 ms at
p99, tables of 10,000 routes in at most 0.5 s, a change of one route in at most 5 ms.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.gatewayapi.matching.lookup import Hit, Seen, lookup
from services.gatewayapi.matching.request import Request
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.matching.tables import Tables
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.world import World

GATEWAY = ("infra", "edge")
TYPES = ("Exact", "PathPrefix", "PathPrefix", "PathPrefix", "RegularExpression")


def gateway() -> dict[str, Any]:
    everywhere = {"namespaces": {"from": "All"}}
    return {
        "metadata": {"namespace": GATEWAY[0], "name": GATEWAY[1]},
        "spec": {
            "gatewayClassName": "example",
            "listeners": [
                {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": everywhere},
                {
                    "name": "wild",
                    "port": 80,
                    "protocol": "HTTP",
                    "hostname": "*.example.com",
                    "allowedRoutes": everywhere,
                },
            ],
        },
    }


def route(index: int, chance: random.Random) -> dict[str, Any]:
    rules = []
    for rule in range(2):
        kind = chance.choice(TYPES)
        path = f"/team-{index % 997}/app-{index}/{rule}"
        if kind == "RegularExpression":
            path = f"/team-{index % 997}/app-{index}/[{rule}-9]+(/.*)?"
        match: dict[str, Any] = {"path": {"type": kind, "value": path}}
        if chance.random() < 0.3:
            match["headers"] = [{"name": "x-version", "value": str(index % 3)}]
        if chance.random() < 0.2:
            match["method"] = chance.choice(("GET", "POST"))
        rules.append({"matches": [match], "backendRefs": [{"name": f"s-{index}", "port": 80}]})
    host = f"host-{index % 2000}" if index % 4 else "shared"
    domain = "example.com" if index % 2 else "example.org"
    return {
        "metadata": {
            "namespace": f"ns-{index % 50}",
            "name": f"route-{index}",
            "creationTimestamp": f"2026-01-01T{index % 24:02}:00:00Z",
        },
        "spec": {
            "parentRefs": [{"namespace": GATEWAY[0], "name": GATEWAY[1]}],
            "hostnames": [f"{host}.{domain}"],
            "rules": rules,
        },
    }


def world(count: int) -> World:
    chance = random.Random(7)
    routes = (route(index, chance) for index in range(count))
    return World(
        {
            "gateways": {GATEWAY: gateway()},
            "httproutes": {
                (one["metadata"]["namespace"], one["metadata"]["name"]): one for one in routes
            },
        },
        frozenset({"services", "endpointslices", "gatewayclasses"}),
        assumed=True,
    )


def requests(count: int, routes: int) -> list[Request]:
    chance = random.Random(11)
    found = []
    for _ in range(count):
        index = chance.randrange(routes)
        host = f"host-{index % 2000}" if index % 4 else "shared"
        domain = "example.com" if index % 2 else "example.org"
        tail = chance.choice(("", "/a/b/c", "/", "x"))
        path = f"/team-{index % 997}/app-{index}/{chance.randrange(3)}{tail}?q=1"
        headers = (("x-version", str(chance.randrange(4))), ("accept", "*/*"))
        found.append(Request("GET", "http", f"{host}.{domain}", 80, path, headers))
    return found


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def of_each(work: Callable[[Request], Any], asked: list[Request]) -> list[float]:
    return sorted(timed(lambda one=one: work(one)) * 1e3 for one in asked)  # type: ignore[misc]


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


def without_tables(model: Model, request: Request) -> int:
    """Every match of every attached route, as a reader without tables must look at them."""
    seen = Seen(request, ngf=False)
    path = seen.path or "/"
    found = 0
    for attachment in model.attached(GATEWAY):
        route = model.routes[attachment.route]
        if request.hostname not in route.hostnames:
            continue
        for rule in route.rules:
            for match in rule.matches:
                if path.startswith(match.path) and (not match.method or match.method == "GET"):
                    found += 1
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    model = Model.build(world(count))
    attached = model.attached(GATEWAY)
    print(f"{len(attached)} attachments of {count} routes")
    made = min(timed(lambda: Tables.of(attached, model.routes)) for _ in range(5))
    print(f"tables made              {made * 1e3:8.1f} ms")
    tables = Tables.of(attached, model.routes)
    some = attached[:: max(1, len(attached) // 200)]
    changes = sorted(
        timed(lambda one=one: tables.changed((one,), (one,), model.routes, model.routes)) * 1e3
        for one in some
    )
    print(f"one route changed        {p99(changes):8.3f} ms p99")
    asked = requests(20_000, count)
    model.tables(GATEWAY)
    times = of_each(lambda one: lookup(model, GATEWAY, one), asked)
    hits = sum(isinstance(lookup(model, GATEWAY, one), Hit) for one in asked[:2000])
    middle = statistics.median(times)
    print(f"lookup                   {middle:8.4f} ms p50, {p99(times):.4f} ms p99")
    print(f"                         {times[-1]:8.4f} ms at most")
    print(f"                         {hits / 20:.0f}% of requests match")
    told = of_each(lambda one: simulate(model, GATEWAY, one), asked[:300])
    print(f"simulate, with losers    {statistics.median(told):8.2f} ms p50, {p99(told):.2f} ms p99")
    base = of_each(lambda one: without_tables(model, one), asked[:100])
    print(f"baseline without tables  {statistics.median(base):8.2f} ms p50, {p99(base):.2f} ms p99")


if __name__ == "__main__":
    main()
