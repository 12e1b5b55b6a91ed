"""The promise: what differs between two objects is told field by field, as people would tell it."""

from typing import Any

from services.kube.fields import changes, count, differences, editable, origins

BASE: dict[str, Any] = {
    "metadata": {"name": "r", "annotations": {"a.b/c": "1"}},
    "spec": {
        "hostnames": ["a"],
        "rules": [
            {"backendRefs": [{"name": "x", "weight": 1}, {"name": "y", "weight": 1}]},
            {"backendRefs": [{"name": "z", "weight": 1}]},
        ],
    },
}


def edit(**paths: Any) -> dict[str, Any]:
    edited = editable(BASE)
    for name, value in paths.items():
        edited["spec"][name] = value
    return edited


def weights(first: int, last: int) -> list[dict[str, Any]]:
    return [
        {"backendRefs": [{"name": "x", "weight": first}, {"name": "y", "weight": 1}]},
        {"backendRefs": [{"name": "z", "weight": last}]},
    ]


def paths(old: Any, new: Any) -> list[str]:
    return [path for path, _, _ in differences(old, new)]


def test_paths_read_like_documentation() -> None:
    assert paths(BASE, edit(rules=weights(1, 5))) == ["spec.rules[1].backendRefs[0].weight"]
    changed = editable(BASE)
    changed["metadata"]["annotations"]["a.b/c"] = "2"
    assert paths(BASE, changed) == ['metadata.annotations["a.b/c"]']


def test_what_is_added_is_told_leaf_by_leaf() -> None:
    assert paths({}, {"spec": {"a": {"b": 1, "c": []}}}) == ["spec.a.b", "spec.a.c"]
    assert paths({"l": [1]}, {"l": [1, 2]}) == ["l[1]"]


def test_an_explicit_null_is_not_an_absent_field() -> None:
    assert paths({"a": None}, {}) == ["a"]


def test_what_the_server_added_is_marked() -> None:
    asked = edit(rules=weights(1, 5))
    stored = editable(asked)
    stored["spec"]["rules"][0]["matches"] = [{"path": {"value": "/"}}]
    found = {change.path: change.server_set for change in changes(BASE, stored, asked)}
    assert found == {
        "spec.rules[1].backendRefs[0].weight": False,
        "spec.rules[0].matches[0].path.value": True,
    }


def test_status_and_bookkeeping_are_no_changes() -> None:
    stored = {**BASE, "status": {"x": 1}}
    stored["metadata"] = {**BASE["metadata"], "resourceVersion": "2", "managedFields": [{}]}
    assert changes(BASE, stored, BASE) == ()


def test_a_field_the_user_took_away_is_theirs_though_the_server_puts_the_default() -> None:
    asked = edit(rules=weights(1, 1))
    del asked["spec"]["rules"][0]["backendRefs"][1]["weight"]
    old, new = editable(BASE), edit(rules=weights(1, 1))
    old["spec"]["rules"][0]["backendRefs"][1]["weight"] = 9
    [change] = changes(old, new, asked)
    assert (change.path, change.old, change.new) == ("spec.rules[0].backendRefs[1].weight", 9, 1)
    assert not change.server_set


def test_an_entry_taken_out_is_one_change_and_leaves_the_others_alone() -> None:
    first, second = BASE["spec"]["rules"]
    [change] = changes(BASE, edit(rules=[second]), edit(rules=[second]))
    assert (change.path, change.old, change.new) == ("spec.rules[0]", first, None)
    assert not change.server_set


def test_an_entry_put_in_is_one_change_though_the_server_adds_defaults() -> None:
    rules = BASE["spec"]["rules"]
    asked = {"backendRefs": [{"name": "new"}]}
    stored = {"backendRefs": [{"name": "new", "weight": 1}]}
    [change] = changes(BASE, edit(rules=[stored, *rules]), edit(rules=[asked, *rules]))
    assert (change.path, change.old, change.new) == ("spec.rules[0]", None, stored)
    assert not change.server_set


def test_a_change_below_an_entry_that_moved_up_is_told_at_its_new_place() -> None:
    second = {"backendRefs": [{"name": "z", "weight": 5}]}
    assert paths(BASE, edit(rules=[second])) == [
        "spec.rules[0]",
        "spec.rules[0].backendRefs[0].weight",
    ]
    assert count(BASE, edit(rules=[second])) == 2


def test_long_lists_are_compared_without_delay() -> None:
    before = [{"a": number} for number in range(3000)]
    assert paths(before, [{"a": -1}, *before]) == ["[0]"]
    assert paths(before, before[:1500] + before[1501:]) == ["[1500]"]
    other = [{"b": number} for number in range(3000)]
    assert origins(before, other) == list(range(3000))


def test_an_entry_among_a_thousand_new_ones_is_found_again() -> None:
    new = [{"b": number} for number in range(900)]
    assert origins([{"a": 1, "b": 450}], new) == [-1] * 450 + [0] + [-1] * 449
    assert paths(new, [{"a": 1, "b": 450}])[-1] == "[0].a"
