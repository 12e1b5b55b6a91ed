"""The promise: of two edits of one object every change is kept where it was made, and what both
changed is named as a clash."""

from copy import deepcopy
from random import Random
from typing import Any

import pytest

from services.kube.fields import editable
from services.kube.merging import merge

BASE: dict[str, Any] = {
    "metadata": {"name": "r", "annotations": {"a.b/c": "1"}},
    "spec": {
        "hostnames": ["a"],
        "rules": [
            {
                "matches": [{"path": {"value": "/a"}}],
                "backendRefs": [{"name": "x", "weight": 1}, {"name": "y", "weight": 1}],
            },
            {
                "matches": [{"path": {"value": "/b"}}],
                "backendRefs": [{"name": "z", "weight": 1}],
            },
        ],
    },
}


def edit(**paths: Any) -> dict[str, Any]:
    edited = editable(BASE)
    for name, value in paths.items():
        edited["spec"][name] = value
    return edited


def weights(first: int, last: int) -> list[dict[str, Any]]:
    rules = deepcopy(BASE["spec"]["rules"])
    rules[0]["backendRefs"][0]["weight"] = first
    rules[1]["backendRefs"][0]["weight"] = last
    return list(rules)


def test_edits_of_different_fields_merge() -> None:
    both = merge(BASE, edit(rules=weights(9, 1)), edit(rules=weights(1, 5)))
    assert both.clashes == ()
    assert both.object["spec"]["rules"] == weights(9, 5)


def test_edits_of_the_same_field_clash_at_that_field() -> None:
    both = merge(BASE, edit(rules=weights(9, 1)), edit(rules=weights(7, 1)))
    assert both.clashes == ("spec.rules[0].backendRefs[0].weight",)


def test_the_same_edit_twice_is_no_clash() -> None:
    assert merge(BASE, edit(hostnames=["b"]), edit(hostnames=["b"])).clashes == ()


def test_one_changes_what_the_other_removes() -> None:
    removed = edit()
    del removed["spec"]["hostnames"]
    assert merge(BASE, removed, edit(hostnames=["b"])).clashes == ("spec.hostnames",)


def test_named_entries_merge_by_name() -> None:
    def gateway(**ports: int) -> dict[str, Any]:
        return {"listeners": [{"name": name, "port": port} for name, port in ports.items()]}

    both = merge(gateway(a=80, b=81), gateway(a=80, b=82, c=83), gateway(a=90, d=84))
    assert both.clashes == ("listeners",), "one side took b out, the other changed it"
    both = merge(gateway(a=80, b=81), gateway(a=80, b=81, c=83), gateway(a=90, d=84))
    assert both.clashes == ()
    assert both.object == gateway(a=90, c=83, d=84)


def test_lists_that_both_lengthened_clash_as_a_whole() -> None:
    both = merge(BASE, edit(hostnames=["a", "b"]), edit(hostnames=["a", "c"]))
    assert both.clashes == ("spec.hostnames",)


def test_plain_values_merge_by_place_as_long_as_none_moved() -> None:
    two = edit(hostnames=["a", "b"])
    both = merge(two, edit(hostnames=["x", "b"]), edit(hostnames=["a", "y"]))
    assert both.clashes == ()
    assert both.object["spec"]["hostnames"] == ["x", "y"]
    assert merge(two, edit(hostnames=["x", "b"]), edit(hostnames=["y", "b"])).clashes == (
        "spec.hostnames[0]",
    )
    assert merge(two, edit(hostnames=["b", "a"]), edit(hostnames=["a", "y"])).clashes == (
        "spec.hostnames",
    )


def test_fields_that_only_the_server_has_survive() -> None:
    live = editable(BASE)
    live["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    live["status"] = {"parents": []}
    kept = merge(BASE, live, edit(hostnames=["b"])).object
    assert kept["status"] == {"parents": []}
    assert kept["metadata"]["managedFields"] == [{"manager": "kubectl"}]
    assert kept["spec"]["hostnames"] == ["b"]


def test_merging_leaves_its_inputs_alone() -> None:
    mine = edit(hostnames=["b"])
    merge(BASE, BASE, mine).object["spec"]["hostnames"].append("c")
    assert mine["spec"]["hostnames"] == ["b"]


A, B = BASE["spec"]["rules"]
TIMED = {**A, "timeouts": {"request": "10s"}}


def test_a_change_follows_its_rule_when_the_other_side_moves_it() -> None:
    both = merge(BASE, edit(rules=[B, A]), edit(rules=[TIMED, B]))
    assert both.clashes == ()
    assert both.object["spec"]["rules"] == [B, TIMED]


def test_weights_stay_with_their_backends_when_rules_move() -> None:
    both = merge(BASE, edit(rules=[B, A]), edit(rules=weights(1, 9)))
    assert both.clashes == ()
    assert both.object["spec"]["rules"] == list(reversed(weights(1, 9)))


def test_a_rule_that_one_side_replaced_and_the_other_changed_clashes_with_its_list() -> None:
    other = {**A, "matches": [{"path": {"value": "/other"}}]}
    assert merge(BASE, edit(rules=[other, B]), edit(rules=[TIMED, B])).clashes == ("spec.rules",)
    both = merge(BASE, edit(rules=[other, B]), edit(rules=weights(1, 9)))
    assert both.clashes == ()
    assert both.object["spec"]["rules"] == [other, weights(1, 9)[1]]


def test_two_other_matches_for_one_rule_clash_and_do_not_make_two_rules() -> None:
    def matching(first: str) -> dict[str, Any]:
        rules = weights(1, 1)
        rules[0]["matches"][0]["path"]["value"] = first
        return edit(rules=rules)

    both = merge(BASE, matching("/theirs"), matching("/mine"))
    assert both.clashes == ("spec.rules",)
    assert both.object == matching("/mine")
    assert merge(BASE, matching("/same"), matching("/same")).clashes == ()


def test_two_other_ports_for_one_backend_clash_and_do_not_make_two_backends() -> None:
    def at(port: int) -> dict[str, Any]:
        return {"backendRefs": [{"name": "x", "port": port}]}

    assert merge(at(80), at(81), at(82)).clashes == ("backendRefs",)


def test_a_clash_in_a_rule_that_moved_asks_for_the_list() -> None:
    moved = list(reversed(weights(7, 1)))
    assert merge(BASE, edit(rules=moved), edit(rules=weights(9, 1))).clashes == ("spec.rules",)


def test_the_same_service_in_another_namespace_or_at_another_port_is_another_backend() -> None:
    def refs(*refs: dict[str, Any]) -> dict[str, Any]:
        return {"spec": {"backendRefs": list(refs)}}

    base = refs({"name": "x", "port": 80, "weight": 1}, {"name": "x", "port": 81, "weight": 1})
    theirs = refs({"name": "x", "port": 81, "weight": 1}, {"name": "x", "port": 80, "weight": 1})
    mine = refs({"name": "x", "port": 80, "weight": 5}, {"name": "x", "port": 81, "weight": 1})
    both = merge(base, theirs, mine)
    assert both.clashes == ()
    assert both.object["spec"]["backendRefs"][1] == {"name": "x", "port": 80, "weight": 5}
    theirs["spec"]["backendRefs"][1]["namespace"] = "other"
    assert merge(base, theirs, mine).clashes == ("spec.backendRefs",)


def test_entries_without_names_and_twins_are_not_guessed() -> None:
    twins = edit(rules=[A, A])
    theirs, mine = edit(rules=[A, TIMED]), edit(rules=[weights(5, 1)[0], A])
    assert merge(twins, theirs, mine).clashes == ("spec.rules",)


def _edited(random: Random, start: dict[str, Any], mark: str) -> dict[str, Any]:
    """``start`` after up to four edits, whose values all carry ``mark``."""
    edited = deepcopy(start)
    rules = edited["spec"]["rules"]
    for number in range(random.randint(0, 4)):
        match random.choice(("weight", "timeout", "move", "remove", "add", "path")):
            case "weight" if rules:
                backend = random.choice(random.choice(rules)["backendRefs"])
                backend["weight"] = f"{mark}{number}"
            case "timeout" if rules:
                random.choice(rules)["timeouts"] = f"{mark}{number}"
            case "move":
                random.shuffle(rules)
            case "remove" if rules:
                rules.pop(random.randrange(len(rules)))
            case "add":
                name = f"{mark}{number}"
                new = {"matches": name, "backendRefs": [{"name": name, "weight": name}]}
                rules.insert(random.randint(0, len(rules)), new)
            case "path" if rules:
                random.choice(rules)["matches"] = f"{mark}{number}"
    return edited


def _values(obj: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Every value by the identities of the entries it is in."""
    found: dict[tuple[str, ...], Any] = {}
    for rule in obj["spec"]["rules"]:
        found[rule["matches"], "timeouts"] = rule.get("timeouts")
        for backend in rule["backendRefs"]:
            found[rule["matches"], backend["name"], "weight"] = backend["weight"]
    return found


@pytest.mark.parametrize("seed", range(400))
def test_a_merged_value_comes_from_the_side_that_changed_it_and_stays_in_its_entry(
    seed: int,
) -> None:
    random = Random(seed)
    names = ("/a", "/b", "/c")
    rules = [
        {"matches": name, "backendRefs": [{"name": f"{name}{n}", "weight": "base"} for n in "12"]}
        for name in names
    ]
    base = {"spec": {"rules": rules}}
    theirs, mine = _edited(random, base, "theirs"), _edited(random, base, "mine")
    both = merge(base, theirs, mine)
    if both.clashes:
        return
    was, there, here = (_values(side) for side in (base, theirs, mine))
    merged = _values(both.object)
    for place in {*was, *there, *here, *merged}:
        before, other, own = (side.get(place) for side in (was, there, here))
        assert merged.get(place) == (other if own == before else own), (place, both.object)
        assert before in (other, own) or other == own, f"{place} was changed by both"
