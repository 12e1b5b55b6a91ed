"""The NginxProxy settings that hold for a gateway of NGF: its class's, with its own over them."""

from collections.abc import Mapping
from typing import Any

from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.world import World

_KIND = "nginxproxies"


def settings(
    world: World, class_name: str, namespace: str, spec: Object, needs: set[tuple[str, Key]]
) -> Mapping[str, Any] | None:
    """The fields of ``NginxProxy.spec`` for a Gateway in ``namespace``; None where they are not
    known. Adds to ``needs`` what was looked at (NGF, EffectiveNginxProxy)."""
    own = (spec.get("infrastructure") or {}).get("parametersRef") or {}
    shared_class = world.of("gatewayclasses").get(("", class_name)) or {}
    shared = (shared_class.get("spec") or {}).get("parametersRef") or {}
    found: dict[str, Any] = {}
    for ref, home in ((shared, str(shared.get("namespace") or "")), (own, namespace)):
        if ref.get("kind") != "NginxProxy":
            continue
        place = (home, str(ref.get("name", "")))
        needs.add((_KIND, place))
        if not world.knows(_KIND):
            return None
        found.update((world.of(_KIND).get(place) or {}).get("spec") or {})
    if not shared_class and not world.knows("gatewayclasses"):
        return None
    return found
