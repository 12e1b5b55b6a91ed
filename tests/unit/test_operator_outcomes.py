"""Promise: a child that stays though nobody wants it is told, and why."""

from typing import Any

import pytest
from ngf_operator.applying import Failing, Lacking
from ngf_operator.client import Refused
from ngf_operator.outcomes import lacking, needs_what_was, refused, remains
from ngf_operator.wanting import Child, Lack

Obj = dict[str, Any]
WEB: Obj = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "annotations": {"ngf-console.f5.com/spec-hash": "abc"},
    },
}


@pytest.mark.parametrize(
    ("why", "state", "reason", "blocks"),
    [
        (None, "Waiting", "StillNeeded", False),
        (Failing("Forbidden", "a webhook says no"), "Failed", "Forbidden", False),
        (Lacking("MissingPermission", "may not delete"), "Skipped", "MissingPermission", True),
        (Refused(503, "ServiceUnavailable", "busy"), "Waiting", "Retrying", False),
    ],
)
def test_a_child_that_stays_says_why(
    why: Exception | None, state: str, reason: str, blocks: bool
) -> None:
    found = remains(WEB, "Kept", why)
    assert (found.state, found.reason, found.blocks) == (state, reason, blocks)
    assert (found.section, found.spec_hash, found.applied) == ("Kept", "abc", False)
    assert str(why or "no longer wanted") in found.message


@pytest.mark.parametrize(
    ("why", "needs"),
    [
        (Failing("Invalid", "no"), True),
        (Failing("Contested", "no"), True),
        (Lacking("MissingPermission", "no"), True),
        (Failing("NotOurs", "no"), False),
        (Lacking("CRDNotInstalled", "no"), False),
        (Lacking("NotFound", "no"), False),
    ],
)
def test_only_what_is_there_can_need_what_is_no_longer_wanted(
    why: Failing | Lacking, needs: bool
) -> None:
    assert needs_what_was(refused(Child("Kept", WEB), why, "abc")) is needs


@pytest.mark.parametrize(
    ("lack", "needs"),
    [
        (Lack("Kept", "ConfigMap", "web", "shop", "MissingPermission", "may not list"), True),
        (Lack("Kept", "ConfigMap", "web", "shop", "CannotBeListed", "cannot list"), True),
        (Lack("Kept", "ConfigMap", "", "shop", "MissingPermission", "may not list"), False),
        (Lack("Kept", "ConfigMap", "web", "shop", "NotPlus", "no"), False),
        (Lack("Kept", "ConfigMap", "web", "shop", "MissingPermission", "no", False), False),
    ],
    ids=["denied", "unlisted", "no child", "another reason", "not needed"],
)
def test_a_child_that_the_builder_may_not_touch_can_need_it_as_well(
    lack: Lack, needs: bool
) -> None:
    assert needs_what_was(lacking(lack)) is needs
