"""Promise: the progress of what a wizard applied says what is still waited for, of the generation
that was applied and no earlier one."""

from typing import Any

from callbacks.progress import progress

CHILD = {"kind": "Gateway", "namespace": "shop", "name": "edge", "state": "Ready"}
DATA_PLANE = {"kind": "Data plane", "namespace": "shop", "name": "edge-nginx", "state": "Waiting"}


def bundle(*children: dict[str, Any], phase: str = "Ready", seen: int = 2) -> dict[str, Any]:
    """A bundle of generation 2 whose status is of generation ``seen``."""
    return {
        "metadata": {"name": "edge", "namespace": "shop", "generation": 2},
        "status": {
            "phase": phase,
            "observedGeneration": seen,
            "children": list(children),
            "conditions": [{"type": "Ready", "status": "True", "message": "All is as asked for."}],
        },
    }


def told(obj: dict[str, Any], *beneath: dict[str, Any]) -> dict[str, Any]:
    return progress(obj, "web", "gatewaybundles", beneath)


def test_a_data_plane_that_is_not_up_is_what_is_waited_for() -> None:
    found = told(bundle(CHILD), DATA_PLANE)
    assert (found["word"], found["tone"]) == ("Up but for its data plane", "info")


def test_a_child_that_waits_is_being_applied() -> None:
    waiting = {**CHILD, "kind": "NginxProxy", "state": "Waiting"}
    found = told(bundle(CHILD, waiting, phase="Pending"), DATA_PLANE)
    assert found["word"] == "Applying, 1 of 3 ready"


def test_what_was_said_of_an_earlier_generation_is_not_repeated() -> None:
    found = told(bundle(CHILD, seen=1), DATA_PLANE)
    assert (found["word"], found["message"], found["children"]) == ("Applied", "", [])


def test_all_that_is_up_is_ready() -> None:
    assert told(bundle(CHILD), {**DATA_PLANE, "state": "Ready"})["word"] == "Ready"


def test_what_is_lacking_is_told_where_no_child_says_it() -> None:
    failed = {**CHILD, "state": "Failed", "message": "Port 80 is taken."}
    obj = bundle(failed, phase="Error")
    said = "Annotate the namespace certs, or make the grant there."
    obj["status"]["conditions"] += [
        {"type": "ReferencesGranted", "status": "False", "reason": "NotGranted", "message": said},
        {
            "type": "GatewayProgrammed",
            "status": "False",
            "reason": "PortConflict",
            "message": "Gateway edge: Port 80 is taken.",
        },
        {"type": "Reconciled", "status": "False", "reason": "Failed", "message": "1 of 2."},
    ]
    found = told(obj)
    assert found["lacks"] == [
        {"section": "ReferencesGranted", "reason": "NotGranted", "message": said}
    ]
    assert found["edit"] == "/gateways/edit/web/shop/edge"


def test_what_a_child_of_another_namespace_says_is_not_told_twice() -> None:
    grant = {**CHILD, "kind": "ReferenceGrant", "namespace": "certs", "name": "for-edge"}
    obj = bundle({**grant, "state": "Failed", "reason": "Invalid", "message": "Of certs."})
    obj["status"] |= {"phase": "Error", "childrenHidden": 1}
    said = "ReferenceGrant of another namespace: Invalid"
    section = {"type": "ReferencesGranted", "status": "False", "reason": "Invalid"}
    obj["status"]["conditions"].append({**section, "message": said})
    assert (told(obj)["lacks"], told(obj)["hidden"]) == ([], 1)
    obj["status"]["children"] = []
    assert [one["message"] for one in told(obj)["lacks"]] == [said], "who sees no row reads this"


def test_what_is_well_is_not_to_be_corrected() -> None:
    found = told(bundle(CHILD))
    assert (found["lacks"], found["edit"]) == ([], "")
