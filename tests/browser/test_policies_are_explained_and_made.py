"""Promise: policies are found with what they give way to, what is in effect names the winner, and a
policy is made and changed in a form of its cluster's own schema, with nothing lost."""

import pytest
from selenium.webdriver.support.select import Select

from services.auth.identity import CONSOLE
from tests.browser.journey import Window, by, field
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

CLUSTER, SPACE = "web-fra", "orders"
KIND = "ratelimitpolicies"


@pytest.fixture
def opened(tab: Tab) -> Window:
    return Window(tab.driver, tab.console)


def choose(window: Window, selector: str, text: str) -> None:
    """Choose an option of a select by what it says, once it has it."""
    window.until(
        lambda: Select(window.one(selector)).select_by_visible_text(text) is None,
        f"{text} in {selector}",
    )


def test_a_policy_without_effect_leads_to_the_one_it_gives_way_to(opened: Window) -> None:
    opened.open("/policies?kind=ClientSettingsPolicy", "#policies-grid .ag-row .nm")
    opened.says("#policies-grid", "no-such-target")
    opened.says("#policies-grid", "upload-size")
    assert "RateLimitPolicy" not in opened.text("#policies-grid .ag-center-cols-container")
    opened.click("a[href^='/policies/conflicts']")
    row = "#policy-conflicts-rows tr[data-key*='/legacy-uploads/']"
    opened.says(row, "Conflicted")
    opened.says(row, "body.maxSize")
    opened.click(f"{row} a[href$='/shop/legacy-uploads']")
    opened.says("#detail-policy-strip", "It gives way to")
    opened.says("#detail-settings", "keepAlive.time")
    opened.click("#detail-policy-strip a")
    opened.address("/policy/clientsettingspolicies/web-fra/shop/upload-size")
    opened.says("#detail-settings", "not on HTTPRoute cart")
    opened.click("#detail-targets [col-id=effect] a")
    opened.says("#effect-unit", "shop/edge-public")
    choose(opened, "#effect-of", "HTTPRoute")
    choose(opened, "#effect-object", "shop/cart")
    opened.says("#effect-rows", "256k")
    opened.says("#effect-rows s", "10m")
    opened.says("#effect-rows", "Overridden by shop/cart-bodies")
    opened.address("object=shop/cart")


def test_a_policy_is_made_from_a_template_and_changed_in_place(opened: Window) -> None:
    container = opened.console.container
    name = "browser-made"
    opened.open(f"/policies/create?cluster={CLUSTER}&namespace={SPACE}")
    opened.click(f"a[href^='/create/{KIND}']")
    choose(opened, "#edit-schema-template", "Sign-in")
    opened.says("#edit-schema-form", "Guessing passwords must be slow")
    rules = "spec.rateLimit.local.rules"
    opened.holds(field(f"{rules}[0].rate"), "10r/m")
    opened.fill(by("edit-new", "name"), name)
    opened.fill(field("spec.targetRefs[0].name"), "api")
    opened.fill(field(f"{rules}[0].rate"), "often")
    opened.says("#edit-schema-form .hint.err", "r/[sm]")
    opened.fill(field(f"{rules}[0].rate"), "30r/m")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address(f"/policy/{KIND}/{CLUSTER}/{SPACE}/{name}")
    container.changes.update(
        CONSOLE,
        CLUSTER,
        KIND,
        SPACE,
        name,
        lambda live: live | {"metadata": live["metadata"] | {"annotations": {"team": "orders"}}},
    )

    opened.open(f"/edit/{KIND}/{CLUSTER}/{SPACE}/{name}")
    opened.holds(field(f"{rules}[0].rate"), "30r/m")
    opened.click("button[data-do=add][data-way*='rules']")
    opened.fill(field(f"{rules}[1].key"), "$http_x_user")
    opened.fill(field(f"{rules}[1].rate"), "5r/s")
    opened.until(lambda: "5r/s" in opened.value("#edit-yaml"), "the YAML does not follow")
    opened.click("[aria-label='Remove rule 1']")
    opened.holds(field(f"{rules}[0].key"), "$http_x_user")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address(f"/policy/{KIND}/{CLUSTER}/{SPACE}/{name}")
    live = container.resources.raw(CONSOLE, CLUSTER, KIND, SPACE, name)
    assert live["spec"]["rateLimit"]["local"]["rules"] == [{"key": "$http_x_user", "rate": "5r/s"}]
    assert live["spec"]["rateLimit"]["rejectCode"] == 429
    assert live["metadata"]["annotations"] == {"team": "orders"}


def test_a_kind_that_is_not_installed_says_so_where_its_form_would_be(opened: Window) -> None:
    opened.open(f"/create/payloadprocessors?cluster={CLUSTER}")
    opened.says("#edit-schema-form", "not installed on this cluster")


def test_a_block_or_list_that_is_missing_says_so_at_its_head(opened: Window) -> None:
    opened.open(f"/create/backendtlspolicies?cluster={CLUSTER}&namespace={SPACE}")
    opened.fill(by("edit-new", "name"), "unfinished")
    opened.says("#edit-schema-form [data-key='spec.validation'] > summary .fault", "Is required.")
    opened.says("#edit-result", "2 fields are not accepted: validation, name")
    opened.open(f"/create/snippetsfilters?cluster={CLUSTER}&namespace={SPACE}")
    opened.fill(by("edit-new", "name"), "unfinished")
    opened.says("#edit-schema-form [data-key='spec.snippets'] > .lab .fault", "Is required.")
