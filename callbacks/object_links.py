"""From an object of the model to its page."""

from components import kinds
from services.gatewayapi.model.names import Ref
from services.kube.catalogue import KINDS

_PLURALS = {kind.kind: name for name, kind in KINDS.items()}


def href(cluster: str, ref: Ref | None) -> str:
    """The page of an object; "" for one that has none."""
    if ref is None:
        return ""
    return kinds.href(_PLURALS.get(ref.kind, ""), cluster, ref.namespace, ref.name)
