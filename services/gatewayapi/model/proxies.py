"""The NginxProxy settings that hold for a gateway of NGF: its class's, with its own over them."""

from collections.abc import Mapping
from typing import Any

from services.gatewayapi.model.names import Key, Object
from services.gatewayapi.model.world import World

_KIND = "nginxproxies"
_METRICS_PORT = 9113


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


def metrics_port(proxy: Mapping[str, Any] | None) -> int | None:
    """The port on which a data plane with these settings shows its metrics, None where it does not
    (``NginxProxy.spec.metrics``); the usual one where they are not known."""
    metrics = (proxy or {}).get("metrics")
    metrics = metrics if isinstance(metrics, Mapping) else {}
    if metrics.get("disable") is True:
        return None
    port = metrics.get("port")
    return port if isinstance(port, int) else _METRICS_PORT
