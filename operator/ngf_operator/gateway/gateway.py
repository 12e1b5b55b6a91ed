"""The Gateway of a bundle."""

from collections.abc import Mapping
from typing import Any

from ngf_operator import names
from ngf_operator.gateway.parent import GATEWAY_API, NGF, PROGRAMMED, Bundle
from ngf_operator.gateway.tls import certificates, terminates
from ngf_operator.wanting import Child, Lack, Obj


def wanted(bundle: Bundle, proxied: bool) -> Child | Lack:
    """The Gateway; ``proxied`` is whether it has an NginxProxy of its own."""
    spec: Obj = {
        "gatewayClassName": bundle.spec["gatewayClassName"],
        "listeners": [_listener(bundle, one) for one in bundle.spec["listeners"]],
    }
    if proxied:
        ref = {"group": NGF, "kind": "NginxProxy", "name": names.proxy(bundle.name)}
        spec["infrastructure"] = {"parametersRef": ref}
    made = bundle.child(PROGRAMMED, GATEWAY_API, "Gateway", bundle.name, spec)
    if isinstance(made, Child):
        for field in ("labels", "annotations"):
            if bundle.spec.get(field):
                made.obj["metadata"][field] = dict(bundle.spec[field])
    return made


def _listener(bundle: Bundle, asked: Mapping[str, Any]) -> Obj:
    made: Obj = {key: asked[key] for key in ("name", "port", "protocol")}
    if asked.get("hostname"):
        made["hostname"] = asked["hostname"]
    tls: Obj = {
        key: dict(value) if key == "options" else value
        for key, value in (asked.get("tls") or {}).items()
        if key in ("mode", "options") and value
    }
    if terminates(asked):
        tls = {"mode": "Terminate", **tls, "certificateRefs": certificates(bundle, asked)}
    if tls:
        made["tls"] = tls
    if allowed := _allowed(asked.get("allowedRoutes") or {}):
        made["allowedRoutes"] = allowed
    return made


def _allowed(asked: Mapping[str, Any]) -> Obj:
    made: Obj = {}
    spaces = asked.get("namespaces") or {}
    if spaces.get("from"):
        made["namespaces"] = {"from": spaces["from"]}
        if spaces["from"] == "Selector":
            made["namespaces"]["selector"] = {"matchLabels": dict(spaces.get("selector") or {})}
    if asked.get("kinds"):
        made["kinds"] = [dict(one) for one in asked["kinds"]]
    return made
