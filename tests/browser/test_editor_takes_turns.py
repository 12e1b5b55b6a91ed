"""Promise: whatever is done how quickly in the editor, nothing of it is lost, and Apply sends what
is on the page. The console is as far away as it is for most people: 150 ms."""

from collections.abc import Iterator

import pytest

from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def far(opened: Window) -> Iterator[Window]:
    """The window on a network with latency."""
    opened.driver.execute_cdp_cmd("Network.enable", {})
    opened.driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    yield opened
    opened.driver.execute_cdp_cmd("Network.disable", {})


def edit(far: Window, name: str) -> None:
    far.open(f"/edit/httproutes/web/shop/{name}")
    far.says("#edit-result", "No changes")


def replaced(far: Window, old: str, new: str) -> None:
    """Change the YAML, as typing would."""
    text = far.value("#edit-yaml")
    assert old in text
    far.write(text.replace(old, new))


def yaml_has(far: Window, *parts: str) -> None:
    far.until(
        lambda: all(part in far.value("#edit-yaml") for part in parts), f"{parts} in the YAML"
    )


def test_apply_waits_for_the_dry_run_of_the_last_key(far: Window) -> None:
    edit(far, "route-010")
    far.fill(field("backend-0-weight"), "80")
    far.says("#edit-result", "Dry-run passed")
    replaced(far, "route-010.example.com", "other.example.com")
    assert not far.one("#edit-apply").is_enabled()
    far.says("#edit-based", "2 fields change")
    far.click("#edit-apply")
    far.address("/httproute/web/shop/route-010")
    far.says("#_pages_content", "other.example.com")
    far.open("/edit/httproutes/web/shop/route-010")
    far.holds(field("backend-0-weight"), "80")
    far.holds(field("hostnames"), "other.example.com")


def test_yaml_form_and_buttons_touched_at_once_all_count(far: Window) -> None:
    edit(far, "route-011")
    replaced(far, "route-011.example.com", "other.example.com")
    far.fill(field("backend-0-weight"), "80")
    far.click(by("edit-act", "match-add"))
    yaml_has(far, "other.example.com", "weight: 80")
    far.one(field("match-1-path"))
    far.holds(field("hostnames"), "other.example.com")


def test_each_press_counts(far: Window) -> None:
    edit(far, "route-012")
    far.run(
        "const add = document.querySelector(arguments[0]); add.click(); add.click();",
        by("edit-act", "match-add"),
    )
    far.one(field("match-2-path"))
    far.run(
        "const remove = document.querySelector(arguments[0]); remove.click(); remove.click();",
        by("edit-act", "match-1-remove"),
    )
    far.until(lambda: not far.all(field("match-1-path"))[0].is_displayed(), "one match")


def test_a_link_pressed_after_the_last_key_asks(far: Window) -> None:
    edit(far, "route-013")
    far.fill(field("hostnames"), "other.example.com")
    far.click("#n-side a[href='/gateways']")
    far.says(".n-dialog", "Leave without applying?")
    far.click(".n-dialog .btn-secondary")
    yaml_has(far, "other.example.com")
