"""The kinds of policies and filters: what they attach to, what their fields do when several meet.

A *direct* policy holds for what it targets. An *inherited* one holds for what is below its target
too, and what is set nearer to the request wins field by field: NGINX takes a directive from the
level above only where the level itself has none. A *filter* holds for the rules of routes that name
it by ExtensionRef.

Sources: the definitions of NGF 2.6.7 and of its main branch (config/crd/bases, label
``gateway.networking.k8s.io/policy``), its validators (internal/controller/nginx/config/policies),
and BackendTLSPolicy of Gateway API v1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.kube.catalogue import KINDS

Attachment = Literal["direct", "inherited", "filter"]
Meeting = Literal["overlap", "always", "never"]

ROUTES = ("HTTPRoute", "GRPCRoute")


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """One kind. ``type`` names it in REST, ``name`` is its plural.

    ``targets`` are the kinds that it may target (of a filter: that may name it); ``many`` whether
    it has ``targetRefs``, ``ports`` whether a target may name a section (a Service's port).
    ``apart`` are groups of targets that must not be mixed in one policy.

    ``units`` are the fields that win or lose as a whole, by their path in the spec; every other
    field is one for itself. ``meeting`` says when two on the same target refuse each other:
    where they set the same field (``overlap``), in any case (``always``) or not at all (``never``).
    ``gathered`` are fields of which all of one target take effect together.
    ``only_on`` are fields that say something only when they are true: NGF writes no directive
    for false, so that what the level above says stays. ``needs`` is a setting of the gateway's
    NginxProxy without which the policy is refused.
    """

    type: str
    name: str
    attachment: Attachment
    targets: tuple[str, ...]
    purpose: str
    many: bool = True
    ports: bool = False
    apart: bool = False
    units: tuple[str, ...] = ()
    meeting: Meeting = "overlap"
    gathered: tuple[str, ...] = ()
    only_on: tuple[str, ...] = ()
    needs: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """Its kind as the API spells it."""
        return KINDS[self.name].kind

    @property
    def field(self) -> str:
        """The field with its targets."""
        return "targetRefs" if self.many else "targetRef"


_GATEWAY_AND_ROUTES = ("Gateway", *ROUTES)
_VALIDATORS = "nginx-gateway-fabric internal/controller/nginx/config/policies"

ALL: tuple[PolicyKind, ...] = (
    PolicyKind(
        "clientsettings",
        "clientsettingspolicies",
        "inherited",
        _GATEWAY_AND_ROUTES,
        "How large a request body may be, and how long connections of clients are kept.",
        many=False,
        units=("keepAlive.timeout",),
        source=f"{_VALIDATORS}/clientsettings",
    ),
    PolicyKind(
        "proxysettings",
        "proxysettingspolicies",
        "inherited",
        _GATEWAY_AND_ROUTES,
        "Timeouts and buffers between NGINX and backends.",
        apart=True,
        units=("buffering.buffers",),
        source=f"{_VALIDATORS}/proxysettings",
    ),
    PolicyKind(
        "ratelimit",
        "ratelimitpolicies",
        "inherited",
        _GATEWAY_AND_ROUTES,
        "How many requests a client may send, and what those above the limit get.",
        apart=True,
        units=("rateLimit.local.rules",),
        gathered=("rateLimit.local.rules",),
        only_on=("rateLimit.dryRun",),
        source=f"{_VALIDATORS}/ratelimit",
    ),
    PolicyKind(
        "observability",
        "observabilitypolicies",
        "direct",
        ROUTES,
        "Which requests of a route are traced, and what their spans carry.",
        units=("tracing",),
        needs="telemetry",
        source=f"{_VALIDATORS}/observability",
    ),
    PolicyKind(
        "upstreamsettings",
        "upstreamsettingspolicies",
        "direct",
        ("Service",),
        "How NGINX spreads requests over the endpoints of a Service and keeps connections to them.",
        source=f"{_VALIDATORS}/upstreamsettings",
    ),
    PolicyKind(
        "backendtls",
        "backendtlspolicies",
        "direct",
        ("Service",),
        "TLS from the gateway to a Service, and whom it must prove to be.",
        ports=True,
        units=("validation", "options"),
        meeting="always",
        source="BackendTLSPolicy.spec.targetRefs",
    ),
    PolicyKind(
        "waf",
        "wafpolicies",
        "inherited",
        _GATEWAY_AND_ROUTES,
        "The compiled policy of F5 WAF for NGINX that requests are checked by (NGINX Plus).",
        apart=True,
        units=("policySource", "securityLogs", "policyRef"),
        meeting="never",
        gathered=("securityLogs",),
        needs="waf",
        source=f"{_VALIDATORS}/waf",
    ),
    PolicyKind(
        "snippets",
        "snippetspolicies",
        "direct",
        ("Gateway",),
        "NGINX configuration that no other kind has, for a whole gateway.",
        units=("snippets",),
        meeting="never",
        gathered=("snippets",),
        source=f"{_VALIDATORS}/snippetspolicy",
    ),
    PolicyKind(
        "payloadprocessor",
        "payloadprocessors",
        "inherited",
        ("Gateway", "HTTPRoute"),
        "A service that reads and changes bodies of requests on their way.",
        many=False,
        units=("processors",),
        meeting="always",
        source=f"{_VALIDATORS}/payloadprocessor",
    ),
    PolicyKind(
        "externalloadbalancer",
        "externalloadbalancers",
        "direct",
        ("Gateway",),
        "A load balancer outside the cluster that leads to a gateway.",
        meeting="always",
        source="nginx-gateway-fabric config/crd/bases, main",
    ),
    PolicyKind(
        "snippetsfilter",
        "snippetsfilters",
        "filter",
        ROUTES,
        "NGINX configuration that no other kind has, for the rules of routes that name it.",
        units=("snippets",),
        meeting="never",
        source="HTTPRoute.spec.rules.filters.extensionRef",
    ),
    PolicyKind(
        "authenticationfilter",
        "authenticationfilters",
        "filter",
        ROUTES,
        "Who may call the rules of routes that name it: passwords, OpenID Connect or tokens.",
        meeting="never",
        source="HTTPRoute.spec.rules.filters.extensionRef",
    ),
)

BY_TYPE: Mapping[str, PolicyKind] = {one.type: one for one in ALL}
BY_NAME: Mapping[str, PolicyKind] = {one.name: one for one in ALL}
BY_KIND: Mapping[str, PolicyKind] = {one.kind: one for one in ALL}

PLURALS: Mapping[str, str] = {
    "GatewayClass": "gatewayclasses",
    "Gateway": "gateways",
    "HTTPRoute": "httproutes",
    "GRPCRoute": "grpcroutes",
    "Service": "services",
}
"""Where what policies target is found, by kind."""
GROUPS: Mapping[str, str] = {"Service": ""}
"""API groups of what policies target, where it is not the Gateway API's."""
