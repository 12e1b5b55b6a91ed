"""Promise: label selectors mean what they mean to kubectl, and a wrong one names the rule."""

import pytest

from services.errors import Invalid
from services.kube.labels import selector
from services.listing import ListQuery

LABELS = {"app": "web", "tier": "front", "example.com/team": "shop", "size": "5"}


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=front", True),
        ("app = web , tier = back", False),
        ("app!=web", False),
        ("missing!=web", True),
        ("app in (api, web)", True),
        ("tier notin (front,back)", False),
        ("missing notin (a)", True),
        ("example.com/team", True),
        ("!example.com/team", False),
        ("!missing,app in (web),tier", True),
        ("size>4,size<6", True),
        ("size>5", False),
        ("app>1", False),
        ("missing<1", False),
    ],
)
def test_a_selector_selects(text: str, selected: bool) -> None:
    assert selector(text)(LABELS) is selected


@pytest.mark.parametrize(
    "text",
    [
        *("a=b=c", "app in web", "=web", "app in (a", "a,,b", "a/b/c=d", "k" * 64, "app>x"),
        *(f"app={'v' * 64}", f"app in ({'v' * 64})", f"{'p' * 254}/app", "Example.com/app"),
    ],
)
def test_a_wrong_selector_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        selector(text)
    assert caught.value.details["fields"][0]["field"] == "labelSelector"


def test_a_page_that_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        ListQuery(page=0, page_size=0)
    assert [one["field"] for one in caught.value.details["fields"]] == ["page", "pageSize"]
