"""Promise: the editor sends what the user changed and nothing else, says before what the server
would store, and asks for a reason where another tool owns the object."""

from copy import deepcopy

import pytest

from services.auth.identity import CONSOLE
from tests.browser.fleet_of_two import API, Console, route
from tests.browser.journey import Window, by, field

pytestmark = pytest.mark.browser


def edit(opened: Window, name: str) -> None:
    opened.open(f"/edit/httproutes/web/shop/{name}")
    opened.holds(field("hostnames"), f"{name}.example.com")
    opened.says("#edit-result", "No changes")


def test_the_form_changes_one_field_and_keeps_the_rest(pair: Console, opened: Window) -> None:
    before = deepcopy(pair.live("HTTPRoute", "route-000"))
    edit(opened, "route-000")
    opened.fill(field("backend-0-weight"), "80")
    opened.says("#edit-stored", "spec.rules[0].backendRefs[0].weight")
    opened.says("#edit-result", "Dry-run passed")
    assert pair.live("HTTPRoute", "route-000") == before, "the dry-run changed the object"
    opened.until(lambda: "weight: 80" in opened.value("#edit-yaml"), "the YAML does not follow")
    assert "chg" in opened.one(field("backend-0-weight")).get_attribute("class")
    opened.click("#edit-apply")
    opened.says("#n-toasts", "HTTPRoute shop/route-000 applied")
    opened.address("/httproute/web/shop/route-000")
    after = pair.live("HTTPRoute", "route-000")
    assert after["spec"]["rules"][0]["backendRefs"][0].pop("weight") == 80
    before["spec"]["rules"][0]["backendRefs"][0].pop("weight")
    assert after["spec"] == before["spec"]
    assert after["status"] == before["status"]


def test_the_yaml_changes_the_form(opened: Window) -> None:
    edit(opened, "route-001")
    text = opened.value("#edit-yaml").replace("route-001.example.com", "other.example.com # why")
    opened.write(text)
    opened.holds(field("hostnames"), "other.example.com")
    opened.fill(field("match-0-path"), "/other")
    opened.until(lambda: "value: /other" in opened.value("#edit-yaml"), "the YAML does not follow")
    assert "other.example.com # why" in opened.value("#edit-yaml"), "a comment was lost"
    opened.says("#edit-based", "2 fields change")


def test_text_that_is_no_yaml_is_said_by_line_and_cannot_be_applied(opened: Window) -> None:
    edit(opened, "route-002")
    opened.one("#edit-yaml").send_keys("\nspec: [")
    opened.says("#edit-problem", "Line")
    opened.says("#edit-result", "Not YAML")
    assert not opened.one("#edit-apply").is_enabled()
    opened.click("#edit-reset")
    opened.says("#edit-result", "No changes")


def test_what_the_server_refuses_is_shown_before_it_is_applied(opened: Window) -> None:
    edit(opened, "route-002")
    opened.fill(field("parent-0-listener"), "No Name")
    opened.says("#edit-result", "1 field is not accepted: sectionName")
    opened.says("#edit-stored", "sectionName")
    opened.says(".edit-form .fault", "Lower-case letters, digits, dashes and dots")
    assert opened.one(field("parent-0-listener")).get_attribute("aria-invalid") == "true"
    assert not opened.one("#edit-apply").is_enabled()


def test_typing_is_never_interrupted(opened: Window) -> None:
    edit(opened, "route-003")
    typed = opened.one(field("hostnames"))
    typed.send_keys(", second.example.com")
    opened.until(
        lambda: "- second.example.com" in opened.value("#edit-yaml"), "the YAML does not follow"
    )
    typed.send_keys(", third.example.com")
    opened.until(
        lambda: "- third.example.com" in opened.value("#edit-yaml"), "the YAML does not follow"
    )
    assert opened.driver.switch_to.active_element == typed
    assert typed.get_attribute("value") == (
        "route-003.example.com, second.example.com, third.example.com"
    )


def test_an_object_of_another_tool_wants_a_reason(pair: Console, opened: Window) -> None:
    owned = route("owned")
    owned["metadata"]["labels"] = {"argocd.argoproj.io/instance": "shop-prod"}
    pair.apis["web"].store.create(owned)
    opened.until(
        lambda: ("shop", "owned") in pair.container.fleet.get("web").snapshot("httproutes").objects,
        "the watch does not show the route",
    )
    edit(opened, "owned")
    opened.says("#edit-strip", "Argo CD owns this object")
    opened.fill(field("hostnames"), "new.example.com")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.says("#n-toasts", "A reason is needed")
    assert pair.live("HTTPRoute", "owned")["spec"]["hostnames"] == ["owned.example.com"]
    opened.fill("#edit-reason", "NET-4112")
    opened.click("#edit-apply")
    opened.address("/httproute/web/shop/owned")
    assert pair.live("HTTPRoute", "owned")["spec"]["hostnames"] == ["new.example.com"]
    [entry] = pair.container.audit.list(CONSOLE, kind="httproutes", name="owned").items
    assert (entry.verb, entry.reason, entry.outcome) == ("update", "NET-4112", "done")


def test_a_gateway_is_made_from_the_template(pair: Console, opened: Window) -> None:
    opened.open("/create/gateways?cluster=web&namespace=shop")
    opened.holds(by("edit-new", "namespace"), "shop")
    opened.says("#edit-result", "Give it a name")
    assert opened.all(".edit-form .fault") == []
    opened.fill(by("edit-new", "name"), "fresh")
    opened.says("#edit-result", "Dry-run passed")
    opened.click("#edit-apply")
    opened.address("/gateway/web/shop/fresh")
    assert pair.live("Gateway", "fresh")["apiVersion"] == API
    opened.says("[data-tab=audit]", "Audit1")
    assert opened.console_errors() == []
