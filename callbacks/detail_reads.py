"""What the parts of an object's page read."""

from typing import Any

from callbacks import certificate
from callbacks.registrar import Callbacks
from components import kinds
from components.policy_kinds import POLICIES
from services.errors import NotFound, Unavailable

Ref = dict[str, str]


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
