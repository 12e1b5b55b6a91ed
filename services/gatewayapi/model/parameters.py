"""What is wrong with a parametersRef, of a GatewayClass or of a Gateway.

GatewayClass.spec.parametersRef and Gateway.spec.infrastructure.parametersRef: what is not there, or
of a kind that the controller does not support, is invalid. Which kinds those are only the
controller knows: a ConfigMap or Secret, and what is of its own domain, is taken for supported.
"""

from services.gatewayapi.model.classes import own_kind
from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.world import World

NOT_FOUND = "ParametersRefNotFound"
INVALID = "ParametersRefInvalid"
_CORE = {"ConfigMap": "configmaps", "Secret": "secrets"}


def parameters_fault(
    world: World,
    ref: Object,
    namespace: str,
    controller: str,
    ngf: bool,
    needs: set[tuple[str, Key]],
) -> tuple[str, str] | None:
    """NGF's reason and the sentence for what is wrong with ``ref``, whose object is in
    ``namespace``; None also where nobody knows. Adds to ``needs`` what was looked at."""
    group, kind = str(ref.get("group") or ""), str(ref.get("kind") or "")
    plural = _plural(group, kind, ngf)
    if plural is None:
        if not ngf and own_kind(group, controller):
            return None
        return INVALID, f"Parameters of kind {group or 'core'}/{kind} are not supported."
    place = (namespace, str(ref.get("name") or ""))
    needs.add((plural, place))
    if world.has(plural, place) is not False:
        return None
    return NOT_FOUND, f"{kind} {'/'.join(place)} does not exist."


def _plural(group: str, kind: str, ngf: bool) -> str | None:
    """Where an object of a supported kind is found. NGF does not look at the group."""
    if ngf:
        return "nginxproxies" if kind == "NginxProxy" else None
    return _CORE.get(kind) if group in ("", "core") else None
