"""What of an object is kept in memory.

``managedFields`` and kubectl's copy of the last applied manifest are more than half of a typical
object and say nothing about it. Secrets are the exception to everything: their content does not
come here at all, apart from certificates, and of those never the key. The one other exception are
the keys that a kind names, for what the console itself keeps in Secrets of its own namespace.

A private key may lie where a certificate is meant to be, behind it in one file. Of such a value
the certificates are kept and nothing else.
"""

import base64
import binascii
import re
from collections.abc import Collection
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CERTIFICATES = ("tls.crt", "ca.crt")
_NAMED_SO = (".crt", ".cer", ".pem")
_BLOCK = re.compile(
    rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]*"
    rb"-----END (?:TRUSTED )?CERTIFICATE-----"
)


def trim(obj: dict[str, Any]) -> dict[str, Any]:
    """Drop the bookkeeping of other tools, in place. What people write may be anything."""
    metadata = obj["metadata"]
    metadata.pop("managedFields", None)
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
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
    kept = {name: _public(data[name]) for name in CERTIFICATES if name in data}
    return trim({"metadata": obj["metadata"], "type": obj.get("type", ""), "data": kept})


def names_certificates(obj: dict[str, Any]) -> bool:
    """Whether the metadata of a Secret or ConfigMap says that there is a certificate among its
    data: the names of its keys stand in ``managedFields``, so that it need not be read for it."""
    return any(
        _certificate_key(obj, field.removeprefix("f:"))
        for entry in obj["metadata"].get("managedFields") or ()
        for field in (entry.get("fieldsV1") or {}).get("f:data") or ()
    )


def certificates_among(obj: dict[str, Any]) -> dict[str, Any]:
    """Of any Secret or ConfigMap the certificates (PEM) under keys that are named like files of
    such, and its type; of their values nothing else."""
    kept = {}
    for name, value in (obj.get("data") or {}).items():
        if not _certificate_key(obj, name) or not isinstance(value, str):
            continue
        plain = obj.get("kind") == "ConfigMap"
        found = b"\n".join(_BLOCK.findall(value.encode() if plain else _decoded(value)))
        if found:
            kept[name] = found.decode() if plain else base64.b64encode(found).decode()
    rest = {"type": obj["type"]} if "type" in obj else {}
    return trim({"metadata": obj["metadata"], **rest, **({"data": kept} if kept else {})})


def _certificate_key(obj: dict[str, Any], name: str) -> bool:
    """Gateway API reads ``ca.crt`` of ConfigMaps; what else is in them is nobody's certificate."""
    return name == "ca.crt" or (obj.get("kind") != "ConfigMap" and name.endswith(_NAMED_SO))


def _public(encoded: Any) -> Any:
    """A value as it is, unless there is a key in it: then its certificates only."""
    decoded = _decoded(encoded) if isinstance(encoded, str) else b""
    if b"PRIVATE KEY" not in decoded:
        return encoded
    return base64.b64encode(b"\n".join(_BLOCK.findall(decoded))).decode()


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return b""


def keys_only(keys: Collection[str], obj: dict[str, Any]) -> dict[str, Any]:
    """Of a Secret the named keys of its data."""
    data = obj.get("data") or {}
    kept = {name: data[name] for name in keys if name in data}
    return trim({"metadata": obj["metadata"], "data": kept})
