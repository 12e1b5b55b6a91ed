"""What a new policy may start from: settings that are often wanted, and when they are.

Each is the spec without targets; the form adds them, and the cluster's own definition has the last
word on what it takes.
"""

from typing import Any, TypedDict

from components.policy_kinds import POLICIES


class Template(TypedDict):
    """A name, a sentence on when it is wanted, and the settings."""

    name: str
    when: str
    spec: dict[str, Any]


def _made(name: str, when: str, **spec: Any) -> Template:
    return {"name": name, "when": when, "spec": spec}


def _limit(rate: str, burst: int, **more: Any) -> dict[str, Any]:
    rule = {"key": "$binary_remote_addr", "rate": rate, "burst": burst, **more}
    return {"local": {"rules": [rule]}}


TEMPLATES: dict[str, list[Template]] = {
    "clientsettingspolicies": [
        _made(
            "Large uploads",
            "Clients send files: bodies up to 100 MB, with time to send them. NGINX refuses more "
            "than 1 MB by itself, with 413.",
            body={"maxSize": "100m", "timeout": "2m"},
        ),
        _made(
            "Small bodies only",
            "An API that takes JSON and no files: whoever sends more than 256 KB is refused early.",
            body={"maxSize": "256k", "timeout": "10s"},
        ),
        _made(
            "Connections of browsers",
            "Many short requests of the same clients: connections are kept for a minute.",
            keepAlive={"requests": 1000, "time": "1h", "timeout": {"server": "60s"}},
        ),
    ],
    "proxysettingspolicies": [
        _made(
            "Slow backend",
            "Answers take longer than a minute, such as reports and exports; NGINX gives up after "
            "60 s by itself, with 504.",
            timeout={"connect": "5s", "read": "5m", "send": "60s"},
        ),
        _made(
            "Fail fast",
            "Callers would rather have an error than wait: connect in 1 s, answer in 5 s.",
            timeout={"connect": "1s", "read": "5s", "send": "5s"},
        ),
        _made(
            "Streams",
            "Tokens, server-sent events, long polls: what the backend says goes on at once.",
            buffering={"disable": True},
            timeout={"read": "1h"},
        ),
        _made(
            "Large headers",
            "Backends answer with large cookies or tokens, and clients get 502 for them.",
            buffering={"bufferSize": "16k", "buffers": {"number": 8, "size": "16k"}},
        ),
    ],
    "ratelimitpolicies": [
        _made(
            "Fair use by client",
            "One client must not take the place of all others: 50 requests/s each, with a burst.",
            rateLimit={**_limit("50r/s", 100, noDelay=True), "rejectCode": 429},
        ),
        _made(
            "Sign-in",
            "Guessing passwords must be slow: 10 attempts a minute for each address.",
            rateLimit={**_limit("10r/m", 5, noDelay=True), "rejectCode": 429, "logLevel": "warn"},
        ),
        _made(
            "Watch only",
            "To see in the error log whom a limit would hit before it does.",
            rateLimit={**_limit("20r/s", 40), "dryRun": True, "logLevel": "notice"},
        ),
    ],
    "observabilitypolicies": [
        _made(
            "One of ten requests",
            "Enough for latencies, cheap to keep. The gateway's NginxProxy must name an exporter.",
            tracing={"strategy": "ratio", "ratio": 10, "context": "propagate"},
        ),
        _made(
            "Whatever the caller traces",
            "Callers decide which requests are traced, and theirs stay whole.",
            tracing={"strategy": "parent", "context": "propagate"},
        ),
        _made(
            "Every request",
            "While a fault is looked for on a route with little traffic.",
            tracing={"strategy": "ratio", "ratio": 100, "context": "propagate"},
        ),
    ],
    "upstreamsettingspolicies": [
        _made(
            "Kept connections",
            "Many requests to few endpoints: connections are used again.",
            keepAlive={"connections": 64, "requests": 1000, "time": "1h", "timeout": "60s"},
        ),
        _made(
            "Least connections",
            "Requests take unequal time: each goes where the fewest are open.",
            loadBalancingMethod="least_conn",
        ),
        _made(
            "Same client, same endpoint",
            "Endpoints keep something in memory for a client, such as a session or a cache.",
            loadBalancingMethod="ip_hash",
        ),
    ],
    "backendtlspolicies": [
        _made(
            "Public certificate authority",
            "The Service has a certificate of an authority that every system trusts.",
            validation={"hostname": "service.example.com", "wellKnownCACertificates": "System"},
        ),
        _made(
            "Own certificate authority",
            "The Service has a certificate of your own authority, kept in a ConfigMap as ca.crt.",
            validation={
                "hostname": "service.example.com",
                "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "backend-ca"}],
            },
        ),
    ],
    "wafpolicies": [
        _made(
            "Compiled bundle by HTTP",
            "A pipeline compiles the policy and a web server holds the bundle.",
            type="HTTP",
            policySource={"httpSource": {"url": "https://bundles.example.com/policy.tgz"}},
        ),
        _made(
            "Bundle, and illegal requests to stderr",
            "The same, with requests that break the policy in the log of the data plane.",
            type="HTTP",
            policySource={"httpSource": {"url": "https://bundles.example.com/policy.tgz"}},
            securityLogs=[
                {
                    "destination": {"type": "stderr"},
                    "logSource": {"defaultProfile": "log_illegal"},
                }
            ],
        ),
    ],
    "snippetspolicies": [
        _made(
            "A variable for logs",
            "Logs are to name what a SnippetsFilter of a route sets; requests without it need a "
            "default, or NGINX refuses its configuration.",
            snippets=[{"context": "http", "value": 'map "" $ngf_route { default "-"; }'}],
        ),
        _made(
            "Real address of clients",
            "A load balancer in front hides the address of clients and tells it in a header.",
            snippets=[
                {
                    "context": "http",
                    "value": "set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;",
                }
            ],
        ),
    ],
    "snippetsfilters": [
        _made(
            "Mark requests of a route",
            "Access logs are to say which route took a request.",
            snippets=[
                {"context": "http.server.location", "value": "set $ngf_route namespace/name;"}
            ],
        ),
        _made(
            "Gzip answers",
            "Backends answer with large texts and do not compress them.",
            snippets=[
                {
                    "context": "http.server.location",
                    "value": "gzip on;\ngzip_types application/json text/css;",
                }
            ],
        ),
    ],
    "authenticationfilters": [
        _made(
            "Passwords",
            "A few people, whose names and hashes of passwords a Secret holds.",
            type="Basic",
            basic={"realm": "Staff", "secretRef": {"name": "passwords"}},
        ),
        _made(
            "OpenID Connect",
            "People sign in with your identity provider (NGINX Plus).",
            type="OIDC",
            oidc={
                "issuer": "https://id.example.com",
                "clientID": "my-app",
                "clientSecretRef": {"name": "oidc-client"},
            },
        ),
    ],
    "payloadprocessors": [],
    "externalloadbalancers": [],
}
"""By the plural of the kind."""


def empty(kind: str) -> dict[str, Any]:
    """A new policy of ``kind`` without settings: its targets only."""
    words = POLICIES[kind]
    spec: dict[str, Any] = {}
    if words.targets:
        spoken = words.targets[0]
        group = "" if spoken == "Service" else "gateway.networking.k8s.io"
        ref = {"group": group, "kind": spoken, "name": ""}
        spec = {"targetRefs": [ref]} if words.several else {"targetRef": ref}
    return {
        "apiVersion": f"{words.group}/{words.version}",
        "kind": words.kind,
        "spec": spec,
    }
