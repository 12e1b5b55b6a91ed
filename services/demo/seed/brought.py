"""Hosts that teams bring to a gateway that is not theirs, and one host that two clusters serve.

A status page is on the web cluster, by a ListenerSet of its team, and on the hub. The labs ask the
web cluster's gateway for a host of the GPU cluster, and are refused.
"""

from collections.abc import Iterator

from services.demo.seed.objects import (
    Obj,
    listener,
    listener_set,
    marked,
    match,
    route,
    rule,
    tls,
    to,
)
from services.demo.seed.workloads import service

STATUS_HOST = "status.example.com"
TAKES_LISTENERS: Obj = {
    "namespaces": {"from": "Selector", "selector": {"matchLabels": {"edge": "public"}}}
}
"""``allowedListeners`` of a gateway that takes ListenerSets of public namespaces."""


def listener_sets() -> Iterator[Obj]:
    """One that the gateway takes, and one that it does not, each with routes."""
    yield tls("status/status-tls", 25, 65, STATUS_HOST)
    yield listener_set(
        "status/status",
        80,
        "shop/edge-public",
        listener("https", 443, "HTTPS", STATUS_HOST, cert="status-tls"),
    )
    yield from status_page("ListenerSet:status#https", 80, ready=3)
    yield listener_set(
        "labs/preview",
        4,
        "shop/edge-public",
        listener("http", 80, "HTTP", "llm.example.com"),
    )
    yield route(
        "HTTPRoute",
        "labs/llm-preview",
        4,
        "ListenerSet:preview",
        "llm.example.com",
        rule(match("/"), backends=to("canary:8080")),
    )


def status_page(parent: str, age: float, ready: int) -> Iterator[Obj]:
    """The page, its feed and what answers both; ``parent`` is where they attach."""
    yield from service("status/status-page", age, 8080, ready=ready)
    for name, path in (("page", "/"), ("feed", "/api/incidents")):
        yield route(
            "HTTPRoute",
            f"status/{name}",
            age,
            parent,
            STATUS_HOST,
            rule(
                match(path),
                backends=to("status-page:8080"),
                filters=[marked(f"status/{name}/0")],
            ),
        )
