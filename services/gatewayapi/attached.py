"""What the model says of a route's parents and backends, to somebody who may not see everything.

The route may be one that is stored, or a draft that is only being written, whatever is in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.gatewayapi.model.attachment import Attachment, Parent
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.kube.catalogue import KINDS

Object = Mapping[str, Any]
Sees = Callable[[str], bool]

NOT_VISIBLE = {"status": "unknown", "state": "not visible to you"}
"""What is said of an object in a namespace outside somebody's limits, whether it exists or not."""
NAMELESS = {"status": "unknown", "state": "no name yet"}
"""What is said of a reference that is still being written."""


def parents(model: Model, route: Ref, sees: Sees) -> list[dict[str, Any]]:
    """Each parentRef of a route: ``status`` and a sentence, ``state``, and its ``listeners``.

    Of a listener: ``name``, ``attached``, ``hostnames``, and the ``reason``, ``message`` and
    ``section`` of the first rule that says no; they are "" where none does.
    """
    return [_parent(one, sees) for one in model.parents(route)]


def drafted(model: Model, kind: str, namespace: str, obj: Object) -> tuple[Model, Ref]:
    """The model in which ``obj``, an object of ``kind`` (a plural) in ``namespace``, is as it is
    drafted, and what it is called there."""
    metadata, spec = _mapping(obj.get("metadata")), _mapping(obj.get("spec"))
    place = namespace, str(metadata.get("name") or "")
    live = model.world.of(kind).get(place)
    created = (live or {}).get("metadata", {}).get("creationTimestamp", "9999")
    whole = {
        "metadata": {"namespace": place[0], "name": place[1], "creationTimestamp": created},
        "spec": {
            "parentRefs": [_plain(one) for one in _listed(spec.get("parentRefs"))],
            "hostnames": [one for one in _listed(spec.get("hostnames")) if isinstance(one, str)],
            "rules": [_rule(one) for one in _listed(spec.get("rules"))],
        },
    }
    objects = {**model.world.objects, kind: {**model.world.of(kind), place: whole}}
    return model.following(replace(model.world, objects=objects)), Ref(KINDS[kind].kind, *place)


def _parent(one: Parent, sees: Sees) -> dict[str, Any]:
    if not sees(one.target.namespace):
        return {**NOT_VISIBLE, "listeners": []}
    if not one.target.name:
        return {**NAMELESS, "listeners": []}
    listeners = [_listener(each) for each in one.attachments]
    if one.fault:
        status = "unknown" if one.fault.reason == "Pending" else "err"
        return {"status": status, "state": one.fault.message, "listeners": listeners}
    return {"status": "ok", "state": _attaches(one.attachments), "listeners": listeners}


def _listener(one: Attachment) -> dict[str, Any]:
    fault = one.fault
    return {
        "name": one.listener.name,
        "attached": fault is None,
        "hostnames": [name or "any host" for name in one.hostnames],
        "reason": fault.reason if fault else "",
        "message": fault.message if fault else "",
        "section": fault.section if fault else "",
    }


def _attaches(attachments: Sequence[Attachment]) -> str:
    """Where a route is attached, and how its hosts met those of the listeners."""
    taken = [one for one in attachments if one.attached]
    names = [one.listener.name for one in taken]
    said = f"Attaches to listener{'s' if len(names) > 1 else ''} {_and(names)}"
    wide = sorted({one.listener.hostname for one in taken if one.listener.hostname})
    met = sorted({name for one in taken for name in one.hostnames if name})
    if wide and met and wide != met:
        return f"{said}; {_and(met)} {'is' if len(met) == 1 else 'are'} inside {_and(wide)}."
    return f"{said}."


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _rule(rule: Any) -> dict[str, Any]:
    backends = _listed(_mapping(rule).get("backendRefs"))
    return {"backendRefs": [_plain(one) for one in backends]}


def _plain(ref: Any) -> dict[str, Any]:
    """The fields of a reference that are values."""
    found = _mapping(ref).items()
    plain = {key: value for key, value in found if isinstance(value, str | int) and value != ""}
    return {"name": ""} | plain


def _mapping(value: Any) -> Object:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
