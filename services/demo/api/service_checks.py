"""Rules of Services."""

import re
from collections.abc import Iterator

from services.demo.api.names import label_rules
from services.demo.api.statuses import Cause, Obj
from services.demo.api.validation import INVALID, broken, shown, unsupported

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_PROTOCOLS = ("SCTP", "TCP", "UDP")


def check(obj: Obj, live: Obj | None) -> Iterator[Cause]:
    """What is wrong with a Service."""
    spec = obj["spec"]
    ports = spec.get("ports") or ()
    if not ports and spec["type"] != "ExternalName" and spec.get("clusterIP") != "None":
        yield Cause("FieldValueRequired", "Required value", "spec.ports")
    if spec["type"] == "ExternalName" and not spec.get("externalName"):
        yield Cause("FieldValueRequired", "Required value", "spec.externalName")
    for index, port in enumerate(ports):
        yield from _check_port(port, f"spec.ports[{index}]", named=len(ports) > 1)
    yield from unsupported(spec["sessionAffinity"], _AFFINITIES, "spec.sessionAffinity")
    yield from unsupported(spec["type"], _TYPES, "spec.type")
    before = (live or {}).get("spec", {}).get("clusterIP")
    if before and spec["type"] != "ExternalName" and spec.get("clusterIP") != before:
        message = f"Invalid value: {shown(spec.get('clusterIPs'))}: may not change once set"
        yield Cause(INVALID, message, "spec.clusterIPs[0]")


def _check_port(port: Obj, path: str, *, named: bool) -> Iterator[Cause]:
    if port.get("name"):
        yield from broken(port["name"], label_rules(port["name"]), f"{path}.name")
    elif named:
        yield Cause("FieldValueRequired", "Required value", f"{path}.name")
    yield from broken(port["port"], _number_rules(port["port"]), f"{path}.port")
    yield from unsupported(port["protocol"], _PROTOCOLS, f"{path}.protocol")
    target = port["targetPort"]
    rules = _name_rules(target) if isinstance(target, str) else _number_rules(target)
    yield from broken(target, rules, f"{path}.targetPort")


def _number_rules(port: int) -> Iterator[str]:
    if not 1 <= port <= 65535:
        yield "must be between 1 and 65535, inclusive"


def _name_rules(port: str) -> Iterator[str]:
    if len(port) > 15:
        yield "must be no more than 15 characters"
    if not re.fullmatch("[-a-z0-9]+", port):
        yield "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search("[a-z]", port):
        yield "must contain at least one letter (a-z)"
    if "--" in port:
        yield "must not contain consecutive hyphens"
    if port.startswith("-") or port.endswith("-"):
        yield "must not begin or end with a hyphen"
