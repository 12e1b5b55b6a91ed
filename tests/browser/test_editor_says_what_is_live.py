"""Promise: while a route is edited, the editor shows what is live beside what is drafted, whether
the drafted backends are there, and how much was changed."""

import pytest

from tests.browser.fleet_of_two import Console, endpoints, service
from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser


def live_mark(at: int) -> str:
    return f"{by('edit-row', f'backend-{at}')} > .live"


def backend_state(at: int) -> str:
    return f"{by('edit-row', f'backend-{at}')} > .says"


def head(at: int) -> str:
    return by("edit-head", at, key="index")


def edit(opened: Window, name: str) -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.says("#edit-result", "No changes")


def test_the_live_weight_stays_marked_while_another_is_drafted(opened: Window) -> None:
    edit(opened, "route-000")
    opened.says(live_mark(0), "live 95")
    opened.fill(field("backend-0-weight"), "80")
    opened.holds(field("backend-0-slide"), "80")
    opened.says(f"{by('edit-row', 'backend-0')} > .share", "94%")
    mark, slide = opened.one(live_mark(0)), opened.one(field("backend-0-slide"))
    track = slide.rect["width"] - 14  # a thumb is 14 px wide and its middle stands for the value
    at = (mark.rect["x"] + 1 - slide.rect["x"] - 7) / track
    assert at == pytest.approx(0.95, abs=0.01)
    opened.click(by("edit-act", "backend-add"))
    opened.says(backend_state(2), "no name yet")
    assert not opened.all(live_mark(2))[0].is_displayed(), "a new backend has no live weight"


def test_the_state_of_a_backend_follows_the_draft_and_the_cluster(
    pair: Console, opened: Window
) -> None:
    edit(opened, "route-001")
    opened.says(backend_state(0), "1 of 1 endpoints ready")
    opened.says(backend_state(1), "Service does not exist")
    assert "ok" in opened.one(backend_state(0)).get_attribute("class").split()
    assert "err" in opened.one(backend_state(1)).get_attribute("class").split()
    opened.fill(field("backend-0-port"), "9090")
    opened.says(backend_state(0), "no port 9090")
    opened.fill(field("backend-0-name"), "payments/web")
    opened.says(backend_state(0), "no ReferenceGrant")
    assert not opened.all(live_mark(0))[0].is_displayed(), "another Service has no live weight"
    opened.live()
    for made in (service("gone"), endpoints("gone")):
        pair.apis["web"].store.create(made)
    opened.says(backend_state(1), "1 of 1 endpoints ready")


def test_rules_and_listeners_say_how_much_was_changed(opened: Window) -> None:
    edit(opened, "route-002")
    assert [found.text for found in opened.all("#edit-count")] == [""]
    opened.fill(field("backend-0-weight"), "80")
    opened.says(head(0), "1 change")
    opened.fill(field("backend-1-weight"), "20")
    opened.says(head(0), "2 changes")
    opened.says("#edit-count", "2 changes")
    opened.says("#edit-based", "2 fields change")
    opened.click(by("edit-act", "item-add"))
    opened.says(head(1), "new")
    opened.click("#edit-reset")
    opened.until(lambda: "change" not in opened.one(head(0)).text, "the rule to be as it was")
    opened.open("/edit/gateways/web/shop/edge")
    opened.holds(field("name"), "http")
    opened.fill(field("port"), "81")
    opened.says(head(0), "1 change")
    opened.says("#edit-count", "1 change")
    assert "change" not in opened.one(head(1)).text


def test_a_narrow_form_keeps_everything_in_reach(opened: Window) -> None:
    opened.size(390, 844)
    try:
        edit(opened, "route-003")
        opened.says(backend_state(0), "1 of 1 endpoints ready")
        outside = opened.run(
            "return [...document.querySelectorAll('.edit-form *')]"
            ".filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML)"
        )
        assert outside == []
        opened.fill(field("backend-0-weight"), "80")
        opened.says(head(0), "1 change")
    finally:
        opened.size(1440)
    assert opened.console_errors() == []


def test_what_a_draft_does_to_traffic_is_told_before_it_is_applied(opened: Window) -> None:
    edit(opened, "route-002")
    opened.says("#edit-impact", "Shown once the dry-run has passed.")
    opened.fill(field("backend-0-port"), "9090")
    opened.says("#edit-result", "Dry-run passed")
    opened.says("#edit-impact .cond.err", "1 issue is introduced")
    opened.says("#edit-impact", "has no port 9090")
    opened.says("#edit-impact .cond.warn", "1 request goes elsewhere")
    opened.says("#edit-impact-at", "model of web")


def test_changes_of_other_things_take_no_answer_away(opened: Window) -> None:
    """A browser drops an answer whose callback is called again; a stream of changes that are not
    the editor's must not call it."""
    noise = """
    const changes = [{ cluster: "web", kind: "pods", version: 1 }];
    setInterval(() => window.dash_clientside?.set_props?.("live-changes", { data: changes }), 5);
    """
    script = opened.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument", {"source": noise}
    )
    try:
        edit(opened, "route-002")
        opened.says(backend_state(0), "1 of 1 endpoints ready")
        opened.fill(field("backend-0-port"), "9090")
        opened.says("#edit-result", "Dry-run passed")
        opened.says(backend_state(0), "no port 9090")
    finally:
        opened.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
