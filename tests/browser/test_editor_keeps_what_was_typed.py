"""Promise: what is typed in the form stays there until it is applied or given up: also what is no
value of the field, of which the form says what is wrong and sends nothing."""

import pytest

from tests.browser.fleet_of_two import Console, route
from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser


def edit(opened: Window, name: str) -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.says("#edit-result", "No changes")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("backend-0-weight", "90.5", "Weight must be a whole number between 0 and 1000000."),
        ("backend-0-weight", "-5", "Weight must be between 0 and 1000000."),
        ("backend-0-weight", "2000000", "Weight must be between 0 and 1000000."),
        ("backend-0-weight", "1e", "Weight must be a whole number between 0 and 1000000."),
        ("backend-0-port", "99999", "Port must be between 1 and 65535."),
        ("match-0-headers", "garbage", "Write header: value."),
        ("match-0-path", "checkout", "Path must begin with /."),
    ],
)
def test_what_is_no_value_stays_and_changes_nothing(
    opened: Window, name: str, typed: str, said: str
) -> None:
    edit(opened, "route-000")
    before = opened.value("#edit-yaml")
    opened.fill(field(name), typed)
    opened.says(".edit-form .fault", said)
    opened.says("#edit-result", "1 field is not accepted")
    assert opened.value(field(name)) == typed
    assert opened.one(field(name)).get_attribute("aria-invalid") == "true"
    assert opened.value("#edit-yaml") == before
    assert not opened.one("#edit-apply").is_enabled()
    opened.fill(field("match-0-query"), "a: 1")
    opened.until(lambda: "name: a" in opened.value("#edit-yaml"), "the YAML does not follow")
    assert opened.value(field(name)) == typed, "another edit has overwritten it"
    opened.click("#edit-reset")
    opened.says("#edit-result", "No changes")
    assert opened.all(".edit-form .fault") == []
    assert opened.value(field(name)) != typed


def test_an_emptied_number_clears_the_field(opened: Window) -> None:
    edit(opened, "route-001")
    opened.fill(field("backend-0-weight"), "")
    opened.says("#edit-result", "Dry-run passed")
    opened.says("#edit-based", "1 field changes.")
    assert "weight: 95" not in opened.value("#edit-yaml")


def test_what_is_wrong_in_a_rule_is_counted_at_its_head_and_waits_there(opened: Window) -> None:
    edit(opened, "route-002")
    opened.fill(field("backend-0-port"), "0")
    opened.says(".edit-form .fault", "Port must be between 1 and 65535.")
    opened.click(by("edit-act", "item-add"))
    opened.until(lambda: not opened.all(".edit-form .fault"), "the other rule is shown as wrong")
    head = opened.one(by("edit-head", 0, key="index"))
    opened.until(lambda: head.get_attribute("data-fault") == "1 error", "the head does not say it")
    assert not opened.one("#edit-apply").is_enabled()
    opened.click(by("edit-head", 0, key="index"))
    opened.holds(field("backend-0-port"), "0")
    opened.says(".edit-form .fault", "Port must be between 1 and 65535.")
    opened.fill(field("backend-0-port"), "8081")
    opened.says("#edit-result", "Dry-run passed")
    assert opened.console_errors() == []


def test_the_form_and_the_yaml_of_a_new_object_say_the_same(opened: Window) -> None:
    opened.open("/create/gateways?cluster=web&namespace=shop")
    opened.holds(by("edit-new", "namespace"), "shop")
    opened.fill(by("edit-new", "name"), "typed")
    opened.until(lambda: "name: typed" in opened.value("#edit-yaml"), "the YAML does not follow")
    opened.write(opened.value("#edit-yaml").replace("name: typed", "name: from-yaml"))
    opened.holds(by("edit-new", "name"), "from-yaml")
    opened.fill(by("edit-new", "namespace"), "payments")
    opened.until(lambda: "namespace: payments" in opened.value("#edit-yaml"), "the YAML stays")
    assert "name: from-yaml" in opened.value("#edit-yaml")
    opened.click("#edit-reset")
    opened.holds(by("edit-new", "name"), "")
    opened.holds(by("edit-new", "namespace"), "shop")
    opened.says("#edit-result", "Give it a name")


def test_a_rule_put_in_is_one_change_in_words(opened: Window) -> None:
    edit(opened, "route-003")
    opened.click(by("edit-act", "item-duplicate"))
    opened.fill(field("match-0-path"), "/static")
    opened.says("#edit-stored", "added: /static to 2 backends")
    opened.says("#edit-based", "1 field changes.")
    opened.says("#edit-count", "1 change")
    opened.click(by("edit-act", "item-remove"))
    opened.says("#edit-result", "No changes")


def test_a_rule_taken_out_leaves_the_others_unchanged(pair: Console, opened: Window) -> None:
    rules = [route(name)["spec"]["rules"][0] for name in ("first", "second", "third")]
    pair.apis["web"].store.create(route("three", rules=rules))
    opened.until(
        lambda: ("shop", "three") in pair.container.fleet.get("web").snapshot("httproutes").objects,
        "the watch does not show the route",
    )
    edit(opened, "three")
    opened.click(by("edit-act", "item-remove"))
    opened.says("#edit-stored", "removed: /first to 2 backends")
    opened.says("#edit-based", "1 field changes.")
    opened.says("#edit-count", "1 change")
