"""What is wrong in a draft, and at which input of the form that is said.

It comes from two sides: what was typed and is no value, and what a server refuses, which names the
field by its path.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from callbacks.drafts import ABOVE, Draft
from components.editor import FORMS, new_id
from components.forms import field_id, label_for

PLACE = ("metadata.name", "metadata.namespace")
"""Paths whose inputs stand above the form of a new object."""

UNKNOWN = "unknown field"


@dataclass(frozen=True)
class Fault:
    """A sentence and where it belongs: an item of the growing list or `ABOVE`, and the id of an
    input, None where only the YAML has the field."""

    item: int
    input: dict[str, str] | None
    said: str


def typed(draft: Draft) -> list[Fault]:
    """What was typed and is no value."""
    return [Fault(one["item"], field_id(one["field"]), one["said"]) for one in draft.wrong]


def refused(draft: Draft, kind: str, causes: list[tuple[str, str]]) -> list[Fault]:
    """What a server refuses, given path and rule of each field."""
    form = FORMS.get(kind)
    found = []
    for path, rule in causes:
        if path in PLACE:
            found.append(Fault(ABOVE, new_id(path.removeprefix("metadata.")), plain(rule)))
        elif path:
            item, name = form.place(draft.object, path) if form else (ABOVE, "")
            found.append(Fault(item, field_id(name) if name else None, plain(rule)))
    return found


def drawn(faults: list[Fault], opened: int) -> dict[str, Any]:
    """For the browser: sentences by the inputs that are to be seen, and how many each item has."""
    inputs: dict[str, str] = {}
    items: dict[str, int] = {}
    for fault in faults:
        if fault.item != ABOVE:
            items[str(fault.item)] = items.get(str(fault.item), 0) + 1
        if fault.input and fault.item in (ABOVE, opened):
            inputs.setdefault(label_for(fault.input), fault.said)
    return {"inputs": inputs, "items": items}


def counted(number: int) -> str:
    """How many fields are not accepted, in words."""
    return f"{number} {'field is' if number == 1 else 'fields are'} not accepted"


def named(paths: Iterable[str]) -> str:
    """Fields as people call them: by the last word of their path, with the one before it where
    several end alike."""
    ends = {path: re.sub(r"(\[\d+\])+$", "", path).rsplit(".", 2) for path in paths}
    often = Counter(words[-1] for words in ends.values())
    return ", ".join(
        ".".join(words[-2:] if often[words[-1]] > 1 else words[-1:]) for words in ends.values()
    )


_HOSTS = "Lower-case letters, digits, dashes and dots, such as shop.example.com or *.example.com"
TYPES = {
    "integer": "A whole number",
    "number": "A number",
    "boolean": "true or false",
    "object": "Pairs such as team=payments, one a line",
    "integer,string": "A number, or a number with a unit",
}
"""What to write for a type that a definition asks for."""
PATTERNS = {
    r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$": _HOSTS,
    r"^((\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$": _HOSTS,
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$": "Lower-case letters,"
    " digits, dashes and dots",
    r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$": "Letters, digits, dashes, dots and _, with a"
    " letter or digit at both ends",
    r"^[0-9]+(\.[0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$": "A number with a unit, such as 8Gi",
    r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$": "Numbers with a unit, such as 90m or 2160h",
    r"^[0-9]{1,4}(ms|s|m|h)?$": "A number with a unit, such as 500ms or 5s",
    r"^[1-9][0-9]{0,3}(ms|s|m|h)?$": "A number with a unit, such as 90s or 10m",
    r"^[0-9]{1,4}(k|m|g)?$": "A number with a unit, such as 32m",
    r"^/": "A path, which begins with /",
    r"^-": "A flag, which begins with -",
    r"^https?://[^\s]+$": "An address that begins with http:// or https://, without spaces",
    r"^https?://[^\s/]+(/\S*)?$": "An address that begins with http:// or https://",
    r"^(?:http?:\/\/)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(?::\d{1,5})?$": "Host and port in lower case,"
    " such as otel-agent.observability:4317",
    r"^[a-zA-Z0-9_-]+$": "Letters, digits, _ and -",
    r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$": "The name of a header: letters, digits and dashes",
}
"""What to write where a definition of the console's own kinds asks for a pattern."""


def plain(rule: str) -> str:
    """A server's rule as a sentence at the field that holds the value: without the value, the path
    and the expression that was used to check it."""
    if rule == UNKNOWN:
        return "The cluster does not have this field: its definitions are older, or without it."
    said = re.sub(r'^Invalid value: (?:(?:"(?:[^"\\]|\\.)*"|\S+): )?', "", rule)
    said = re.sub(r"^[\w.\[\]]+ in body ", "", said)
    said = re.sub(r" \(e\.g\. .*regex used for validation is .*\)$", "", said, flags=re.DOTALL)
    said = re.sub(r"^Required value$", "is required", said)
    said = re.sub(r"^should be at least 1 chars long$", "must not be empty", said)
    if wrong := re.match(r"must be of type ([\w,]+): ", said):
        said = TYPES.get(wrong[1], said)
    if unmatched := re.fullmatch(r"should match '(.*)'", said, re.DOTALL):
        said = PATTERNS.get(unmatched[1], said)
    said = said[:1].upper() + said[1:]
    return said if said.endswith(".") else f"{said}."
