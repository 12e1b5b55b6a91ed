"""Promise: the audit log shows what changed, and an API token is shown exactly once."""

import pytest

from services.configdb.audit import AuditEvent
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

FITS = """const cell = document.querySelector("#settings-tokens-body tbody td:last-child");
return cell.scrollWidth <= cell.clientWidth;"""


@pytest.fixture
def entry(tab: Tab) -> int:
    """An audit entry with one changed field."""
    return tab.console.container.audit.record(
        AuditEvent(
            actor="m.keller",
            role="operator",
            cluster="web-fra",
            kind="httproutes",
            namespace="payments",
            name="checkout",
            verb="update",
            reason="ticket NET-4112",
            before={"spec": {"weight": 95}},
            after={"spec": {"weight": 80}},
            diff=[{"path": "spec.rules[1].backendRefs[0].weight", "old": 95, "new": 80}],
        )
    )


def open_tokens(tab: Tab) -> None:
    tab.open("/settings?tab=tokens", "#token-create")
    tab.until(lambda: tab.find("#token-create").is_displayed(), "the form of a token")


def test_an_entry_opens_with_its_changed_fields_and_closes_with_escape(
    tab: Tab, entry: int
) -> None:
    tab.open("/audit?q=checkout", "#audit-grid .ag-row .nm")
    tab.click("#audit-grid .ag-row .nm")
    tab.has(".n-aside", "spec.rules[1].backendRefs[0].weight")
    assert [node.text for node in tab.all(".n-aside .old, .n-aside .new")] == ["95", "80"]
    assert f"sel={entry}" in tab.query()
    tab.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    tab.until(lambda: not tab.all(".n-aside"), "the drawer closed")
    assert tab.query() == "/audit?q=checkout"


def test_filters_are_in_the_address(tab: Tab, entry: int) -> None:
    tab.open("/audit", "#audit-grid .ag-row")
    tab.click("#audit-verb option[value=update]")
    tab.until(lambda: tab.query() == "/audit?verb=update", "the filter in the address")


def test_the_chain_can_be_checked(tab: Tab, entry: int) -> None:
    tab.open("/audit")
    tab.click("#audit-verify")
    tab.has("#n-toasts", "The chain holds")


def test_a_token_is_shown_once_and_can_be_revoked(tab: Tab) -> None:
    tab.open("/")
    open_tokens(tab)
    tab.find("#token-name").send_keys("browser-test")
    tab.click("#token-create")
    secret = tab.find("#token-shown input").get_attribute("value")
    assert tab.console.container.tokens.authenticate(secret).name == "token:browser-test"
    tab.driver.refresh()
    tab.has("#settings-tokens-body", "browser-test")
    assert secret not in tab.driver.page_source
    tab.click("[aria-label='Revoke browser-test']")
    tab.click(".n-dialog .btn-danger")
    tab.has("#n-toasts", "revoked")
    tab.until(lambda: "browser-test" not in tab.text("#settings-tokens-body"), "the row gone")


def test_what_is_wrong_with_a_token_is_said_at_the_field(tab: Tab) -> None:
    tab.open("/")
    open_tokens(tab)
    tab.click("#token-create")
    tab.has("#token-name-error", "must not be empty")
    assert "is-invalid" in tab.find("#token-name").get_attribute("class")


def test_the_form_of_a_token_is_empty_after_one_is_made(tab: Tab) -> None:
    tab.open("/")
    open_tokens(tab)
    tab.find("#token-name").send_keys("month-long")
    tab.find("#token-clusters").send_keys("web-fra")
    tab.click("#token-create")
    tab.find("#token-shown input")
    tab.until(lambda: not tab.find("#token-clusters").get_attribute("value"), "the field empty")
    assert not tab.find("#token-name").get_attribute("value")
    tab.has("#settings-tokens-body", "in 30 d")
    for width in (1440, 390):
        tab.size(width)
        tab.until(lambda: tab.run(FITS), f"Revoke within its column at {width}")


def test_the_theme_is_kept_and_applied_before_the_first_paint(tab: Tab) -> None:
    tab.open("/settings?tab=theme")
    tab.click("[data-theme-choice=dark]")
    tab.driver.refresh()
    assert tab.run("return document.documentElement.dataset.bsTheme") == "dark"
    tab.find("#_pages_content h1")
    assert tab.run("return getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 22)"
