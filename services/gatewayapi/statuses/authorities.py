"""The CA certificates by which a BackendTLSPolicy lets a gateway trust a backend."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography import x509

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.world import World

SECTION = "BackendTLSPolicy.spec.validation.caCertificateRefs"
KEY = "ca.crt"
_PLURALS = {"ConfigMap": "configmaps", "Secret": "secrets"}


def faults(world: World, policy: Object) -> tuple[list[Fault], bool]:
    """What is wrong with the references of a policy, and whether none of them can be used."""
    validation = (policy.get("spec") or {}).get("validation") or {}
    refs = validation.get("caCertificateRefs") or ()
    found = []
    for index, ref in enumerate(refs):
        field = f"spec.validation.caCertificateRefs[{index}]"
        wrong = _wrong(world, str(policy["metadata"].get("namespace", "")), ref)
        if wrong:
            found.append(Fault("ResolvedRefs", *wrong, SECTION, field))
    return found, bool(refs) and len(found) == len(refs)


def _wrong(world: World, namespace: str, ref: Object) -> tuple[str, str] | None:
    kind, name = str(ref.get("kind", "")), str(ref.get("name", ""))
    group = ref.get("group") or ""
    plural = _PLURALS.get(kind) if group in ("", "core") else None
    if plural is None:
        spoken = f"{group}/{kind}" if group else kind
        return "InvalidKind", f"A CA certificate of kind {spoken} is not supported."
    where = f"{kind} {namespace}/{name}"
    there = world.has(plural, (namespace, name))
    if there is None:
        return None
    if not there:
        return "InvalidCACertificateRef", f"{where} does not exist."
    obj = world.of(plural)[namespace, name]
    if "data" not in obj and "binaryData" not in obj and not world.assumed:
        return None  # only its metadata was read
    if not _readable(kind, obj):
        return "InvalidCACertificateRef", f"{where} has no readable certificate in {KEY}."
    return None


def _readable(kind: str, obj: Mapping[str, Any]) -> bool:
    text = (obj.get("data") or {}).get(KEY)
    encoded = text if kind == "Secret" else (obj.get("binaryData") or {}).get(KEY)
    try:
        pem = b64decode(encoded) if encoded and (kind == "Secret" or not text) else None
        x509.load_pem_x509_certificates(pem if pem is not None else str(text or "").encode())
    except (ValueError, TypeError):
        return False
    return True
