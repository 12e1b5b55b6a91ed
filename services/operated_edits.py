"""What a client sends of a GatewayBundle or InferenceStack, laid over the live one.

What is not named is kept, fields that nobody here knows among it; null removes. Sections are merged
field by field, entries of lists that have a key find their live counterpart, every other list and
every free map (labels, selectors) is replaced as a whole.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

Object = Mapping[str, Any]

METADATA = ("name", "namespace")
LABELS = ("labels", "annotations")
KEYED = {"listeners": "name", "thresholds": "metric", "env": "name"}
"""Lists of which each entry is known by a field."""
FREE = frozenset(
    {*LABELS, "selector", "nodeSelector", "resources", "options", "policySource", "extra"}
)
"""Maps whose keys are anybody's."""
_TOOLS = re.compile(
    r"ngf-console\.f5\.com/.*|kubectl\.kubernetes\.io/.*|argocd\.argoproj\.io/.*"
    r"|.*\.toolkit\.fluxcd\.io/.*|meta\.helm\.sh/.*|helm\.sh/chart"
    r"|app\.kubernetes\.io/(?:managed-by|instance)"
)
"""Labels and annotations by which we and GitOps tools know the bundle itself: a Gateway that had
them would be taken for something of theirs."""


def own_labels(obj: Object, name: str) -> dict[str, str]:
    """The ``labels`` or ``annotations`` that a client reads and writes: of a bundle those that its
    Gateway gets, which are the bundle's own, without those of tools, where it says nothing."""
    spec = obj.get("spec") or {}
    if name in spec:
        return dict(spec[name] or {})
    return _for_gateway(obj["metadata"].get(name) or {})


def _for_gateway(labels: Object) -> dict[str, str]:
    return {name: one for name, one in labels.items() if not _TOOLS.fullmatch(name)}


def new(given: Object, *, labelled_spec: bool = False) -> dict[str, Any]:
    """A new object from flat fields; with ``labelled_spec`` labels and annotations go into its spec
    as well."""
    known = [key for key in (*METADATA, *LABELS) if given.get(key) is not None]
    metadata = {key: without_nulls(given[key]) for key in known}
    left_out = METADATA if labelled_spec else (*METADATA, *LABELS)
    spec = {
        key: without_nulls(value)
        for key, value in given.items()
        if key not in left_out and value is not None
    }
    for key in LABELS:
        if isinstance(spec.get(key), Mapping):
            spec[key] = _for_gateway(spec[key])
    return {"metadata": metadata, "spec": spec}


def onto(live: Object, given: Object, *, labelled_spec: bool = False) -> dict[str, Any]:
    """The live object with flat fields laid over it."""
    return _edited(live, given, labelled_spec, merged)


def patched(live: Object, given: Object, *, labelled_spec: bool = False) -> dict[str, Any]:
    """The live object with a merge patch (RFC 7386) of flat fields applied."""
    return _edited(live, given, labelled_spec, patch)


def _edited(live: Object, given: Object, labelled_spec: bool, lay: Any) -> dict[str, Any]:
    result: dict[str, Any] = deepcopy(dict(live))
    spec = result.setdefault("spec", {})
    for key, value in given.items():
        if key in METADATA:
            result["metadata"][key] = value
        elif key in LABELS:
            _label(
                result, key, lay(_read(live, key, labelled_spec), value, key) or {}, labelled_spec
            )
        elif value is None:
            spec.pop(key, None)
        else:
            spec[key] = lay(spec.get(key), value, key)
    return result


def _read(live: Object, key: str, labelled_spec: bool) -> dict[str, str]:
    return own_labels(live, key) if labelled_spec else dict(live["metadata"].get(key) or {})


def _label(result: dict[str, Any], key: str, wanted: Any, labelled_spec: bool) -> None:
    """Set labels, in the spec as well where it has some; of a bundle's own those that its Gateway
    never had stay. What are no labels goes to the server as it is, which refuses it."""
    metadata, before = result["metadata"], _read(result, key, labelled_spec)
    if wanted == before:
        return
    if labelled_spec and isinstance(wanted, Mapping):
        for_gateway = _for_gateway(wanted)
        if for_gateway != before:
            result["spec"][key] = for_gateway
        own = {
            name: one
            for name, one in (metadata.get(key) or {}).items()
            if before.get(name) != one or name in wanted
        }
        wanted = {**own, **wanted}
    metadata[key] = wanted


def merged(live: Any, given: Any, key: str = "") -> Any:
    """One value laid over the live one, by the rules of this module."""
    if given is None:
        return None
    if isinstance(given, Mapping) and key in FREE:
        return without_nulls(given)
    if isinstance(given, Mapping):
        result = dict(live) if isinstance(live, Mapping) else {}
        for name, value in given.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merged(result.get(name), value, name)
        return result
    named = KEYED.get(key)
    if named and isinstance(given, list):
        known = {name: one for one in live or () if (name := _name(one, named))}
        return [
            merged(known.get(_name(one, named), {}), one) if isinstance(one, Mapping) else one
            for one in given
        ]
    return without_nulls(given)


def _name(entry: Any, field: str) -> str:
    """What an entry of a list is known by, "" for nothing that could be a name."""
    found = entry.get(field) if isinstance(entry, Mapping) else None
    return found if isinstance(found, str) else ""


def patch(live: Any, given: Any, _key: str = "") -> Any:
    """RFC 7386."""
    if not isinstance(given, Mapping):
        return given
    result = dict(live) if isinstance(live, Mapping) else {}
    for name, value in given.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = patch(result.get(name), value)
    return result


def without_nulls(value: Any) -> Any:
    """A value without the keys that are null: they remove, and here there is nothing yet."""
    if isinstance(value, Mapping):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value
