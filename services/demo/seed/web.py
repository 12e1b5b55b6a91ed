"""The web cluster: shops, payments and orders behind several gateways, some of it broken."""

from collections.abc import Iterator

from services.demo.seed.objects import (
    Obj,
    argo,
    controller,
    gateway,
    helm,
    listener,
    made,
    match,
    namespace,
    node,
    route,
    rule,
    service,
    targeted,
    tls,
    to,
)

TEAM_ROUTES = (
    ("orders", "orders.example.com", ("orders", "invoices", "returns", "shipping", "stock")),
    ("shop", "www.shop.example.com", ("cart", "catalog", "search", "reviews", "wishlist", "media")),
    ("payments", "pay.shop.example.com", ("refunds", "ledger", "fraud", "payouts")),
    ("accounts", "id.shop.example.com", ("login", "profile", "sessions", "consent")),
)
"""Namespace, host and services that each have a plain HTTP route by path prefix."""


def web() -> Iterator[Obj]:
    """Every object of the cluster, namespaces first."""
    yield from controller("2.6.7", 301)
    for name in (
        "shop",
        "payments",
        "orders",
        "accounts",
        "iot",
        "partner",
        "labs",
        "checkout",
        "mesh",
        "sandbox",
        "platform-certs",
    ):
        yield namespace(name, 214, team=name, **({"edge": "public"} if name != "labs" else {}))
    yield made(
        "gateway.networking.k8s.io/v1",
        "GatewayClass",
        "istio",
        260,
        spec={"controllerName": "istio.io/gateway-controller", "description": "Service mesh"},
        status={
            "conditions": [
                {
                    "type": "Accepted",
                    "status": "True",
                    "reason": "Accepted",
                    "message": "Handled by Istio controller",
                    "lastTransitionTime": "2026-03-09T08:11:02Z",
                }
            ]
        },
    )
    for number in (1, 2, 3):
        yield node(f"web-fra-{number}", 301)
    yield from _secrets()
    yield from _gateways()
    yield from _services()
    yield from _http_routes()
    yield from _other_routes()
    yield from _policies()


def _secrets() -> Iterator[Obj]:
    yield tls("shop/shop-wildcard", 60, 63, "*.shop.example.com", "shop.example.com")
    yield tls("shop/shop-expired", 400, -3, "old.shop.example.com")
    yield tls("payments/pay-tls", 81, 9, "pay.shop.example.com")
    yield tls("orders/orders-tls", 20, 70, "orders.example.com")
    yield tls("partner/b2b-tls", 10, 180, "api.partner.example.com")
    yield tls("platform-certs/shared-tls", 10, 180, "*.example.com")


def _gateways() -> Iterator[Obj]:
    public = {"routes_from": "Selector", "selector": {"edge": "public"}}
    yield gateway(
        "shop/edge-public",
        214,
        listener("http", 80, "HTTP", routes_from="All"),
        listener("https", 443, "HTTPS", "*.shop.example.com", cert="shop-wildcard", **public),
        listener("https-old", 443, "HTTPS", "old.shop.example.com", cert="shop-expired", **public),
        listener("https-legacy", 443, "HTTPS", "legacy.example.com", cert="legacy-tls", **public),
        labels={"environment": "production"},
    )
    yield helm(
        "edge-internal",
        gateway("shop/edge-internal", 214, listener("http", 8080, "HTTP", routes_from="All")),
    )
    yield gateway(
        "orders/api",
        190,
        listener("http", 80, "HTTP"),
        listener("https", 443, "HTTPS", "orders.example.com", cert="orders-tls"),
    )
    yield gateway(
        "payments/pay-edge",
        148,
        listener("https", 443, "HTTPS", "pay.shop.example.com", cert="pay-tls", **public),
        listener(
            "https-shared", 443, "HTTPS", "billing.example.com", cert="platform-certs/shared-tls"
        ),
    )
    yield gateway(
        "iot/mqtt-tls",
        61,
        listener("mqtt", 8883, "TLS", "*.iot.example.com", passthrough=True),
        listener("telemetry", 5683, "UDP"),
        listener("postgres", 5432, "TCP"),
    )
    yield gateway(
        "partner/b2b",
        57,
        listener("https", 443, "HTTPS", "api.partner.example.com", cert="b2b-tls"),
        listener("mgmt", 10443, "HTTPS", cert="b2b-tls"),
    )
    yield gateway(
        "checkout/edge-checkout",
        0.002,
        listener("http", 80, "HTTP"),
        addresses=[{"type": "IPAddress", "value": "203.0.113.250"}],
    )
    yield gateway(
        "labs/canary-snip", 6, listener("https", 443, "HTTPS", "canary.example.com", cert="missing")
    )
    yield gateway(
        "sandbox/try-nginx", 0.0001, listener("http", 80, "HTTP"), class_name="nginx-next"
    )
    yield gateway(
        "mesh/east-west", 260, listener("mtls", 15443, "TLS", passthrough=True), class_name="istio"
    )


def _services() -> Iterator[Obj]:
    for space, _, names in TEAM_ROUTES:
        for name in names:
            yield from service(f"{space}/{name}", 200, 8080, ready=3)
    yield from service("payments/checkout-v2", 120, 8080, ready=6)
    yield from service("payments/checkout-v3", 9, 8080, ready=2)
    yield from service("shop/shop-web", 214, 8080, 8443, ready=5, total=6)
    yield from service("shop/shop-static", 214, 80, ready=0, total=2)
    yield from service("iot/broker", 61, 8883)
    yield from service("iot/coap", 61, 5683)
    yield from service("iot/timescale", 61, 5432)
    yield from service("partner/b2b-api", 57, 50051, 8080, ready=2)
    yield from service("labs/canary", 6, 8080, ready=1)
    yield from service("accounts/avatar", 30, 8080)


def _http_routes() -> Iterator[Obj]:
    edge = "shop/edge-public#https"
    for space, host, names in TEAM_ROUTES:
        for name in names:
            gateway_name = {"orders": "api#https", "payments": "pay-edge#https"}.get(space, edge)
            yield route(
                "HTTPRoute",
                f"{space}/{name}",
                150,
                gateway_name,
                host,
                rule(match(f"/{name}"), backends=to(f"{name}:8080")),
                labels={"team": space, "app": name},
            )
    yield argo(
        "payments-prod",
        route(
            "HTTPRoute",
            "payments/checkout",
            120,
            "pay-edge#https",
            "pay.shop.example.com",
            rule(
                match("/checkout", headers={"x-canary": "true"}),
                backends=to("checkout-v3:8080"),
                name="canary",
            ),
            rule(
                match("/checkout"),
                match("/pay", "Exact", method="POST"),
                backends=to("checkout-v2:8080@95", "checkout-v3:8080@5"),
                filters=[
                    {
                        "type": "RequestHeaderModifier",
                        "requestHeaderModifier": {
                            "set": [{"name": "x-route", "value": "checkout"}]
                        },
                    },
                    {
                        "type": "URLRewrite",
                        "urlRewrite": {
                            "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
                        },
                    },
                ],
                timeouts={"request": "10s", "backendRequest": "4s"},
            ),
            rule(match("/checkout/v4"), backends=to("checkout-v4:8080")),
        ),
    )
    yield route(
        "HTTPRoute",
        "shop/storefront",
        214,
        [edge, "shop/edge-internal"],
        "www.shop.example.com",
        rule(match("/"), backends=to("shop-web:8080")),
        rule(
            match("/static"),
            match("/img/.*\\.webp", "RegularExpression"),
            backends=to("shop-static:80"),
        ),
        rule(
            match("/search", query={"beta": "1"}, headers={"x-group": "b"}, method="GET"),
            backends=to("search:8080@9", "catalog:8080@1"),
        ),
    )
    yield route(
        "HTTPRoute",
        "shop/redirect-https",
        214,
        "edge-public#http",
        "www.shop.example.com shop.example.com",
        rule(
            filters=[
                {
                    "type": "RequestRedirect",
                    "requestRedirect": {"scheme": "https", "statusCode": 301},
                }
            ]
        ),
    )
    yield route(
        "HTTPRoute",
        "shop/mirror",
        40,
        edge,
        "beta.shop.example.com",
        rule(
            match("/"),
            backends=to("shop-web:8080"),
            filters=[
                {
                    "type": "RequestMirror",
                    "requestMirror": {"backendRef": to("catalog:8080")[0], "percent": 10},
                }
            ],
        ),
    )
    yield route(
        "HTTPRoute",
        "shop/wrong-host",
        3,
        edge,
        "shop.example.org",
        rule(match("/"), backends=to("shop-web:8080")),
    )
    yield route(
        "HTTPRoute",
        "shop/legacy",
        90,
        "edge-public#https-legacy",
        "legacy.example.com",
        rule(match("/"), backends=to("shop-web:8080")),
    )
    yield route(
        "HTTPRoute",
        "shop/wrong-port",
        2,
        edge,
        "ports.shop.example.com",
        rule(match("/"), backends=to("shop-web:9090")),
    )
    yield route(
        "HTTPRoute",
        "shop/cross",
        5,
        edge,
        "cross.shop.example.com",
        rule(match("/"), backends=to("accounts/avatar:8080")),
    )
    yield route(
        "HTTPRoute",
        "labs/try",
        6,
        "shop/edge-public#https",
        "try.shop.example.com",
        rule(match("/"), backends=to("canary:8080")),
    )
    yield route(
        "HTTPRoute",
        "labs/canary",
        6,
        "canary-snip",
        "canary.example.com",
        rule(match("/"), backends=to("canary:8080")),
    )
    yield route(
        "HTTPRoute",
        "labs/no-such-listener",
        1,
        "shop/edge-public#https-new",
        "",
        rule(match("/"), backends=to("canary:8080")),
    )
    yield route(
        "HTTPRoute",
        "accounts/shared",
        12,
        edge,
        "id.shop.example.com",
        rule(match("/avatar"), backends=to("shop/media:8080")),
    )
    yield made(
        "gateway.networking.k8s.io/v1",
        "ReferenceGrant",
        "shop/media-for-accounts",
        12,
        spec={
            "from": [
                {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "accounts"}
            ],
            "to": [{"group": "", "kind": "Service", "name": "media"}],
        },
    )


def _other_routes() -> Iterator[Obj]:
    yield route(
        "GRPCRoute",
        "partner/inventory",
        57,
        "b2b#https",
        "api.partner.example.com",
        rule(
            {"method": {"type": "Exact", "service": "partner.v1.Inventory", "method": "Watch"}},
            backends=to("b2b-api:50051"),
        ),
        rule({"method": {"service": "partner.v1.Orders"}}, backends=to("b2b-api:50051")),
    )
    yield route(
        "GRPCRoute",
        "partner/ledger",
        31,
        "b2b#https",
        "api.partner.example.com",
        rule({"method": {"service": "ledger.v2.Ledger"}}, backends=to("ledger-api:50051")),
    )
    yield route(
        "HTTPRoute",
        "partner/rest",
        57,
        "b2b#https",
        "api.partner.example.com",
        rule(match("/v1"), backends=to("b2b-api:8080")),
    )
    yield route(
        "TLSRoute",
        "iot/mqtt",
        61,
        "mqtt-tls#mqtt",
        "broker.iot.example.com",
        rule(backends=to("broker:8883")),
    )
    yield route(
        "TLSRoute",
        "iot/firmware",
        8,
        "mqtt-tls#mqtt",
        "fw.iot.example.net",
        rule(backends=to("broker:8883")),
    )
    yield route(
        "TCPRoute",
        "iot/timescale",
        61,
        "mqtt-tls#postgres",
        "",
        rule(backends=to("timescale:5432")),
    )
    yield route(
        "UDPRoute", "iot/coap", 61, "mqtt-tls#telemetry", "", rule(backends=to("coap:5683"))
    )


def _policies() -> Iterator[Obj]:
    yield targeted(
        "ClientSettingsPolicy",
        "shop/upload-size",
        100,
        "Gateway/edge-public",
        {"body": {"maxSize": "10m"}},
    )
    yield targeted(
        "ClientSettingsPolicy",
        "shop/no-such-target",
        4,
        "Gateway/edge-gone",
        {"body": {"maxSize": "1m"}},
    )
    yield targeted(
        "ObservabilityPolicy",
        "payments/trace-checkout",
        30,
        "HTTPRoute/checkout",
        {"tracing": {"strategy": "ratio", "ratio": 10}},
        version="gateway.nginx.org/v1alpha2",
    )
    yield made(
        "gateway.nginx.org/v1alpha1",
        "SnippetsFilter",
        "shop/route-marker",
        20,
        spec={
            "snippets": [
                {"context": "http.server.location", "value": "set $ngf_route shop/storefront;"}
            ]
        },
    )
