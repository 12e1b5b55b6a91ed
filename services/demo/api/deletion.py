"""What DELETE does: preconditions, finalizers, propagation to dependents.

An object with finalizers is only marked; it goes away with the write that takes its last
finalizer. What depends on it is the collector's work (``collector``), afterwards and in the
background, as on a real cluster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.demo.api.calls import Call
from services.demo.api.decoding import json_type
from services.demo.api.registry import CRD_CLEANUP
from services.demo.api.statuses import (
    Cause,
    Obj,
    bad_request,
    conflict,
    forbidden,
    invalid,
    success,
)

if TYPE_CHECKING:
    from services.demo.api.operations import Operations

IMMORTAL = ("default", "kube-system", "kube-public")
ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"

_RETURNS_OBJECT = {"services", "serviceaccounts", "persistentvolumeclaims"}
_POLICIES = {"Orphan": ORPHAN, "Foreground": FOREGROUND, "Background": ""}


@dataclass(frozen=True)
class DeleteOptions:
    """The part of meta/v1 DeleteOptions that this server honours."""

    policy: str = ""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False

    @classmethod
    def parse(cls, body: Any, query: Mapping[str, str]) -> "DeleteOptions":
        """The options of a request: those of its body, or without one those of its query."""
        body = body or {}
        if not isinstance(body, dict):
            raise bad_request("expected DeleteOptions")
        if body:
            query = {}
        preconditions = body.get("preconditions") or {}
        if not isinstance(preconditions, dict):
            raise bad_request(
                f"json: cannot unmarshal {json_type(preconditions)} into Go struct field "
                "DeleteOptions.preconditions of type v1.Preconditions"
            )
        policy = body.get("propagationPolicy") or query.get("propagationPolicy") or ""
        orphan = body.get("orphanDependents", query.get("orphanDependents"))
        if orphan is not None and not policy:
            policy = "Orphan" if orphan in (True, "true") else "Background"
        if policy and policy not in _POLICIES:
            cause = Cause(
                "FieldValueNotSupported",
                f'Unsupported value: "{policy}": supported values: "Foreground", "Background", '
                '"Orphan", "nil"',
                "propagationPolicy",
            )
            raise invalid("meta.k8s.io", "DeleteOptions", "", [cause])
        return cls(
            policy=policy,
            uid=preconditions.get("uid") or "",
            resource_version=preconditions.get("resourceVersion") or "",
            dry_run="All" in (body.get("dryRun") or query.get("dryRun") or ()),
        )


def is_free(resource: str, obj: Obj) -> bool:
    """Whether a marked object has nothing left that holds it."""
    metadata = obj["metadata"]
    if not metadata.get("deletionTimestamp") or metadata.get("finalizers"):
        return False
    return resource != "namespaces" or not (obj.get("spec") or {}).get("finalizers")


def delete(operations: "Operations", call: Call, options: DeleteOptions) -> tuple[int, Obj]:
    """The status code and the body of the answer: the object while it lingers, else Success."""
    if call.served.resource == "namespaces" and call.name in IMMORTAL:
        raise forbidden("", "namespaces", call.name, "this namespace may not be deleted")
    with operations.store.lock:
        live = operations.get(call)
        _check_preconditions(call, live, options)
        marked = _marked(operations, call, live, options)
        resource = call.served.resource
        lingers = bool(marked["metadata"].get("finalizers")) or resource == "namespaces"
        if not options.dry_run:
            if lingers and marked is not live:
                marked["apiVersion"] = call.served.stored_api_version
                operations.store.put(resource, call.key, marked)
            elif not lingers:
                operations.store.remove(resource, call.key)
    if lingers or resource == "pods":
        return 200, call.served.shown(marked)
    if resource in _RETURNS_OBJECT:
        return 200, call.served.shown(live)
    served, uid = call.served, live["metadata"]["uid"]
    return 200, success(call.name, served.group, served.plural, uid)


def _check_preconditions(call: Call, live: Obj, options: DeleteOptions) -> None:
    for name, wanted, actual in (
        ("UID", options.uid, live["metadata"]["uid"]),
        ("ResourceVersion", options.resource_version, live["metadata"]["resourceVersion"]),
    ):
        if wanted and wanted != actual:
            ending = "deleted and then recreated" if name == "UID" else "modified"
            why = (
                f"the {name} in the precondition ({wanted}) does not match the {name} in record "
                f"({actual}). The object might have been {ending}"
            )
            raise conflict(call.served.group, call.served.kind, call.name, why)


def _marked(operations: "Operations", call: Call, live: Obj, options: DeleteOptions) -> Obj:
    """The live object with the finalizers its propagation needs and the time of deletion."""
    metadata = dict(live["metadata"])
    before = list(metadata.get("finalizers") or ())
    finalizers = before
    if options.policy:
        finalizers = [name for name in before if name not in (ORPHAN, FOREGROUND)]
        if _POLICIES[options.policy]:
            finalizers = [*finalizers, _POLICIES[options.policy]]
    if call.served.resource == "customresourcedefinitions.apiextensions.k8s.io":
        finalizers = [*(name for name in finalizers if name != CRD_CLEANUP), CRD_CLEANUP]
    if metadata.get("deletionTimestamp") and finalizers == before:
        return live
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    if not metadata.get("deletionTimestamp"):
        metadata["deletionTimestamp"] = operations.timestamp()
        if call.served.resource != "namespaces":
            metadata["deletionGracePeriodSeconds"] = 0
        if "generation" in metadata:
            metadata["generation"] += 1
    marked = live | {"metadata": metadata}
    if call.served.resource == "namespaces":
        marked["status"] = (live.get("status") or {}) | {"phase": "Terminating"}
    return marked
