"""What the parts of an object's page read, and when they need not."""

from typing import Any

from dash import ctx

from callbacks import certificate
from callbacks.registrar import Callbacks
from components import ids, kinds
from components.policy_kinds import POLICIES
from services.errors import NotFound, Unavailable
from services.gatewayapi.attachments import ROUTE_KINDS
from services.gatewayapi.policies.kinds import ALL
from services.gatewayapi.policies.rows import READS

Ref = dict[str, str]
Rows = list[dict[str, Any]] | None
"""What a table has; None until it was given some, even none."""

TOUCHED_BY = {
    "gateways": {"gateways", "gatewayclasses", "secrets", "events", "pods"} | set(ROUTE_KINDS),
    **{
        kind: {
            kind,
            "gateways",
            "listenersets",
            "namespaces",
            "referencegrants",
            "services",
            "endpointslices",
            "inferencepools",
            "events",
            *(policy.name for policy in ALL),
        }
        for kind in ROUTE_KINDS
    },
    "listenersets": {"listenersets", "gateways", "namespaces", "secrets", "events"},
    "gatewayclasses": {"gatewayclasses", "gateways", "events"} | set(ROUTE_KINDS),
    **dict.fromkeys(
        kinds.CERTIFICATE_KINDS,
        {"gateways", "listenersets", "backendtlspolicies", "events"}
        | set(kinds.CERTIFICATE_KINDS)
        | set(ROUTE_KINDS),
    ),
    **{kind: {"events", *READS} for kind in POLICIES},
}
"""Kinds whose change may change what a page shows."""


def unconcerned(ref: Ref, live: list[dict[str, Any]] | None, *, filled: bool = True) -> bool:
    """Whether this call was made by changes that have nothing to do with the object.

    A call replaces one of the same callback that is under way, also the one that fills a page that
    was just opened: what is not ``filled`` yet is always a concern.
    """
    if ctx.triggered_id != ids.LIVE_CHANGES or not filled:
        return False
    kinds_of_interest = TOUCHED_BY[ref["kind"]] | {"*"}
    return not any(
        change["kind"] in kinds_of_interest and change["cluster"] in (ref["cluster"], "*")
        for change in live or []
    )


def read(callbacks: Callbacks, ref: Ref) -> dict[str, Any]:
    """The object's read model, from memory. Raises NotFound and Unavailable."""
    if ref["kind"] in kinds.CERTIFICATE_KINDS:
        return certificate.read(callbacks, ref)
    container = callbacks.container
    found = container.policies if ref["kind"] in POLICIES else container.resources
    return found.detail(callbacks.who(), *place_of(ref))


def seen(callbacks: Callbacks, ref: Ref) -> dict[str, Any] | None:
    """The read model, None where there is none: what the page says of that is one answer's work."""
    try:
        return read(callbacks, ref)
    except (NotFound, Unavailable):
        return None


def place_of(ref: Ref) -> tuple[str, str, str, str]:
    """An object as services ask for it: cluster, kind, namespace, name."""
    return ref["cluster"], ref["kind"], ref["namespace"], ref["name"]
