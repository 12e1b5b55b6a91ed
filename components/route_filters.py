"""Filters of a route's rule in the form, and its timeouts, retries and session persistence.

Gateway API allows most filters once in a rule, so each is a block that is there or not; mirrors and
extensions may be there several times, of which the form shows the first ones. What it has no block
for is named in a line and kept.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from dash import html

from components import forms, typed
from components.field_paths import fields, made
from components.filter_blocks import FILTERS, KEYS, SETTINGS, is_of
from components.forms import Object


class Filters:
    """The blocks that rules of one kind of route may have, of these ``groups`` of filters and these
    ``settings``."""

    def __init__(self, groups: Sequence[str], settings: Sequence[str]) -> None:
        self.filters = [one for one in FILTERS if one.group in groups]
        self.settings = [one for one in SETTINGS if one.name in settings]
        self.groups = dict.fromkeys(one.group for one in self.filters)
        self.keys = {KEYS[one.name] for one in self.settings}

    def layout(self) -> html.Div:
        first = {one.group: one for one in reversed(self.filters)}
        chips = {f"filter-{group}-add": first[group].title for group in self.groups}
        chips |= {f"{one.name}-add": one.title for one in self.settings}
        return html.Div(
            forms.blocks([one.layout() for one in (*self.filters, *self.settings)]),
            **{"data-lab": "Change it", "data-buttons": json.dumps(chips)},
        )

    def read(self, rule: Object, filters: Sequence[Object]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for one in self.filters:
            values |= one.read(one.held(filters))
        for block in self.settings:
            values |= block.read(fields(rule, KEYS[block.name]))
        return values

    def locked(self, rule: Object, filters: Sequence[Object]) -> set[str]:
        found: set[str] = set()
        for one in self.filters:
            found |= one.locked((one.of(filters) or {}).get(one.key))
        for block in self.settings:
            found |= block.locked(rule.get(KEYS[block.name]))
        return found

    def write(self, rule: Object, filters: Sequence[Object], field: str, value: Any) -> None:
        """Change one setting of one block in place. Raises NotAccepted."""
        name, part = field.split("-", 1)
        for block in self.settings:
            if block.name == name:
                block.write(made(rule, KEYS[name]), part, value)
        for one in self.filters:
            found = one.of(filters)
            if one.name == name and found is not None:
                one.write(made(found, one.key), part, value)

    def act(self, filters: list[Any], name: str, what: str) -> None:
        """Add a filter of a group, or remove one, in place."""
        if what == "add":
            new = next(one for one in self.filters if one.group == name)
            filters.append({"type": new.type, new.key: deepcopy(new.start)})
            return
        gone = next((one.of(filters) for one in self.filters if one.name == name), None)
        filters[:] = [one for one in filters if one is not gone]

    def set(self, rule: Object, name: str, what: str) -> None:
        """Add or remove timeouts, retries or session persistence, in place."""
        start = next(one.start for one in self.settings if one.name == name)
        if what == "add":
            rule[KEYS[name]] = deepcopy(start)
        else:
            rule.pop(KEYS[name], None)

    def place(self, filters: Sequence[Object], at: int, rest: Sequence[str | int]) -> str:
        """The input that shows a field of filter ``at``."""
        for one in self.filters:
            if 0 <= at < len(filters) and one.of(filters) is filters[at]:
                return one.place(rest[1:])
        return ""

    def place_set(self, key: str, rest: Sequence[str | int]) -> str:
        """The input that shows a field of a rule that is no filter."""
        return next((one.place(rest) for one in self.settings if KEYS[one.name] == key), "")

    def rows(
        self, rule: Object, filters: Sequence[Object], backends: Sequence[Object]
    ) -> dict[str, bool]:
        """Which blocks are to be seen, and which can be added: Gateway API refuses a redirect
        beside a rewrite or backends."""
        there = {one.name: one.of(filters) is not None for one in self.filters}
        excluded = {
            "rewrite": there.get("redirect", False),
            "redirect": there.get("rewrite", False) or bool(backends),
        }
        seen = {one.row: there[one.name] for one in self.filters}
        for group in self.groups:
            room = not all(there[one.name] for one in self.filters if one.group == group)
            seen[f"filter-{group}-add"] = room and not excluded.get(group, False)
        for block in self.settings:
            written = rule.get(KEYS[block.name]) is not None
            seen |= {block.row: written, f"{block.name}-add": not written}
        return seen

    def others(self, rule: Object, filters: Sequence[Object]) -> list[str]:
        """What people call the filters that only the YAML changes, and the values that do not
        stand among the options of a select."""
        shown = [found for one in self.filters if (found := one.of(filters)) is not None]
        unlisted = [said for one in self.filters for said in one.unlisted(one.held(filters))]
        for block in self.settings:
            unlisted += block.unlisted(fields(rule, KEYS[block.name]))
        hidden = (one for one in filters if not any(one is other for other in shown))
        return [*(_name(one) for one in hidden), *unlisted]


def redirects(filters: Sequence[Object]) -> bool:
    """Whether a redirect is among the filters."""
    return any(is_of(one, "RequestRedirect") for one in filters)


def _name(item: Object) -> str:
    kind = typed.shown(item.get("type")) or "a filter without type"
    if kind == "ExtensionRef":
        ref = fields(item, "extensionRef")
        named = typed.shown(ref.get("kind")) or "extension"
        return f"{named} {typed.shown(ref.get('name'))}".strip()
    if kind == "RequestMirror":
        ref = fields(fields(item, "requestMirror"), "backendRef")
        return f"mirror to {typed.shown(ref.get('name')) or 'a backend'}"
    return kind
