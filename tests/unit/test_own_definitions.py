"""Promise: our own definitions have one source, say what every field means, and merge by key."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.demo.definitions import OWN, own

CHARTS = OWN.parents[1] / "charts"
ALL = {file.name for file in OWN.glob("*.yaml")}


def files(folder: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (CHARTS / folder / "crds").iterdir()}


@pytest.mark.parametrize(
    ("chart", "expected"),
    [("ngf-console", ALL), ("ngf-console-agent", ALL - {"managedclusters.yaml"})],
)
def test_the_charts_hold_the_same_definitions(chart: str, expected: set[str]) -> None:
    source = {file.name: file.read_bytes() for file in OWN.glob("*.yaml")}
    assert files(chart) == {name: source[name] for name in expected}, "run deploy/copy-crds.sh"


def places(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from places(field, f"{path}.{name}")
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if inner:
            yield from places(inner, f"{path}[]")


@pytest.mark.parametrize("definition", own(), ids=lambda one: str(one["spec"]["names"]["kind"]))
def test_every_field_is_described_and_every_list_says_how_it_merges(
    definition: dict[str, Any],
) -> None:
    (version,) = definition["spec"]["versions"]
    kind = definition["spec"]["names"]["kind"]
    for path, schema in places(version["schema"]["openAPIV3Schema"], kind):
        if not path.endswith(("[]", ".metadata")):
            assert schema["description"].endswith("."), path
        assert "type" in schema or schema.get("x-kubernetes-int-or-string"), path
        assert schema.get("type") != "array" or "x-kubernetes-list-type" in schema, path
