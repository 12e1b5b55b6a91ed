"""CA certificates that clients or backends are trusted by: ConfigMaps and Secrets with ``ca.crt``.

Of listeners: Gateway.spec.tls.frontend, for HTTPS traffic only, by port or else by default.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from cryptography import x509

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.grants import Grants
from services.gatewayapi.model.names import GATEWAY_GROUP, Key, Object, Ref
from services.gatewayapi.model.world import World

KEY = "ca.crt"
SECTION = "Gateway.spec.tls.frontend"
_PLURALS = {"ConfigMap": "configmaps", "Secret": "secrets"}


def supported(ref: Object) -> str:
    """The plural of the kind of a caCertificateRef, "" for one that holds no certificates."""
    return _PLURALS.get(str(ref.get("kind", "")), "") if not ref.get("group") else ""


def spoken(ref: Object) -> str:
    """The kind of a reference with its group, as people say it."""
    group, kind = ref.get("group") or "", str(ref.get("kind", ""))
    return f"{group}/{kind}" if group else kind


def unusable(world: World, plural: str, place: Key) -> str:
    """Why an object cannot be trusted by, in one sentence; "" when it can or nobody knows."""
    kind = next(kind for kind, name in _PLURALS.items() if name == plural)
    where = f"{kind} {place[0]}/{place[1]}"
    there = world.has(plural, place)
    if there is None:
        return ""
    if not there:
        return f"{where} does not exist."
    obj = world.of(plural)[place]
    if "data" not in obj and "binaryData" not in obj and not world.assumed:
        return ""  # only its metadata was read
    return "" if _readable(kind, obj) else f"{where} has no readable certificate in {KEY}."


def frontend_faults(
    world: World, grants: Grants, gateway: Ref, spec: Object, port: int, needs: set[tuple[str, Key]]
) -> list[Fault]:
    """What an HTTPS listener on ``port`` of ``gateway`` has against the CA certificates by which
    clients are to be trusted; when all are invalid it is not accepted."""
    where, settings = _frontend(spec, port)
    refs = ((settings or {}).get("validation") or {}).get("caCertificateRefs") or ()
    faults = []
    for index, ref in enumerate(refs):
        field = f"{where}.validation.caCertificateRefs[{index}]"
        if wrong := _wrong(world, grants, gateway, ref, needs):
            faults.append(Fault("ResolvedRefs", *wrong, SECTION, field))
    if refs and len(faults) == len(refs):
        text = f"No CA certificate for clients can be used: {faults[0].message}"
        faults.insert(0, Fault("Accepted", "NoValidCACertificate", text, SECTION, where))
    return faults


def _frontend(spec: Object, port: int) -> tuple[str, Object | None]:
    frontend = (spec.get("tls") or {}).get("frontend") or {}
    for index, one in enumerate(frontend.get("perPort") or ()):
        if one.get("port") == port:
            return f"spec.tls.frontend.perPort[{index}].tls", one.get("tls")
    return "spec.tls.frontend.default", frontend.get("default")


def _wrong(
    world: World, grants: Grants, gateway: Ref, ref: Object, needs: set[tuple[str, Key]]
) -> tuple[str, str] | None:
    plural = supported(ref)
    if not plural:
        message = f"A CA certificate of kind {spoken(ref)} is not supported."
        return "InvalidCACertificateKind", message
    place = (ref.get("namespace") or gateway.namespace, str(ref.get("name", "")))
    kind = str(ref["kind"])
    needs |= {("referencegrants", (place[0], "")), (plural, place)}
    if not grants.permit((GATEWAY_GROUP, gateway.kind, gateway.namespace), ("", kind, *place)):
        return (
            "RefNotPermitted",
            f"No ReferenceGrant in namespace {place[0]} lets {gateway.kind}s of namespace "
            f"{gateway.namespace} use {kind} {'/'.join(place)}.",
        )
    why = unusable(world, plural, place)
    return ("InvalidCACertificateRef", why) if why else None


def _readable(kind: str, obj: Mapping[str, Any]) -> bool:
    text = (obj.get("data") or {}).get(KEY)
    encoded = text if kind == "Secret" else (obj.get("binaryData") or {}).get(KEY)
    try:
        pem = b64decode(encoded) if encoded and (kind == "Secret" or not text) else None
        x509.load_pem_x509_certificates(pem if pem is not None else str(text or "").encode())
    except (ValueError, TypeError):
        return False
    return True
