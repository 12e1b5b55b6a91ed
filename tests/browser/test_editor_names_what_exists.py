"""Promise: the editor offers what can be named, says under a row what does not exist, and shows at
the field what the server does not take."""

import pytest

from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser


def edit(opened: Window, name: str) -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.says("#edit-result", "No changes")


def offers(opened: Window, name: str) -> list[str]:
    """What the list of an input proposes."""
    found = opened.run(
        "return [...(document.getElementById(arguments[0].getAttribute('list'))?.options || [])]"
        ".map((one) => one.value)",
        opened.one(field(name)),
    )
    return list(found)


def test_gateways_listeners_services_and_ports_are_offered(opened: Window) -> None:
    edit(opened, "route-000")
    for name, wanted in {
        "parent-0-gateway": ["edge", "payments/pay"],
        "parent-0-listener": ["http", "https"],
        "backend-0-name": ["web", "default/kubernetes"],
        "backend-0-port": ["8080"],
    }.items():
        opened.until(lambda n=name, w=wanted: offers(opened, n) == w, f"{wanted} for {name}")


def test_a_gateway_or_listener_that_is_not_there_is_said(opened: Window) -> None:
    edit(opened, "route-001")
    line = f"{by('edit-row', 'parent-0')} > .says"
    opened.fill(field("parent-0-listener"), "none")
    opened.says(line, 'Gateway shop/edge has no listener with name "none".')
    opened.fill(field("parent-0-gateway"), "nope/none")
    opened.says(line, "Gateway nope/none does not exist.")
    opened.click("#edit-reset")
    opened.says(line, "Attaches to listener")


def test_what_the_server_refuses_is_said_at_the_field(opened: Window) -> None:
    opened.open("/create/gateways?cluster=web&namespace=shop")
    assert opened.text("#_pages_content h1") == "Create gateway"
    opened.says("#edit-result", "Give it a name")
    opened.fill(by("edit-new", "name"), "Not_A_Name")
    opened.says("#edit-result", "1 field is not accepted: name")
    assert opened.one(by("edit-new", "name")).get_attribute("aria-invalid") == "true"
    assert len(opened.all(".edit-form .fault")) == 1
    opened.fill(by("edit-new", "name"), "fine")
    opened.says("#edit-result", "Dry-run passed")
    assert opened.all(".edit-form .fault") == []
    assert opened.text("#edit-apply") == "Create gateway"


def test_a_lone_backend_has_no_slider(opened: Window) -> None:
    edit(opened, "route-002")
    assert opened.one(field("backend-0-slide")).is_displayed()
    opened.click(by("edit-act", "backend-1-remove"))
    opened.until(
        lambda: not opened.all(field("backend-0-slide"))[0].is_displayed(), "the slider stays"
    )


def test_inputs_without_a_visible_label_have_a_name(opened: Window) -> None:
    edit(opened, "route-003")
    assert opened.one(field("backend-0-port")).get_attribute("aria-label") == "Port of backend 1"
    opened.click(by("edit-head", 0, key="index"))
    head = by("edit-head", 0, key="index")
    opened.until(
        lambda: opened.one(head).get_attribute("aria-expanded") == "false", "the rule stays open"
    )
    assert opened.console_errors() == []
