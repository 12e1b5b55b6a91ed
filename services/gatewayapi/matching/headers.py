"""Headers of a request on its way to a backend, and what is asked to be done to those of a
response."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is done to headers: ``set`` replaces, ``add`` appends, ``remove`` takes away. Of several
    entries for one name the first counts (HTTPHeader.name)."""

    set: Pairs = ()
    add: Pairs = ()
    remove: tuple[str, ...] = ()

    def then(self, later: "Changes") -> "Changes":
        """These and then others, as one."""
        if not (later.set or later.add or later.remove):
            return self
        replaced = {name.lower() for name, _ in later.set} | {n.lower() for n in later.remove}
        appended = {name.lower() for name, _ in later.add}
        return Changes(
            (*(one for one in self.set if one[0].lower() not in replaced), *later.set),
            (*(one for one in self.add if one[0].lower() not in replaced), *later.add),
            (
                *(n for n in self.remove if n.lower() not in replaced | appended),
                *(n for n in later.remove),
            ),
        )

    def document(self) -> dict[str, Any]:
        """Its JSON form, in the API's own shape."""
        return {
            "set": [{"name": name, "value": value} for name, value in self.set],
            "add": [{"name": name, "value": value} for name, value in self.add],
            "remove": list(self.remove),
        }


UNCHANGED = Changes()


def changes(filter_: Mapping[str, Any] | None) -> Changes:
    """What a RequestHeaderModifier or ResponseHeaderModifier asks for (HTTPHeaderFilter)."""
    if not isinstance(filter_, Mapping):
        return UNCHANGED
    removed = filter_.get("remove")
    names = removed if isinstance(removed, list) else ()
    return Changes(
        _pairs(filter_.get("set")),
        _pairs(filter_.get("add")),
        tuple(dict.fromkeys(str(name) for name in names)),
    )


def together(headers: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Headers by lower-case name, each as it was written first and with all its values: separated
    by commas (RFC 9110, 5.3), those of cookies by semicolons (RFC 9113, 8.2.3)."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        lower = name.lower()
        held = found.get(lower)
        if held is None:
            found[lower] = name, value
        else:
            found[lower] = held[0], held[1] + ("; " if lower == "cookie" else ",") + value
    return found


def applied(headers: Pairs, changed: Changes) -> Pairs:
    """Headers after changes, each name once: what is set stands alone, what is added comes after
    what is there."""
    kept = together(headers)
    for name, value in changed.set:
        kept[name.lower()] = name, value
    for name, value in changed.add:
        shown, held = kept.get(name.lower(), (name, ""))
        kept[name.lower()] = shown, f"{held},{value}" if held else value
    for name in changed.remove:
        kept.pop(name.lower(), None)
    return tuple(kept.values())


def _pairs(entries: object) -> Pairs:
    found: dict[str, tuple[str, str]] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            name, value = str(entry.get("name", "")), entry.get("value")
            found.setdefault(name.lower(), (name, "" if value is None else str(value)))
    return tuple(found.values())


def joined(names: Iterable[object]) -> str:
    """Names as the value of one header."""
    return ", ".join(str(name) for name in names)
