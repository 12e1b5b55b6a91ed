"""Definitions of the kinds that the demo serves: our own, and those of others as field lists.

Ours are the files in ``deploy/crds``, from where the charts have theirs. Of the others, a
``.fields`` file holds one kind. Its head names the kind and its versions, the tree below one
field a line, children indented under their parent::

    kind: Gateway gateways gateway.networking.k8s.io namespaced short=gtw
    version: v1 storage served status
      column: Class .spec.gatewayClassName
      spec!: object
        listeners!: list minItems=1 maxItems=64 key=name
          port!: integer minimum=1 maximum=65535

``!`` marks required fields; values are JSON. Types are those of structural schemas plus ``map`` (of
what follows ``of``), ``list`` (of objects with the children, or of what follows ``of``), ``any``
(kept as it is) and ``int-or-string``. ``rules`` marks where the real definition has CEL rules too,
which the demo does not evaluate; ``same=v1`` gives a version the tree of another. ``mapping`` says
that server-side apply owns an object as a whole, ``policy`` labels the definition as a policy's.

``any`` is also where these lists stop short of the real definitions: below it, in the parts of
NginxProxy that hold pod, container and probe specifications, and in what issuers of cert-manager
have to know of ACME, Vault and Venafi, nothing is checked.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from services import yaml_text

OWN = Path(__file__).parents[3] / "deploy" / "crds"
Schema = dict[str, Any]
_FIELD = re.compile(r"(?P<indent> *)(?P<name>[^\s:!]+)(?P<required>!?): (?P<rest>.*)")
_COLUMN = re.compile(r"(.+?)(?: (string|integer|number|boolean|date))?(?: ([0-9]+))?")
_OPTION = re.compile(r"\s*([A-Za-z-]+)=")
_DECODER = json.JSONDecoder()


@cache
def definitions() -> tuple[dict[str, Any], ...]:
    """Every CustomResourceDefinition, by file name, our own last."""
    lists = sorted(Path(__file__).parent.glob("*.fields"))
    return (*(parse(path.read_text()) for path in lists), *own())


def own() -> tuple[dict[str, Any], ...]:
    """The CustomResourceDefinitions of this product, by file name."""
    return tuple(yaml_text.parse_own(path.read_bytes()) for path in sorted(OWN.glob("*.yaml")))


def parse(text: str) -> dict[str, Any]:
    """One CustomResourceDefinition from its field list."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    kind, plural, group, scope, *extra = lines[0].removeprefix("kind: ").split()
    named = dict(part.split("=", 1) for part in extra)
    versions: list[dict[str, Any]] = []
    trees: dict[str, Schema] = {}
    for head, body in _sections(lines[1:]):
        name, *flags = head.removeprefix("version: ").split()
        same = next((flag[5:] for flag in flags if flag.startswith("same=")), "")
        columns = [_column(line) for line in body if line.startswith("  column: ")]
        tree = trees[name] = trees[same] if same else _tree(body)
        version: dict[str, Any] = {
            "name": name,
            "served": "served" in flags,
            "storage": "storage" in flags,
            "schema": {"openAPIV3Schema": tree},
        }
        if "deprecated" in flags:
            version["deprecated"] = True
        if "status" in flags:
            version["subresources"] = {"status": {}}
        if columns:
            version["additionalPrinterColumns"] = columns
        versions.append(version)
    names: dict[str, Any] = {
        "kind": kind,
        "plural": plural,
        "singular": kind.lower(),
        "listKind": f"{kind}List",
    }
    for key, field in (("short", "shortNames"), ("categories", "categories")):
        if key in named:
            names[field] = named[key].split(",")
    labels = {"gateway.networking.k8s.io/policy": named["policy"]} if "policy" in named else {}
    annotations = {}
    if group.endswith(".k8s.io"):  # the API server refuses such a group without it
        annotations["api-approved.kubernetes.io"] = "unapproved, served by a demo or a test"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "labels": labels, "annotations": annotations},
        "spec": {
            "group": group,
            "scope": scope.capitalize(),
            "names": names,
            "versions": versions,
        },
    }


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    starts = [place for place, line in enumerate(lines) if line.startswith("version: ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start], lines[start + 1 : end]


def _column(line: str) -> dict[str, Any]:
    name, _, rest = line.removeprefix("  column: ").partition(" .")
    written = _COLUMN.fullmatch(rest)
    if written is None:
        raise ValueError(f"not a column: {line}")
    path, kind, priority = written.groups()
    found = {"name": name, "jsonPath": f".{path}", "type": kind or "string"}
    return found | ({"priority": int(priority)} if priority else {})


def _tree(body: list[str]) -> Schema:
    string = {"type": "string"}
    root: Schema = {
        "type": "object",
        "properties": {"apiVersion": string, "kind": string, "metadata": {"type": "object"}},
    }
    open_nodes: list[tuple[int, Schema]] = [(0, root)]
    for line in body:
        if line.startswith("  column: "):
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            raise ValueError(f"not a field: {line!r}")
        depth = len(match["indent"])
        while open_nodes[-1][0] >= depth:
            open_nodes.pop()
        parent = open_nodes[-1][1]
        field, inner = _field(match["rest"])
        parent.setdefault("properties", {})[match["name"]] = field
        if match["required"]:
            parent.setdefault("required", []).append(match["name"])
        open_nodes.append((depth, inner))
    return root


def _field(text: str) -> tuple[Schema, Schema]:
    """The schema of a field, and the part of it that takes its children."""
    word, _, rest = text.partition(" ")
    options, rest = _options(rest)
    inner: Schema = {"type": "object"}
    field: Schema
    if word in ("list", "map"):
        if rest.startswith("of "):
            inner, _ = _field(rest.removeprefix("of "))
        holder = "items" if word == "list" else "additionalProperties"
        field = {"type": "array" if word == "list" else "object", holder: inner}
        while inner.get("type") == "array":
            inner = inner["items"]
    elif word == "any":
        field = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    elif word == "int-or-string":
        field = {"x-kubernetes-int-or-string": True}
    else:
        field = inner = {"type": word}
    keys = options.pop("key", None)
    if keys:
        field["x-kubernetes-list-type"] = "map"
        field["x-kubernetes-list-map-keys"] = keys
    if "as" in options:
        field["x-kubernetes-list-type"] = options.pop("as")
    if "mapping" in options:
        field["x-kubernetes-map-type"] = options.pop("mapping")
    field.update(options)
    return field, inner


def _options(text: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    while match := _OPTION.match(text):
        value, end = _DECODER.raw_decode(text, match.end())
        found[match[1]] = value
        text = text[end:].lstrip()
    return found, text.removeprefix("rules").lstrip()
