"""Promise: a saved request is kept for its gateway, seen within one's limits only, and every change
of it stands in the audit log."""

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.configdb.audit import AuditLog
from services.configdb.database import Database
from services.configdb.saved_requests import KIND, SavedRequests
from services.errors import Conflict, Denied, Invalid, NotFound

MARA = Identity("mara", Role.OPERATOR)
VIEWER = Identity("vera", Role.VIEWER)
ELSEWHERE = Identity("eli", Role.OPERATOR, namespaces=frozenset({"orders"}))
EDGE = ("shop", "edge")
HOME = {"host": "shop.example.com", "path": "/"}
ROUTED = {"outcome": "backend", "rule": 0}


@pytest.fixture
def saved(db: Database) -> SavedRequests:
    return SavedRequests(db)


def test_one_is_kept_changed_and_forgotten_and_each_is_told(
    saved: SavedRequests, db: Database
) -> None:
    made = saved.add(MARA, "web", EDGE, "  the   home ", HOME, ROUTED)
    assert (made.name, made.request, made.expected) == ("the home", HOME, ROUTED)
    renamed = saved.change(MARA, "web", made.id, name="home")
    assert (renamed.name, renamed.expected) == ("home", ROUTED)
    accepted = saved.change(MARA, "web", made.id, expected={"outcome": "no_route"}, verb="accept")
    assert saved.list(VIEWER, "web", EDGE) == [accepted]
    saved.remove(MARA, "web", made.id)
    assert saved.list(VIEWER, "web") == []
    entries = [one for one in AuditLog(db).list(CONSOLE).items if one.kind == KIND]
    assert [one.verb for one in reversed(entries)] == ["create", "update", "accept", "delete"]
    assert entries[1].diff == [{"path": "expected", "old": "backend", "new": "no_route"}]


def test_whoever_may_not_see_the_gateway_sees_and_changes_none(saved: SavedRequests) -> None:
    made = saved.add(MARA, "web", EDGE, "home", HOME, ROUTED)
    assert saved.list(ELSEWHERE, "web") == []
    with pytest.raises(NotFound):
        saved.change(ELSEWHERE, "web", made.id, name="mine")
    with pytest.raises(NotFound):
        saved.remove(MARA, "other", made.id)
    with pytest.raises(Denied):
        saved.add(ELSEWHERE, "web", EDGE, "mine", HOME, ROUTED)


def test_viewers_look_only(saved: SavedRequests) -> None:
    made = saved.add(MARA, "web", EDGE, "home", HOME, ROUTED)
    with pytest.raises(Denied):
        saved.remove(VIEWER, "web", made.id)
    with pytest.raises(Denied):
        saved.change(VIEWER, "web", made.id, name="other")
    assert saved.get(VIEWER, "web", made.id) == made


def test_a_name_is_that_of_one_request_of_a_gateway(saved: SavedRequests) -> None:
    saved.add(MARA, "web", EDGE, "home", HOME, ROUTED)
    saved.add(MARA, "web", ("shop", "other"), "home", HOME, ROUTED)
    second = saved.add(MARA, "web", EDGE, "second", HOME, ROUTED)
    with pytest.raises(Conflict):
        saved.add(MARA, "web", EDGE, "home", HOME, ROUTED)
    with pytest.raises(Conflict):
        saved.change(MARA, "web", second.id, name="home")
    assert [one.name for one in saved.list(MARA, "web", EDGE)] == ["home", "second"]


@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [(" ", HOME, "name"), ("n" * 81, HOME, "name"), ("n", {"path": "/" * 17_000}, "request")],
)
def test_what_is_too_long_is_refused_by_field(
    saved: SavedRequests, name: str, request_: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        saved.add(MARA, "web", EDGE, name, request_, ROUTED)
    assert [one["field"] for one in refused.value.details["fields"]] == [field]
    assert saved.list(MARA, "web") == []
