"""Promise: what upstream's definitions accept or refuse, the demo's do too.

Held against upstream's own files where ``NGF_CONSOLE_UPSTREAM_CRDS`` names a folder with them. Both
are compared field by field, and both judge the same objects: those of the demo's seed, and every
object that differs from one of those by a single broken rule. CEL rules are left out on both sides;
fields that have some are marked ``rules`` in the demo's field lists.
"""

import copy
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.demo.api.schemas import compiled
from services.demo.api.validation import validate
from services.demo.definitions import __file__ as definitions_folder
from services.demo.definitions import parse
from services.demo.seed.others import gpu, hub
from services.demo.seed.web import web

UPSTREAM = os.environ.get("NGF_CONSOLE_UPSTREAM_CRDS", "")
SETS = (
    "gateway-api/v1.6.1/standard",
    "ngf/v2.6.7",
    "gie/v1.4.0-legacy",
    "gie/v1.5.0",
    "keda/v2.20.2",
    "cert-manager/v1.21.1",
)
OWN_MATTER = ("description", "title", "x-kubernetes-validations", "anyOf")
"""What may differ: prose, CEL, and how "integer or string" is spelled."""
UNCHECKED = {
    "nginxproxies.gateway.nginx.org",
    "issuers.cert-manager.io",
    "clusterissuers.cert-manager.io",
}
"""The only definitions that accept anything somewhere below (``any`` in their field lists)."""

pytestmark = pytest.mark.skipif(
    not UPSTREAM, reason="NGF_CONSOLE_UPSTREAM_CRDS names no folder with upstream's definitions"
)


@cache
def upstream() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for folder in SETS:
        for file in sorted(Path(UPSTREAM, folder).glob("*.yaml")):
            for one in yaml.load_all(file.read_bytes(), yaml.CSafeLoader):
                if one and one["kind"] == "CustomResourceDefinition":
                    found[one["metadata"]["name"]] = one
    return found


FILES = sorted(Path(definitions_folder).parent.glob("*.fields"))
MARK = re.compile(r"^ +[^ ]+: [a-z-]+( [A-Za-z]+=.*)? rules( of |$)")
OURS = {one["metadata"]["name"]: one for one in (parse(file.read_text()) for file in FILES)}


def versions(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in definition["spec"]["versions"] if one["served"]}


def differences(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    """Where two schemas differ; what ours keeps as it is says nothing about its inside."""
    if ours.get("x-kubernetes-preserve-unknown-fields"):
        return
    keys = (set(ours) | set(theirs)) - set(OWN_MATTER) - {"properties", "items", "required"}
    for key in sorted(keys - {"additionalProperties"}):
        if ours.get(key) != theirs.get(key) and not (
            key == "type" and ours.get("x-kubernetes-int-or-string")
        ):
            yield f"{path}: {key} is {ours.get(key)!r}, upstream {theirs.get(key)!r}"
    if set(ours.get("required", ())) != set(theirs.get("required", ())):
        yield f"{path}: required {ours.get('required')}, upstream {theirs.get('required')}"
    mine, other = ours.get("properties", {}), theirs.get("properties", {})
    for name in sorted(set(mine) ^ set(other)):
        yield f"{path}.{name}: only {'ours' if name in mine else 'upstream'}"
    for name in sorted(set(mine) & set(other)):
        yield from differences(mine[name], other[name], f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(theirs.get(key), dict):
            yield from differences(ours.get(key, {}), theirs[key], f"{path}[]")


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_same_fields_with_the_same_rules(name: str) -> None:
    ours, theirs = versions(OURS[name]), versions(upstream()[name])
    assert set(ours) == set(theirs)
    found = []
    for version, one in ours.items():
        mine = one["schema"]["openAPIV3Schema"]["properties"]
        other = theirs[version]["schema"]["openAPIV3Schema"]["properties"]
        for part in ("spec", "status"):
            if part in mine or part in other:
                found += differences(mine.get(part, {}), other.get(part, {}), part)
        assert one["storage"] == theirs[version]["storage"]
        assert one.get("subresources", {}) == theirs[version].get("subresources", {})
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_same_names_columns_and_policy_label(name: str) -> None:
    ours, theirs = OURS[name], upstream()[name]
    assert ours["spec"]["scope"] == theirs["spec"]["scope"]
    assert ours["spec"]["names"] == theirs["spec"]["names"]
    label = "gateway.networking.k8s.io/policy"
    assert ours["metadata"]["labels"].get(label) == theirs["metadata"].get("labels", {}).get(label)
    for version, one in versions(ours).items():
        assert columns(one) == columns(versions(theirs)[version])


def columns(version: dict[str, Any]) -> list[dict[str, Any]]:
    found = version.get("additionalPrinterColumns", [])
    return [{key: one for key, one in column.items() if key != "description"} for column in found]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_place_with_cel_rules_is_marked(name: str) -> None:
    path = next(file for file in FILES if parse(file.read_text())["metadata"]["name"] == name)
    marked = sum(1 for line in path.read_text().splitlines() if MARK.search(line))
    distinct = {
        id(one["schema"]): one["schema"]["openAPIV3Schema"]
        for one in versions(upstream()[name]).values()
        if one["storage"]
    }
    assert marked == sum(ruled(schema) for schema in distinct.values())


def ruled(schema: dict[str, Any]) -> int:
    """How many lines of a field list have CEL rules on them or on their items."""
    inner = [schema.get("items"), schema.get("additionalProperties")]
    below = [one for one in inner if isinstance(one, dict)]
    here = any("x-kubernetes-validations" in one for one in (schema, *below))
    fields = [*schema.get("properties", {}).values()]
    for one in below:
        fields += one.get("properties", {}).values()
    return here + sum(ruled(one) for one in fields)


def test_anything_goes_only_inside_pod_specifications() -> None:
    loose = {name for name, one in OURS.items() if "preserve-unknown-fields" in str(one)}
    assert loose == UNCHECKED


def broken(value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Every variant of ``value`` that breaks one rule of ``schema``, or only looks as if."""
    if isinstance(value, dict):
        for name in value:
            yield {key: one for key, one in value.items() if key != name}
            inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if isinstance(inner, dict):
                for variant in broken(value[name], inner):
                    yield {**value, name: variant}
        yield []
    elif isinstance(value, list):
        for place, one in enumerate(value):
            for variant in broken(one, schema.get("items", {})):
                yield [*value[:place], variant, *value[place + 1 :]]
        yield []
        yield value * (schema.get("maxItems", 3) // max(len(value), 1) + 1)
        yield "text"
    elif isinstance(value, str):
        yield 5
        yield ""
        yield "Not One Of Them!"
        yield "x" * (schema.get("maxLength", 300) + 1)
    elif isinstance(value, int):
        yield "text"
        yield schema.get("maximum", 2**31) + 1
        yield schema.get("minimum", 0) - 1
        yield 0


def seeds() -> dict[str, list[dict[str, Any]]]:
    """Seed objects of custom kinds, by definition."""
    by_kind = {
        (one["spec"]["group"], one["spec"]["names"]["kind"]): name for name, one in OURS.items()
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for obj in (*hub(), *web(), *gpu()):
        name = by_kind.get((obj["apiVersion"].rpartition("/")[0], obj["kind"]))
        if name:
            found.setdefault(name, []).append(obj)
    return found


@pytest.mark.parametrize("name", sorted(seeds()))
def test_the_same_objects_are_accepted_and_refused(name: str) -> None:
    judged, refused = 0, 0
    for obj in seeds()[name]:
        version = obj["apiVersion"].rpartition("/")[2]
        mine = versions(OURS[name])[version]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        theirs = copy.deepcopy(
            versions(upstream()[name])[version]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        )
        assert not validate(compiled(theirs), obj["spec"], "spec"), obj["metadata"]
        for variant in broken(obj["spec"], theirs):
            ours_say = validate(compiled(mine), variant, "spec")
            they_say = validate(compiled(theirs), variant, "spec")
            assert bool(ours_say) == bool(they_say), (variant, ours_say, they_say)
            judged += 1
            refused += bool(they_say)
    assert refused > 5
    assert judged > refused
