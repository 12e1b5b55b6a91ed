"""The routes of the web cluster, sound and broken."""

from collections.abc import Iterator

from services.demo.seed.objects import Obj, argo, flux, made, marked, match, route, rule, to

TEAM_ROUTES = (
    ("orders", "orders.example.com", ("orders", "invoices", "returns", "shipping", "stock")),
    ("shop", "www.shop.example.com", ("cart", "catalog", "search", "reviews", "wishlist", "media")),
    ("payments", "pay.shop.example.com", ("refunds", "ledger", "fraud", "payouts")),
    ("accounts", "id.shop.example.com", ("login", "profile", "sessions", "consent")),
)
"""Namespace, host and services that each have a plain HTTP route by path prefix."""


MARKED_BY_VARIABLE = {
    "route-marker": "shop/storefront/0",
    "mark-redirect": "shop/redirect-https/0",
    "mark-cart": "shop/cart/0",
    "mark-catalog": "shop/catalog/0",
    "mark-search": "shop/search/0",
}
"""SnippetsFilters of namespace shop, and the rule that each names in the access log."""
UNMARKED = frozenset({"reviews", "sessions", "consent"})
"""Plain routes that nothing names in the access log."""


def http_routes() -> Iterator[Obj]:
    """HTTP routes: a plain one per service, some with every trick, and one of each fault."""
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
                rule(match(f"/{name}"), backends=to(f"{name}:8080"), **_marker(space, name)),
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
                filters=[marked("payments/checkout/0")],
                name="canary",
            ),
            rule(
                match("/checkout"),
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
                    marked("payments/checkout/1"),
                ],
                timeouts={"request": "10s", "backendRequest": "4s"},
            ),
            rule(match("/checkout/v4"), backends=to("checkout-v4:8080")),
            rule(
                match("/pay", "Exact", method="POST"),
                backends=to("checkout-v2:8080"),
                filters=[marked("payments/checkout/3")],
            ),
        ),
    )
    yield route(
        "HTTPRoute",
        "shop/storefront",
        214,
        [edge, "shop/edge-internal"],
        "www.shop.example.com",
        rule(
            match("/"),
            backends=to("shop-web:8080"),
            filters=[_extension("SnippetsFilter", "route-marker")],
        ),
        rule(
            match("/static"),
            match("/img/.*\\.webp", "RegularExpression"),
            backends=to("shop-static:80"),
            filters=[marked("shop/storefront/1")],
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
                },
                _extension("SnippetsFilter", "mark-redirect"),
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
                marked("shop/mirror/0"),
                {
                    "type": "RequestMirror",
                    "requestMirror": {"backendRef": to("catalog:8080")[0], "percent": 10},
                },
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
        rule(match("/"), backends=to("canary:8080"), filters=[marked("labs/try/0")]),
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
        rule(
            match("/avatar"),
            backends=to("shop/media:8080"),
            filters=[marked("accounts/shared/0")],
        ),
    )
    yield route(
        "HTTPRoute",
        "accounts/staff",
        45,
        edge,
        "id.shop.example.com",
        rule(
            match("/staff"),
            backends=to("profile:8080"),
            filters=[
                _extension("AuthenticationFilter", "staff-only"),
                marked("accounts/staff/0"),
            ],
        ),
    )
    yield route(
        "HTTPRoute",
        "accounts/partners",
        1.2,
        edge,
        "id.shop.example.com",
        rule(
            match("/partners"),
            backends=to("profile:8080"),
            filters=[_extension("AuthenticationFilter", "partners-only")],
        ),
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


def _marker(space: str, name: str) -> dict[str, list[Obj]]:
    """The filters of a plain route, if something is to name it."""
    if f"mark-{name}" in MARKED_BY_VARIABLE:
        return {"filters": [_extension("SnippetsFilter", f"mark-{name}")]}
    return {} if name in UNMARKED else {"filters": [marked(f"{space}/{name}/0")]}


def _extension(kind: str, name: str) -> Obj:
    ref = {"group": "gateway.nginx.org", "kind": kind, "name": name}
    return {"type": "ExtensionRef", "extensionRef": ref}


def other_routes() -> Iterator[Obj]:
    """gRPC, TLS, TCP and UDP routes."""
    yield route(
        "GRPCRoute",
        "partner/inventory",
        57,
        "b2b#https",
        "api.partner.example.com",
        rule(
            {"method": {"type": "Exact", "service": "partner.v1.Inventory", "method": "Watch"}},
            backends=to("b2b-api:50051"),
            filters=[marked("partner/inventory/0")],
        ),
        rule(
            {"method": {"service": "partner.v1.Orders", "method": "Place"}},
            backends=to("b2b-api:50051"),
        ),
    )
    yield route(
        "GRPCRoute",
        "partner/ledger",
        31,
        "b2b#https",
        "api.partner.example.com",
        rule(
            {"method": {"service": "ledger.v2.Ledger", "method": "Post"}},
            backends=to("ledger-api:50051"),
        ),
    )
    yield route(
        "HTTPRoute",
        "partner/rest",
        57,
        "b2b#https",
        "api.partner.example.com",
        rule(match("/v1"), backends=to("b2b-api:8080"), filters=[marked("partner/rest/0")]),
    )
    yield flux(
        "iot-edge",
        route(
            "TLSRoute",
            "iot/mqtt",
            61,
            "mqtt-tls#mqtt",
            "broker.iot.example.com",
            rule(backends=to("broker:8883")),
        ),
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
