"""The CA certificates by which a BackendTLSPolicy lets a gateway trust a backend."""

from services.gatewayapi.model.authorities import spoken, supported, unusable
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.world import World

SECTION = "BackendTLSPolicy.spec.validation.caCertificateRefs"


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
    plural = supported(ref)
    if not plural:
        return "InvalidKind", f"A CA certificate of kind {spoken(ref)} is not supported."
    why = unusable(world, plural, (namespace, str(ref.get("name", ""))))
    return ("InvalidCACertificateRef", why) if why else None
