"""The kinds of policies and filters as people speak of them, what each is for and may target."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyWords:
    """One kind: its words, its icon, when it is wanted, what it may target, and the ``version`` of
    its API that a new one begins with where the cluster does not say another."""

    kind: str
    one: str
    many: str
    icon: str
    purpose: str
    targets: tuple[str, ...]
    group: str = "gateway.nginx.org"
    version: str = "v1alpha1"
    several: bool = True
    filter: bool = False


_L7 = ("HTTPRoute", "GRPCRoute")

POLICIES: dict[str, PolicyWords] = {
    "clientsettingspolicies": PolicyWords(
        "ClientSettingsPolicy",
        "client settings policy",
        "client settings policies",
        "upload",
        "How large a request body may be, and how long connections of clients are kept.",
        ("Gateway", *_L7),
        several=False,
    ),
    "proxysettingspolicies": PolicyWords(
        "ProxySettingsPolicy",
        "proxy settings policy",
        "proxy settings policies",
        "hourglass-split",
        "Timeouts and buffers between NGINX and backends.",
        ("Gateway", *_L7),
    ),
    "ratelimitpolicies": PolicyWords(
        "RateLimitPolicy",
        "rate limit policy",
        "rate limit policies",
        "speedometer",
        "How many requests a client may send, and what those above the limit get.",
        ("Gateway", *_L7),
    ),
    "observabilitypolicies": PolicyWords(
        "ObservabilityPolicy",
        "observability policy",
        "observability policies",
        "binoculars",
        "Which requests of a route are traced, and what their spans carry.",
        _L7,
        version="v1alpha2",
    ),
    "upstreamsettingspolicies": PolicyWords(
        "UpstreamSettingsPolicy",
        "upstream settings policy",
        "upstream settings policies",
        "diagram-3",
        "How requests are spread over the endpoints of a Service, and connections to them kept.",
        ("Service",),
    ),
    "backendtlspolicies": PolicyWords(
        "BackendTLSPolicy",
        "backend TLS policy",
        "backend TLS policies",
        "shield-lock",
        "TLS from the gateway to a Service, and whom it must prove to be.",
        ("Service",),
        group="gateway.networking.k8s.io",
        version="v1",
    ),
    "wafpolicies": PolicyWords(
        "WAFPolicy",
        "WAF policy",
        "WAF policies",
        "shield-check",
        "The compiled policy of F5 WAF for NGINX that requests are checked by (NGINX Plus).",
        ("Gateway", *_L7),
    ),
    "snippetspolicies": PolicyWords(
        "SnippetsPolicy",
        "snippets policy",
        "snippets policies",
        "braces",
        "NGINX configuration that no other kind has, for a whole gateway.",
        ("Gateway",),
    ),
    "payloadprocessors": PolicyWords(
        "PayloadProcessor",
        "payload processor",
        "payload processors",
        "file-earmark-code",
        "A service that reads and changes bodies of requests on their way.",
        ("Gateway", "HTTPRoute"),
        several=False,
    ),
    "externalloadbalancers": PolicyWords(
        "ExternalLoadBalancer",
        "external load balancer",
        "external load balancers",
        "box-arrow-in-down-right",
        "A load balancer outside the cluster that leads to a gateway.",
        ("Gateway",),
    ),
    "snippetsfilters": PolicyWords(
        "SnippetsFilter",
        "snippets filter",
        "snippets filters",
        "braces-asterisk",
        "NGINX configuration that no other kind has, for the rules of routes that name it.",
        (),
        filter=True,
    ),
    "authenticationfilters": PolicyWords(
        "AuthenticationFilter",
        "authentication filter",
        "authentication filters",
        "person-lock",
        "Who may call the rules of routes that name it: passwords, OpenID Connect or tokens.",
        (),
        filter=True,
    ),
}
"""Every kind, by its plural."""
