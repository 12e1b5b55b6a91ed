"""An object as YAML text, and text as an object, without losing what the console does not know.

What the server owns (status, managed fields, uid, generation, ...) is taken out of the text and
put back before anything is sent: it is not the user's to edit and would drown what is. Comments
that the user typed survive edits made in the form.
"""

import difflib
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any, ClassVar

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import PlainScalarString

from components.yaml_reader import WORDS, from_text

SERVER_METADATA = (
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)
ORDER = ("apiVersion", "kind", "metadata", "spec", "data")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LINE = 18
"""Height of a line in the editor, px; ``resources.css`` sets the same."""
PADDING = 8
MAX_MARKS = 60
WIDTH = 10_000
_SEPARATORS = re.compile("[\x85\u2028\u2029]")
"""Ends of lines to YAML 1.1, but not to those who wrote the text."""


class _Dumper(yaml.SafeDumper):
    """Block style, keys in the object's order, text of several lines as a literal block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _word in WORDS:
    _Dumper.add_implicit_resolver(*_word)


def _text_node(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Text, in quotes where YAML 1.1, YAML 1.2 or kubectl might read it as something else."""
    style = '"' if _SEPARATORS.search(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text_node)


def editable(obj: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an object that a user edits, in the order people write it."""
    kept = {key: obj[key] for key in ORDER if key in obj}
    kept |= {key: value for key, value in obj.items() if key not in kept and key != "status"}
    metadata = {
        key: value
        for key, value in (obj.get("metadata") or {}).items()
        if key not in SERVER_METADATA
    }
    notes = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if key != LAST_APPLIED
    }
    if notes:
        metadata["annotations"] = notes
    elif "annotations" in metadata:
        del metadata["annotations"]
    first = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    return deepcopy(kept | {"metadata": first | metadata})


def restored(edited: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """An edited object with everything of ``live`` that `editable` had taken out."""
    whole = deepcopy(dict(edited))
    metadata = dict(whole.get("metadata") or {})
    known = live.get("metadata") or {}
    metadata |= {key: deepcopy(known[key]) for key in SERVER_METADATA if key in known}
    applied = (known.get("annotations") or {}).get(LAST_APPLIED)
    if applied is not None:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), LAST_APPLIED: applied}
    whole["metadata"] = metadata
    if "status" in live:
        whole["status"] = deepcopy(live["status"])
    return whole


def to_text(obj: Mapping[str, Any]) -> str:
    """An object as YAML, the way ``kubectl get -o yaml`` writes it."""
    return yaml.dump(dict(obj), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def rewritten(text: str, obj: Mapping[str, Any]) -> str:
    """``text`` made to say what ``obj`` says; comments stay where their lines stay, and so does how
    a value is written that stays. Comments that cannot be kept in their places go to the top."""
    if "#" not in text:
        return to_text(obj)
    parser, out = _parser(), io.StringIO()
    with suppress(Exception):  # many kinds, for texts as odd as a key after ? without a value
        parser.dump(_follow(parser.load(text), from_text(text), obj), out)
        if from_text(out.getvalue()) == obj:
            return out.getvalue()
    return "".join(f"{comment}\n" for comment in _comments(text)) + to_text(obj)


def _comments(text: str) -> Iterator[str]:
    """The comments of a text: what stands between its tokens."""
    at = 0
    for token in yaml.scan(text):
        yield from re.findall("#.*", text[at : token.start_mark.index])
        at = token.end_mark.index


class _Unread(VersionedResolver):
    """Leaves plain words as they are written: what they mean is for `from_text` to say."""

    versioned_resolver: ClassVar[dict[str, list[Any]]] = {
        "": [("tag:yaml.org,2002:null", re.compile("$"))]
    }


def _parser() -> YAML:
    parser = YAML()
    parser.Resolver = _Unread
    parser.preserve_quotes = True
    parser.width = WIDTH
    return parser


def _fresh(value: Any, key: str = "") -> tuple[str, Any]:
    """A new key and value as `to_text` writes them, in no other quotes than that."""
    [(name, item)] = _parser().load(to_text({key: value})).items()
    return name, PlainScalarString(item) if type(item) is str else item


def _follow(tree: Any, was: Any, value: Any) -> Any:
    """``tree``, which says what ``was`` says, made to say ``value``."""
    if isinstance(was, dict) and isinstance(value, Mapping):
        for key in [key for key in was if key not in value]:
            del tree[key]
        for key, item in value.items():
            if key in was:
                tree[key] = _follow(tree[key], was[key], item)
            else:
                name, new = _fresh(item, key)
                tree[name] = new
        return tree
    if isinstance(was, list) and isinstance(value, list):
        del tree[len(value) :]
        for at, item in enumerate(value):
            if at < len(was):
                tree[at] = _follow(tree[at], was[at], item)
            else:
                tree.append(_fresh(item)[1])
        return tree
    return tree if was == value and type(was) is type(value) else _fresh(value)[1]


def changed_lines(before: str, after: str) -> list[tuple[int, int]]:
    """Runs of lines of ``after`` that ``before`` does not have: first line (from 0), count."""
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        (start, end - start)
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag in ("replace", "insert") and end > start
    ]


def marks(runs: list[tuple[int, int]]) -> dict[str, str]:
    """A textarea's style that marks lines: an accent edge over a tint, for each run of lines."""
    layers = []
    for start, count in runs[:MAX_MARKS]:
        top, height = PADDING + start * LINE, count * LINE
        for colour, width in (("accent", "3px"), ("selected", "100%")):
            paint = f"var(--ngf-{colour})"
            layers.append(
                f"linear-gradient({paint}, {paint}) 0 {top}px / {width} {height}px no-repeat local"
            )
    return {"background": ", ".join([*layers, "transparent"])}


def line_numbers(text: str) -> str:
    """The gutter beside a text: one number a line."""
    return "\n".join(str(number) for number in range(1, text.count("\n") + 2))


def whole(obj: Mapping[str, Any]) -> dict[str, Any]:
    """All of an object but its bookkeeping, in the order people read it."""
    first = {key: obj[key] for key in ORDER if key in obj}
    rest = {key: value for key, value in obj.items() if key not in first}
    metadata = {key: v for key, v in (obj.get("metadata") or {}).items() if key != "managedFields"}
    names = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    return first | rest | {"metadata": names | metadata}


def markdown_block(text: str) -> str:
    """Text for a read-only view: one fenced block that dcc.Markdown highlights."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}yaml\n{text}{fence}"
