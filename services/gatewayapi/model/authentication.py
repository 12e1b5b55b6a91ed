"""Whether an AuthenticationFilter of NGF has the Secrets that it names."""

from collections.abc import Iterator, Mapping

from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.names import Object
from services.gatewayapi.model.world import World

SECTION = "AuthenticationFilter.spec"
_PASSWORDS = "auth"
"""The key that a Secret of ``basic`` has its users under."""
_ONE = (
    "basic.secretRef",
    "jwt.file.secretRef",
    "oidc.clientSecretRef",
    "oidc.crlSecretRef",
)
_SEVERAL = ("jwt.remote.caCertificateRefs", "oidc.caCertificateRefs")


def unusable(world: World, obj: Object) -> Fault | None:
    """Why a filter is not accepted, in the words of NGF's condition; None for one that is."""
    namespace = str(obj["metadata"].get("namespace", ""))
    for field, ref in _secrets(obj):
        place = namespace, str(ref.get("name", ""))
        where = f"Secret {'/'.join(place)}"
        if world.has("secrets", place) is False:
            return _fault(f"{where} does not exist.", field)
        secret = world.of("secrets").get(place)
        data = (secret or {}).get("data")
        lacks = not isinstance(data, Mapping) or _PASSWORDS not in data
        if secret is not None and world.assumed and field == f"spec.{_ONE[0]}" and lacks:
            return _fault(f"{where} has no {_PASSWORDS}.", field)
    return None


def _fault(message: str, field: str) -> Fault:
    return Fault("Accepted", "Invalid", message, SECTION, field)


def _secrets(obj: Object) -> Iterator[tuple[str, Object]]:
    for path in _ONE:
        found = _at(obj, path)
        if isinstance(found, Mapping):
            yield f"spec.{path}", found
    for path in _SEVERAL:
        several = _at(obj, path)
        for index, one in enumerate(several if isinstance(several, list) else ()):
            if isinstance(one, Mapping) and one.get("kind") in (None, "Secret"):
                yield f"spec.{path}[{index}]", one


def _at(obj: Object, path: str) -> object:
    found: object = obj.get("spec")
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
