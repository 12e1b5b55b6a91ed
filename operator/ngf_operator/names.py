"""Every name that the operator gives: its group, its labels and annotations, and its children."""

import hashlib

GROUP = "ngf-console.f5.com"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
MANAGER = "ngf-console-operator"
"""The field manager of everything that the operator applies."""

BUNDLE, STACK, PUBLISH = "GatewayBundle", "InferenceStack", "DistributedCloudPublish"
LABELS = {BUNDLE: f"{GROUP}/bundle", STACK: f"{GROUP}/stack", PUBLISH: f"{GROUP}/publish"}
"""The label of a child that names its parent, by the parent's kind."""

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGED_BY_US = "ngf-console"
SPEC_HASH = f"{GROUP}/spec-hash"
OWNER = f"{GROUP}/owner"
ADOPT = f"{GROUP}/adopt"
"""On somebody else's object: the name of the parent that may take it."""
ACCESS_LOG = f"{GROUP}/access-log"
"""On an NginxProxy: the access log that was applied, which stays while another is refused."""
GRANTS_TO = f"{GROUP}/grants-to"
"""On a namespace: those, with commas between, whose bundles may be granted Secrets of it."""
RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested"
ROUTE_MARKER = f"{GROUP}/route-marker"
"""On a route: "true" lets its bundle mark the access-log lines of each of its rules."""

NAME_LENGTH = 253
LABEL_LENGTH = 63


def shortened(name: str, length: int = LABEL_LENGTH) -> str:
    """``name``, or its beginning and a hash of it where it is longer than ``length``."""
    if len(name) <= length:
        return name
    return f"{name[: length - 9].rstrip('-.')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def proxy(bundle: str) -> str:
    """The NginxProxy of a bundle."""
    return shortened(f"{bundle}-proxy", NAME_LENGTH)


def waf(bundle: str) -> str:
    """The WAFPolicy of a bundle."""
    return shortened(f"{bundle}-waf", NAME_LENGTH)


def snippets(bundle: str) -> str:
    """The SnippetsFilter of a bundle, and its SnippetsPolicy for the whole Gateway."""
    return shortened(f"{bundle}-snippets", NAME_LENGTH)


def marker(bundle: str) -> str:
    """The SnippetsPolicy that declares the variable of the route marker."""
    return shortened(f"{bundle}-marker", NAME_LENGTH)


def route_marker(kind: str, route: str, rule: int) -> str:
    """The SnippetsFilter that marks one rule of a route; an HTTPRoute and a GRPCRoute may have the
    same name."""
    of = "grpc-" if kind == "GRPCRoute" else ""
    return shortened(f"{route}-marker-{of}{rule}", NAME_LENGTH)


def tls(bundle: str) -> str:
    """The Certificate of a bundle, and the Secret that it fills."""
    return shortened(f"{bundle}-tls", NAME_LENGTH)


def grant(namespace: str, bundle: str) -> str:
    """The ReferenceGrant that lets a bundle of ``namespace``, which has no dot, read Secrets of
    another namespace."""
    return shortened(f"ngf-console-{namespace}.{bundle}", NAME_LENGTH)


def pool(stack: str) -> str:
    """The InferencePool of a stack."""
    return shortened(f"{stack}-pool", NAME_LENGTH)


def picker(stack: str) -> str:
    """The endpoint picker of a stack: account, role, Deployment and Service."""
    return shortened(f"{stack}-epp")


def picker_config(stack: str) -> str:
    """The ConfigMap that the endpoint picker of a stack reads."""
    return shortened(f"{stack}-epp-config", NAME_LENGTH)


def scaler(stack: str) -> str:
    """The ScaledObject or HorizontalPodAutoscaler of a stack."""
    return shortened(f"{stack}-scaler", NAME_LENGTH)


def route(stack: str) -> str:
    """The HTTPRoute of a stack, and the policies of NGF that target it."""
    return shortened(f"{stack}-route", NAME_LENGTH)


def gpu_metrics(stack: str) -> str:
    """The DaemonSet of the DCGM exporter that a stack brings along."""
    return shortened(f"{stack}-dcgm")


def publish(stack: str) -> str:
    """The DistributedCloudPublish of a stack."""
    return shortened(f"{stack}-publish", NAME_LENGTH)
