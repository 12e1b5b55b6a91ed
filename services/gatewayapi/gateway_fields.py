"""Fields of a Gateway in the words of the GatewayBundle that makes it.

A client that reads a Gateway and sends it back means the bundle, where one makes the Gateway: what
the operator put there is no wish of the client, and what is spelled otherwise is translated.
"""

from collections.abc import Mapping
from typing import Any

from ngf_operator.names import GROUP, MANAGED_BY

Object = Mapping[str, Any]
_CORE = ("", "core")


def for_bundle(given: Object) -> dict[str, Any]:
    """What a client sends of a Gateway, as the fields of a bundle. What a bundle has no word for is
    left as it is, and refused by the server."""
    result = dict(given)
    if isinstance(given.get("listeners"), list):
        result["listeners"] = [
            _listener(one) if isinstance(one, Mapping) else one for one in given["listeners"]
        ]
    for name in ("labels", "annotations"):
        if isinstance(given.get(name), Mapping):
            result[name] = {key: one for key, one in given[name].items() if not _ours(key)}
    return result


def changed(given: Object, gateway: Object, read: Object) -> dict[str, Any]:
    """Of what a client sends only what differs from ``gateway``, the live one; ``read`` is how a
    client reads that. A listener keeps its name, port and protocol, by which it is known."""
    known = {one.get("name"): one for one in gateway["spec"].get("listeners") or ()}
    result = {
        name: value
        for name, value in given.items()
        if name not in read or read[name] != value or name in ("name", "namespace")
    }
    if isinstance(result.get("listeners"), list):
        result["listeners"] = [
            _differs(one, known.get(one.get("name"), {})) if isinstance(one, Mapping) else one
            for one in result["listeners"]
        ]
    return result


def _differs(one: Object, live: Object) -> dict[str, Any]:
    kept = ("name", "port", "protocol")
    return {key: value for key, value in one.items() if key in kept or live.get(key) != value}


def _listener(one: Object) -> dict[str, Any]:
    result = dict(one)
    tls = one.get("tls")
    if isinstance(tls, Mapping) and isinstance(tls.get("certificateRefs"), list):
        refs = [_ref(ref) if isinstance(ref, Mapping) else ref for ref in tls["certificateRefs"]]
        result["tls"] = {**tls, "certificateRefs": refs}
    allowed = one.get("allowedRoutes")
    spaces = allowed.get("namespaces") if isinstance(allowed, Mapping) else None
    if isinstance(allowed, Mapping) and isinstance(spaces, Mapping):
        selector = spaces.get("selector")
        if isinstance(selector, Mapping) and set(selector) == {"matchLabels"}:
            spaces = {**spaces, "selector": selector["matchLabels"]}
        result["allowedRoutes"] = {**allowed, "namespaces": spaces}
    return result


def _ref(ref: Object) -> dict[str, Any]:
    """A reference to a Secret, without saying that it is one."""
    return {
        key: value
        for key, value in ref.items()
        if not (key == "group" and value in _CORE) and not (key == "kind" and value == "Secret")
    }


def _ours(key: str) -> bool:
    return key == MANAGED_BY or key.startswith(f"{GROUP}/")
