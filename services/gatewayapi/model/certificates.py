"""Whether a listener's certificate is there, may be used, and is one."""

import base64
import binascii

from cryptography import x509

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Object, Ref
from services.gatewayapi.model.world import World

SECTION = "Gateway.spec.listeners.tls.certificateRefs"
TLS_TYPE = "kubernetes.io/tls"


def certificate_fault(
    world: World, grants: Grants, owner: Ref, ref: Object, field: str, needs: set[tuple[str, Key]]
) -> Fault | None:
    """What is wrong with one certificateRef of a listener that is written in ``owner``.

    A Secret in another namespace needs a ReferenceGrant for the owner's kind: grants for a Gateway
    do not hold for its ListenerSets, nor the other way round (ListenerSet, "ReferenceGrant
    Semantics").
    """

    def fault(reason: str, message: str) -> Fault:
        return Fault("ResolvedRefs", reason, message, SECTION, field)

    kind = secret_kind(ref)
    place = (ref.get("namespace") or owner.namespace, str(ref.get("name", "")))
    if kind != "Secret":
        return fault("InvalidCertificateRef", f"A certificate of kind {kind} is not supported.")
    where = "/".join(place)
    needs.add(("referencegrants", (place[0], "")))
    if not grants.permit((GATEWAY_GROUP, owner.kind, owner.namespace), ("", "Secret", *place)):
        return fault(
            "RefNotPermitted",
            f"No ReferenceGrant in namespace {place[0]} lets {owner.kind}s of namespace "
            f"{owner.namespace} use Secret {where}.",
        )
    needs.add(("secrets", place))
    secret = world.of("secrets").get(place)
    if secret is None:
        if not world.knows("secrets"):
            return None
        return fault("InvalidCertificateRef", f"Secret {where} does not exist.")
    if secret.get("type") != TLS_TYPE:
        return fault("InvalidCertificateRef", f"Secret {where} is not of type {TLS_TYPE}.")
    if not _readable(secret):
        return fault("InvalidCertificateRef", f"Secret {where} holds no readable certificate.")
    return None


def secret_kind(ref: Object) -> str:
    """The kind that a reference to a Secret names, with its group where it has one."""
    group, kind = ref.get("group") or "", ref.get("kind") or "Secret"
    return f"{group}/{kind}" if group else str(kind)


def _readable(secret: Object) -> bool:
    """Whether ``tls.crt`` begins with a certificate. Its key is not here to be looked at."""
    try:
        x509.load_pem_x509_certificate(_pem(secret))
    except (ValueError, TypeError, binascii.Error):
        return False
    return True


def _pem(secret: Object) -> bytes:
    plain = (secret.get("stringData") or {}).get("tls.crt")
    if plain is not None:
        return str(plain).encode()
    return base64.b64decode((secret.get("data") or {}).get("tls.crt") or "", validate=False)
