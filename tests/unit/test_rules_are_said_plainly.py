"""Promise: what a server refuses is said in words that tell what to write, for every pattern that
the console's own definitions have at an input, not as the expression that was checked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from callbacks.faults import PATTERNS, plain

CRDS = Path(__file__).parents[2] / "deploy" / "crds"
UNSAID = (
    r"^[^'\x0A\x0D]*$",
    r'^([^"$\\]|\\[^$])*$',
    r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    r"^[A-Za-z_][A-Za-z0-9_.-]*$",
)
"""Patterns of fields that are written as YAML, or of a part of one."""


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern in a schema."""
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for one in schema.values():
            yield from patterns(one)


@pytest.mark.parametrize("name", ["gatewaybundles", "inferencestacks"])
def test_every_pattern_has_words(name: str) -> None:
    found = {*patterns(yaml.safe_load((CRDS / f"{name}.yaml").read_text()))}
    assert found
    assert found - {*PATTERNS, *UNSAID} == set()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_expression_is_shown(pattern: str) -> None:
    said = plain(f"Invalid value: \"a: b!\": spec.some[0].field in body should match '{pattern}'")
    assert said == f"{PATTERNS[pattern]}."
    assert re.compile(pattern)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            'Invalid value: "string": spec.nginxProxy.replicas in body must be of type integer:'
            ' "string"',
            "A whole number.",
        ),
        ("Invalid value: must agree in protocol", "Must agree in protocol."),
        ('Invalid value: "array": must differ in port', "Must differ in port."),
        ("Invalid value: 0: spec.port in body should be at least 1", "Should be at least 1."),
    ],
)
def test_a_rule_is_a_sentence(rule: str, said: str) -> None:
    assert plain(rule) == said
