"""YAML that people wrote: what it holds, or where it is wrong, in one line.

The line says the place and does not quote the line, which may hold a credential.
"""

from collections.abc import Hashable
from typing import Any

import yaml


class _Unique(yaml.SafeLoader):
    """Refuses a mapping that has a key twice: YAML would take the last and drop the others."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                problem = f"the key {key.value!r} stands twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_own(text: bytes) -> Any:
    """Like :func:`parse`, for files of our own: a key may stand once only."""
    return parse(text, _Unique)


def parse(text: str | bytes, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> Any:
    """What the text holds; bytes must be UTF-8 or UTF-16. Raises ValueError with the reason."""
    try:
        return loader(text).get_single_data()
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
