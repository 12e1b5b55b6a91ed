"""YAML as Kubernetes reads it: text as one object of JSON's types.

Plain words mean what they mean to kubectl (sigs.k8s.io/yaml): ``on`` and ``y`` are true, ``1e3``
and ``089`` are numbers, dates and ``1:30`` are text. What JSON cannot hold is refused by line.
"""

import math
import re
from typing import Any, ClassVar

import yaml

DEEPEST = 100
"""Levels of nesting; no kind of Kubernetes comes near."""

LARGEST = 2**64

_BASES = {"0b": 2, "0o": 8, "0x": 16}
_TAG = "tag:yaml.org,2002:"
_SURROGATE = re.compile("[\ud800-\udfff]")
_INT = re.compile(
    r"[-+]?(?:0[bB]_*[01][01_]*|0[oO]?_*[0-7][0-7_]*|0[xX]_*[0-9a-fA-F][0-9a-fA-F_]*"
    r"|[1-9][0-9_]*|0)$"
)
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$"
    r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)
_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")

WORDS: tuple[tuple[str, re.Pattern[str], list[str]], ...] = (
    (f"{_TAG}bool", re.compile(f"(?:{'|'.join(_TRUE + _FALSE)})$"), list("yYnNtTfFoO")),
    (f"{_TAG}int", _INT, list("-+0123456789")),
    (f"{_TAG}float", _FLOAT, list("-+.0123456789")),
    (f"{_TAG}null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (f"{_TAG}merge", re.compile("<<$"), ["<"]),
)
"""Plain words that are no text: tag, pattern, first letters."""


class YamlProblem(ValueError):
    """The text is not one YAML object; the message is a sentence that names the line."""


class _Loader(yaml.SafeLoader):
    """Composes without tags and aliases (a few can unfold to gigabytes), down to `DEEPEST`."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise YamlProblem(f"Line {line} uses an alias. Write the value out instead.")
        if getattr(event, "tag", None):
            raise YamlProblem(f"Line {line} uses the tag {_shown(event.tag)}. Leave the tag out.")
        self.depth += 1
        if self.depth > DEEPEST:
            raise YamlProblem(f"Line {line} is nested too deeply: {DEEPEST} levels are the most.")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _word in WORDS:
    _Loader.add_implicit_resolver(*_word)


def from_text(text: str) -> dict[str, Any]:
    """The one object a text describes; raises `YamlProblem` with the line at fault."""
    root = _composed(text)
    if not isinstance(root, yaml.MappingNode):
        raise YamlProblem("This is not one object with apiVersion, kind and metadata.")
    read: dict[str, Any] = _value(root)
    for holder, key in ((root, "metadata"), *_metadata(root)):
        for name, node in holder.value:
            if name.value == key and not isinstance(_value(node), dict | None):
                raise YamlProblem(f"{_at(node)}: {key} must hold names and values.")
    return read


def _metadata(root: yaml.MappingNode) -> list[tuple[yaml.MappingNode, str]]:
    """What everything reads of any object before a server has judged it."""
    return [
        (node, key)
        for name, node in root.value
        if name.value == "metadata" and isinstance(node, yaml.MappingNode)
        for key in ("labels", "annotations")
    ]


def _composed(text: str) -> Any:
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlProblem(f"Line {line} has a character that YAML does not allow.") from error
    try:
        return loader.get_single_node()
    except YamlProblem:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"Line {mark.line + 1}: " if mark else ""
        raise YamlProblem(f"{where}{error.problem or 'this is not YAML'}.") from error
    except (ValueError, OverflowError) as error:
        raise YamlProblem(f"Line {loader.line + 1} has an escape that is no character.") from error


def _value(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return node.value in _TRUE
        case "int" | "float":
            return _number(node)
    if _SURROGATE.search(node.value):
        raise YamlProblem(f"{_at(node)} has an escape that is no character.")
    return node.value


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise YamlProblem(f"{_at(key)}: a key must be text. Put it in quotes.")
        if key.tag != f"{_TAG}str":
            said = f"the key {key.value}" if key.value else "an empty key"
            raise YamlProblem(f"{_at(key)}: {said} is not text. Put it in quotes.")
        name = _value(key)
        if name in read:
            raise YamlProblem(f"{_at(key)} repeats the key {name}. Keep one of them.")
        read[name] = _value(item)
    return read


def _number(node: yaml.ScalarNode) -> int | float:
    """A number as JSON has it: ``1e3`` is 1000."""
    digits = node.value.replace("_", "").lower()
    if not _INT.match(digits):
        number = float(digits.replace(".inf", "inf").replace(".nan", "nan"))
        if not math.isfinite(number):
            raise YamlProblem(f"{_at(node)}: this number is too large, or none that JSON has.")
        return int(number) if number.is_integer() and abs(number) < LARGEST else number
    size = digits.lstrip("+-")
    base = _BASES.get(size[:2], 8 if size[0] == "0" else 10)
    if len(size) > 70 or (number := int(digits, base)) >= LARGEST or number < -(LARGEST // 2):
        raise YamlProblem(f"{_at(node)}: this number is too long.")
    return number


def _shown(tag: str) -> str:
    """A tag as it is written."""
    return f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag


def _at(node: Any) -> str:
    return f"Line {node.start_mark.line + 1}"
