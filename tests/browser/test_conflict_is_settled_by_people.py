"""Promise: of two people who edit one object the second sees both versions, decides only what
really clashes, and can apply the merge."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window, field, signed_in

pytestmark = pytest.mark.browser


def begin(opened: Window, name: str) -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}")
    opened.holds(field("hostnames"), f"{name}.example.com")


def apply(opened: Window) -> None:
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")


@pytest.fixture(scope="module")
def first(pair: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    with signed_in(chromium, pair) as window:
        yield window


@pytest.fixture(scope="module")
def second(pair: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    with signed_in(chromium, pair) as window:
        yield window


def test_only_a_real_clash_asks(pair: Console, first: Window, second: Window) -> None:
    begin(first, "route-000")
    begin(second, "route-000")
    second.fill(field("hostnames"), "second.example.com")
    second.fill(field("backend-1-weight"), "20")
    second.says("#edit-based", "2 fields change")
    first.fill(field("hostnames"), "first.example.com")
    first.fill(field("backend-0-weight"), "50")
    first.says("#edit-based", "2 fields change")
    apply(first)
    first.address("/httproute/web/shop/route-000")

    second.says("#edit-strip", "Somebody else changed this object while you edited.")
    second.click("#edit-strip-compare")
    second.says("#edit-conflict-table", "first.example.com")
    second.says("#edit-conflict-table", "second.example.com")
    second.says("#edit-conflict-sub", "1 is yours to decide")
    second.says("#edit-conflict-table th:nth-child(3)", "local, ")
    second.says("#edit-conflict-table th:nth-child(3)", " s ago")
    assert len(second.all("[id*=edit-keep]")) == 2
    assert not second.one("#edit-conflict-apply").is_enabled()
    second.click("[id*=edit-keep][id*=mine]")
    second.says("#edit-conflict-left", "Nothing is left to decide.")
    second.click("#edit-conflict-apply")
    second.address("/httproute/web/shop/route-000")

    spec = pair.live("HTTPRoute", "route-000")["spec"]
    assert spec["hostnames"] == ["second.example.com"]
    weights = [one["weight"] for one in spec["rules"][0]["backendRefs"]]
    assert weights == [50, 20], "a change was lost"


def test_what_does_not_clash_is_merged_and_said(
    pair: Console, first: Window, second: Window
) -> None:
    begin(first, "route-002")
    begin(second, "route-002")
    second.fill(field("backend-1-weight"), "20")
    second.says("#edit-based", "1 field changes. Based on")
    first.fill(field("backend-0-weight"), "50")
    apply(first)
    first.address("/httproute/web/shop/route-002")
    second.says("#edit-based", "1 field changes, merged with 1 field of local, ")
    second.says("#edit-result", "Dry-run passed")
    assert not second.all("#edit-strip")[0].is_displayed()
    second.click("#edit-apply")
    second.address("/httproute/web/shop/route-002")
    backends = pair.live("HTTPRoute", "route-002")["spec"]["rules"][0]["backendRefs"]
    assert [one["weight"] for one in backends] == [50, 20]


def test_a_clash_may_go_to_the_other_side(pair: Console, first: Window, second: Window) -> None:
    begin(first, "route-001")
    begin(second, "route-001")
    second.fill(field("hostnames"), "second.example.com")
    second.fill(field("match-0-path"), "/second")
    second.says("#edit-based", "2 fields change")
    first.fill(field("hostnames"), "first.example.com")
    apply(first)
    first.address("/httproute/web/shop/route-001")
    second.says("#edit-strip", "Compare")
    second.click("#edit-strip-compare")
    second.click("[id*=edit-keep][id*=mine]")
    second.says("#edit-conflict-table tbody tr:first-child td:last-child", "second.example.com")
    second.click("[aria-label^='Change ']")
    second.says("#edit-conflict-left", "1 left to decide.")
    second.click("[id*=edit-keep][id*=theirs]")
    second.says("#edit-conflict-table tbody tr:first-child td:last-child", "first.example.com")
    second.click("#edit-conflict-apply")
    second.address("/httproute/web/shop/route-001")
    spec = pair.live("HTTPRoute", "route-001")["spec"]
    assert spec["hostnames"] == ["first.example.com"]
    assert spec["rules"][0]["matches"][0]["path"]["value"] == "/second"
