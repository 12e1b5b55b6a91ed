"""Kinds as people speak of them, and where their pages are."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from components.policy_kinds import POLICIES


def begun(words: str) -> str:
    """Words at the beginning of a line; gRPC keeps its small letter."""
    return words if words.startswith("gRPC") else words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Spoken:
    """One kind: its Kubernetes name, its words, its icon, the page of one object, and the list it
    is in where that is not its own."""

    kind: str
    one: str
    many: str
    icon: str
    page: str
    listed: str = ""

    @property
    def title(self) -> str:
        """What many are called at the beginning of a line."""
        return begun(self.many)


def _route(name: str, said: str, icon: str) -> Spoken:
    page = f"{name.lower()}route"
    return Spoken(f"{name}Route", f"{said} route", f"{said} routes", icon, page, "routes")


KINDS = {
    "gateways": Spoken("Gateway", "gateway", "gateways", "door-open", "gateway"),
    "gatewaybundles": Spoken(
        "GatewayBundle", "gateway bundle", "gateway bundles", "box", "gatewaybundle"
    ),
    "httproutes": _route("HTTP", "HTTP", "signpost-split"),
    "grpcroutes": _route("GRPC", "gRPC", "signpost-split"),
    "tlsroutes": _route("TLS", "TLS", "shield-lock"),
    "tcproutes": _route("TCP", "TCP", "arrow-left-right"),
    "udproutes": _route("UDP", "UDP", "broadcast"),
    "listenersets": Spoken(
        "ListenerSet", "listener set", "listener sets", "ear", "listenerset", "routes"
    ),
    "gatewayclasses": Spoken(
        "GatewayClass", "gateway class", "gateway classes", "collection", "gatewayclass"
    ),
    "inferencestacks": Spoken("InferenceStack", "stack", "stacks", "boxes", "stack", "stacks"),
    "secrets": Spoken(
        "Secret", "certificate", "certificates", "patch-check", "certificate", "certificates"
    ),
    "configmaps": Spoken(
        "ConfigMap", "authority", "authorities", "bank", "authority", "certificates"
    ),
    "certificates": Spoken(
        "Certificate",
        "managed certificate",
        "managed certificates",
        "arrow-repeat",
        "managed-certificate",
        "certificates",
    ),
    **{
        name: Spoken(one.kind, one.one, one.many, one.icon, f"policy/{name}", "policies")
        for name, one in POLICIES.items()
    },
}
"""The kinds that have pages, by their plural name."""


ROUTE_KINDS = tuple(name for name in KINDS if name.endswith("routes"))
"""The kinds of routes."""


OPERATED = ("gatewaybundles", "inferencestacks")
"""The kinds that the operator works on: it makes other objects of them."""
WIZARDS = {"gatewaybundles": "/gateways", "inferencestacks": "/stacks"}
"""Where the wizards are that make and edit objects of a kind."""


AUDITED = {
    "sessions": "Session",
    "tokens": "API token",
    "managedclusters": "ManagedCluster",
    "agenttokens": "Agent token",
}
"""What the audit log speaks of beside objects of the clusters."""


def href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """The page of one object, or nothing when its kind has none."""
    if kind in ("managedclusters", "agenttokens"):
        return cluster_href(name)
    spoken = KINDS.get(kind)
    if spoken is None:
        return ""
    steps = [*spoken.page.split("/"), cluster, *([namespace] if namespace else []), name]
    return "/" + "/".join(quote(step, safe="") for step in steps)


def pool_href(cluster: str, namespace: str, pool: str) -> str:
    """The page of an InferencePool."""
    return f"/pool?{urlencode({'cluster': cluster, 'namespace': namespace, 'pool': pool})}"


def child_href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """The page of an object that the operator made, by its Kubernetes kind; nothing where it has
    none. A ConfigMap of a picker is no authority."""
    if kind == "InferencePool":
        return pool_href(cluster, namespace, name)
    return "" if kind == "ConfigMap" else href(plural_of(kind), cluster, namespace, name)


def plural_of(kind: str) -> str:
    """The plural of a kind that has pages, by its Kubernetes name; nothing for another."""
    return next((name for name, spoken in KINDS.items() if spoken.kind == kind), "")


def list_href(kind: str, **query: str) -> str:
    """The list that objects of ``kind`` are in, filtered by a query; of routes that of all kinds,
    of which it shows this one."""
    spoken = KINDS.get(kind)
    listed = spoken.listed if spoken else ""
    asked = ({"kind": spoken.kind} if spoken and listed == "routes" else {}) | {
        key: value for key, value in query.items() if value
    }
    return f"/{listed or kind}" + (f"?{urlencode(asked, safe='/,')}" if asked else "")


CERTIFICATE_KINDS = ("secrets", "configmaps", "certificates")
"""Kinds that a certificate, or the wish for one, lies in."""


def renew_href(cluster: str, namespace: str, name: str) -> str:
    """The form that stores another certificate in a TLS Secret."""
    steps = "/".join(quote(step, safe="") for step in (cluster, namespace, name))
    return f"/certificates/renew/{steps}"


def cluster_href(name: str) -> str:
    """The page of one cluster."""
    return f"/clusters/{quote(name, safe='')}"


def topology_href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """One object in the graph of its cluster; a gateway with what it leads to."""
    chosen = {"cluster": cluster, "sel": f"{KINDS[kind].kind.lower()}/{namespace}/{name}"}
    if kind == "gateways":
        chosen |= {"mode": "gateway", "gateway": f"{namespace}/{name}"}
    return f"/topology?{urlencode(chosen, safe='/')}"


def diagnosed(kind: str, cluster: str, namespace: str, name: str) -> list[tuple[str, str]]:
    """Labels and addresses of what can be found out about an object: why a route does not work,
    where a gateway sends a request."""
    if kind == "gateways":
        chosen = {"cluster": cluster, "gateway": f"{namespace}/{name}"}
        return [("Simulate a request", f"/simulator?{urlencode(chosen, safe='/')}")]
    if kind in ROUTE_KINDS:
        return [("Check the route", check_href(KINDS[kind].kind, cluster, namespace, name))]
    return []


def check_href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """The checks of a route of a kind as the API spells it."""
    chosen = {"cluster": cluster, "kind": kind, "ns": namespace, "name": name}
    return f"/route-check?{urlencode(chosen)}"


def edit_href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """The wizard of one object, or its editor; ``-`` stands for no namespace."""
    steps = [*([] if kind in WIZARDS else [kind]), cluster, namespace or "-", name]
    return f"{WIZARDS.get(kind, '')}/edit/" + "/".join(quote(step, safe="") for step in steps)


def create_href(kind: str) -> str:
    """The wizard that makes an object of a kind, or the editor of a new one."""
    return f"{WIZARDS[kind]}/create" if kind in WIZARDS else f"/create/{kind}"


_CONSOLE = {"sessions": "the console", "tokens": "an API token"}


def subject(kind: str, namespace: str, name: str) -> str:
    """What an audit entry is about: ``namespace/name``, or words for what has no name."""
    return "/".join(filter(None, (namespace, name))) or _CONSOLE.get(kind, kind)
