"""Defaults that the API server itself sets on built-in kinds."""

from base64 import b64encode
from collections.abc import Callable
from ipaddress import IPv4Address

from services.demo.api.kinds import Served
from services.demo.api.statuses import Obj
from services.demo.api.store import Store

Preparation = Callable[[Store, Obj, Obj | None], None]

SERVICE_NETWORK = IPv4Address("10.96.0.0")


def prepare(store: Store, served: Served, obj: Obj, live: Obj | None) -> Obj:
    """``obj`` with the defaults of its kind."""
    preparation = _PREPARATIONS.get(served.resource)
    if preparation:
        preparation(store, obj, live)
    return obj


def _namespace(store: Store, obj: Obj, live: Obj | None) -> None:
    labels = obj["metadata"].setdefault("labels", {}) or {}
    obj["metadata"]["labels"] = labels | {"kubernetes.io/metadata.name": obj["metadata"]["name"]}
    if live is None:
        obj["spec"] = {"finalizers": ["kubernetes"]}
        obj.setdefault("status", {"phase": "Active"})
    else:
        obj.setdefault("spec", live.get("spec") or {})


def _secret(store: Store, obj: Obj, live: Obj | None) -> None:
    obj.setdefault("type", "Opaque")
    texts = obj.pop("stringData", None) or {}
    if texts:
        encoded = {key: b64encode(text.encode()).decode() for key, text in texts.items()}
        obj["data"] = (obj.get("data") or {}) | encoded


_PREPARATIONS: dict[str, Preparation] = {"namespaces": _namespace, "secrets": _secret}
