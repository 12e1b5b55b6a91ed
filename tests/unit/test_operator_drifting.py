"""Promise: what others change in a child is seen, also where it only adds something."""

from typing import Any

import pytest
from ngf_operator.drifting import Clean, kept, undone

Obj = dict[str, Any]


def gateway(*, version: int, generation: int, **ref: str) -> Obj:
    refs = [{"name": "web", "group": "", "kind": "Secret", **ref}]
    return {
        "kind": "Gateway",
        "metadata": {
            "uid": "one",
            "resourceVersion": str(version),
            "generation": generation,
            "labels": {},
        },
        "spec": {"listeners": [{"name": "https", "tls": {"certificateRefs": refs}}]},
    }


WANTED: Obj = {
    "kind": "Gateway",
    "metadata": {"labels": {}},
    "spec": {"listeners": [{"name": "https", "tls": {"certificateRefs": [{"name": "web"}]}}]},
}


def test_what_is_added_within_a_list_item_is_no_default() -> None:
    clean = Clean.of(gateway(version=1, generation=1), "abc")
    edited = gateway(version=2, generation=2, namespace="evil")
    assert kept(WANTED, edited), "by its look alone it could be a default"
    assert not clean.holds(edited, WANTED)


def test_what_somebody_made_anew_is_not_what_was_applied() -> None:
    clean = Clean.of(gateway(version=1, generation=1), "abc")
    anew = gateway(version=5, generation=1, namespace="evil")
    anew["metadata"]["uid"] = "another"
    assert not clean.holds(anew, WANTED)


@pytest.mark.parametrize("generation", [0, 1], ids=["no generation", "generation"])
def test_a_status_and_the_metadata_of_others_are_nothing_to_us(generation: int) -> None:
    before = gateway(version=1, generation=generation)
    clean = Clean.of(before, "abc")
    after = gateway(version=2, generation=generation) | {"status": {"conditions": []}}
    after["metadata"]["annotations"] = {"theirs": "1"}
    assert clean.holds(after, WANTED)
    assert not undone(WANTED, before, after)


def test_an_apply_has_undone_what_is_gone_and_not_what_others_added_meanwhile() -> None:
    before, edited = gateway(version=1, generation=1), gateway(version=2, generation=2, theirs="1")
    assert undone(WANTED, edited, before)
    assert not undone(WANTED, before, edited)
    missing = gateway(version=1, generation=1)
    missing["spec"]["listeners"][0]["name"] = "other"
    assert undone(WANTED, missing, before)


def test_a_value_of_others_that_they_changed_meanwhile_was_not_undone() -> None:
    before, after = gateway(version=1, generation=1), gateway(version=3, generation=3)
    before["spec"]["theirs"] = {"text": "a", "list": ["a"], "items": [{"a": 1}]}
    after["spec"]["theirs"] = {"text": "b", "list": ["b"], "items": [{"b": 1}, {"a": 1}]}
    assert not undone(WANTED, before, after)


def test_a_default_within_a_list_of_ours_that_others_changed_was_undone() -> None:
    edited, after = gateway(version=2, generation=2, kind="Odd"), gateway(version=3, generation=3)
    assert kept(WANTED, edited)
    assert undone(WANTED, edited, after)


@pytest.mark.parametrize(
    "theirs",
    [{"list": ["a"]}, {"text": "a", "list": []}, {"text": "a", "list": [{}]}, {}],
    ids=["key", "item", "key of an item", "all"],
)
def test_what_others_had_and_is_gone_was_undone(theirs: Obj) -> None:
    before, after = gateway(version=1, generation=1), gateway(version=2, generation=2)
    before["spec"]["theirs"] = {"text": "a", "list": [{"b": 1}]}
    after["spec"]["theirs"] = theirs
    assert undone(WANTED, before, after)


def test_kinds_without_a_generation_are_compared_whole() -> None:
    clean = Clean.of(gateway(version=1, generation=0), "abc")
    assert not clean.holds(gateway(version=2, generation=0, namespace="evil"), WANTED)


def test_a_label_of_ours_that_is_gone_is_missed() -> None:
    live = gateway(version=1, generation=1)
    clean = Clean.of(live, "abc")
    wanted = WANTED | {"metadata": {"labels": {"ours": "1"}}}
    assert not clean.holds(gateway(version=2, generation=1), wanted)
