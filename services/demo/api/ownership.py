"""Whose field is whose: ``metadata.managedFields``, conflicts between managers, apply.

Every write moves the fields it changed to its manager. An apply states all fields that its manager
wants: what it stops stating and nobody else owns goes away, and what another manager owns with
another value is a conflict unless forced.
"""

from dataclasses import dataclass

import orjson

from services.demo.api.calls import Call
from services.demo.api.fields import (
    FieldSet,
    Path,
    compare,
    decode,
    encode,
    field_set,
    merged,
    repeated,
    text,
    undeclared,
    with_named,
    without,
)
from services.demo.api.schemas import Node
from services.demo.api.statuses import ApiError, Cause, Obj

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NEVER_OWNED: FieldSet = {
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata",),
    *(
        ("f:metadata", f"f:{name}")
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
        )
    ),
}


@dataclass(frozen=True)
class Manager:
    """Who wrote, and how: the identity of one managedFields entry."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""

    @property
    def applier(self) -> tuple[str, str, str]:
        return (self.name, self.operation, self.subresource)

    def text(self) -> str:
        shown = f'"{self.name}"'
        if self.subresource:
            shown += f' with subresource "{self.subresource}"'
        return f"{shown} using {self.api_version}" if self.operation == "Update" else shown


@dataclass
class Owned:
    """What a manager owns, since when it last took something."""

    paths: FieldSet
    time: str


Managers = dict[Manager, Owned]


def _manager(call: Call, operation: str) -> Manager:
    return Manager(call.manager, operation, call.served.api_version, call.subresource)


def read(obj: Obj) -> Managers:
    """The managers an object states; entries that say nothing are dropped."""
    managers: Managers = {}
    for entry in obj["metadata"].get("managedFields") or ():
        if not entry.get("operation") or not isinstance(entry.get("fieldsV1"), dict):
            continue
        key = Manager(
            entry.get("manager", ""),
            entry["operation"],
            entry.get("apiVersion", ""),
            entry.get("subresource", ""),
        )
        managers[key] = Owned(decode(entry["fieldsV1"]), entry.get("time", ""))
    return managers


def write(obj: Obj, managers: Managers) -> None:
    """State the managers in an object, in the API server's order; empty ones vanish."""
    entries = []
    for key, owned in managers.items():
        if not owned.paths:
            continue
        entry = {
            "manager": key.name,
            "operation": key.operation,
            "apiVersion": key.api_version,
            **({"time": owned.time} if owned.time else {}),
            "fieldsType": "FieldsV1",
            "fieldsV1": encode(owned.paths),
        }
        entries.append(entry | ({"subresource": key.subresource} if key.subresource else {}))
    entries.sort(
        key=lambda e: (
            e["operation"],
            e.get("time", ""),
            e["manager"],
            e["apiVersion"],
            e.get("subresource", ""),
        )
    )
    if entries:
        obj["metadata"]["managedFields"] = entries
    else:
        obj["metadata"].pop("managedFields", None)


def _ownable(call: Call, paths: FieldSet) -> FieldSet:
    """Without what the server owns and what this request cannot change."""
    paths = paths - _NEVER_OWNED
    if call.subresource == "status":
        return {path for path in paths if path[0] == "f:status"}
    if "status" in call.served.subresources:
        return {path for path in paths if path[0] != "f:status"}
    return paths


def _body(obj: Obj) -> Obj:
    metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    return obj | {"metadata": metadata}


def created(node: Node, call: Call, obj: Obj, now: str) -> None:
    """Record the creator as owner of every field it set."""
    empty = {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": {}}
    if not call.served.custom:
        empty |= {"spec": {}, "status": {}}
    difference = compare(node, empty, _body(obj))
    write(obj, {_manager(call, "Update"): Owned(_ownable(call, difference.added), now)})


def updated(node: Node, call: Call, live: Obj, obj: Obj, now: str) -> None:
    """Move what changed to the caller. A client may also state managedFields itself."""
    stated = obj["metadata"].get("managedFields")
    managers = read(live)
    if stated and stated != live["metadata"].get("managedFields") and not call.subresource:
        managers = read(obj) if read(obj) or stated == [{}] else managers
    difference = compare(node, _body(live), _body(obj))
    taken = difference.added | difference.modified
    for owned in managers.values():
        owned.paths = owned.paths - taken - difference.removed
    own = _ownable(call, taken)
    if own:
        key = _manager(call, "Update")
        before = managers[key].paths if key in managers else set()
        managers[key] = Owned(before | own, now)
    write(obj, managers)


def applied(node: Node, call: Call, live: Obj | None, config: Obj, now: str) -> Obj:
    """What applying ``config`` makes of the live object; raises 409 naming every conflict."""
    key = _manager(call, "Apply")
    stated = _ownable(call, field_set(node, config))
    if live is None:
        fresh = config | {"metadata": dict(config["metadata"])}
        write(fresh, {key: Owned(stated, now)})
        return fresh
    managers = read(live)
    if not managers:
        # Whatever stood there before anybody was tracked has an owner of its own.
        nobody = Manager("before-first-apply", "Update", call.served.api_version)
        managers[nobody] = Owned(_ownable(call, field_set(node, _body(live))), now)
    last: FieldSet = set()
    since = ""
    # An applier is one whatever version it applies in.
    for before in [each for each in managers if each.applier == key.applier]:
        last |= managers[before].paths
        since = managers.pop(before).time
    managers[key] = Owned(stated, since)
    body = _body(live)
    result: Obj = merged(node, body, config)
    if last:
        owned_by_all = {path for owned in managers.values() for path in owned.paths}
        result = _pruned(node, result, last, owned_by_all)
    difference = compare(node, body, result)
    taken = difference.added | difference.modified
    _settle(call, managers, key, _ownable(call, taken))
    for other, owned in managers.items():
        if other != key:
            owned.paths = owned.paths - difference.removed
    if result != body:
        # Who states only what is there already has not taken anything at any time.
        managers[key].time = now
    result = result | {"metadata": dict(result["metadata"])}
    if call.manager == "kubectl" and LAST_APPLIED in (body["metadata"].get("annotations") or {}):
        _renew_last_applied(result, config)
    write(result, managers)
    return result


def check_declared(node: Node, call: Call, config: Obj) -> None:
    """An apply must not state what the schema does not know: nobody could own it."""
    lines = [f"{text(path)}: field not declared in schema" for path in undeclared(node, config)]
    lines += [
        f"{text(path[:-1])}: duplicate entries for key {text(path[-1:])}"
        for path in repeated(node, config)
    ]
    if not lines:
        return
    found = lines[0] if len(lines) == 1 else "errors:\n" + "\n".join(f"  {each}" for each in lines)
    group, _, version = call.served.api_version.rpartition("/")
    namespace = (config.get("metadata") or {}).get("namespace")
    place = f"{namespace or ''}/{call.name}; {group}/{version}, Kind={call.served.kind}"
    raise ApiError(500, "", f"failed to create typed patch object ({place}): {found}")


def _pruned(node: Node, merged_object: Obj, last: FieldSet, owned: FieldSet) -> Obj:
    """Without what the applier stated before and neither it nor anybody else states now."""
    everything = with_named(node, field_set(node, merged_object))
    stated = with_named(node, last) - _NEVER_OWNED
    rest = without(node, merged_object, stated)
    remaining = with_named(node, field_set(node, rest)) | with_named(node, owned)
    rest = without(node, merged_object, everything - remaining - _NEVER_OWNED)
    gone = everything - with_named(node, field_set(node, rest))
    result: Obj = without(node, merged_object, gone & stated)
    return result


def _settle(call: Call, managers: Managers, key: Manager, taken: FieldSet) -> None:
    conflicts: list[tuple[Manager, Path]] = []
    for other, owned in managers.items():
        if other == key:
            continue
        conflicts += [(other, path) for path in sorted(owned.paths & taken)]
    if conflicts and not call.force:
        raise _conflict(conflicts)
    for other, path in conflicts:
        managers[other].paths = managers[other].paths - {path}


def _conflict(conflicts: list[tuple[Manager, Path]]) -> ApiError:
    conflicts.sort(key=lambda conflict: (conflict[0].text(), _order(conflict[1])))
    causes = [
        Cause("FieldManagerConflict", f"conflict with {manager.text()}", text(path)).encoded()
        for manager, path in conflicts
    ]
    if len(conflicts) == 1:
        manager, path = conflicts[0]
        message = f"Apply failed with 1 conflict: conflict with {manager.text()}: {text(path)}"
    else:
        lines: list[str] = []
        for manager in dict.fromkeys(manager for manager, _ in conflicts):
            lines.append(f"conflicts with {manager.text()}:")
            lines += [f"- {text(path)}" for other, path in conflicts if other == manager]
        message = f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)
    return ApiError(409, "Conflict", message, {"causes": causes})


def _order(path: Path) -> list[tuple[bool, str]]:
    """Sets are walked members first, then what lies deeper."""
    return [(place < len(path), element) for place, element in enumerate(path, 1)]


def _renew_last_applied(result: Obj, config: Obj) -> None:
    """kubectl's own record, kept up so that a later client-side apply starts from the truth."""
    metadata = result["metadata"]
    annotations = dict(metadata.get("annotations") or {})
    annotations[LAST_APPLIED] = orjson.dumps(config, option=orjson.OPT_SORT_KEYS).decode() + "\n"
    metadata["annotations"] = annotations


def same(live: Obj, obj: Obj) -> bool:
    """Whether a write would change nothing but times of bookkeeping."""
    if _body(live) != _body(obj):
        return False
    if live["metadata"].get("managedFields") == obj["metadata"].get("managedFields"):
        return True
    before, after = read(live), read(obj)
    return before.keys() == after.keys() and all(
        before[key].paths == after[key].paths for key in before
    )
