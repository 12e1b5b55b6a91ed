"""The CA certificates by which BackendTLSPolicies let a gateway trust a backend: what is wrong with
those of a policy, and which backends cannot be trusted by any."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.gatewayapi.model.authorities import spoken, supported, unusable
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Key, Object, created, precedence
from services.gatewayapi.model.world import World

SECTION = "BackendTLSPolicy.spec.validation.caCertificateRefs"
WELL_KNOWN = "BackendTLSPolicy.spec.validation.wellKnownCACertificates"
_AUTHORITIES = "spec.validation.caCertificateRefs"


class BackendTLS:
    """The BackendTLSPolicies by the Service that they are about, the oldest first, each with the
    port's name ("" for all ports). One that targets something else than Services has no effect.
    Safe to read from any thread."""

    def __init__(
        self, on: Mapping[Key, Sequence[tuple[str, Object]]], lost: frozenset[Key]
    ) -> None:
        self._on = on
        self._lost = lost
        self._refused: dict[tuple[Key, bool], Fault | None] = {}

    @classmethod
    def of(cls, world: World) -> "BackendTLS":
        """Those of a world."""
        on: dict[Key, list[tuple[str, Object]]] = {}
        taken: set[tuple[Key, str]] = set()
        lost = set()
        for key, obj in sorted(world.of("backendtlspolicies").items(), key=_age):
            places = set(_places(obj))
            for service, section in sorted(places):
                on.setdefault(service, []).append((section, obj))
            if taken & places:
                lost.add(key)
            else:
                taken |= places
        return cls(on, frozenset(lost))

    def following(self, kinds: Iterable[str]) -> "BackendTLS | None":
        """The same after objects of some kinds changed; None where it has to be made anew."""
        if "backendtlspolicies" in kinds:
            return None
        return BackendTLS(self._on, self._lost) if {"configmaps", "secrets"} & {*kinds} else self

    def in_effect(self, service: Key, port: str, ngf: bool) -> Object | None:
        """The policy that a port of a Service is reached by, None where there is none.

        A policy for the port goes before one for the Service, then the older before the younger,
        which has no effect anywhere (BackendTLSPolicy.spec.targetRefs). For NGF age alone counts.
        """
        on = self._on.get(service, ())
        if ngf:
            return next((obj for section, obj in on if section in ("", port)), None)
        held = [(section, obj) for section, obj in on if _key(obj) not in self._lost]
        for wanted in (port, ""):
            for section, obj in held:
                if section == wanted:
                    return obj
        return None

    def distrusted(self, world: World, service: Key, port: str, ngf: bool) -> Fault | None:
        """Why a port of a Service cannot be trusted: the policy in effect there is not accepted.
        None where it can be, and without a policy."""
        obj = self.in_effect(service, port, ngf)
        if obj is None:
            return None
        known = _key(obj), ngf
        if known not in self._refused:
            self._refused[known] = refusal(world, obj, ngf)
        return self._refused[known]


def _key(policy: Object) -> Key:
    metadata = policy["metadata"]
    return str(metadata.get("namespace", "")), str(metadata["name"])


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


def unresolved(world: World, policy: Object) -> list[Fault]:
    """What is wrong with each CA certificate that a policy names."""
    found = []
    for index, ref in enumerate(_authorities(policy)):
        field = f"{_AUTHORITIES}[{index}]"
        wrong = _wrong(world, str(policy["metadata"].get("namespace", "")), ref)
        if wrong:
            found.append(Fault("ResolvedRefs", *wrong, SECTION, field))
    return found


def refusal(world: World, policy: Object, ngf: bool) -> Fault | None:
    """Why a policy is not accepted, whatever others there are: nobody knows the set of certificates
    that it names (System is all there is), none of its CA certificates can be used, or there are
    several, of which NGF takes one."""
    known = _validation(policy).get("wellKnownCACertificates")
    if known not in (None, "", "System"):
        why = f'wellKnownCACertificates "{known}" is not supported; there is System.'
        field = "spec.validation.wellKnownCACertificates"
        return Fault("Accepted", "Invalid", why, WELL_KNOWN, field)
    refs = _authorities(policy)
    if ngf and len(refs) > 1:
        why = f"NGF takes one CA certificate, and {len(refs)} are named."
        return Fault("Accepted", "Invalid", why, SECTION, _AUTHORITIES)
    wrong = unresolved(world, policy)
    if refs and len(wrong) == len(refs):
        return Fault("Accepted", "NoValidCACertificate", wrong[0].message, SECTION, wrong[0].field)
    return None


def _validation(policy: Object) -> Mapping[str, Any]:
    return _mapping(_mapping(policy.get("spec")).get("validation"))


def _authorities(policy: Object) -> list[Object]:
    return _listed(_validation(policy).get("caCertificateRefs"))


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
