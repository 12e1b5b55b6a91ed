"""An object as YAML text, and text as an object, without losing what the console does not know.

What the server owns (status, managed fields, uid, generation, ...) is taken out of the text and
put back before anything is sent: it is not the user's to edit and would drown what is. Comments
that the user typed survive edits made in the form.
"""

import difflib
import io
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

SERVER_METADATA = (
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "selfLink",
)
ORDER = ("apiVersion", "kind", "metadata", "spec", "data")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LINE = 18
"""Height of a line in the editor, px; ``resources.css`` sets the same."""
PADDING = 8
MAX_MARKS = 60


class YamlProblem(ValueError):
    """The text is not one YAML object; the message is a sentence that names the line."""


class _Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: no dates, and no aliases (a few can unfold to gigabytes)."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1
            raise YamlProblem(f"Line {line} uses an alias. Write the value out instead.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise YamlProblem(
                    f"Line {key.start_mark.line + 1} repeats the key {key.value}. Keep one of them."
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Block style, keys in the object's order, text of several lines as a literal block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
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
    return yaml.dump(dict(obj), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def from_text(text: str) -> dict[str, Any]:
    """The one object a text describes; raises `YamlProblem` with the line at fault."""
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506  (a subclass of SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"Line {mark.line + 1}: " if mark else ""
        raise YamlProblem(f"{where}{error.problem or 'this is not YAML'}.") from error
    except yaml.YAMLError as error:
        raise YamlProblem(f"This is not YAML: {error}.") from error
    if not isinstance(loaded, dict):
        raise YamlProblem("This is not one object with apiVersion, kind and metadata.")
    return loaded


def rewritten(text: str, obj: Mapping[str, Any]) -> str:
    """``text`` made to say what ``obj`` says; comments stay where their lines stay."""
    if "#" not in text:
        return to_text(obj)
    parser = YAML()
    parser.preserve_quotes = True
    parser.width = 10_000
    try:
        tree = parser.load(text)
    except Exception:
        return to_text(obj)
    if not isinstance(tree, CommentedMap):
        return to_text(obj)
    out = io.StringIO()
    parser.dump(_follow(tree, obj), out)
    return out.getvalue()


def _follow(tree: Any, value: Any) -> Any:
    if isinstance(tree, CommentedMap) and isinstance(value, Mapping):
        for key in [key for key in tree if key not in value]:
            del tree[key]
        for key, item in value.items():
            tree[key] = _follow(tree[key], item) if key in tree else deepcopy(item)
        return tree
    if isinstance(tree, CommentedSeq) and isinstance(value, list):
        del tree[len(value) :]
        for at, item in enumerate(value):
            if at < len(tree):
                tree[at] = _follow(tree[at], item)
            else:
                tree.append(deepcopy(item))
        return tree
    return tree if tree == value and type(tree) is not bool else deepcopy(value)


def changed_lines(before: str, after: str) -> list[tuple[int, int]]:
    """Runs of lines of ``after`` that ``before`` does not have: first line (from 0), count."""
    old, new = before.splitlines(), after.splitlines()
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
