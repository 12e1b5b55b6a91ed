"""Access logs for the pages that show them, of a gateway and a host of their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.container import Container

GATEWAY = "shop/tests"
HOST = "tests.example.com"
SILENT = "hub-fra"
"""Has no such gateway."""

ROUTES = ("shop/storefront", "payments/checkout", "")


LINES = 1200
FAILED = 60

_logged: set[int] = set()


def log_lines(container: Container) -> None:
    """A line every two seconds for forty minutes up to now; one in twenty fails, all of those of
    one route. Once for a console, whichever test comes first."""
    if id(container) not in _logged:
        _logged.add(id(container))
        log(container, *range(LINES))


def log(container: Container, *numbers: int) -> None:
    """The lines of these numbers, as seen from now; below 0 they are yet to come."""
    now = datetime.now(UTC)
    rows = [_line(now, number) for number in numbers]
    container.store.insert("ngf_access_logs", b"\n".join(map(orjson.dumps, rows)), f"{now}")


def _line(now: datetime, number: int) -> dict[str, Any]:
    failed = number % 20 == 1
    route = ROUTES[1] if failed else ROUTES[number % 3]
    return {
        "timestamp": (now - timedelta(seconds=2 * number + 1)).strftime("%Y-%m-%d %H:%M:%S.%f")[
            :-3
        ],
        "cluster_name": "web-fra" if number % 3 or failed else "gpu-iad",
        "namespace": "shop",
        "gateway": "tests",
        "route": route,
        "route_source": "variable" if route else "",
        "scheme": "https",
        "host": HOST,
        "method": "POST" if failed else "GET",
        "path": "/checkout" if failed else f"/item/{number}",
        "status": 502 if failed else 200,
        "status_class": "5xx" if failed else "2xx",
        "latency_ms": 10.0 + number % 90,
        "upstream_latency_ms": 8.0,
        "upstream_name": "payments_checkout_80" if failed else "shop_web_80",
        "upstream_addr": "10.64.7.31:8080",
        "upstream_attempts": 1,
        "request_id": f"r{number:04}",
        "client_ip": "198.51.100.7",
    }
