"""What the model of the Gateway API costs: compiling a cluster, following a change, memory.

``python tests/bench/bench_model.py [ROUTES] [GATEWAYS]``: HTTPRoutes over gateways with two
listeners each. Times are of the processor, the best of several, each beside what the standard
library takes to read the same routes from JSON in the same run; the ratios travel between machines,
the milliseconds do not.
Promised for 10,000 routes: compiled with their matches within 1 s, a change within 20 ms.
"""

import copy
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.world import World

ROUTES = 10_000
GATEWAYS = 50
NGF = "gateway.nginx.org/nginx-gateway-controller"
Place = tuple[str, str]


def cluster(routes: int, gateways: int) -> World:
    """``routes`` HTTPRoutes of two rules each, spread over ``gateways``."""
    return World(
        {
            "gatewayclasses": {("", "nginx"): {"spec": {"controllerName": NGF}}},
            "namespaces": {("", "shop"): {"metadata": {"name": "shop"}}},
            "gateways": {("shop", f"gw-{n}"): gateway(f"gw-{n}") for n in range(gateways)},
            "httproutes": {("shop", f"r-{n}"): route(n, n % gateways) for n in range(routes)},
            "services": {("shop", f"s-{n}"): service(f"s-{n}") for n in range(100)},
            "endpointslices": {("shop", f"s-{n}-x"): piece(n) for n in range(100)},
        }
    )


def gateway(name: str) -> dict[str, Any]:
    """A Gateway with a listener for all hostnames and one for some."""
    listeners = [
        {"name": "http", "port": 80, "protocol": "HTTP"},
        {"name": "alt", "port": 8080, "protocol": "HTTP", "hostname": "*.example.com"},
    ]
    return {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"gatewayClassName": "nginx", "listeners": listeners},
    }


def route(number: int, gateway: int) -> dict[str, Any]:
    """An HTTPRoute with a hostname of its own."""
    name = f"r-{number}"
    return {
        "metadata": {
            "namespace": "shop",
            "name": name,
            "creationTimestamp": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z",
        },
        "spec": {
            "parentRefs": [{"name": f"gw-{gateway}"}],
            "hostnames": [f"{name}.example.com"],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                    "backendRefs": [{"name": f"s-{number % 100}", "port": 8080}],
                }
                for path in ("/", "/api")
            ],
        },
    }


def service(name: str) -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name}, "spec": {"ports": [{"port": 8080}]}}


def piece(number: int) -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": f"s-{number}"}
    return {
        "metadata": {"namespace": "shop", "name": f"s-{number}-x", "labels": labels},
        "ports": [{"port": 8080}],
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}],
    }


def best(work: Callable[[], Any], times: int = 5) -> float:
    """Milliseconds of the fastest run."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found) * 1000


def matching(model: Model) -> Model:
    """With the matches of all gateways compiled."""
    for key in model.gateways:
        model.tables(key)
    return model


def asked(model: Model) -> Model:
    """With everything that pages and the simulator ask for, which is carried along from then on."""
    model.users(Ref("Service", "shop", "s-0"))
    model.slices.has(("shop", "s-0"))
    return matching(model)


def edited(world: World, kind: str, place: Place, edit: Callable[[Any], None]) -> World:
    """``world`` with one object edited, as the watch cache would show it."""
    obj = copy.deepcopy(world.of(kind)[place])
    edit(obj)
    return World({**world.objects, kind: {**world.of(kind), place: obj}})


def memory(work: Callable[[], Any]) -> int:
    """Bytes that ``work`` leaves behind."""
    tracemalloc.start()
    kept = work()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size


def main() -> int:
    numbers = [int(word) for word in sys.argv[1:]]
    count, gateways = [*numbers, *[ROUTES, GATEWAYS][len(numbers) :]]
    world = cluster(count, gateways)
    text = json.dumps(list(world.of("httproutes").values()))
    plain = best(lambda: json.loads(text))

    def tell(what: str, milliseconds: float) -> None:
        print(f"{what:44} {milliseconds:9.2f} ms  {milliseconds / plain:8.4f} x reading JSON")

    print(f"{count} HTTPRoutes on {gateways} gateways; JSON read in {plain:.0f} ms")
    tell("compiled", best(lambda: Model.build(world)))
    tell("compiled with the matches of all gateways", best(lambda: matching(Model.build(world)), 3))
    model = asked(Model.build(world))
    for what, kind, place, edit in EDITS:
        other = edited(world, kind, place, edit)
        tell(f"following: {what}", best(lambda other=other: model.following(other)))  # type: ignore[misc]
    compiled = memory(lambda: Model.build(world)) / count
    everything = memory(lambda: asked(Model.build(world))) / count
    print(
        f"memory per route: {compiled / 1000:.1f} kB compiled, {everything / 1000:.1f} kB with all"
    )
    return 0


def _hostname(obj: Any) -> None:
    obj["spec"]["hostnames"] = ["other.example.com"]


def _backend(obj: Any) -> None:
    obj["spec"]["rules"][0]["backendRefs"][0]["port"] = 81


def _listener(obj: Any) -> None:
    obj["spec"]["listeners"][1]["hostname"] = "*.com"


def _another(obj: Any) -> None:
    obj["spec"]["listeners"].append({"name": "new", "port": 8443, "protocol": "HTTP"})


def _label(obj: Any) -> None:
    obj["metadata"]["labels"] = {"team": "web"}


def _endpoint(obj: Any) -> None:
    obj["endpoints"][0]["conditions"]["ready"] = False


EDITS: tuple[tuple[str, str, Place, Callable[[Any], None]], ...] = (
    ("a route's hostname", "httproutes", ("shop", "r-7"), _hostname),
    ("a route's backend", "httproutes", ("shop", "r-7"), _backend),
    ("a Service", "services", ("shop", "s-7"), _label),
    ("an EndpointSlice", "endpointslices", ("shop", "s-7-x"), _endpoint),
    ("a gateway's label", "gateways", ("shop", "gw-0"), _label),
    ("a listener's hostname", "gateways", ("shop", "gw-0"), _listener),
    ("another listener", "gateways", ("shop", "gw-0"), _another),
)

if __name__ == "__main__":
    raise SystemExit(main())
