"""Promise: what an object owns is told with its state, its age and, where we know it, the next
step."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from callbacks import absent
from callbacks.permission import explained
from components import detail_rows
from components.diff_view import conflict_table
from services.errors import Denied, NotFound, Unavailable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def listener(state: str, ends: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {
        "name": "https",
        "protocol": "HTTPS",
        "port": 443,
        "hostname": "",
        "tls_mode": "Terminate",
        "certificates": [{"namespace": "shop", "name": "tls", "state": state, "ends": ends}],
        "routes_from": "Same",
        "routes_selector": "",
        "routes": 1,
        "status": "ok",
        "status_word": "Programmed",
        "reason": "",
        "message": "",
    } | more


@pytest.mark.parametrize(
    ("state", "ends", "tag"),
    [
        ("valid", NOW + timedelta(days=61), "61 d"),
        ("soon", NOW + timedelta(days=6), "6 d"),
        ("expired", NOW - timedelta(days=2), "expired"),
        ("missing", None, "not found"),
        ("unreadable", None, "not readable"),
        ("unknown", None, None),
    ],
)
def test_a_certificate_tells_how_long_it_is_good_for(
    state: str, ends: datetime | None, tag: str | None
) -> None:
    [row] = detail_rows.listeners([listener(state, ends)], "shop", NOW)
    assert row["certificate"][0].get("tag") == tag


def test_a_broken_listener_tells_the_next_step_only_where_we_know_it() -> None:
    broken = {"status": "err", "reason": "InvalidCertificateRef", "message": "No such secret"}
    assert detail_rows.trouble([listener("valid")]) is None
    assert detail_rows.trouble([listener("missing", **broken)])[1] == (
        "https: Secret shop/tls does not exist. Create it or pick another certificate."
    )
    assert detail_rows.trouble([listener("unreadable", **broken)])[1] == "https: No such secret"


def test_an_object_that_is_not_known_yet_is_not_called_missing() -> None:
    ref = {"kind": "gateways", "namespace": "shop", "name": "edge"}
    title, _ = absent.words(NotFound("Gateway shop/edge does not exist on web."), ref)
    assert title == "Gateway shop/edge does not exist on web"
    title, text = absent.words(Unavailable("web has not answered yet: refused"), ref)
    assert title == "Gateway shop/edge is not known yet"
    assert text.startswith("web has not answered yet: refused.")


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (Denied("No.", needed="operator"), "An admin can give you a higher role."),
        (Denied("No.", namespace="shop"), "An admin can widen your limits."),
        (Denied("No.", verb="update"), "Whoever runs the cluster can allow it."),
    ],
)
def test_a_refusal_says_who_can_change_it(error: Denied, remedy: str) -> None:
    assert explained(error) == f"No. {remedy}"


def test_a_conflict_without_a_known_writer_still_has_its_column() -> None:
    row = {"path": "spec.x", "base": 1, "theirs": 2, "mine": 3, "clash": True}
    head = conflict_table([row], {}, None).children[0].children
    assert [cell.children for cell in head.children][2] == "Theirs"


def test_a_status_that_differs_is_told_among_the_conditions() -> None:
    """What the model says, what the cluster says, and where; the time is the cluster's."""
    found = {
        "where": "Gateway shop/edge",
        "type": "ResolvedRefs",
        "expected": "False BackendNotFound",
        "found": "True ResolvedRefs",
        "message": "Service shop/web does not exist.",
        "since": "2024-05-01T10:00:00Z",
        "stale": True,
    }
    [row] = detail_rows.differing([found])
    assert (row["title"], row["status"]) == ("ResolvedRefs of Gateway shop/edge", "warn")
    assert row["message"] == (
        "By its objects it would say False BackendNotFound; the cluster says True ResolvedRefs."
        " Service shop/web does not exist."
    )
    assert row["since"] == found["since"]
    assert row["old"]
