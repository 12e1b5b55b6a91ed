"""Names, labels and other metadata that every object must get right."""

import re
from collections.abc import Iterator
from typing import Any

from services.demo.api.kinds import Served
from services.demo.api.statuses import Cause, Obj
from services.demo.api.validation import INVALID, broken

MAX_ANNOTATIONS_BYTES = 256 * 1024
"""Of all keys and values of an object's annotations together."""
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    f"for validation is '{_SUBDOMAIN.replace('(', '(', 1)}')"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    f"for validation is '{_LABEL}')"
)
_SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?"
_SERVICE_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    f"regex used for validation is '{_SERVICE}')"
)
_KEY_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    f"validation is '{_QUALIFIED}')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_LABEL_NAMES = {"namespaces"}
_SERVICE_NAMES = {"services"}
_ANY_NAMES_GROUP = "rbac.authorization.k8s.io"


def check(served: Served, metadata: Obj) -> Iterator[Cause]:
    """What is wrong with an object's metadata."""
    name = str(metadata.get("name", ""))
    yield from broken(name, _name_rules(served, name), "metadata.name")
    for key, value in (metadata.get("labels") or {}).items():
        yield from broken(key, _key_rules(key), "metadata.labels")
        yield from broken(value, _value_rules(value), "metadata.labels")
    for key in metadata.get("annotations") or {}:
        yield from broken(key, _key_rules(key.lower()), "metadata.annotations")
    held = [text for pair in (metadata.get("annotations") or {}).items() for text in pair]
    if sum(len(text.encode()) for text in held) > MAX_ANNOTATIONS_BYTES:
        message = f"Too long: may not be more than {MAX_ANNOTATIONS_BYTES} bytes"
        yield Cause("FieldValueTooLong", message, "metadata.annotations")
    yield from _owners(metadata.get("ownerReferences") or ())
    for finalizer in metadata.get("finalizers") or ():
        yield from broken(finalizer, _key_rules(finalizer), "metadata.finalizers")


def label_rules(name: str) -> Iterator[str]:
    """What keeps a name from being a DNS label."""
    if len(name) > 63:
        yield "must be no more than 63 characters"
    if not re.fullmatch(_LABEL, name):
        yield "must not contain dots" if re.fullmatch(_SUBDOMAIN, name) else _LABEL_RULE


def _name_rules(served: Served, name: str) -> Iterator[str]:
    if served.group == _ANY_NAMES_GROUP:
        return
    if served.resource in _LABEL_NAMES:
        yield from label_rules(name)
        return
    pattern, rule, longest = _SUBDOMAIN, _SUBDOMAIN_RULE, 253
    if served.resource in _SERVICE_NAMES:
        pattern, rule, longest = _SERVICE, _SERVICE_RULE, 63
    if len(name) > longest:
        yield f"must be no more than {longest} characters"
    if not re.fullmatch(pattern, name):
        yield rule


def _key_rules(key: str) -> Iterator[str]:
    prefix, slash, name = key.rpartition("/")
    if slash and not re.fullmatch(_SUBDOMAIN, prefix):
        yield f"prefix part {_SUBDOMAIN_RULE}" if prefix else "prefix part must be non-empty"
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 bytes"
    if not re.fullmatch(_QUALIFIED, name):
        yield _KEY_RULE


def _value_rules(value: Any) -> Iterator[str]:
    text = str(value)
    if len(text) > 63:
        yield "must be no more than 63 bytes"
    if text and not re.fullmatch(_QUALIFIED, text):
        yield _VALUE_RULE


def _owners(owners: Any) -> Iterator[Cause]:
    controllers = 0
    for owner in owners:
        for key in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(key):
                rule = "version must not be empty" if key == "apiVersion" else "must not be empty"
                message = f'Invalid value: "": {rule}'
                yield Cause(INVALID, message, f"metadata.ownerReferences.{key}")
        controllers += bool(owner.get("controller"))
    if controllers > 1:
        message = "Invalid value: Only one reference can have Controller set to true"
        yield Cause(INVALID, message, "metadata.ownerReferences")
