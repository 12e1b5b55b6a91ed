"""The steps of the Gateway wizard. It makes a GatewayBundle, of which the operator makes the
Gateway and what NGF needs beside it. ``assets/js/pages/gateway_wizard.js`` knows the rest.

Field meanings: the definition of GatewayBundle in ``deploy/crds``.
"""

from dash import html

from components import wizard
from components.wizard import Field, Group, Items, Made, Room, Step

MADE = Made(
    kind="gatewaybundles",
    noun="gateway",
    listed="gateways",
    result="gateways",
    offered=("gatewayclasses", "namespaces", "secrets", "issuers", "clusterissuers", "deployments"),
)
PROTOCOLS = [(one, one) for one in ("HTTP", "HTTPS", "TLS", "TCP", "UDP")]
ENCRYPTED = {"protocol": ["HTTPS", "TLS"]}
PROXY = "spec.nginxProxy"

CLASS = Step(
    "class",
    "Class",
    [
        Group(
            "Cluster and class",
            [
                Room("cluster"),
                Room("classes"),
            ],
            "who makes the gateway, and what it supports",
        ),
        Group("What can be had there", [Room("edition")], "and how that is known"),
    ],
    paths=["spec.gatewayClassName"],
)
BASICS = Step(
    "basics",
    "Basics",
    [
        Group(
            "Name and place",
            [
                Field(
                    "metadata.namespace",
                    "Namespace",
                    "mono",
                    known="namespaces",
                    required=True,
                    hint="Routes of this namespace may attach unless a listener says otherwise.",
                ),
                Field(
                    "metadata.name",
                    "Name",
                    "mono",
                    required=True,
                    hint="The gateway has it too, and every object that is made begins with it.",
                ),
                Field(
                    "spec.labels",
                    "Labels of the gateway",
                    "pairs",
                    placeholder="team=payments, one a line",
                    wide=True,
                ),
                Field(
                    "spec.annotations",
                    "Annotations of the gateway",
                    "pairs",
                    placeholder="example.com/owner=payments, one a line",
                    wide=True,
                ),
            ],
        )
    ],
    paths=["metadata"],
)
LISTENERS = Step(
    "listeners",
    "Listeners",
    [
        Group(
            "Listeners",
            [
                Items(
                    "spec.listeners",
                    "listener",
                    [
                        Field("name", "Name", "mono", required=True),
                        Field("protocol", "Protocol", "select", options=PROTOCOLS, required=True),
                        Field("port", "Port", "number", required=True),
                        Field(
                            "hostname",
                            "Hostname",
                            "mono",
                            placeholder="any host",
                            when={"protocol": ["HTTP", "HTTPS", "TLS", None]},
                        ),
                        Field(
                            "allowedRoutes.namespaces.from",
                            "Routes from namespaces",
                            "select",
                            options=[
                                ("Same", "Same: that of the gateway"),
                                ("All", "All"),
                                ("Selector", "Selector: those with labels"),
                            ],
                            empty="Same: that of the gateway (default)",
                        ),
                        Field(
                            "allowedRoutes.namespaces.selector",
                            "Labels of the namespaces",
                            "pairs",
                            placeholder="team=payments, one a line",
                            when={"allowedRoutes.namespaces.from": ["Selector"]},
                        ),
                        Field(
                            "allowedRoutes.kinds",
                            "Kinds of routes",
                            "kinds",
                            placeholder="every kind that the protocol carries",
                            hint="Such as HTTPRoute, GRPCRoute.",
                        ),
                    ],
                    new={"name": "", "port": 80, "protocol": "HTTP"},
                    none="No listener yet, so nothing would reach the gateway. Add one.",
                )
            ],
            "checked against each other and the gateways of the cluster while you type",
        )
    ],
    paths=["spec.listeners"],
)
TLS = Step(
    "tls",
    "TLS",
    [
        Group(
            "Certificates of the listeners",
            [
                Items(
                    "spec.listeners",
                    "listener",
                    [
                        Field(
                            "tls.mode",
                            "Mode",
                            "select",
                            options=[("Terminate", "Terminate: TLS ends here")],
                            empty="Terminate: TLS ends here (default)",
                            when={"protocol": ["HTTPS"]},
                        ),
                        Field(
                            "tls.mode",
                            "Mode",
                            "select",
                            options=[
                                ("Terminate", "Terminate: TLS ends here"),
                                ("Passthrough", "Passthrough: TLS goes on to the backend"),
                            ],
                            when={"protocol": ["TLS"]},
                            required=True,
                        ),
                        Field(
                            "tls.certificateRefs",
                            "Certificates",
                            "secrets",
                            when={"tls.mode": ["Terminate", None]},
                            hint="One of another namespace needs a ReferenceGrant there, which is"
                            " made where the namespace consents: its annotation"
                            " ngf-console.f5.com/grants-to names that of the gateway.",
                        ),
                        Field(
                            "tls.options",
                            "Options",
                            "pairs",
                            placeholder="nginx.org/ssl-protocols=TLSv1.3, one a line",
                            hint="NGF knows nginx.org/ssl-protocols, ssl-ciphers and"
                            " ssl-prefer-server-ciphers.",
                        ),
                    ],
                    fixed=True,
                    only=ENCRYPTED,
                    none="No listener speaks HTTPS or TLS, so no certificate is needed.",
                )
            ],
            "Secrets that exist, with their hosts and their end",
        ),
        Group(
            "From cert-manager",
            [
                Field(
                    "spec.tls.certManager",
                    "Have a certificate issued",
                    "issued",
                    hint="For the hostnames of the listeners that name no Secret themselves.",
                ),
                Field(
                    "spec.tls.certManager.issuerRef",
                    "Issuer",
                    "issuer",
                    known="issuers",
                    when={"spec.tls.certManager?": [True]},
                    required=True,
                ),
                Field(
                    "spec.tls.certManager.dnsNames",
                    "Names",
                    "words",
                    placeholder="the hostnames of the listeners",
                    when={"spec.tls.certManager?": [True]},
                ),
                Field(
                    "spec.tls.certManager.duration",
                    "Valid for",
                    "mono",
                    placeholder="2160h",
                    when={"spec.tls.certManager?": [True]},
                ),
                Field(
                    "spec.tls.certManager.renewBefore",
                    "Renewed before its end",
                    "mono",
                    placeholder="720h",
                    when={"spec.tls.certManager?": [True]},
                ),
            ],
            needs="certificates",
        ),
        Group(
            "For all other listeners",
            [Field("spec.tls.secretRefs", "Certificates", "secrets")],
            "those without a certificate of their own",
        ),
    ],
    paths=["spec.tls", "spec.listeners[].tls"],
)
POLICIES = Step(
    "proxy",
    "Proxy and policies",
    [
        Group(
            "Data plane",
            [
                Field(
                    f"{PROXY}.ipFamily",
                    "IP families",
                    "select",
                    options=[("dual", "IPv4 and IPv6"), ("ipv4", "IPv4"), ("ipv6", "IPv6")],
                    empty="IPv4 and IPv6 (default)",
                ),
                Field(
                    f"{PROXY}.replicas",
                    "Pods",
                    "number",
                    placeholder="as the class has it",
                ),
                Field(
                    f"{PROXY}.service.type",
                    "Service",
                    "select",
                    options=[(one, one) for one in ("LoadBalancer", "NodePort", "ClusterIP")],
                    empty="LoadBalancer (default)",
                ),
                Field(
                    f"{PROXY}.service.externalTrafficPolicy",
                    "External traffic",
                    "select",
                    options=[
                        ("Local", "Local: keeps the address of the client"),
                        ("Cluster", "Cluster: may change nodes"),
                    ],
                    empty="As the class has it",
                ),
                Field(
                    f"{PROXY}.disableHTTP2",
                    "HTTP/2",
                    "boolean",
                    options=[("false", "On"), ("true", "Off")],
                    empty="As the class has it",
                ),
            ],
            "an NginxProxy of its own",
            needs="proxy",
        ),
        Group(
            "Address of the client",
            [
                Field(
                    f"{PROXY}.rewriteClientIP.mode",
                    "Taken from",
                    "select",
                    options=[
                        ("XForwardedFor", "X-Forwarded-For"),
                        ("ProxyProtocol", "PROXY protocol"),
                    ],
                    empty="the connection",
                ),
                Field(
                    f"{PROXY}.rewriteClientIP.trustedAddresses",
                    "Senders whose word is taken",
                    "addresses",
                    placeholder="10.0.0.0/8, 192.0.2.7",
                    when={f"{PROXY}.rewriteClientIP.mode": ["XForwardedFor", "ProxyProtocol"]},
                    required=True,
                ),
                Field(
                    f"{PROXY}.rewriteClientIP.setIPRecursively",
                    "Skip every trusted address",
                    "boolean",
                    options=[("true", "Yes"), ("false", "No")],
                    empty="As the class has it",
                    when={f"{PROXY}.rewriteClientIP.mode": ["XForwardedFor", "ProxyProtocol"]},
                ),
            ],
            needs="proxy",
        ),
        Group(
            "Access log and traces",
            [
                Field(
                    f"{PROXY}.logging.accessLog.preset",
                    "Access log",
                    "select",
                    options=[
                        ("Console", "Console: JSON that the log pages read"),
                        ("Default", "Default: the format of NGINX"),
                        ("Custom", "Custom: a format of your own"),
                        ("Off", "Off"),
                    ],
                    empty="Console: JSON that the log pages read (default)",
                ),
                Field(
                    f"{PROXY}.logging.errorLevel",
                    "Error log from",
                    "select",
                    options=[
                        (one, one)
                        for one in (
                            "debug",
                            "info",
                            "notice",
                            "warn",
                            "error",
                            "crit",
                            "alert",
                            "emerg",
                        )
                    ],
                    empty="info (default)",
                ),
                Field(
                    f"{PROXY}.logging.accessLog.format",
                    "Format",
                    "block",
                    placeholder='$remote_addr "$request" $status',
                    when={f"{PROXY}.logging.accessLog.preset": ["Custom"]},
                    required=True,
                    hint="Every variable is looked up before: one that NGINX does not know would "
                    "stop the whole gateway.",
                ),
                Field(
                    f"{PROXY}.logging.accessLog.escape",
                    "Values are escaped",
                    "select",
                    options=[(one, one) for one in ("default", "json", "none")],
                    empty="as NGINX does",
                    when={f"{PROXY}.logging.accessLog.preset": ["Custom"]},
                ),
                Field(
                    f"{PROXY}.telemetry.exporter.endpoint",
                    "OpenTelemetry exporter",
                    "mono",
                    placeholder="otel-agent.observability:4317",
                    hint="Host and port, OTLP over gRPC. Without it no traces are sent.",
                ),
                Field(
                    f"{PROXY}.telemetry.serviceName",
                    "Added to the service name",
                    "mono",
                    when={f"{PROXY}.telemetry.exporter?": [True]},
                ),
            ],
            needs="proxy",
        ),
        Group(
            "Web application firewall",
            [
                Field("spec.waf", "Attach a WAFPolicy", "section"),
                Field(
                    "spec.waf.policyRef",
                    "WAFPolicy of this namespace",
                    "mono",
                    when={"spec.waf?": [True], "spec.waf.policySource": [None]},
                    hint="One that targets the gateway. One that is made here is written as YAML.",
                ),
            ],
            needs="waf",
        ),
        Group(
            "Snippets for routes",
            [
                Field(
                    "spec.snippetsFilter",
                    "Make a SnippetsFilter that routes may name",
                    "section",
                ),
                *[
                    Field(
                        f"spec.snippetsFilter.{one}Snippet",
                        f"In {one}",
                        "block",
                        when={"spec.snippetsFilter?": [True]},
                    )
                    for one in ("server", "location")
                ],
            ],
            "in effect where a rule of a route names the filter",
            needs="snippets",
        ),
        Group(
            "Snippets for the whole gateway",
            [
                Field("spec.snippetsPolicy", "Make a SnippetsPolicy", "section"),
                *[
                    Field(
                        f"spec.snippetsPolicy.{one}Snippet",
                        f"In {one}",
                        "block",
                        when={"spec.snippetsPolicy?": [True]},
                    )
                    for one in ("http", "server")
                ],
            ],
            "in effect at once, for every route",
            needs="policies",
        ),
        Group(
            "Route marker",
            [
                Field(
                    "spec.routeMarker",
                    "Let access-log lines name their route and rule",
                    "section",
                    hint="For routes with the label ngf-console.f5.com/route-marker=true; each of "
                    "their rules gets a SnippetsFilter.",
                )
            ],
            needs="policies",
        ),
    ],
    paths=["spec.nginxProxy", "spec.waf", "spec.snippetsFilter", "spec.snippetsPolicy"],
)
STEPS = (CLASS, BASICS, LISTENERS, TLS, POLICIES)


def layout(
    cluster: str, namespace: str, name: str, *, create: bool, progress: bool = False
) -> html.Div:
    """The wizard for a new gateway, or on a live bundle; with ``progress`` how one that was
    applied comes up."""
    return wizard.layout(MADE, STEPS, cluster, namespace, name, create=create, progress=progress)
