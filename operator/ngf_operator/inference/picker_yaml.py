"""A text that somebody wrote as values, with no more work than its length is worth.

Few lines can stand for more than any memory holds by aliases, and nest deeper than anybody reads.
"""

from typing import Any

import yaml

_DEEPEST = 32


class Unreadable(ValueError):
    """The text cannot be read; the message is a sentence."""


class _Loader(yaml.CSafeLoader):
    """Takes a date for text, as the picker does."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    """The values of one document. Raises Unreadable."""
    try:
        _check(text)
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"It is no YAML: {' '.join(str(error).split())}.") from error


def _check(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"Line {line} has an alias: the value must be written out.")
        if tag := getattr(event, "tag", None):
            raise Unreadable(f"Line {line} has the tag {tag}, which must be left out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise Unreadable(f"Line {line} is nested deeper than {_DEEPEST} levels.")
