"""Manifests as a world: what files, folders and standard input hold, and where each object stands.

Read as kubectl reads them: several documents, Lists of any kind, JSON; what has no namespace is in
``default``, and what a definition fills in is filled in. An object that could not be stored is told
with its place and left out where its shape says nothing; what the model has no use for is counted.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from services.gatewayapi import structure, yaml_documents
from services.gatewayapi.issue import Issue, Severity
from services.gatewayapi.model.names import Key, Object, Ref
from services.gatewayapi.model.world import World
from services.gatewayapi.secret_data import settled
from services.gatewayapi.yaml_documents import BadYaml
from services.kube.catalogue import KINDS

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")
"""What of a folder is read."""
NEVER_IN_FULL = ("secrets", "endpointslices", "configmaps", "gatewayclasses", "namespaces")
"""Kinds that manifests often leave out: of one without any object nothing is known."""
_STEP = re.compile(r'\["([^"]*)"\]|([^.\[\]]+)|\[(\d+)\]')
_PLURALS = {
    (group, kind.kind): name for name, kind in KINDS.items() for group, _ in kind.candidates
} | {("", "ConfigMap"): "configmaps"}


class Unreadable(Exception):
    """An input that cannot be used: ``file``, ``line`` (None where it has none) and why."""

    def __init__(self, file: str, line: int | None, why: str) -> None:
        super().__init__(why)
        self.file, self.line, self.why = file, line, why

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.why}"


@dataclass(slots=True)
class Written:
    """One object and where it stands: in the document that begins at ``start`` of ``text``, at
    ``path`` of that. ``line`` counts from 1."""

    ref: Ref
    obj: dict[str, Any]
    file: str
    line: int
    text: str
    start: int
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """An issue of an object as it was written, with its place."""

    issue: Issue
    file: str
    line: int


@dataclass
class Manifests:
    """What was read. ``objects`` are those of the model, ``issues`` why others are not among them
    or how they differ from what was meant, ``unknown`` counts objects of other kinds by kind."""

    objects: dict[tuple[str, Key], Written] = field(default_factory=dict)
    issues: list[Placed] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    files: int = 0

    @cached_property
    def world(self) -> World:
        """The objects as a model takes them."""
        kinds: dict[str, dict[Key, Object]] = defaultdict(dict)
        for (plural, key), one in self.objects.items():
            kinds[plural][key] = one.obj
        unread = frozenset(kind for kind in NEVER_IN_FULL if kind not in kinds)
        return World(dict(kinds), unread, assumed=True)

    @cached_property
    def _by_ref(self) -> dict[Ref, Written]:
        return {one.ref: one for one in self.objects.values()}

    def place(self, ref: Ref, path: str = "") -> tuple[str, int] | None:
        """File and line of an object's field, or of the nearest one above it that is written; None
        for an object that is not among these."""
        one = self._by_ref.get(ref)
        return None if one is None else (one.file, self._lines.line(one, path))

    @cached_property
    def _lines(self) -> "_Lines":
        return _Lines()


class _Lines:
    """Finds lines of fields. Nodes are composed again when asked for: they take much memory."""

    def __init__(self) -> None:
        self._last: tuple[str, int] | None = None
        self._root: yaml.Node | None = None
        self._first = 0

    def line(self, one: Written, path: str) -> int:
        if not path and one.path == ():
            return one.line
        if self._last != (one.file, one.start):
            self._last, self._root = (one.file, one.start), None
            begin = one.text.rfind("\n", 0, one.start) + 1
            self._first = one.text.count("\n", 0, begin)
            try:
                self._root = next(yaml_documents.documents(one.text[begin:]), None)
            except BadYaml:  # JSON with tabs, say
                return one.line
        if self._root is None:
            return one.line
        steps = [key or name or (int(index) if index else "") for key, name, index in _steps(path)]
        node = yaml_documents.node_at(self._root, [*one.path, *steps])
        return self._first + int(node.start_mark.line) + 1


def read(paths: Sequence[str]) -> Manifests:
    """Everything that ``paths`` hold: files, folders, ``-`` for standard input.

    Raises Unreadable for what cannot be read, with file and line.
    """
    found = Manifests()
    for name, data in _inputs(paths):
        found.files += 1
        _Reader(found, name).read(data)
    return found


def of_objects(objects: Iterable[Mapping[str, Any]]) -> Manifests:
    """The same of objects that were never written to a file, for what has them already."""
    found = Manifests()
    reader = _Reader(found, "")
    for obj in objects:
        reader.take(dict(obj), 1, 0, ())
    return found


def _inputs(paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    seen: set[Path] = set()
    for given in paths:
        if given == STDIN:
            yield "<stdin>", sys.stdin.buffer.read()
            continue
        for path in _files(given):
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            try:
                yield str(path), path.read_bytes()
            except OSError as error:
                raise Unreadable(str(path), None, error.strerror or str(error)) from error


def _files(given: str) -> list[Path]:
    path = Path(given)
    try:
        if not path.is_dir():
            return [path]
        found = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
    except (OSError, ValueError) as error:
        raise Unreadable(given, None, str(error)) from error
    if not found:
        raise Unreadable(given, None, f"has no file that ends in {', '.join(SUFFIXES)}")
    return found


class _Reader:
    """Takes the documents of one file apart."""

    def __init__(self, found: Manifests, file: str) -> None:
        self._found = found
        self._file = file
        self._text = ""

    def read(self, data: bytes) -> None:
        try:
            self._text = yaml_documents.text_of(data)
            if self._text.lstrip()[:1] == "{" and self._json():
                return
            for node in yaml_documents.documents(self._text):
                self._document(node)
        except BadYaml as error:
            raise Unreadable(self._file, error.line, error.why) from error

    def _document(self, node: yaml.Node) -> None:
        twice: list[tuple[int, str]] = []
        value = yaml_documents.plain(node, twice)
        start, line = node.start_mark.index, node.start_mark.line + 1
        self.take(value, line, start, (), node)
        for at, key in twice:
            rule = f"the key {key!r} stands twice in one object; only the last one counts"
            self._say("error", _ref_of(value), "", rule, at, "Delete one of the two.")

    def _json(self) -> bool:
        """Whether the file is JSON objects one after the other, which are read much faster so."""
        decoder = json.JSONDecoder(parse_constant=_no_constant, parse_int=_number)
        documents, at, text = [], 0, self._text
        while (at := _past_space(text, at)) < len(text):
            try:
                value, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                return False
            documents.append((value, at))
            at = end
        halves, line, counted = "\\ud" in text.lower(), 1, 0
        for value, start in documents:
            line, counted = line + text.count("\n", counted, start), start
            self.take(_paired(value) if halves else value, line, start, ())
        return True

    def take(
        self,
        value: Any,
        line: int,
        start: int,
        path: tuple[str | int, ...],
        node: yaml.Node | None = None,
    ) -> None:
        """One document or one item of a List."""
        if isinstance(value, dict) and isinstance(value.get("items"), list) and _is_list(value):
            item = str(value["kind"]).removesuffix("List")
            inner = yaml_documents.node_at(node, ["items"]) if node is not None else None
            for index, one in enumerate(value["items"]):
                if item and isinstance(one, dict):  # a typed list does not say it of each
                    one = {"apiVersion": value.get("apiVersion"), "kind": item} | one
                here, at = None, line
                if isinstance(inner, yaml.SequenceNode):
                    here = inner.value[index]
                    at = here.start_mark.line + 1
                self.take(one, at, start, (*path, "items", index), here)
            return
        self._object(value, line, start, path)

    def _object(self, obj: Any, line: int, start: int, path: tuple[str | int, ...]) -> None:
        wrong = structure.named(obj)
        if wrong:
            self._refuse(_ref_of(obj), wrong, line)
            return
        group, _, _ = obj["apiVersion"].rpartition("/")
        plural = _PLURALS.get((group, obj["kind"]))
        if plural is None:
            self._found.unknown[f"{obj['apiVersion']} {obj['kind']}"] += 1
            return
        metadata = obj["metadata"] = dict(obj["metadata"])
        if plural in KINDS and not KINDS[plural].namespaced:
            metadata.pop("namespace", None)
        else:
            metadata["namespace"] = metadata.get("namespace") or "default"
        ref = Ref(obj["kind"], metadata.get("namespace", ""), metadata["name"])
        written = Written(ref, obj, self._file, line, self._text, start, path)
        wrong = structure.served(obj)
        if wrong:
            self._refuse(ref, wrong, line, written)
            return
        if plural == "secrets":
            obj = written.obj = settled(obj)
        for where in structure.unknown_fields(obj):
            rule = f"{where} is no field of a standard {obj['kind']}; a server drops it"
            self._say("warning", ref, where, rule, line, "Correct or delete it.", written)
        wrong = structure.complete(obj)
        self._refuse(ref, wrong, line, written)
        if any(one.shape for one in wrong):
            return
        if not isinstance(obj.get("status"), dict):
            obj.pop("status", None)
        self._store(plural, ref, written)

    def _store(self, plural: str, ref: Ref, written: Written) -> None:
        before = self._found.objects.get((plural, ref.key))
        if before is not None:
            rule = f"{ref} is also at {before.file}:{before.line}; the last one counts"
            self._say("error", ref, "", rule, written.line, "Keep one of the two.", written)
        self._found.objects[plural, ref.key] = written

    def _refuse(
        self,
        ref: Ref,
        wrong: Iterable[structure.Refusal],
        line: int,
        written: Written | None = None,
    ) -> None:
        for one in wrong:
            where = one.field or "the object"
            self._say(
                "error",
                ref,
                one.field,
                f"{where} {one.rule}; an API server refuses it",
                line,
                "Correct it: until then nothing of the object is stored.",
                written,
            )

    def _say(
        self,
        severity: Severity,
        ref: Ref,
        where: str,
        message: str,
        line: int,
        remedy: str,
        written: Written | None = None,
    ) -> None:
        if written is not None and where:
            line = self._found._lines.line(written, where)
        issue = Issue(severity, ref, where, "", message, "", remedy)
        self._found.issues.append(Placed(issue, self._file, line))


def _steps(path: str) -> list[tuple[str, str, str]]:
    """``spec.rules[0]`` and ``data["tls.crt"]`` in steps: a quoted key, a name or an index each."""
    return _STEP.findall(path)


def _is_list(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("kind"), str) and value["kind"].endswith("List")


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _number(text: str) -> int | float:
    if len(text) > 300:
        raise ValueError("too many digits")
    return yaml_documents.whole(int(text))


def _paired(value: Any) -> Any:
    """A value without halves of characters, which JSON can say and UTF-8 cannot."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_paired(one) for one in value]
    if isinstance(value, dict):
        return {_paired(key): _paired(one) for key, one in value.items()}
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _ref_of(obj: Any) -> Ref:
    """What an object calls itself, as far as it does."""
    held = obj if isinstance(obj, dict) else {}
    metadata = held.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    parts = (held.get("kind"), metadata.get("namespace"), metadata.get("name"))
    kind, namespace, name = (part if isinstance(part, str) else "" for part in parts)
    return Ref(kind or "object", namespace, name)
