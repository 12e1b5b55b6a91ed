"""Rules of built-in kinds, as far as clients of the demo meet them."""

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from services.demo.api import crds, service_checks
from services.demo.api.kinds import Served
from services.demo.api.statuses import Cause, Obj
from services.demo.api.validation import broken, shown

MAX_DATA_BYTES = 1024 * 1024
"""Of all values of a ConfigMap or Secret together."""
_KEY = "[-._a-zA-Z0-9]+"
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
    f"'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '{_KEY}')"
)
_REQUIRED = {
    "pods": ("spec.containers",),
    "deployments.apps": ("spec.selector", "spec.template.spec.containers"),
    "daemonsets.apps": ("spec.selector", "spec.template.spec.containers"),
    "statefulsets.apps": ("spec.selector", "spec.template.spec.containers"),
    "replicasets.apps": ("spec.selector", "spec.template.spec.containers"),
    "jobs.batch": ("spec.template.spec.containers",),
    "endpointslices.discovery.k8s.io": ("addressType",),
    "clusterrolebindings.rbac.authorization.k8s.io": ("roleRef.name",),
    "rolebindings.rbac.authorization.k8s.io": ("roleRef.name",),
}


def check(served: Served, obj: Obj, live: Obj | None) -> Iterator[Cause]:
    """What is wrong with an object of a built-in kind, of what matters to clients here."""
    for path in _REQUIRED.get(served.resource, ()):
        value: Any = obj
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not value:
            yield Cause("FieldValueRequired", "Required value", path)
    if served.group == "apps":
        yield from _check_selector(obj)
    if served.resource == "services":
        yield from service_checks.check(obj, live)
    if served.resource == "customresourcedefinitions.apiextensions.k8s.io":
        yield from crds.check(obj)
    if served.resource == "events":
        yield from _check_event(obj)
    if served.resource in ("configmaps", "secrets"):
        yield from _check_immutable(obj, live)
        yield from _check_keys(obj)
        yield from _check_size(served, obj)


def _check_keys(obj: Obj) -> Iterator[Cause]:
    binary = obj.get("binaryData") or {}
    for field in ("data", "binaryData"):
        for key in obj.get(field) or ():
            yield from broken(key, _key_rules(key), f"{field}[{key}]")
            if field == "data" and key in binary:
                message = f"Invalid value: {shown(key)}: duplicate of key present in binaryData"
                yield Cause("FieldValueInvalid", message, f"data[{key}]")


def _key_rules(key: str) -> Iterator[str]:
    if len(key) > 253:
        yield "must be no more than 253 characters"
    if not re.fullmatch(_KEY, key):
        yield _KEY_RULE
    elif key in (".", ".."):
        yield f"must not be '{key}'"
    elif key.startswith(".."):
        yield "must not start with '..'"


def _check_size(served: Served, obj: Obj) -> Iterator[Cause]:
    texts = (obj.get("data") or {}).values() if served.resource == "configmaps" else ()
    encoded = (obj.get("binaryData" if served.resource == "configmaps" else "data") or {}).values()
    size = sum(len(text.encode()) for text in texts) + sum(len(b64decode(each)) for each in encoded)
    if size > MAX_DATA_BYTES:
        field = "[]" if served.resource == "configmaps" else "data"
        yield Cause(
            "FieldValueTooLong", f"Too long: may not be more than {MAX_DATA_BYTES} bytes", field
        )


def _check_selector(obj: Obj) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if not labels or wanted.items() - labels.items():
        message = f"Invalid value: {shown(labels)}: `selector` does not match template `labels`"
        yield Cause("FieldValueInvalid", message, "spec.template.metadata.labels")


def _check_event(obj: Obj) -> Iterator[Cause]:
    about = (obj.get("involvedObject") or {}).get("namespace", "")
    namespace = obj["metadata"]["namespace"]
    if about != namespace and (about or namespace != "default"):
        message = f"Invalid value: {shown(about)}: does not match event.namespace"
        yield Cause("FieldValueInvalid", message, "involvedObject.namespace")


def _check_immutable(obj: Obj, live: Obj | None) -> Iterator[Cause]:
    if not live:
        return
    if live.get("immutable"):
        for key in ("data", "binaryData"):
            if live.get(key) != obj.get(key):
                message = "Forbidden: field is immutable when `immutable` is set"
                yield Cause("FieldValueForbidden", message, key)
    if obj.get("type") != live.get("type"):
        message = f"Invalid value: {shown(obj.get('type'))}: field is immutable"
        yield Cause("FieldValueInvalid", message, "type")
