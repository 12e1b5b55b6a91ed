"""YAML that people wrote: what it holds, or where it is wrong, in one line.

The line says the place and does not quote the line, which may hold a credential.
"""

import math
from typing import Any

import yaml

ALIASED = 100_000
"""Nodes that aliases may stand for when they are written out. Few lines can be made to stand for
more than any memory holds, and whatever walks a value writes them out."""


def parse_own(text: str | bytes) -> Any:
    """Like :func:`parse`, but a key may stand once only: in files that configure us, and where a
    second one could hide the first."""
    return parse(text, unique=True)


def parse(text: str | bytes, *, unique: bool = False) -> Any:
    """What the text holds; bytes must be UTF-8 or UTF-16. Raises ValueError with the reason."""
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        tree = _Tree(unique)
        if tree.size(node) - len(tree.sizes) > ALIASED:
            raise ValueError(f"its aliases stand for more than {ALIASED} nodes")
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"must be YAML; {place}{error.problem}") from error
    except yaml.reader.ReaderError as error:
        raise ValueError(
            f"must be printable text in UTF-8; position {error.position}: {error.reason}"
        ) from error
    except ValueError as error:
        raise ValueError(f"must be YAML; {error}") from error
    except RecursionError as error:
        raise ValueError("must be YAML; it is nested too deeply") from error


class _Tree:
    """What a text was composed to, before anything is made of it."""

    def __init__(self, unique: bool) -> None:
        self.sizes: dict[int, float] = {}
        self._unique = unique

    def size(self, node: yaml.Node) -> float:
        """How many nodes it has with its aliases written out; ``sizes`` has each node once."""
        if id(node) in self.sizes:
            return self.sizes[id(node)]
        self.sizes[id(node)] = math.inf  # until it is known: one that holds itself has no end
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            inner = [part for pair in node.value for part in pair]
            if self._unique:
                _refuse_repeated(inner[::2])
        elif isinstance(node, yaml.SequenceNode):
            inner = node.value
        self.sizes[id(node)] = 1 + sum(map(self.size, inner))
        return self.sizes[id(node)]


def _refuse_repeated(keys: list[yaml.Node]) -> None:
    """YAML would take the last of two and drop the others."""
    seen = set()
    for key in keys:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                problem = f"the key {key.value!r} stands twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
