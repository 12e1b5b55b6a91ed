"""Promise: the wizard of an object that is not there, or not known yet, says so, and shows the
object as soon as it is."""

from typing import Any

import pytest

from tests.browser import test_gateway_wizard, test_stack_wizard
from tests.browser.fleet_of_two import Console, Late
from tests.browser.journey import Window

pytestmark = pytest.mark.browser

MISSING = "#wizard-page > .missing-state"
STEP = "#wizard-steps [aria-current]"
EITHER = pytest.mark.parametrize(
    ("page", "kind", "made"),
    [
        ("gateways", test_gateway_wizard.KIND, test_gateway_wizard.bundle("awaited")),
        ("stacks", test_stack_wizard.KIND, test_stack_wizard.stack("awaited")),
    ],
    ids=["gateway", "stack"],
)


def shown(window: Window, step: str) -> None:
    """Wait until the wizard stands at ``step`` in place of what was said."""
    window.says(STEP, step)
    window.until(lambda: not any(one.is_displayed() for one in window.all(MISSING)), "it alone")


@EITHER
def test_what_is_read_for_the_first_time_is_shown_once_it_is_known(
    late: tuple[Late, Window], page: str, kind: str, made: dict[str, Any]
) -> None:
    console, window = late
    console.apis["web"].store.create(made)
    window.open(f"/{page}/edit/web/shop/awaited?step=review", MISSING)
    window.says(MISSING, "awaited is not known yet")
    console.answers()
    shown(window, "Review")


@EITHER
def test_what_comes_back_is_shown_at_the_step_that_was_open(
    pair: Console, opened: Window, page: str, kind: str, made: dict[str, Any]
) -> None:
    store = pair.apis["web"].store
    store.create(made)
    pair.container.fleet.get("web").cache.wait_seen(kind, ("shop", "awaited"), "0", 20)
    opened.open(f"/{page}/edit/web/shop/awaited?step=review", STEP)
    shown(opened, "Review")
    store.delete(made["apiVersion"], made["kind"], "shop", "awaited")
    opened.says(MISSING, "It may have been deleted")
    store.create(made)
    shown(opened, "Review")
    assert opened.one("#wizard-page").get_attribute("class") == "form-page wizard-page at-review"


def test_what_came_unheard_is_shown(pair: Console, opened: Window) -> None:
    """A change is not heard of while the page is on its way."""
    opened.open("/gateways/edit/web/shop/unheard", MISSING)
    opened.says(MISSING, "It may have been deleted")
    opened.hear_of_no_change()
    test_gateway_wizard.there(pair, opened, "unheard")
    shown(opened, "Class")
