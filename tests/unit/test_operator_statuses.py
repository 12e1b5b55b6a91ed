"""Promise: the status of a parent says the worst that is true of its children, and no more."""

import json
from typing import Any

import pytest
from ngf_operator.drifting import kept
from ngf_operator.outcomes import Outcome, State
from ngf_operator.restraint import AT_MOST, OVER_S, WITHIN_S, Restraint
from ngf_operator.seen import Ref
from ngf_operator.statuses import LISTED, changes, status_of, terminating

Obj = dict[str, Any]
NOW, LATER = "2026-11-28T10:00:00Z", "2026-11-28T11:00:00Z"


def child(state: State, name: str = "web", **rest: Any) -> Outcome:
    rest = {"spec_hash": "abc", "section": "Kept", **rest}
    return Outcome(Ref("", "ConfigMap", "shop", name), "v1", state=state, **rest)


def parent(status: Obj | None = None, generation: int = 1, **about: Any) -> Obj:
    metadata = {"name": "edge", "namespace": "shop", "generation": generation, **about}
    return {"metadata": metadata, "spec": {}, "status": status or {}}


def status(obj: Obj, *outcomes: Outcome, now: str = NOW, timer: bool = False) -> Obj:
    return status_of(obj, outcomes, now=now, acted=False, timer=timer, requested=None, further={})


def said(found: Obj, name: str) -> tuple[str, str]:
    [one] = [each for each in found["conditions"] if each["type"] == name]
    return one["status"], one["reason"]


LACK = child("Skipped", reason="CRDNotInstalled", blocks=True, spec_hash="")


@pytest.mark.parametrize(
    ("outcomes", "phase", "ready"),
    [
        ([child("Ready")], "Ready", ("True", "AllChildrenReady")),
        ([], "Ready", ("True", "AllChildrenReady")),
        ([child("Ready"), child("Waiting", "b")], "Pending", ("False", "ChildrenNotReady")),
        ([child("Waiting"), LACK], "Degraded", ("False", "CRDNotInstalled")),
        ([LACK, child("Failed", "b")], "Error", ("False", "ChildFailed")),
        ([child("Skipped", blocks=False)], "Ready", ("True", "AllChildrenReady")),
        ([child("Adopted")], "Ready", ("True", "AllChildrenReady")),
    ],
)
def test_the_phase_is_the_worst_of_the_children(
    outcomes: list[Outcome], phase: str, ready: tuple[str, str]
) -> None:
    found = status(parent(), *outcomes)
    assert (found["phase"], said(found, "Ready")) == (phase, ready)


@pytest.mark.parametrize(
    ("outcome", "reconciled"),
    [
        (child("Waiting", reason="Retrying", applied=False), ("False", "Retrying")),
        (child("Waiting", reason="StillNeeded", applied=False), ("False", "StillNeeded")),
        (child("Failed", reason="Invalid", applied=False), ("False", "Invalid")),
        (LACK, ("False", "CRDNotInstalled")),
        (child("Failed", reason="CrashLoop"), ("True", "Applied")),
        (child("Waiting"), ("True", "Applied")),
        (child("Skipped", reason="MissingPermission", applied=False), ("True", "Applied")),
    ],
    ids=lambda one: one.reason or one.state if isinstance(one, Outcome) else "",
)
def test_reconciled_is_what_has_been_applied(outcome: Outcome, reconciled: tuple[str, str]) -> None:
    found = status(parent(), child("Ready", "other"), outcome)
    assert said(found, "Reconciled") == reconciled


def test_what_was_ready_and_is_not_is_degraded_until_it_is_or_the_spec_changes() -> None:
    before = status(parent(), child("Ready"))
    lapsed = status(parent(before), child("Waiting"))
    assert (lapsed["phase"], said(lapsed, "Ready")) == ("Degraded", ("False", "NoLongerReady"))
    assert status(parent(lapsed), child("Waiting"))["phase"] == "Degraded"
    assert status(parent(lapsed, generation=2), child("Waiting"))["phase"] == "Pending"


def test_a_status_that_says_the_same_is_the_same_later() -> None:
    before = status(parent(), child("Ready"), LACK)
    obj = parent(before)
    assert changes(obj, status(obj, child("Ready"), LACK, now=LATER, timer=True)) == {}


def test_of_a_child_of_another_namespace_only_its_row_says_which_and_why() -> None:
    about = Ref("", "ConfigMap", "vault", "gems")
    why = "ConfigMap vault/gems is wrong."
    broken = Outcome(about, "v1", "Kept", "Failed", "Invalid", why, did="restored", applied=False)
    adopted = Outcome(Ref("", "Secret", "vault", "gold"), "", "Given", "Adopted", "Adopted", why)
    found = status(parent(), child("Ready"), broken, adopted)
    rows = found.pop("children")
    assert {(row["namespace"], row["name"], row["message"]) for row in rows} > {
        ("vault", "gems", why),
        ("vault", "gold", why),
    }
    messages = {one["type"]: one["message"] for one in found["conditions"]}
    assert messages == {
        "Ready": "ConfigMap of another namespace: Invalid",
        "Reconciled": "ConfigMap of another namespace: Invalid",
        "Drifted": "Restored: ConfigMap of another namespace.",
        "Kept": "ConfigMap of another namespace: Invalid",
        "Given": "Secret of another namespace: Adopted",
    }
    assert found["drift"]["last"] == "ConfigMap of another namespace"
    assert not any(word in json.dumps(found) for word in ("vault", "gems", "gold"))


def test_drift_is_true_until_a_pass_of_the_timer_finds_none() -> None:
    restored = status(parent(), child("Ready", did="restored"))
    assert said(restored, "Drifted") == ("True", "ChildRestored")
    assert restored["drift"] == {"count": 1, "last": "ConfigMap web", "lastAt": NOW}
    assert restored["children"][0]["drift"] == 1
    seen = status(parent(restored), child("Ready"), now=LATER)
    assert said(seen, "Drifted") == ("True", "ChildRestored")
    passed = status(parent(restored), child("Ready"), now=LATER, timer=True)
    assert said(passed, "Drifted") == ("False", "NoDrift")
    assert passed["drift"]["count"] == 1


def test_a_parent_that_is_being_deleted_is_not_ready() -> None:
    before = status(parent(), child("Ready"))
    obj = parent(before, generation=2, deletionTimestamp=LATER)
    ended = terminating(obj, LATER)
    assert (ended["phase"], said(ended, "Ready")) == ("Terminating", ("False", "Terminating"))
    assert ended["children"] == before["children"]
    assert terminating(parent(ended, generation=2), "later") == ended


def test_a_reason_that_no_condition_may_have_is_replaced() -> None:
    found = status(parent(), child("Failed", reason="not one word"))
    assert said(found, "Kept") == ("False", "Failed")


@pytest.mark.parametrize(
    ("wanted", "live", "same"),
    [
        ({"a": 1}, {"a": 1, "default": 2}, True),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2], "c": 3}}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": [{"n": 1}]}, {"a": [{"n": 1, "default": 2}]}, True),
    ],
)
def test_a_field_that_is_wanted_must_be_there_and_others_may(
    wanted: Obj, live: Obj, same: bool
) -> None:
    assert kept(wanted, live) is same


def test_what_is_changed_back_again_and_again_is_changed_once_a_minute_until_that_ends() -> None:
    now = [0.0]
    restraint, ref = Restraint(lambda: now[0]), Ref("", "ConfigMap", "shop", "web")
    for _ in range(AT_MOST):
        assert not restraint.contested(ref)
        restraint.acted(ref)
    assert restraint.contested(ref)
    for _ in range(3 * AT_MOST):
        now[0] += WITHIN_S + 1
        assert not restraint.contested(ref)
        restraint.acted(ref)
        assert restraint.contested(ref), "one change does not end a fight"
    now[0] += OVER_S + 1
    for _ in range(AT_MOST):
        assert not restraint.contested(ref), "it is over"
        restraint.acted(ref)


def test_what_is_changed_now_and_then_is_no_fight() -> None:
    now = [0.0]
    restraint, ref = Restraint(lambda: now[0]), Ref("", "ConfigMap", "shop", "web")
    for _ in range(3 * AT_MOST):
        now[0] += WITHIN_S / (AT_MOST - 1) + 1
        assert not restraint.contested(ref)
        restraint.acted(ref)


def test_a_status_can_be_stored_however_many_children_there_are() -> None:
    several = [child("Ready", f"ready-{n}") for n in range(3000)]
    few = [child("Ready", "alone", section="Other"), child("Waiting", "waits"), child("Ready", "r")]
    before = status(parent(), *few[1:], child("Ready", "ready-1500", did="restored"))
    found = status(parent(before), *several, *few)
    names = [each["name"] for each in found["children"]]
    assert len(json.dumps(found)) < 200_000
    assert {"alone", "waits", "ready-1500"} < set(names), "others, not ready, and restored before"
    assert (len(names), len(set(names))) == (LISTED + 1, LISTED + 1)
    assert status(parent(found), *several, *few, now=LATER)["children"] == found["children"]
    [told] = [each for each in found["conditions"] if each["type"] == "Kept"]
    assert f"{LISTED} of 3002 children are listed." in told["message"]
    ready = status(parent(), *several)
    [told] = [each for each in ready["conditions"] if each["type"] == "Kept"]
    assert told["message"] == f"Everything is ready. {LISTED} of 3000 children are listed."
    assert "listed" not in json.dumps(status(parent(), *several[:LISTED]))
    restored = status(parent(), *(child("Ready", f"w{n}", did="restored") for n in range(3000)))
    assert max(len(each["message"]) for each in restored["conditions"]) < 3000
