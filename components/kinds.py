"""Kinds as people speak of them, and where their pages are."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Spoken:
    """One kind: its Kubernetes name, its words, its icon and the page of one object."""

    kind: str
    one: str
    many: str
    icon: str
    page: str


KINDS = {
    "gateways": Spoken("Gateway", "gateway", "gateways", "door-open", "gateway"),
    "httproutes": Spoken("HTTPRoute", "HTTP route", "HTTP routes", "signpost-split", "httproute"),
    "gatewayclasses": Spoken(
        "GatewayClass", "gateway class", "gateway classes", "collection", "gatewayclass"
    ),
}
"""The kinds that have pages, by their plural name."""


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
    steps = [spoken.page, cluster, *([namespace] if namespace else []), name]
    return "/" + "/".join(quote(step, safe="") for step in steps)


def cluster_href(name: str) -> str:
    """The page of one cluster."""
    return f"/clusters/{quote(name, safe='')}"


def edit_href(kind: str, cluster: str, namespace: str, name: str) -> str:
    """The editor of one object; ``-`` stands for no namespace."""
    steps = ["edit", kind, cluster, namespace or "-", name]
    return "/" + "/".join(quote(step, safe="") for step in steps)


_CONSOLE = {"sessions": "the console", "tokens": "an API token"}


def subject(kind: str, namespace: str, name: str) -> str:
    """What an audit entry is about: ``namespace/name``, or words for what has no name."""
    return "/".join(filter(None, (namespace, name))) or _CONSOLE.get(kind, kind)
