"""Promise: a view is kept under its name for the person who saved it, and for nobody else."""

import pytest

from services.auth.identity import Identity, Role
from services.configdb.database import Database
from services.configdb.views import VIEWS_MAX, SavedView, SavedViews
from services.errors import Invalid

MARA = Identity("mara", Role.VIEWER, source="oidc")
TOKEN_OF_THE_SAME_NAME = Identity("mara", Role.ADMIN, source="token")


@pytest.fixture
def views(db: Database) -> SavedViews:
    return SavedViews(db)


def test_a_saved_view_comes_back_by_name(views: SavedViews) -> None:
    views.save(MARA, "gateways", "  Not  programmed ", "status=err")
    views.save(MARA, "gateways", "edge", "q=edge")
    assert views.list(MARA, "gateways") == [
        SavedView("edge", "q=edge"),
        SavedView("Not programmed", "status=err"),
    ]


def test_saving_under_the_same_name_replaces(views: SavedViews) -> None:
    views.save(MARA, "gateways", "edge", "q=edge")
    views.save(MARA, "gateways", "edge", "q=edge&sort=-metadata.name")
    assert views.list(MARA, "gateways") == [SavedView("edge", "q=edge&sort=-metadata.name")]


def test_views_are_of_one_page_and_one_person(views: SavedViews) -> None:
    views.save(MARA, "gateways", "edge", "q=edge")
    assert views.list(MARA, "httproutes") == []
    assert views.list(TOKEN_OF_THE_SAME_NAME, "gateways") == []
    views.remove(TOKEN_OF_THE_SAME_NAME, "gateways", "edge")
    assert len(views.list(MARA, "gateways")) == 1


def test_a_removed_view_is_gone_and_may_be_removed_again(views: SavedViews) -> None:
    views.save(MARA, "gateways", "edge", "q=edge")
    views.remove(MARA, "gateways", "edge")
    views.remove(MARA, "gateways", "edge")
    assert views.list(MARA, "gateways") == []


@pytest.mark.parametrize(
    ("name", "query", "field"),
    [("  ", "", "name"), ("n" * 81, "", "name"), ("a\0b", "", "name"), ("n", "q" * 2001, "query")],
)
def test_a_bad_name_or_query_is_refused(
    views: SavedViews, name: str, query: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        views.save(MARA, "gateways", name, query)
    assert [one["field"] for one in refused.value.details["fields"]] == [field]
    assert views.list(MARA, "gateways") == []


def test_the_number_of_views_is_limited_and_a_refusal_loses_none(views: SavedViews) -> None:
    for number in range(VIEWS_MAX):
        views.save(MARA, "gateways", f"view {number}", "")
    with pytest.raises(Invalid, match="remove another view"):
        views.save(MARA, "gateways", "one more", "")
    views.save(MARA, "gateways", "view 7", "q=replaced")
    assert len(views.list(MARA, "gateways")) == VIEWS_MAX


def test_views_of_http_routes_become_views_of_all_routes(db_url: str) -> None:
    database = Database(db_url)
    database.upgrade("0003")
    views = SavedViews(database)
    views.save(MARA, "httproutes", "broken", "status=err")
    views.save(MARA, "httproutes", "every", "")
    database.upgrade()
    assert views.list(MARA, "routes") == [
        SavedView("broken", "kind=HTTPRoute&status=err"),
        SavedView("every", "kind=HTTPRoute"),
    ]
    assert views.list(MARA, "httproutes") == []
    database.close()
