"""Whether the Secrets are there that AuthenticationFilters and WAFPolicies of NGF name."""

from collections.abc import Iterator, Mapping

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.world import World

_BASIC = "basic.secretRef"
_PASSWORDS = "auth"
"""The key that a Secret of ``basic`` has its users under."""
_FILTER = (_BASIC, "jwt.file.secretRef", "oidc.clientSecretRef", "oidc.crlSecretRef")
_AUTHORITIES = ("jwt.remote.caCertificateRefs", "oidc.caCertificateRefs")
_SOURCE = ("auth.secretRef", "tlsSecret")


def filter_fault(world: World, obj: Object) -> Fault | None:
    """Why NGF does not accept an AuthenticationFilter; None for one that it does."""
    named = [(path, _at(obj.get("spec"), path)) for path in _FILTER]
    for path in _AUTHORITIES:
        several = _at(obj.get("spec"), path)
        named += [
            (f"{path}[{index}]", one)
            for index, one in enumerate(several if isinstance(several, list) else ())
        ]
    for path, ref in named:
        why = _why(world, obj, ref)
        if not why and path == _BASIC and world.assumed:
            why = _without_passwords(world, obj, ref)
        if why:
            return Fault("Accepted", "Invalid", why, "AuthenticationFilter.spec", f"spec.{path}")
    return None


def waf_faults(world: World, obj: Object) -> Iterator[Fault]:
    """The Secrets of a WAFPolicy that NGF does not find, which it says under ResolvedRefs."""
    spec = obj.get("spec")
    logs = _at(spec, "securityLogs")
    sources = [("policySource", _at(spec, "policySource"))]
    for index, one in enumerate(logs if isinstance(logs, list) else ()):
        sources.append((f"securityLogs[{index}].logSource", _at(one, "logSource")))
    for path, source in sources:
        for name in _SOURCE:
            if why := _why(world, obj, _at(source, name)):
                field = f"spec.{path}.{name}"
                yield Fault("ResolvedRefs", "InvalidRef", why, f"WAFPolicy.spec.{name}", field)


def _why(world: World, obj: Object, ref: object) -> str:
    if not isinstance(ref, Mapping) or ref.get("kind") not in (None, "Secret"):
        return ""
    place = str(obj["metadata"].get("namespace", "")), str(ref.get("name", ""))
    missing = world.has("secrets", place) is False
    return f"Secret {'/'.join(place)} does not exist." if missing else ""


def _without_passwords(world: World, obj: Object, ref: object) -> str:
    name = str(ref.get("name", "")) if isinstance(ref, Mapping) else ""
    place = str(obj["metadata"].get("namespace", "")), name
    secret = world.of("secrets").get(place)
    if secret is None or _PASSWORDS in (secret.get("data") or {}):
        return ""
    return f"Secret {'/'.join(place)} has no {_PASSWORDS}."


def _at(value: object, path: str) -> object:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
