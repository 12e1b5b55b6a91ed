"""What pages read of a cluster, and where they hear that some of it changed.

A browser is told of every change of every cluster. It asks the server again only for those that its
page reads (``ngfLive.touched``), so that an answer that is under way is never replaced by one that
has nothing to say.
"""

from collections.abc import Iterable

from dash import dcc

from components.kinds import CERTIFICATE_KINDS, ROUTE_KINDS
from components.policy_kinds import POLICIES

_ATTACHING = ("gateways", "listenersets", "namespaces", "referencegrants")
_BACKENDS = ("services", "endpointslices", "inferencepools")

OBJECT: dict[str, tuple[str, ...]] = {
    "gateways": ("gateways", "gatewayclasses", *ROUTE_KINDS, "secrets", "events", "pods"),
    **{kind: (kind, *_ATTACHING, *_BACKENDS, "events", *POLICIES) for kind in ROUTE_KINDS},
    "gatewaybundles": ("gatewaybundles", "gateways", "events"),
    "inferencestacks": ("inferencestacks", "events"),
    "listenersets": ("listenersets", "gateways", "namespaces", "secrets", "events"),
    "gatewayclasses": ("gatewayclasses", "gateways", "events", *ROUTE_KINDS),
    **dict.fromkeys(
        CERTIFICATE_KINDS,
        (
            *CERTIFICATE_KINDS,
            "gateways",
            "listenersets",
            "backendtlspolicies",
            "events",
            *ROUTE_KINDS,
        ),
    ),
    **dict.fromkeys(
        POLICIES,
        (
            *POLICIES,
            "gatewayclasses",
            "gateways",
            "httproutes",
            "grpcroutes",
            "services",
            "nginxproxies",
            "events",
        ),
    ),
}
"""Kinds whose change may change the page of one object, by the object's kind."""

DRAFT = (
    *_ATTACHING,
    *_BACKENDS,
    "gatewayclasses",
    "snippetsfilters",
    "authenticationfilters",
)
"""Kinds that the editor reads its offers and what it says of names from."""


def touched(name: str, kinds: Iterable[str]) -> list[dcc.Store]:
    """The stores of a page part that reads ``kinds``: what it reads, and when that last changed."""
    return [
        dcc.Store(id=f"{name}-reads", data=sorted(set(kinds))),
        dcc.Store(id=f"{name}-touched"),
    ]
