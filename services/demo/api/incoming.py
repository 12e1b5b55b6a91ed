"""What a body must be before it is looked into: the right kind, name, namespace and version."""

import random
from typing import Any

import orjson

from services.demo.api import events
from services.demo.api.calls import Call
from services.demo.api.decoding import undecodable
from services.demo.api.kinds import Served
from services.demo.api.schemas import Node
from services.demo.api.schemas import metadata as metadata_schema
from services.demo.api.statuses import (
    ApiError,
    Cause,
    Obj,
    bad_request,
    conflict,
    forbidden,
    invalid,
    not_found,
)
from services.demo.api.store import Store


def understood(call: Call, body: Any) -> Obj:
    """The body as an object of this kind in its storage version. Raises 400 or 422."""
    served = call.served
    if not isinstance(body, dict):
        raise bad_request(
            f"the object provided is unrecognized (must be of type {served.kind}): couldn't get "
            "version/kind; json parse error: json: cannot unmarshal array into Go value"
        )
    _check_kind(call, body)
    check_types(served, metadata_schema(), body.get("metadata"), "metadata", "ObjectMeta")
    metadata = dict(body.get("metadata") or {})
    if served.namespaced:
        if metadata.get("namespace") and metadata["namespace"] != call.namespace:
            raise bad_request(
                "the namespace of the provided object does not match the namespace sent on the "
                "request"
            )
        metadata["namespace"] = call.namespace
    else:
        metadata.pop("namespace", None)
    if call.name:
        if metadata.get("name") not in (None, "", call.name):
            raise bad_request(
                f"the name of the object ({metadata.get('name')}) does not match the name on "
                f"the URL ({call.name})"
            )
        metadata["name"] = call.name
    if served.group == events.GROUP:
        body = events.older(body)
    obj: Obj = body
    own = {"apiVersion": served.stored_api_version, "kind": served.kind, "metadata": metadata}
    return obj | own


def check_types(served: Served, node: Node, value: Any, path: str, struct: str) -> None:
    """What Go cannot decode into its structs is refused before any rule is looked at: 400."""
    wrong = undecodable(node, value, f"{struct}.{path}" if path else struct)
    if wrong is not None:
        kind = served.kind
        raise bad_request(
            f'{kind} in version "{served.version}" cannot be handled as a {kind}: {wrong}'
        )


def patched(call: Call, body: Any) -> Obj:
    """Like `understood` for what a patch has made; that it is no object is the patch's fault."""
    if undecodable(metadata_schema(), body.get("metadata"), "metadata") is not None:
        message = f"Invalid value: {orjson.dumps(orjson.dumps(body).decode()).decode()}"
        raise invalid("", "", "", [Cause("FieldValueInvalid", message, "patch")])
    return understood(call, body)


def _check_kind(call: Call, body: Obj) -> None:
    served, version, kind = call.served, body.get("apiVersion"), body.get("kind")
    if served.custom and not kind:
        text = orjson.dumps(body).decode()
        raise bad_request(
            f"the object provided is unrecognized (must be of type {served.kind}): Object 'Kind' "
            f"is missing in '{text}'"
        )
    if version and version != served.api_version:
        raise bad_request(
            f"the API version in the data ({version}) does not match the expected API version "
            f"({served.api_version})"
        )
    if kind and kind != served.kind:
        if served.custom:
            name = (body.get("metadata") or {}).get("name", "")
            message = f'Invalid value: "{kind}": must be {served.kind}'
            raise invalid(served.group, kind, name, [Cause("FieldValueInvalid", message, "kind")])
        raise bad_request(
            f'{kind} in version "{served.version}" cannot be handled as a {served.kind}: '
            "unknown conversion"
        )


def check_config(call: Call, config: Any) -> None:
    """What an apply must bring. Raises 400."""
    served = call.served
    if not isinstance(config, dict):
        raise bad_request("error decoding YAML: the document is not an object")
    if config.get("apiVersion") != served.api_version or config.get("kind") != served.kind:
        group, _, version = str(config.get("apiVersion", "")).rpartition("/")
        kind = config.get("kind", "")
        raise bad_request(f"invalid object type: {group}/{version}, Kind={kind}")
    if (config.get("metadata") or {}).get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")


def check_new(call: Call, config: Obj) -> None:
    """An apply that names a uid means an object that exists. Raises 409."""
    uid = (config.get("metadata") or {}).get("uid")
    if uid:
        why = (
            f"uid mismatch: the provided object specified uid {uid}, and no existing object was "
            "found"
        )
        raise conflict(call.served.group, call.served.plural, call.name, why)


def generated_name(call: Call, metadata: Obj) -> str:
    """The name of a new object: its own, or one made of its generateName. Raises 422."""
    if metadata.get("name"):
        return str(metadata["name"])
    prefix = metadata.get("generateName")
    if not prefix:
        message = "Required value: name or generateName is required"
        cause = Cause("FieldValueRequired", message, "metadata.name")
        raise invalid(call.served.group, call.served.kind, "", [cause])
    suffix = "".join(random.choices("bcdfghjklmnpqrstvwxz2456789", k=5))  # noqa: S311
    return f"{prefix[:58]}{suffix}"


def check_namespace(store: Store, call: Call, name: str) -> None:
    """The namespace of a new object must exist (404) and not be on its way out (403)."""
    if not call.served.namespaced:
        return
    served, namespace = call.served, store.get("namespaces", call.namespace)
    if namespace is None:
        raise not_found("", "namespaces", call.namespace)
    if not namespace["metadata"].get("deletionTimestamp"):
        return
    why = (
        f"unable to create new content in namespace {call.namespace} because it is being terminated"
    )
    error: ApiError = forbidden(served.group, served.plural, name, why)
    cause = Cause(
        "NamespaceTerminating",
        f"namespace {call.namespace} is being terminated",
        "metadata.namespace",
    )
    error.details = (error.details or {}) | {"causes": [cause.encoded()]}
    raise error


def check_identity(call: Call, old: Obj, new: Obj) -> None:
    """A write means the object, and if it says so the version, that is there. Raises 409."""
    served = call.served
    if new.get("uid") not in (None, "", old["uid"]):
        why = (
            f"Precondition failed: UID in precondition: {new['uid']}, "
            f"UID in object meta: {old['uid']}"
        )
        raise conflict(served.group, served.plural, call.name, why)
    if new.get("resourceVersion") not in (None, "", "0", old["resourceVersion"]):
        raise conflict(served.group, served.plural, call.name)


def check_finalizers(call: Call, old: Obj, new: Obj) -> None:
    """What is on its way out takes no new finalizer. Raises 422."""
    added = set(new.get("finalizers") or ()) - set(old.get("finalizers") or ())
    if old.get("deletionTimestamp") and added:
        names = ", ".join(f'"{name}"' for name in sorted(added))
        message = (
            "Forbidden: no new finalizers can be added if the object is being deleted, "
            f"found new finalizers []string{{{names}}}"
        )
        cause = Cause("FieldValueForbidden", message, "metadata.finalizers")
        raise invalid(call.served.group, call.served.kind, call.name, [cause])
