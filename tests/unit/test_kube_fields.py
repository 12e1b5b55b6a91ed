"""The promise: an edit changes what the person changed, and a clash is named field by field."""

from typing import Any

from services.kube.fields import changes, differences, editable, merge

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
    assert both.clashes == ("listeners[1].port",)
    both = merge(gateway(a=80, b=81), gateway(a=80, b=81, c=83), gateway(a=90, d=84))
    assert both.clashes == ()
    assert both.object == gateway(a=90, c=83, d=84)


def test_lists_that_both_lengthened_clash_as_a_whole() -> None:
    both = merge(BASE, edit(hostnames=["a", "b"]), edit(hostnames=["a", "c"]))
    assert both.clashes == ("spec.hostnames",)


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
