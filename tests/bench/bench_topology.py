"""How long the topology of 5,000 objects takes: its graph, its picture, and the browser's share.

A cluster of 5,000 objects (20 gateways, 1,600 routes, as many Services and EndpointSlices) is asked
as the page asks, as a ratio to parsing the JSON of its objects once in the same run; and Chromium
draws it, as a ratio to the same for ten routes. Promised: usable, that is: a picture within 500 ms
on the server after a change, at most 300 nodes at once, and drawn within a second, on an otherwise
idle machine.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from app import create_app
from callbacks import topology_words
from services import logs
from services.auth.identity import CONSOLE
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.gatewayapi.topology.pictures import View, picture
from services.gatewayapi.topology.standing import Verdicts
from services.gatewayapi.topology.walking import walked
from services.kube.connection import Connection
from services.settings import load
from tests.serving import loopback

GATEWAYS = 20
ROUTES = (10, 1_600)
TIMES = 5
API = "gateway.networking.k8s.io/v1"
DRAWN = """
const cy = document.getElementById("topology-graph")?._cyreg?.cy;
return Boolean(cy && cy.nodes().length && document.getElementById("topology-count").textContent);
"""


def objects(routes: int) -> list[dict[str, Any]]:
    """Gateways, and routes with a Service and its EndpointSlice each."""
    allowed = {"namespaces": {"from": "All"}}
    listener = {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": allowed}
    made: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {
            "apiVersion": API,
            "kind": "GatewayClass",
            "metadata": {"name": "nginx"},
            "spec": {"controllerName": "gateway.nginx.org/nginx-gateway-controller"},
        },
    ]
    gateways = min(GATEWAYS, routes)
    for at in range(gateways):
        spec = {"gatewayClassName": "nginx", "listeners": [listener]}
        made.append(_named("Gateway", f"edge-{at}", API, spec=spec))
    for at in range(routes):
        name = f"app-{at:04}"
        rules = [{"backendRefs": [{"name": name, "port": 80}]}]
        spec = {"parentRefs": [{"name": f"edge-{at % gateways}"}], "rules": rules}
        made.append(_named("HTTPRoute", name, API, spec=spec))
        made.append(_named("Service", name, "v1", spec={"ports": [{"port": 80}]}))
        endpoints = [
            {"addresses": [f"10.0.{at // 250}.{at % 250}"], "conditions": {"ready": bool(at % 9)}}
        ]
        slices = _named("EndpointSlice", name, "discovery.k8s.io/v1", addressType="IPv4")
        slices["metadata"]["labels"] = {"kubernetes.io/service-name": name}
        made.append(slices | {"endpoints": endpoints, "ports": [{"port": 80}]})
    return made


def _named(kind: str, name: str, version: str, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def median(work: Callable[[], Any]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    logs.configure("error")
    apis = {f"objects-{count}": DemoApi(f"objects-{count}", definitions()) for count in ROUTES}
    for count, (_, api) in zip(ROUTES, apis.items(), strict=True):
        for obj in objects(count):
            api.store.create(obj)
        api.start()
    fleet = Fleet([_member(name, api) for name, api in apis.items()])
    with tempfile.TemporaryDirectory() as folder:
        container = Container.build(load({"data": folder}), fleet)
        server = loopback(create_app(container).server)
        container.start()
        fleet.wait_ready(120)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = _server(container, list(apis)[-1])
        _browser(container, f"http://127.0.0.1:{server.port}", list(apis), base)
        server.shutdown()
        container.stop()
    for api in apis.values():
        api.stop()


def _member(name: str, api: DemoApi) -> Member:
    kubeconfig = api.kubeconfig()
    return Member(name, lambda: Connection.from_kubeconfig(kubeconfig))


def _server(container: Container, name: str) -> float:
    cluster = container.fleet.get(name)
    model = container.models.of(cluster)
    world = model.world
    held = [dict(obj) for of in world.objects.values() for obj in of.values()]
    text = orjson.dumps(held)
    base = median(lambda: orjson.loads(text))
    verdicts = Verdicts()
    view = View("", (name,))
    graph = median(lambda: walked(model, lambda _: True, verdicts))
    seen = picture(container.topologies, CONSOLE, view)
    picked = median(lambda: picture(container.topologies, CONSOLE, view))
    flat = View("", (name,), group=False)
    whole = median(lambda: picture(container.topologies, CONSOLE, flat))
    said = topology_words.told(seen, view, {}, as_table=False)
    size = len(orjson.dumps(said)) / 1024
    nodes = seen.topology.graph.nodes
    print(f"  {len(held):,} objects, {len(nodes):,} in the graph; their JSON parsed: {base:.1f} ms")
    print(f"  graph after a change: {graph:.0f} ms, {graph / base:.1f} times that")
    print(f"  picture of it, grouped: {picked:.0f} ms, {picked / base:.1f} times that")
    print(f"  picture without groups: {whole:.0f} ms, {whole / base:.1f} times that")
    print(f"  drawn: {len(seen.drawing.graph.nodes)} nodes, {size:.0f} KiB to the browser")
    return base


def _browser(container: Container, url: str, names: list[str], base: float) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/lib/chromium/chromium-headless-shell", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/signin?code={container.signin.mint()}")
        drawn: dict[str, float] = {}
        for name in names:
            path = f"{url}/topology?cluster={name}"
            times = []
            for _ in range(TIMES):
                page.goto("about:blank")
                start = time.perf_counter()
                page.goto(path)
                page.wait_for_function(f"() => {{ {DRAWN} }}")
                times.append(1000 * (time.perf_counter() - start))
            drawn[name] = statistics.median(times)
        few, many = (drawn[name] for name in names)
        print(f"  page to drawn graph: {many:.0f} ms, {many / few:.2f} times that of ten routes")
        page.goto(f"{url}/topology?cluster={names[-1]}&group=off")
        page.wait_for_function(f"() => {{ {DRAWN} }}")
        frames = page.evaluate(MOVED)
        print(f"  without groups, a move of the view: {frames:.0f} ms a frame")
        browser.close()


MOVED = """() => new Promise((done) => {
  const cy = document.getElementById("topology-graph")._cyreg.cy;
  const start = performance.now();
  let left = 20;
  const step = () => {
    cy.panBy({ x: 0, y: -20 });
    if (--left) requestAnimationFrame(step); else done((performance.now() - start) / 20);
  };
  requestAnimationFrame(step);
})"""


if __name__ == "__main__":
    main()
