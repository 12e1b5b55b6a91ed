"""How long a reload of the HTTPRoute list takes to its first row, and what the page weighs.

Measured in Chromium against the whole console on one in-process cluster with 200 and with 10,000
routes, as a ratio to a plain static page with one table of ten rows, loaded by the same browser in
the same run; and how long a route made elsewhere takes into the open list. Promised: first row
within 1.0 s, heap below 80 MB, a change within 2 s, on an otherwise idle machine.
"""

import logging
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from app import create_app
from services import logs
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.kube.connection import Connection
from services.settings import load
from tests.serving import loopback

ROUTES = (200, 10_000)
RELOADS = 9
FIRST_ROW = "#routes-grid .ag-row .nm a"
PLAIN = (
    "<!doctype html><title>plain</title><table>"
    + "".join(f"<tr><td class=first>route-{n}<td>r{n}.example.com</tr>" for n in range(10))
    + "</table>"
)


def routes(count: int) -> list[dict[str, Any]]:
    """``count`` accepted routes of one gateway."""
    ref = {"name": "edge", "namespace": "shop"}
    accepted = {
        "parentRef": ref,
        "controllerName": "gateway.nginx.org/nginx-gateway-controller",
        "conditions": [
            {
                "type": "Accepted",
                "status": "True",
                "reason": "Accepted",
                "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
        ],
    }
    return [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": f"route-{number:05d}", "namespace": "shop"},
            "spec": {
                "parentRefs": [ref],
                "hostnames": [f"r{number}.example.com"],
                "rules": [
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": f"/{number}"}}],
                        "backendRefs": [{"name": "web", "port": 8080}],
                    }
                ],
            },
            "status": {"parents": [accepted]},
        }
        for number in range(count)
    ]


class Served:
    """The console on one cluster with ``count`` routes, on a free loopback port."""

    def __init__(self, count: int) -> None:
        self.api = DemoApi("bench", definitions())
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        for obj in [namespace, *routes(count)]:
            self.api.store.create(obj)
        self.api.start()
        kubeconfig = self.api.kubeconfig()
        fleet = Fleet(
            [Member("bench", lambda: Connection.from_kubeconfig(kubeconfig), default=True)]
        )
        folder = tempfile.mkdtemp()
        self.container = Container.build(load({"data": Path(folder)}), fleet)
        app = create_app(self.container)
        app.server.add_url_rule("/static/bench/plain", "plain", lambda: PLAIN)
        self.container.start()
        fleet.wait_ready(120)
        self.server = loopback(app.server)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.port}"
        token = self.container.tokens.create(CONSOLE, "bench", Role.VIEWER)[1]
        self.headers = {"Authorization": f"Bearer {token}"}

    def stop(self) -> None:
        self.server.shutdown()
        self.container.stop()
        self.api.stop()


def reload_times(page: Page, url: str, selector: str) -> float:
    """Median seconds from a reload to the first match of ``selector``; the first load warms up."""
    page.goto(url)
    page.wait_for_selector(selector)
    times = []
    for _ in range(RELOADS):
        start = time.perf_counter()
        page.reload(wait_until="commit")
        page.wait_for_selector(selector)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def arrival(page: Page, served: Served) -> float:
    """Median seconds from a route's creation to its row in the open list."""
    page.goto(f"{served.url}/routes?q=arrives")
    page.wait_for_selector("#n-live:has-text('Live')")
    times = []
    for number in range(RELOADS):
        made = routes(1)[0]
        made["metadata"]["name"] = f"arrives-{number}"
        start = time.perf_counter()
        served.api.store.create(made)
        page.wait_for_selector(f"{FIRST_ROW}:has-text('arrives-{number}')")
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def heap(page: Page) -> float:
    """Megabytes of JavaScript heap after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


def main() -> int:
    logs.configure("warning")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    counts = [int(word) for word in sys.argv[1:]] or list(ROUTES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--enable-precise-memory-info"],
        )
        for count in counts:
            served = Served(count)
            context = browser.new_context(
                viewport={"width": 1440, "height": 900}, extra_http_headers=served.headers
            )
            page = context.new_page()
            plain = reload_times(page, f"{served.url}/static/bench/plain", ".first")
            seconds = reload_times(page, f"{served.url}/routes", FIRST_ROW)
            print(
                f"HTTPRoute list, {count} routes: first row {seconds:.2f} s, "
                f"{seconds / plain:.1f} x a plain page ({plain:.3f} s), heap {heap(page):.0f} MB, "
                f"a new route is there after {arrival(page, served):.2f} s"
            )
            context.close()
            served.stop()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
