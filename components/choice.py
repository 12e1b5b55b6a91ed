"""A field that a select shows; the YAML may hold a value that is none of the options."""

from dataclasses import dataclass
from typing import Any

from components.field_paths import value_at
from components.forms import NONE
from components.typed import shown


@dataclass(frozen=True, slots=True)
class Choice:
    """The field at ``path`` of what holds it, which people call ``noun``; ``unset`` is shown where
    the field says nothing."""

    path: str
    noun: str
    options: tuple[str, ...]
    unset: str = NONE

    def shown(self, held: dict[str, Any]) -> str:
        """What the select shows; nothing for a value that is none of the options."""
        value = value_at(held, self.path)
        if value is None:
            return self.unset
        return shown(value) if shown(value) in self.options else ""

    def unlisted(self, held: dict[str, Any]) -> str:
        """A value that is none of the options, in words; nothing for one that is."""
        if self.shown(held):
            return ""
        return f"{self.noun} {shown(value_at(held, self.path))}".strip()

    def takes(self, typed: Any) -> bool:
        """Whether the select gave one of its options: it gives nothing where it shows none."""
        return bool(typed) and typed in (*self.options, self.unset)
