"""Promise: a child is laid over what is there as server-side apply does it: what was applied before
and is wanted no more goes, and what others put there stays."""

from typing import Any

from services.kube.fields import MISSING
from services.laying import laid

Obj = dict[str, Any]


def gateway(*listeners: Obj, **metadata: Any) -> Obj:
    return {"metadata": metadata, "spec": {"listeners": list(listeners)}}


HTTP: Obj = {"name": "http", "port": 80, "hostname": "a.example"}
OPEN: Obj = {"name": "http", "port": 80}
THEIRS: Obj = {"name": "theirs", "port": 81}


def test_a_field_that_is_wanted_no_more_goes() -> None:
    live = gateway(HTTP | {"allowedRoutes": {"from": "Same"}}, labels={"ours": "1", "team": "a"})
    before = gateway(HTTP, labels={"team": "a"})
    assert laid(live, before, gateway(OPEN)) == gateway(
        OPEN | {"allowedRoutes": {"from": "Same"}}, labels={"ours": "1"}
    )


def test_a_section_goes_but_for_what_others_put_into_it() -> None:
    section = {"allowedRoutes": {"namespaces": {"from": "All"}}}
    default = {"allowedRoutes": {"namespaces": {"from": "All"}, "kinds": ["HTTPRoute"]}}
    assert laid(gateway(OPEN | section), gateway(OPEN | section), gateway(OPEN)) == gateway(OPEN)
    assert laid(gateway(OPEN | default), gateway(OPEN | section), gateway(OPEN)) == gateway(
        OPEN | {"allowedRoutes": {"kinds": ["HTTPRoute"]}}
    )


def test_a_listener_of_others_stays_and_one_that_was_applied_goes() -> None:
    live, before = gateway(THEIRS, HTTP, {"name": "old"}), gateway(HTTP, {"name": "old"})
    new = {"name": "new"}
    assert laid(live, before, gateway(new, HTTP)) == gateway(THEIRS, HTTP, new)
    assert laid(live, MISSING, gateway(HTTP)) == live


def test_rules_belong_to_the_operator_as_a_whole() -> None:
    path, headers = {"path": {"value": "/"}}, {"headers": [{"name": "x-team", "value": "a"}]}
    named = [{"name": "a", "matches": [path]}, {"name": "b"}]
    live = {"rules": [{"matches": [path | headers], "timeouts": {}}]}
    before = {"rules": [{"matches": [path | headers]}]}
    assert laid(live, before, {"rules": [{"matches": [path]}]}) == {
        "rules": [{"matches": [path], "timeouts": {}}]
    }
    assert laid({"rules": named}, MISSING, {"rules": named[1:]}) == {"rules": named[1:]}
    assert laid(live, before, {"rules": named}) == {"rules": named}


def test_references_of_one_name_are_told_apart_by_their_place() -> None:
    both = [{"name": "edge", "sectionName": "http"}, {"name": "edge", "sectionName": "https"}]
    live = {"parentRefs": [{**one, "kind": "Gateway"} for one in both]}
    mine = {"parentRefs": [{"name": "edge"}, both[1]]}
    assert laid(live, {"parentRefs": both}, mine) == {
        "parentRefs": [{"name": "edge", "kind": "Gateway"}, {**both[1], "kind": "Gateway"}]
    }
