"""One of many alike: a small web cluster with as many routes as are asked for, few in trouble."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from services.demo.seed.installation import controller, data_planes
from services.demo.seed.objects import (
    Obj,
    gateway,
    listener,
    marked,
    match,
    namespace,
    route,
    rule,
    tls,
    to,
)
from services.demo.seed.workloads import node, service

KINDS = frozenset(
    {
        "gatewayclasses.gateway.networking.k8s.io",
        "gateways.gateway.networking.k8s.io",
        "httproutes.gateway.networking.k8s.io",
        "referencegrants.gateway.networking.k8s.io",
        "nginxgateways.gateway.nginx.org",
        "nginxproxies.gateway.nginx.org",
    }
)
"""Definitions of a site: what it uses and no more, because each kind costs its reader a watch."""
AGE = 240
NODES = 3
TROUBLE_EVERY = 57
"""One route in this many is in trouble."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What a site is for: namespaces, each with its apps. ``offset`` puts trouble elsewhere."""

    name: str
    offset: int
    apps: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def domain(self) -> str:
        """What every host of the trade ends in."""
        return f"{self.name}.example.com"


TRADES = (
    Trade(
        "retail",
        7,
        (
            ("shop", ("cart", "catalog", "search", "reviews")),
            ("stock", ("levels", "suppliers")),
            ("tills", ("receipts", "vouchers")),
        ),
    ),
    Trade(
        "travel",
        18,
        (("booking", ("flights", "hotels", "trains")), ("profile", ("login", "miles"))),
    ),
    Trade(
        "media",
        29,
        (
            ("stream", ("player", "live", "archive")),
            ("editorial", ("articles", "comments", "images")),
        ),
    ),
    Trade(
        "bank",
        40,
        (
            ("accounts", ("balance", "statements")),
            ("payments", ("transfer", "cards", "limits")),
            ("branch", ("appointments",)),
        ),
    ),
    Trade(
        "logistics",
        51,
        (("parcels", ("tracking", "labels", "returns")), ("fleet", ("drivers", "routes"))),
    ),
)


def site(trade: Trade, routes: int) -> Iterator[Obj]:
    """Every object of a site with ``routes`` HTTPRoutes, namespaces first."""
    yield from controller(AGE)
    for number in range(1, NODES + 1):
        yield node(f"worker-{number}", AGE)
    yield namespace("edge", AGE)
    for space, _ in trade.apps:
        yield namespace(space, AGE, team=space, edge="public")
    yield tls("edge/wildcard", 30, 60, f"*.{trade.domain}")
    public: Obj = {"routes_from": "Selector", "selector": {"edge": "public"}}
    gateways = [
        gateway(
            "edge/public",
            AGE,
            listener("http", 80, "HTTP", **public),
            listener("https", 443, "HTTPS", f"*.{trade.domain}", cert="wildcard", **public),
        ),
        gateway("edge/internal", AGE, listener("http", 8080, "HTTP", **public)),
    ]
    yield from gateways
    yield from data_planes(gateways)
    for space, names in trade.apps:
        for name in names:
            yield from service(f"{space}/{name}", AGE, 8080, ready=1)
    yield from _routes(trade, routes)


def _routes(trade: Trade, count: int) -> Iterator[Obj]:
    apps = [(space, name) for space, names in trade.apps for name in names]
    for number, (space, app) in enumerate(islice(cycle(apps), count)):
        release = number // len(apps) + 1
        parent, host, backend = "edge/public#https", f"{app}.{trade.domain}", f"{app}:8080"
        if number % 5 == 4:
            parent, host = "edge/internal#http", f"{app}.internal.example.com"
        if number % TROUBLE_EVERY == trade.offset:
            match number // TROUBLE_EVERY % 3:
                case 0:
                    backend = f"{app}-next:8080"
                case 1:
                    parent = "edge/public#https-old"
                case 2:
                    parent, host = "edge/public#https", f"{app}.{trade.name}.example.net"
        yield route(
            "HTTPRoute",
            f"{space}/{app}-v{release}",
            AGE - 200 * number / max(count, 1),
            parent,
            host,
            rule(
                match(f"/v{release}"),
                backends=to(backend),
                filters=[marked(f"{space}/{app}-v{release}/0")],
            ),
            labels={"team": space, "app": app},
        )
