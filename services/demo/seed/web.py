"""The web cluster: shops, payments and orders behind several gateways, some of it broken."""

from base64 import b64encode
from collections.abc import Iterator

from ngf_operator.names import GRANTS_TO

from services.demo.seed.brought import TAKES_LISTENERS, listener_sets
from services.demo.seed.certificates import certificates
from services.demo.seed.installation import access_log, controller, data_planes
from services.demo.seed.objects import (
    GATEWAY_API,
    NGF,
    Obj,
    gateway,
    helm,
    listener,
    made,
    namespace,
    targeted,
)
from services.demo.seed.web_routes import MARKED_BY_VARIABLE, TEAM_ROUTES, http_routes, other_routes
from services.demo.seed.workloads import event, node, service

NGF_GROUP = "gateway.nginx.org"


def web() -> Iterator[Obj]:
    """Every object of the cluster, namespaces first."""
    yield from controller(301)
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
        "status",
    ):
        yield namespace(name, 214, team=name, **({"edge": "public"} if name != "labs" else {}))
    certs = namespace("platform-certs", 214, team="platform-certs", edge="public")
    certs["metadata"]["annotations"] = {GRANTS_TO: "shop,sandbox"}
    yield certs
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
    yield from certificates()
    yield made(
        f"{NGF_GROUP}/v1alpha2",
        "NginxProxy",
        "shop/edge-proxy",
        214,
        spec={
            "logging": {"errorLevel": "warn", "accessLog": access_log(route_variable=True)},
            "kubernetes": {"deployment": {"replicas": 2}},
        },
    )
    gateways = list(_gateways())
    yield from gateways
    yield from data_planes(gateways)
    yield from _services()
    yield from http_routes()
    yield from other_routes()
    yield from listener_sets()
    yield from _policies()
    yield from _events()


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
        allowedListeners=TAKES_LISTENERS,
        infrastructure={
            "parametersRef": {"group": NGF_GROUP, "kind": "NginxProxy", "name": "edge-proxy"}
        },
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
    yield from service(
        "shop/shop-web", 214, 8080, 8443, ready=5, total=6, failing="ImagePullBackOff"
    )
    yield from service("shop/shop-static", 214, 80, ready=0, total=2, failing="CrashLoopBackOff")
    yield from service("iot/broker", 61, 8883, image="eclipse-mosquitto:2.0.20")
    yield from service("iot/coap", 61, 5683, protocol="UDP")
    yield from service("iot/timescale", 61, 5432, image="timescale/timescaledb:2.17.2-pg16")
    yield from service("partner/b2b-api", 57, 50051, 8080, ready=2)
    yield from service("labs/canary", 6, 8080, ready=1)
    yield from service("accounts/avatar", 30, 8080)


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
        "ClientSettingsPolicy",
        "shop/legacy-uploads",  # younger than upload-size, and sets the same: it has no effect
        12,
        "Gateway/edge-public",
        {"body": {"maxSize": "100m"}, "keepAlive": {"time": "10m"}},
    )
    yield targeted(
        "ClientSettingsPolicy",
        "shop/cart-bodies",
        40,
        "HTTPRoute/cart",
        {"body": {"maxSize": "256k", "timeout": "10s"}},
    )
    yield targeted(
        "RateLimitPolicy",
        "shop/search-burst",
        18,
        "HTTPRoute/search",
        {
            "rateLimit": {
                "local": {"rules": [{"key": "$binary_remote_addr", "rate": "10r/s", "burst": 20}]}
            }
        },
    )
    yield targeted(
        "ObservabilityPolicy",
        "payments/trace-checkout",
        30,
        "HTTPRoute/checkout",
        {"tracing": {"strategy": "ratio", "ratio": 10}},
        version="gateway.nginx.org/v1alpha2",
    )
    yield targeted(
        "RateLimitPolicy",
        "shop/per-client",
        64,
        "Gateway/edge-public",
        {
            "rateLimit": {
                "local": {"rules": [{"key": "$binary_remote_addr", "rate": "50r/s", "burst": 100}]},
                "rejectCode": 429,
            }
        },
    )
    yield targeted(
        "ProxySettingsPolicy",
        "payments/slow-bank",
        22,
        "HTTPRoute/ledger",
        {"timeout": {"connect": "5s", "read": "90s"}},
    )
    yield targeted(
        "UpstreamSettingsPolicy",
        "payments/checkout-pool",
        75,
        "Service/checkout-v2",
        {"zoneSize": "1m", "loadBalancingMethod": "least_conn", "keepAlive": {"connections": 64}},
    )
    yield targeted(
        "SnippetsPolicy",
        "shop/route-variable",
        20,
        "Gateway/edge-public",
        {"snippets": [{"context": "http", "value": 'map "" $ngf_route { default "-"; }'}]},
    )
    for name, place in MARKED_BY_VARIABLE.items():
        value = f"set $ngf_route {place};"
        yield made(
            NGF,
            "SnippetsFilter",
            f"shop/{name}",
            20,
            spec={"snippets": [{"context": "http.server.location", "value": value}]},
        )
    users = b64encode(b"staff:{PLAIN}demo\n").decode()
    yield made(
        "v1",
        "Secret",
        "accounts/staff-passwords",
        46,
        type="nginx.org/htpasswd",
        data={"auth": users},
    )
    yield made(
        NGF,
        "AuthenticationFilter",
        "accounts/staff-only",
        45,
        spec={
            "type": "Basic",
            "basic": {"realm": "Staff", "secretRef": {"name": "staff-passwords"}},
        },
    )
    yield made(
        GATEWAY_API,
        "BackendTLSPolicy",
        "payments/checkout-v3-tls",
        9,
        spec={
            "targetRefs": [{"group": "", "kind": "Service", "name": "checkout-v3"}],
            "validation": {
                "hostname": "checkout-v3.payments.svc",
                "wellKnownCACertificates": "System",
            },
        },
    )


def _events() -> Iterator[Obj]:
    yield event(
        "Gateway/shop/edge-public",
        "CreateCertificate",
        'Successfully created Certificate "shop-wildcard"',
        26.5,
        source="cert-manager-gateway-shim",
        version=GATEWAY_API,
    )
    yield event(
        "Gateway/labs/canary-snip",
        "BadConfig",
        'Skipped a listener block: spec.listeners[0].tls.certificateRefs[0]: secret "missing" '
        "is not issued here",
        0.6,
        count=12,
        kind="Warning",
        source="cert-manager-gateway-shim",
        version=GATEWAY_API,
    )
    yield event(
        "Service/checkout/edge-checkout-nginx",
        "SyncLoadBalancerFailed",
        "Error syncing load balancer: failed to ensure load balancer: address 203.0.113.250 "
        "is not in a pool of this cluster",
        0.01,
        count=3,
        kind="Warning",
        source="service-controller",
    )
    for obj in service("shop/shop-static", 214, 80, ready=0, total=2):
        if obj["kind"] == "Pod":
            yield event(
                f"Pod/shop/{obj['metadata']['name']}",
                "BackOff",
                "Back-off restarting failed container main in pod",
                0.05,
                count=214,
                kind="Warning",
                source="kubelet",
            )
