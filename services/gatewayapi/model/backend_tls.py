"""The CA certificates by which BackendTLSPolicies let a gateway trust a backend: what is wrong with
those of a policy, and which backends cannot be trusted by any."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.gatewayapi.model.authorities import spoken, supported, unusable
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Key, Object, created, precedence
from services.gatewayapi.model.world import World

SECTION = "BackendTLSPolicy.spec.validation.caCertificateRefs"
WELL_KNOWN = "BackendTLSPolicy.spec.validation.wellKnownCACertificates"


class BackendTLS:
    """The BackendTLSPolicies by the Service and the port's name ("" for all ports) that they are
    about. A younger policy that shares one of both with an older one has no effect, neither has one
    that targets something else than Services. Safe to read from any thread."""

    def __init__(self, on: Mapping[Key, Mapping[str, Object]]) -> None:
        self._on = on
        self._distrusted: dict[Key, str] = {}

    @classmethod
    def of(cls, world: World) -> "BackendTLS":
        """Those of a world."""
        on: dict[Key, dict[str, Object]] = {}
        for _, obj in sorted(world.of("backendtlspolicies").items(), key=_age):
            places = list(_places(obj))
            if not any(section in on.get(service, ()) for service, section in places):
                for service, section in places:
                    on.setdefault(service, {})[section] = obj
        return cls(on)

    def following(self, kinds: Iterable[str]) -> "BackendTLS | None":
        """The same after objects of some kinds changed; None where it has to be made anew."""
        if "backendtlspolicies" in kinds:
            return None
        return BackendTLS(self._on) if {"configmaps", "secrets"} & {*kinds} else self

    def distrusted(self, world: World, service: Key, port: str) -> str:
        """Why a port of a Service cannot be trusted, in one sentence: all CA certificates of the
        policy in effect there are unusable. "" where it can, and without a policy.

        A policy for the port goes before one for the Service (BackendTLSPolicy.spec.targetRefs).
        """
        on = self._on.get(service)
        obj = on.get(port) or on.get("") if on else None
        if obj is None:
            return ""
        key = (service[0], str(obj["metadata"]["name"]))
        known = self._distrusted.get(key)
        if known is None:
            wrong, every = faults(world, obj)
            known = self._distrusted[key] = wrong[0].message if every else ""
        return known


def _age(item: tuple[Key, Object]) -> tuple[str, str]:
    key, obj = item
    return precedence(created(obj), *key)


def _places(policy: Object) -> Iterator[tuple[Key, str]]:
    """(Service, name of a port) that a policy targets; none where it may not."""
    refs = _listed(_mapping(policy.get("spec")).get("targetRefs"))
    if all(one.get("kind") == "Service" and one.get("group") in (None, "", "core") for one in refs):
        namespace = str(policy["metadata"].get("namespace", ""))
        for one in refs:
            yield (namespace, str(one.get("name", ""))), str(one.get("sectionName") or "")


def faults(world: World, policy: Object) -> tuple[list[Fault], bool]:
    """What is wrong with the references of a policy, and whether none of them can be used."""
    validation = _mapping(_mapping(policy.get("spec")).get("validation"))
    refs = _listed(validation.get("caCertificateRefs"))
    found = []
    for index, ref in enumerate(refs):
        field = f"spec.validation.caCertificateRefs[{index}]"
        wrong = _wrong(world, str(policy["metadata"].get("namespace", "")), ref)
        if wrong:
            found.append(Fault("ResolvedRefs", *wrong, SECTION, field))
    return found, bool(refs) and len(found) == len(refs)


def not_well_known(policy: Object) -> Fault | None:
    """Why a policy is refused for the set of certificates that it names; System is all there is."""
    known = _mapping(_mapping(policy.get("spec")).get("validation")).get("wellKnownCACertificates")
    if known in (None, "", "System"):
        return None
    why = f'wellKnownCACertificates "{known}" is not supported; there is System'
    field = "spec.validation.wellKnownCACertificates"
    return Fault("Accepted", "Invalid", why, WELL_KNOWN, field)


def _wrong(world: World, namespace: str, ref: Object) -> tuple[str, str] | None:
    plural = supported(ref)
    if not plural:
        return "InvalidKind", f"A CA certificate of kind {spoken(ref)} is not supported."
    why = unusable(world, plural, (namespace, str(ref.get("name", ""))))
    return ("InvalidCACertificateRef", why) if why else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[Object]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
