"""Promise: what pages and forms know of policies is what services and clusters say, and an edit of
one path changes nothing else."""

from copy import deepcopy
from typing import Any

import pytest

from components.field_paths import renamed, replaced
from components.kinds import KINDS
from components.policy_kinds import POLICIES
from components.policy_templates import TEMPLATES
from components.schema_form import SchemaForm
from services.gatewayapi.policies.kinds import BY_NAME

LIVE = {
    "metadata": {"name": "p", "annotations": {"x": "y"}},
    "spec": {
        "targetRefs": [{"kind": "Gateway", "name": "edge"}],
        "rateLimit": {"local": {"rules": [{"key": "a", "rate": "1r/s", "unknown": 1}]}},
        "options": {"a": "1", "b": "2"},
    },
}


@pytest.mark.parametrize("name", BY_NAME)
def test_pages_speak_of_every_kind_as_services_do(name: str) -> None:
    spoken, known = POLICIES[name], BY_NAME[name]
    assert spoken.kind == known.kind == KINDS[name].kind
    assert spoken.several == known.many
    assert spoken.filter == (known.attachment == "filter")
    assert spoken.targets == (() if spoken.filter else known.targets)


TEMPLATED = [one for made in TEMPLATES.values() for one in made]


@pytest.mark.parametrize("made", TEMPLATED, ids=lambda made: made["name"])
def test_every_template_says_when_it_is_wanted(made: Any) -> None:
    assert made["when"].endswith(".")
    assert made["spec"]


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (["spec", "rateLimit", "local", "rules", 0, "burst"], 5),
        (["spec", "rateLimit", "rejectCode"], 429),
        (["spec", "rateLimit", "local", "rules", 1], {"key": "b", "rate": "2r/s"}),
        (["spec", "targetRefs", 0, "name"], "other"),
    ],
)
def test_an_edit_of_one_path_changes_that_path_alone(way: list[Any], value: Any) -> None:
    before = deepcopy(LIVE)
    changed = replaced(LIVE, way, value)
    assert before == LIVE
    held: Any = changed
    for step in way:
        held = held[step]
    assert held == value
    back = replaced(changed, way, None) if "targetRefs" not in way else LIVE
    assert back == LIVE


def test_what_an_edit_leaves_empty_goes_but_never_the_spec() -> None:
    made = {"spec": {"body": {"maxSize": "1m"}}}
    assert replaced(made, ["spec", "body", "maxSize"], None) == {"spec": {}}


@pytest.mark.parametrize(
    "way",
    [
        [],
        ["spec", "targetRefs", "name"],
        ["spec", "targetRefs", 7, "name"],
        ["metadata", "name", "deeper"],
        [3],
        ["spec", 0],
    ],
)
def test_an_edit_that_does_not_fit_leaves_the_object_alone(way: list[Any]) -> None:
    assert replaced(LIVE, way, "x") == LIVE


def test_a_key_is_renamed_at_its_place_and_never_onto_another() -> None:
    changed = renamed(LIVE, ["spec", "options"], "a", "c")
    assert list(changed["spec"]["options"].items()) == [("c", "1"), ("b", "2")]
    assert renamed(LIVE, ["spec", "options"], "a", "b") == LIVE
    assert renamed(LIVE, ["spec", "targetRefs"], "a", "b") == LIVE


def test_a_refused_field_is_told_at_its_own_input() -> None:
    form = SchemaForm("RateLimitPolicy")
    path = "spec.rateLimit.local.rules[0].rate"
    assert form.place(LIVE, path) == (-1, path)
    assert form.place(LIVE, "spec.rateLimit") == (-1, "")
    assert form.place(LIVE, "metadata.name") == (-1, "")
