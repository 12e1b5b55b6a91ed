"""Promise: an edit in a wizard that came too late is told with what others did: merged where that
goes, else as two objects of which one is chosen; and what refuses a child refuses the parent."""

from copy import deepcopy
from typing import Any

import pytest

from callbacks import wizard_answers
from components import yaml_view
from services.errors import Conflict
from services.kube.merging import merge
from services.previews import Fault, Planned, Preview

LISTENER = {"name": "http", "port": 80, "protocol": "HTTP"}


def bundle(version: str, **spec: Any) -> dict[str, Any]:
    """A bundle as the server has it at a version."""
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {"name": "edge", "namespace": "shop", "resourceVersion": version},
        "spec": {"gatewayClassName": "nginx", "listeners": [dict(LISTENER)], **spec},
    }


def late(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Conflict:
    """The conflict that the server's change would say."""
    both = merge(*map(yaml_view.editable, (base, theirs, mine)))
    return Conflict(
        "edge has changed since it was read.",
        base=yaml_view.editable(base),
        theirs=theirs,
        mine=mine,
        merged=None if both.clashes else {**deepcopy(theirs), "spec": both.object["spec"]},
        clashes=list(both.clashes),
    )


def on_port(obj: dict[str, Any], port: int) -> dict[str, Any]:
    """The same with another port."""
    changed = deepcopy(obj)
    changed["spec"]["listeners"][0]["port"] = port
    return changed


def test_a_conflict_has_both_ways_out_with_what_only_one_side_changed() -> None:
    base = bundle("1")
    mine = on_port({**base, "spec": {**base["spec"], "labels": {"a": "mine"}}}, 8080)
    theirs = on_port(bundle("2", annotations={"b": "theirs"}), 8081)
    error = late(base, mine, theirs)
    preview = Preview((Fault("", error.message),), late=error)
    told = wizard_answers.judged(preview, mine, base, "web", "gatewaybundles")
    conflict = told["conflict"]
    assert conflict["clashes"] == ["spec.listeners[0].port"]
    assert conflict["sides"] == [
        {"path": "spec.listeners[0].port", "base": "80", "theirs": "8081", "mine": "8080"}
    ]
    for side, port in (("mine", 8080), ("theirs", 8081)):
        spec = conflict[side]["spec"]
        assert spec["listeners"][0]["port"] == port
        assert (spec["labels"], spec["annotations"]) == ({"a": "mine"}, {"b": "theirs"})
        assert "resourceVersion" not in conflict[side]["metadata"]
    assert conflict["object"]["metadata"]["resourceVersion"] == "2"


def test_what_the_server_refuses_is_told_with_the_merged_yaml() -> None:
    base = bundle("1")
    mine = on_port(base, 80)
    mine["spec"]["labels"] = {"a": "mine"}
    error = late(base, mine, bundle("2", annotations={"b": "theirs"}))
    preview = Preview((Fault("spec.labels", "wrong"),), late=error)
    told = wizard_answers.judged(preview, mine, base, "web", "gatewaybundles")
    assert "b: theirs" in told["text"]
    assert "a: mine" in told["text"]
    assert told["faults"] == [{"field": "spec.labels", "rule": "Wrong."}]
    assert told["late"]


def test_more_children_than_are_told_of_are_counted() -> None:
    preview = Preview(hidden=2)
    told = wizard_answers.judged(preview, bundle("1"), None, "web", "gatewaybundles")
    assert (told["more"], told["hidden"]) == (0, 2)


NOTHING: Any = type("Plan", (), {"changes": (), "live": None})()
REFUSED = 'Gateway.gateway.networking.k8s.io "edge" is invalid: '


def gateway(fault: str) -> Planned:
    version, section = "gateway.networking.k8s.io/v1", "GatewayProgrammed"
    return Planned("Gateway", version, "shop", "edge", section, "create", {}, fault=fault)


def refused(fault: str) -> dict[str, Any]:
    """What is told of a bundle whose Gateway the server refuses, after forty others."""
    well = [Planned("Secret", "v1", "shop", f"s{at}", "x", "create", {}) for at in range(40)]
    preview = Preview(plan=NOTHING, children=(*well, gateway(fault)))
    return wizard_answers.judged(preview, bundle("1"), None, "web", "gatewaybundles")


def test_a_refused_child_keeps_its_parent_from_being_applied() -> None:
    told = refused("Gateway shop/edge belongs to nobody.")
    assert (told["ok"], told["refusals"], told["faults"]) == (False, 1, [])
    assert told["children"][0]["fault"] == "Gateway shop/edge belongs to nobody."


def test_a_child_that_is_refused_already_holds_no_edit_back() -> None:
    child = gateway("Gateway shop/edge belongs to nobody.")
    live = bundle("1")
    state = {"kind": "Gateway", "namespace": "shop", "name": "edge", "state": "Failed"}
    live["status"] = {"children": [state]}
    plan: Any = type("Plan", (), {"changes": (), "live": live})()
    preview = Preview(plan=plan, children=(child,))
    told = wizard_answers.judged(preview, bundle("1"), live, "web", "gatewaybundles")
    assert (told["ok"], told["refusals"]) == (True, 0)
    state["state"] = "Ready"
    told = wizard_answers.judged(preview, bundle("1"), live, "web", "gatewaybundles")
    assert (told["ok"], told["refusals"]) == (False, 1)


HOST = "Invalid value: \"bad!\": spec.listeners[0].hostname in body should match '^a, b$'"
SAID = "Should match '^a, b$'."


@pytest.mark.parametrize(
    ("fault", "faults"),
    [
        (f"spec.listeners[0].hostname: {HOST}", [("spec.listeners[0].hostname", SAID)]),
        (
            f"[spec.listeners[0].hostname: {HOST}, spec.listeners[1].tls.mode: Required value]",
            [
                ("spec.listeners[0].hostname", SAID),
                ("spec.listeners[1].tls.mode", "Is required."),
            ],
        ),
    ],
)
def test_what_a_gateway_is_refused_for_is_said_at_the_listener(
    fault: str, faults: list[tuple[str, str]]
) -> None:
    told = refused(REFUSED + fault)
    assert [(one["field"], one["rule"]) for one in told["faults"]] == faults
