"""Label and field selectors: text to predicate."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.demo.api import events
from services.demo.api.kinds import Served
from services.demo.api.statuses import Obj, bad_request

Predicate = Callable[[Obj], bool]

_KEY = r"[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?"
_SET = re.compile(rf"^({_KEY})\s+(in|notin)\s+\(([^()]*)\)$")
_EQUAL = re.compile(rf"^({_KEY})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$")
_ORDER = re.compile(rf"^({_KEY})\s*([<>])\s*(-?\d+)$")
_EXISTS = re.compile(rf"^(!?)\s*({_KEY})$")

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "secrets": ("type",),
    "namespaces": ("status.phase",),
    "nodes": ("spec.unschedulable",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicasets.apps": ("status.replicas",),
    "jobs.batch": ("status.successful",),
    "events": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
}
_NUMBER_OR_BOOL_DEFAULTS = {"spec.unschedulable": "false", "spec.hostNetwork": "false"}


def labels(text: str) -> Predicate | None:
    """The predicate on whole objects, or None for an empty selector. Raises 400."""
    tests = [_requirement(part) for part in _split(text)]
    if not tests:
        return None

    def matches(obj: Obj) -> bool:
        own = obj["metadata"].get("labels") or {}
        return all(test(own) for test in tests)

    return matches


def _split(text: str) -> list[str]:
    parts = re.split(r",(?![^(]*\))", text)
    return [part.strip() for part in parts if part.strip()]


def _requirement(text: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(text):
        key, values = found[1], {value.strip() for value in found[4].split(",")}
        if found[3] == "in":
            return lambda own: own.get(key) in values
        return lambda own: own.get(key) not in values
    if found := _EQUAL.match(text):
        key, value = found[1], found[4]
        if found[3] == "!=":
            return lambda own: own.get(key) != value
        return lambda own: own.get(key) == value
    if found := _ORDER.match(text):
        return _ordered(found[1], found[3], int(found[4]))
    if found := _EXISTS.match(text):
        key, wanted = found[2], not found[1]
        return lambda own: (key in own) == wanted
    raise bad_request(f"unable to parse requirement: found '{text}'")


def _ordered(key: str, sign: str, bound: int) -> Callable[[Mapping[str, str]], bool]:
    def compares(own: Mapping[str, str]) -> bool:
        try:
            value = int(own[key])
        except (KeyError, ValueError):
            return False
        return value > bound if sign == ">" else value < bound

    return compares


def fields(text: str, served: Served) -> Predicate | None:
    """The predicate of a field selector; raises 400 for a field this kind does not index."""
    tests: list[tuple[str, str, bool]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.match(r"^(.*?)(!=|==|=)(.*)$", part)
        if not found:
            raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
        path = found[1].strip()
        _check_indexed(path, served)
        tests.append((path, found[3].strip(), found[2] != "!="))
    if not tests:
        return None
    prefix = {"regarding": "involvedObject"} if served.group == events.GROUP else {}

    def matches(obj: Obj) -> bool:
        return all((_value(obj, path, prefix) == value) is equal for path, value, equal in tests)

    return matches


def _check_indexed(path: str, served: Served) -> None:
    if path in ("metadata.name", "metadata.namespace") and (
        served.namespaced or path == "metadata.name" or served.custom
    ):
        return
    allowed = served.selectable or _FIELDS.get(served.resource, ())
    if served.group == events.GROUP:
        path = path.replace("regarding.", "involvedObject.").replace(
            "reportingController", "source"
        )
    if path not in allowed and not served.custom and not allowed:
        known = ["metadata.name"] + (["metadata.namespace"] if served.namespaced else [])
        names = ", ".join(f'"{name}"' for name in known)
        raise bad_request(f'"{path}" is not a known field selector: only {names}')
    if path not in allowed:
        raise bad_request(f"field label not supported: {path}")


def _value(obj: Obj, path: str, renamed: Mapping[str, str]) -> str:
    value: Any = obj
    if path == "source":
        return str(obj.get("source", {}).get("component") or obj.get("reportingComponent") or "")
    for part in path.split("."):
        value = value.get(renamed.get(part, part)) if isinstance(value, dict) else None
        if value is None:
            return _NUMBER_OR_BOOL_DEFAULTS.get(path, "")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
