"""Blocks of inputs that are there or not: a filter, timeouts. Each input is one field of what the
block is about, and says how that field is shown, read back and where it stands.

A block has no Dash component but its inputs: title, captions and cross are drawn by
``resources_form.js``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from components import forms, references, typed
from components.choice import Choice
from components.field_paths import fields, fits, made, only, put, steps, value_at
from components.forms import Object
from components.pairs import format_pairs, merged_pairs, parse_pairs, showable
from components.typed import NotAccepted


@dataclass(frozen=True)
class Setting:
    """A text, and what all settings share: ``part`` names the input, ``caption`` stands beside it,
    ``path`` leads to the field, ``hint`` stands in an empty input."""

    part: str
    caption: str
    path: str
    hint: str = ""
    offers: str = ""

    def layout(self, name: str) -> Any:
        """The input."""
        more = {"placeholder": self.hint} if self.hint else {}
        offered = {"list": f"edit-{self.offers}"} if self.offers else {}
        return forms.text_input(name, self.caption, mono=True, **more, **offered)

    def read(self, held: Object) -> Any:
        """What the input shows."""
        return typed.shown(value_at(held, self.path))

    def readable(self, held: Object) -> bool:
        """Whether it shows the field in full."""
        return fits(held, *steps(self.path))

    def write(self, held: Object, value: Any) -> None:
        """Change the field in place. Raises NotAccepted."""
        self._put(held, self._value(typed.shown(value).strip()))

    def unlisted(self, held: Object) -> str:
        """A value that the input has no word for, in words."""
        return ""

    def _value(self, text: str) -> Any:
        return text

    def _put(self, held: Object, value: Any) -> None:
        *way, last = map(str, steps(self.path))
        for step in way:
            if value in (None, "", []) and step not in held:
                return
            held = made(held, step)
        put(held, last, value)


@dataclass(frozen=True)
class Number(Setting):
    """A whole number between ``low`` and ``high``."""

    low: int = 1
    high: int = 65535

    def _value(self, text: str) -> Any:
        return typed.whole(text, self.caption, self.low, self.high)


@dataclass(frozen=True)
class Duration(Setting):
    """A duration as Gateway API writes it: ``10s``, ``1m30s``."""

    def _value(self, text: str) -> Any:
        if text and not re.fullmatch(r"([0-9]{1,5}(h|m|s|ms)){1,4}", text):
            raise NotAccepted(f"{self.caption} must be a time such as 10s, 500ms or 1m30s.")
        return text


@dataclass(frozen=True)
class Words(Setting):
    """A list of texts, with commas between."""

    def read(self, held: Object) -> Any:
        value = value_at(held, self.path)
        return ", ".join(value) if value and only(value, str) else ""

    def readable(self, held: Object) -> bool:
        return only(value_at(held, self.path), str)

    def _value(self, text: str) -> Any:
        return text.replace(",", " ").split()


@dataclass(frozen=True)
class Numbers(Words):
    """A list of whole numbers between ``low`` and ``high``, each once."""

    low: int = 0
    high: int = 65535

    def read(self, held: Object) -> Any:
        return (
            ", ".join(map(typed.shown, value_at(held, self.path) or ())) if self._is(held) else ""
        )

    def readable(self, held: Object) -> bool:
        return self._is(held)

    def _is(self, held: Object) -> bool:
        value = value_at(held, self.path)
        return only(value, int) and not any(isinstance(one, bool) for one in value or ())

    def _value(self, text: str) -> Any:
        numbers = [
            typed.whole(one, self.caption, self.low, self.high) for one in super()._value(text)
        ]
        return list(dict.fromkeys(numbers))


@dataclass(frozen=True)
class Pairs(Setting):
    """A list of headers with their values (`components.pairs`)."""

    def read(self, held: Object) -> Any:
        return format_pairs(value_at(held, self.path))

    def readable(self, held: Object) -> bool:
        return showable(value_at(held, self.path))

    def write(self, held: Object, value: Any) -> None:
        put(held, self.path, merged_pairs(held.get(self.path) or [], parse_pairs(value)))


@dataclass(frozen=True)
class Select(Setting):
    """One of a few values; ``unset`` is what the select says where the field says nothing, and a
    ``default`` the value that it shows then."""

    values: tuple[str, ...] = ()
    unset: str = ""
    default: str = ""
    number: bool = False
    noun: str = ""

    @property
    def _choice(self) -> Choice:
        noun = self.noun or self.caption.lower()
        return Choice(self.path, noun, self.values, self.default or forms.NONE)

    def layout(self, name: str) -> Any:
        return forms.select(name, forms.options(*self.values, empty=self.unset), self.caption)

    def read(self, held: Object) -> Any:
        return self._choice.shown(held)

    def readable(self, held: Object) -> bool:
        return super().readable(held) and bool(self.read(held))

    def write(self, held: Object, value: Any) -> None:
        if self._choice.takes(value):
            self._put(held, self._value("" if value == forms.NONE else str(value)))

    def unlisted(self, held: Object) -> str:
        return self._choice.unlisted(held)

    def _value(self, text: str) -> Any:
        if text in ("true", "false"):
            return text == "true"
        return int(text) if self.number and text else text


PATHS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}


@dataclass(frozen=True)
class PathKind(Select):
    """How a path is replaced; another way keeps the path that is written."""

    values: tuple[str, ...] = tuple(PATHS)

    def write(self, held: Object, value: Any) -> None:
        if not self._choice.takes(value):
            return
        written = _replaced(held)
        held.pop("path", None)
        if value != forms.NONE:
            held["path"] = {"type": value, PATHS[value]: written or "/"}


@dataclass(frozen=True)
class NewPath(Setting):
    """The path that takes the other's place, whichever way."""

    def read(self, held: Object) -> Any:
        return _replaced(held)

    def readable(self, held: Object) -> bool:
        kind = fields(held, "path").get("type")
        known = kind is None or typed.shown(kind) in PATHS
        return fits(held, "path", PATHS.get(typed.shown(kind), "")) and known

    def write(self, held: Object, value: Any) -> None:
        if not value and "path" not in held:
            return
        path = made(held, "path")
        path["type"] = typed.shown(path.get("type")) or "ReplaceFullPath"
        path[PATHS[path["type"]]] = str(value or "")


def _replaced(held: Object) -> str:
    path = fields(held, "path")
    return typed.shown(path.get(PATHS.get(typed.shown(path.get("type")), "")))


@dataclass(frozen=True)
class Reference(Setting):
    """Another object, as `components.references` writes it."""

    kind: str = "Service"

    def read(self, held: Object) -> Any:
        return references.written(fields(held, self.path), self.kind)

    def readable(self, held: Object) -> bool:
        return fits(held, self.path, kind=dict) and references.readable(held.get(self.path))

    def write(self, held: Object, value: Any) -> None:
        references.write(made(held, self.path), str(value or "").strip(), self.kind)


@dataclass(frozen=True)
class Share(Setting):
    """Which part of requests: ``5%``, or a fraction such as ``1/3``; nothing for all."""

    path: str = "percent"

    def read(self, held: Object) -> Any:
        fraction = fields(held, "fraction")
        if fraction:
            return f"{typed.shown(fraction.get('numerator'))}/{_denominator(fraction)}"
        percent = typed.shown(held.get("percent"))
        return f"{percent}%" if percent else ""

    def readable(self, held: Object) -> bool:
        fraction = held.get("fraction")
        return fits(held, "percent") and (
            fraction is None
            or (fits(fraction, "numerator", kind=int) and fits(fraction, "denominator", kind=int))
        )

    def write(self, held: Object, value: Any) -> None:
        text = typed.shown(value).strip()
        above, slash, below = text.partition("/")
        if slash:
            parts = (typed.whole(one, "Each part", 0, 2_147_483_647) for one in (above, below))
            numerator, denominator = parts
            if numerator is None or not denominator or numerator > denominator:
                raise NotAccepted("Write a share such as 5% or 1/3.")
            held.pop("percent", None)
            held["fraction"] = {"numerator": numerator, "denominator": denominator}
            return
        percent = typed.whole(text.removesuffix("%"), "Share in %", 0, 100)
        held.pop("fraction", None)
        put(held, "percent", percent)


def _denominator(fraction: Object) -> str:
    return typed.shown(fraction.get("denominator", 100))


@dataclass(frozen=True)
class Block:
    """A block ``title`` of ``settings``; ``start`` is what a new one holds."""

    name: str
    title: str
    settings: Sequence[Setting]
    start: Object = field(default_factory=dict)

    def layout(self) -> tuple[str, str, list[Any]]:
        """The block for `forms.blocks`."""
        inputs = [one.layout(f"{self.name}-{one.part}") for one in self.settings]
        return self.row, self.title, inputs

    @property
    def row(self) -> str:
        """The name of its row."""
        return self.name

    def read(self, held: Object) -> dict[str, Any]:
        """What each of its inputs shows."""
        return {f"{self.name}-{one.part}": one.read(held) for one in self.settings}

    def locked(self, held: Any) -> set[str]:
        """Its inputs that cannot show their field in full."""
        whole = held is None or isinstance(held, dict)
        found = held if isinstance(held, dict) else {}
        return {
            f"{self.name}-{one.part}"
            for one in self.settings
            if not (whole and one.readable(found))
        }

    def write(self, held: Object, part: str, value: Any) -> None:
        """Change one field in place. Raises NotAccepted."""
        next(one for one in self.settings if one.part == part).write(held, value)

    def place(self, rest: Sequence[str | int]) -> str:
        """The input that shows the field that ``rest`` leads to, the first where that is all of the
        block; none for one that it has not."""
        if not rest:
            return f"{self.name}-{self.settings[0].part}"
        ways = [(tuple(steps(one.path)), one) for one in self.settings]
        fitting = [(len(way), one) for way, one in ways if tuple(rest[: len(way)]) == way]
        found = max(fitting, key=lambda pair: pair[0], default=None)
        return f"{self.name}-{found[1].part}" if found else ""

    def unlisted(self, held: Object) -> list[str]:
        """Values that its selects have no word for."""
        return [said for one in self.settings if (said := one.unlisted(held))]
