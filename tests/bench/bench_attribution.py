"""How long 100,000 distinct lines of an access log take to get their rules, by a model of 10,000
routes, as a ratio to decoding the same lines from JSON. Promised: 10 s.
"""

import sys
import time
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[2]))

from services.clusters.fleet import Fleet
from services.gatewayapi.attribution import Attribution
from services.gatewayapi.history import History
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.world import World
from services.gatewayapi.models import Models
from services.telemetry.attribution import Line

ROUTES, LINES = 10_000, 100_000


def route(number: int) -> dict[str, Any]:
    """One of three rules takes requests by their path alone, two by a header, too."""

    def rule(**match: Any) -> dict[str, Any]:
        path = {"path": {"type": "PathPrefix", "value": f"/{number}"}}
        return {"matches": [path | match], "backendRefs": [{"name": "web", "port": 80}]}

    named = {"headers": [{"name": "x-canary", "value": "yes"}]}
    return {
        "kind": "HTTPRoute",
        "metadata": {"name": f"r{number}", "namespace": "shop", "creationTimestamp": "2026"},
        "spec": {
            "parentRefs": [{"name": "edge"}],
            "hostnames": [f"h{number % 1000}.example.com"],
            "rules": [rule(**named), rule(method="POST", **named), rule()],
        },
    }


def world() -> World:
    """One NGF gateway with all the routes."""
    controller = "gateway.nginx.org/nginx-gateway-controller"
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    return World(
        {
            "gatewayclasses": {
                ("", "nginx"): {
                    "metadata": {"name": "nginx"},
                    "spec": {"controllerName": controller},
                }
            },
            "gateways": {
                ("shop", "edge"): {
                    "metadata": {"name": "edge", "namespace": "shop"},
                    "spec": {"gatewayClassName": "nginx", "listeners": [listener]},
                }
            },
            "httproutes": {("shop", f"r{n}"): route(n) for n in range(ROUTES)},
        }
    )


def lines() -> list[bytes]:
    """Distinct requests, spread over all routes."""
    return [
        orjson.dumps(
            {
                "host": f"h{n % ROUTES % 1000}.example.com",
                "port": "80",
                "scheme": "http",
                "method": "GET",
                "request_uri": f"/{n % ROUTES}/item/{n}?page={n}",
                "path": f"/{n % ROUTES}/item/{n}",
                "status": "200",
                "uaddr": "10.0.0.1:8080",
                "proxy_host": "shop_web_80",
                "ua": "bench",
            }
        )
        for n in range(LINES)
    ]


def main() -> None:
    model, text = Model.build(world()), lines()
    start = time.perf_counter()
    told = [Line("bench", "shop", "edge", 0, orjson.loads(one)) for one in text]
    decoding = time.perf_counter() - start
    attribution = Attribution(History(Fleet(), Models()))
    for name in ("for the first time", "again"):
        start = time.perf_counter()
        found = [attribution.by(model, one) for one in told]
        took = time.perf_counter() - start
        assert all(len(one.rules) == 2 for one in found)
        print(
            f"{LINES} lines {name}: {took:.2f} s, {took / LINES * 1e6:.0f} us a line, "
            f"{took / decoding:.1f}x decoding them"
        )


if __name__ == "__main__":
    main()
