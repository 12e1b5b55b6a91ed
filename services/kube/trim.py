"""What of an object is kept in memory.

``managedFields`` and kubectl's copy of the last applied manifest are more than half of a typical
object and say nothing about it. Secrets are the exception to everything: their content does not
come here at all, apart from certificates, and of those never the key. The one other exception are
the keys that a kind names, for what the console itself keeps in Secrets of its own namespace.
"""

from collections.abc import Collection
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CERTIFICATES = ("tls.crt", "ca.crt")


def trim(obj: dict[str, Any]) -> dict[str, Any]:
    """Drop the bookkeeping of other tools, in place."""
    metadata = obj["metadata"]
    metadata.pop("managedFields", None)
    annotations = metadata.get("annotations")
    if annotations and LAST_APPLIED in annotations:
        del annotations[LAST_APPLIED]
        if not annotations:
            del metadata["annotations"]
    return obj


def metadata_only(obj: dict[str, Any]) -> dict[str, Any]:
    """The metadata and nothing else, whatever the server sent."""
    return trim({"metadata": obj["metadata"]})


def certificate_only(obj: dict[str, Any]) -> dict[str, Any]:
    """Of a TLS Secret the type and the certificates; the key is forgotten here."""
    data = obj.get("data") or {}
    kept = {name: data[name] for name in CERTIFICATES if name in data}
    return trim({"metadata": obj["metadata"], "type": obj.get("type", ""), "data": kept})


def keys_only(keys: Collection[str], obj: dict[str, Any]) -> dict[str, Any]:
    """Of a Secret the named keys of its data."""
    data = obj.get("data") or {}
    kept = {name: data[name] for name in keys if name in data}
    return trim({"metadata": obj["metadata"], "data": kept})
