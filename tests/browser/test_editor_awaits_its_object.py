"""Promise: the editor of an object that is not there, or not known yet, says so, and shows the
object as soon as it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.fleet_of_two import Console, Late, route, started
from tests.browser.journey import Window, by, field, signed_in
from tests.browser.managed_hub import Hub

pytestmark = pytest.mark.browser

MISSING = "#edit-page > .missing-state"


def shown(window: Window) -> None:
    """Wait until the object's form stands in place of what was said."""
    window.until(lambda: not any(one.is_displayed() for one in window.all(MISSING)), "it alone")
    window.says("#edit-result", "No changes")
    assert window.one("#edit-page").get_attribute("class") == "ngf-page edit-page both"


def test_what_is_read_for_the_first_time_is_shown_once_it_is_known(
    late: tuple[Late, Window],
) -> None:
    console, window = late
    window.open("/edit/httproutes/web/shop/route-000", MISSING)
    window.says(MISSING, "route-000 is not known yet")
    console.answers()
    shown(window)
    assert window.value(field("hostnames")) == "route-000.example.com"


def test_what_came_is_changed_as_if_it_had_always_been_there(pair: Console, opened: Window) -> None:
    opened.open("/edit/httproutes/web/shop/awaited", MISSING)
    opened.says(MISSING, "It may have been deleted")
    opened.live()
    pair.apis["web"].store.create(route("awaited"))
    shown(opened)
    add = opened.all(by("edit-act", "backend-add"))
    assert len(add) == 1, "what the browser draws into the form stands there once"
    opened.fill(field("backend-0-weight"), "80")
    opened.says("#edit-result", "Dry-run passed")
    assert opened.value(field("backend-0-weight")) == "80"
    assert opened.console_errors() == []


def test_who_asks_once_more_than_needed_loses_nothing_that_was_typed(opened: Window) -> None:
    opened.open("/edit/httproutes/web/shop/route-001")
    opened.holds(field("hostnames"), "route-001.example.com")
    opened.fill(field("backend-0-weight"), "80")
    opened.fill(field("match-0-path"), "/typed")
    opened.says("#edit-based", "2 fields change")
    ref = {"kind": "httproutes", "cluster": "web", "namespace": "shop", "name": "route-001"}
    again = ref | {"create": False, "at": 1}
    opened.run("dash_clientside.set_props('edit-ref', {data: arguments[0]})", again)
    opened.fill(field("backend-1-weight"), "20")
    opened.says("#edit-based", "3 fields change")
    assert opened.value(field("backend-0-weight")) == "80"


def test_what_came_unheard_is_shown(pair: Console, opened: Window) -> None:
    """A change is not heard of while the page is on its way."""
    opened.open("/edit/httproutes/web/shop/unheard", MISSING)
    opened.says(MISSING, "It may have been deleted")
    opened.hear_of_no_change()
    pair.apis["web"].store.create(route("unheard"))
    shown(opened)


def test_a_new_object_is_begun_once_there_is_a_cluster_for_it(
    chromium: Callable[[], Any],
) -> None:
    with started(Hub) as console, signed_in(chromium, console) as window:
        window.open("/create/httproutes", MISSING)
        window.says(MISSING, "There is no cluster to create it on")
        console.register("web")
        window.holds(by("edit-new", "cluster"), "web")
        window.says("#edit-result", "Give it a name")
