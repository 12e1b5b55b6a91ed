"""Lay named fields over a live object so that nothing else of it is lost.

A REST client sends what it knows of a gateway or route; the live object has more. Items of lists
find their live counterpart first and keep what the client did not mention.
"""

import copy
from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]
METADATA = ("name", "namespace", "labels", "annotations")


def new_object(given: Object) -> dict[str, Any]:
    """A new object from flat fields, of the kind of the place it is created in."""
    metadata = {name: given[name] for name in METADATA if given.get(name) is not None}
    spec = {name: value for name, value in given.items() if name not in METADATA}
    return {"metadata": metadata, "spec": spec}


def onto_listeners(live: Object, given: Object) -> dict[str, Any]:
    """A Gateway or ListenerSet with ``given`` laid over it; listeners are matched by name."""
    merged = onto(live, given)
    known = {one["name"]: one for one in live["spec"].get("listeners") or ()}
    if listeners := given.get("listeners"):
        merged["spec"]["listeners"] = [
            {**copy.deepcopy(known.get(one["name"], {})), **one} for one in listeners
        ]
    return merged


def onto_route(live: Object, given: Object) -> dict[str, Any]:
    """A route with ``given`` laid over it; rules and backends find their live counterparts."""
    merged = onto(live, given)
    known = list(live["spec"].get("rules") or ())
    rules = []
    sent = given.get("rules") or ()
    for place, rule in enumerate(sent):
        before = _counterpart(known, rule, place, len(sent))
        after = {**copy.deepcopy(before), **rule}
        if "backendRefs" in rule:
            after["backendRefs"] = [
                {**copy.deepcopy(_same_backend(before.get("backendRefs") or (), ref)), **ref}
                for ref in rule["backendRefs"] or ()
            ]
        rules.append(after)
    if rules:
        merged["spec"]["rules"] = rules
    return merged


def onto_policy(live: Object, given: Object) -> dict[str, Any]:
    """A policy with ``given`` laid over it; in its spec the fields that are named change, null
    removes one, lists are replaced (RFC 7386)."""
    merged: dict[str, Any] = copy.deepcopy(dict(live))
    for name, value in given.items():
        if name == "spec":
            merged["spec"] = _patched(merged.get("spec") or {}, value)
        elif name in METADATA:
            merged["metadata"][name] = value
    return merged


def _patched(live: Any, given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    merged = dict(live) if isinstance(live, Mapping) else {}
    for name, value in given.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _patched(merged.get(name), value)
    return merged


def onto(live: Object, given: Object) -> dict[str, Any]:
    """Each given field replaces the live one whole, null removes it.

    An empty one is not added where there is none: a read shows what is not there that way.
    """
    merged: dict[str, Any] = copy.deepcopy(dict(live))
    for name, value in given.items():
        target = merged["metadata"] if name in METADATA else merged["spec"]
        if value is None:
            target.pop(name, None)
        elif name in target or value not in ([], {}):
            target[name] = value
    return merged


def _counterpart(known: list[Object], rule: Object, place: int, rules: int) -> Object:
    if rule.get("name"):
        named = [one for one in known if one.get("name") == rule["name"]]
        if named:
            return named[0]
    same = [one for one in known if one.get("matches") == rule.get("matches")]
    if len(same) == 1:
        return same[0]
    return known[place] if len(known) == rules else {}


def _same_backend(refs: Any, ref: Object) -> Object:
    """The live backend of this name; group and kind of an InferencePool survive that way."""
    same = [one for one in refs if one.get("name") == ref.get("name")]
    same = [one for one in same if ref.get("kind") in (None, one.get("kind", "Service"))]
    return same[0] if len(same) == 1 else {}
