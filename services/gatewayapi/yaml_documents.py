"""YAML files of manifests as Kubernetes reads them: several documents, only JSON's values.

What kubectl takes for text stays text here (a timestamp, ``12:30``), a key is always text, and each
node knows its line. libyaml reads it: a folder may hold tens of thousands of objects.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

ALIASED = 100_000
"""Nodes that aliases may stand for when they are written out."""
_DEEPEST = 200
_MERGE = "tag:yaml.org,2002:merge"
_INT = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    word: value
    for value, words in (
        (True, "yes Yes YES true True TRUE on On ON"),
        (False, "no No NO false False FALSE off Off OFF"),
        (None, "~ null Null NULL"),
    )
    for word in words.split()
} | {"": None}
_PLAIN = "plain"
"""The tag of what is neither quoted nor tagged."""


class BadYaml(Exception):
    """A text that is no YAML, or holds what no manifest can. ``line`` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


class _Loader(yaml.CSafeLoader):
    """Composes only; a plain scalar's type is settled by `plain`."""


_Loader.yaml_implicit_resolvers = {
    "<": [(_MERGE, re.compile(r"^<<$"))],
    None: [(_PLAIN, re.compile(""))],
}


def text_of(data: bytes) -> str:
    """The characters of a file. Raises BadYaml for what is not UTF-8 (or UTF-16 with its mark)."""
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadYaml(line, "must be text in UTF-8") from error


def documents(text: str) -> Iterator[yaml.Node]:
    """The root node of every document that is not empty. Raises BadYaml."""
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is not None and (node.tag != _PLAIN or node.value):
                if "*" in text:
                    _check(node)
                yield node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BadYaml(mark.line + 1 if mark else 1, f"must be YAML; {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BadYaml(line, f"must be printable text; {error.reason}") from error
    except RecursionError as error:
        raise BadYaml(1, "must be YAML; it is nested too deeply") from error


def _check(root: yaml.Node) -> None:
    """Few lines can be made to stand for more than any memory holds, or to hold themselves."""
    sizes: dict[int, float] = {}

    def size(node: yaml.Node, depth: int) -> float:
        if id(node) in sizes:
            return sizes[id(node)]
        if depth > _DEEPEST:
            raise BadYaml(node.start_mark.line + 1, "must be YAML; it is nested too deeply")
        inner: Any = ()
        if isinstance(node, yaml.MappingNode):
            inner = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            inner = node.value
        sizes[id(node)] = math.inf  # until it is known: one that holds itself has no end
        total = 1.0 + sum(size(one, depth + 1) for one in inner)
        sizes[id(node)] = total
        return total

    if size(root, 0) - len(sizes) > ALIASED:
        line = root.start_mark.line + 1
        raise BadYaml(line, f"must be YAML; its aliases stand for more than {ALIASED} nodes")


def plain(node: yaml.Node, twice: list[tuple[int, str]]) -> Any:
    """What a node holds. ``twice`` collects line and key where a key stands again, which hides the
    first. Raises BadYaml."""
    try:
        return _value(node, twice)
    except RecursionError as error:
        line = node.start_mark.line + 1
        raise BadYaml(line, "must be YAML; it is nested too deeply") from error


def _value(node: yaml.Node, twice: list[tuple[int, str]]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, twice) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, twice)
    return _scalar(node)


def _mapping(node: yaml.MappingNode, twice: list[tuple[int, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, one in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise BadYaml(key.start_mark.line + 1, "must be YAML; a key must be text")
        if key.tag == _MERGE:
            for other in one.value if isinstance(one, yaml.SequenceNode) else [one]:
                held = _value(other, twice)
                if not isinstance(held, dict):
                    raise BadYaml(key.start_mark.line + 1, "must be YAML; << must name a mapping")
                merged = held | merged
            continue
        if key.value in found:
            twice.append((key.start_mark.line + 1, key.value))
        found[key.value] = _value(one, twice)
    return merged | found if merged else found


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if node.tag != _PLAIN:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789":
        if _INT.fullmatch(text):
            return _int(node)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if math.isinf(number):
                raise BadYaml(node.start_mark.line + 1, f"must be YAML; {text} is too large")
            return number
    return text


def whole(number: int) -> int | float:
    """A number as Kubernetes keeps it: what has no room in 64 bits is not whole any more."""
    return number if -(2**63) <= number < 2**63 else float(number)


def _int(node: yaml.Node) -> int | float:
    plain = node.value.replace("_", "")
    sign, digits = (plain[0], plain[1:]) if plain[0] in "+-" else ("", plain)
    base = {"0b": 2, "0x": 16, "0o": 8}.get(digits[:2], 8 if digits[:1] == "0" else 10)
    digits = digits[2:] if digits[:2] in ("0b", "0x", "0o") else digits
    if len(digits) > 300:
        raise BadYaml(node.start_mark.line + 1, "must be YAML; a number has too many digits")
    try:
        return whole(int(sign + (digits or "0"), base))
    except ValueError as error:
        raise BadYaml(node.start_mark.line + 1, f"must be YAML; {node.value!r}") from error


def node_at(node: yaml.Node, path: list[str | int]) -> yaml.Node:
    """The node that ``path`` leads to, or as far as it goes."""
    for step in path:
        found = None
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            for key, one in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value == step:
                    found = _keyed(key, one)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = node.value[step] if step < len(node.value) else None
        if found is None:
            return node
        node = found
    return node


def _keyed(key: yaml.ScalarNode, node: yaml.Node) -> yaml.Node:
    """A field's place is where its name stands, not where its first item does."""
    if node.start_mark.line == key.start_mark.line:
        return node
    made: yaml.Node = type(node)(node.tag, node.value, key.start_mark, node.end_mark)
    return made
