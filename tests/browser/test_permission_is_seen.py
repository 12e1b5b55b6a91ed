"""Promise: a page offers nobody what would be refused, and says which role it needs and who gives
it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.auth.identity import Role
from tests.browser.journey import Window, by, field
from tests.browser.tab import Console

pytestmark = pytest.mark.browser

EDGE = "gateways/web-fra/shop/edge-public"


@contextmanager
def signed_in_with(chromium: Callable[[], Any], console: Console, token: str) -> Iterator[Window]:
    """A browser of somebody who typed an API token into the sign-in page."""
    window = Window(chromium(), console)
    window.open("/signin", "#credential")
    window.fill("#credential", token)
    window.click("form button[type=submit]")
    window.find("#_pages_content h1")
    yield window
    window.driver.quit()


@pytest.fixture(scope="module")
def viewer(console: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    with signed_in_with(chromium, console, console.token(Role.VIEWER)) as window:
        yield window


@pytest.fixture(scope="module")
def limited(console: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    limits = {"clusters": frozenset({"web-fra"}), "namespaces": frozenset({"payments", "orders"})}
    token = console.token(Role.OPERATOR, **limits)
    with signed_in_with(chromium, console, token) as window:
        yield window


def test_a_viewer_is_shown_an_object_without_edit_and_delete(viewer: Window) -> None:
    viewer.open("/gateway/web-fra/shop/edge-public")
    viewer.says("#detail-edit", "View YAML")
    viewer.click(".dropdown-toggle")
    viewer.says("#detail-denied", "needs the role operator")
    viewer.says("#detail-denied", "An admin can give you a higher role.")
    assert "Delete" not in viewer.text(".dropdown-menu")
    viewer.click("#detail-edit")
    viewer.says(".yaml-view", "gatewayClassName: nginx")


@pytest.mark.parametrize("path", ["/gateways", "/routes"])
def test_a_viewer_is_offered_no_create(viewer: Window, path: str) -> None:
    viewer.open(path, ".ag-row .nm")
    ways = viewer.all("#main [href^='/create/'], #main [href$='/create']")
    assert not any(one.is_displayed() for one in ways)


def test_a_viewer_may_look_at_the_editor_and_type_nothing(viewer: Window) -> None:
    viewer.open(f"/edit/{EDGE}")
    viewer.says("#edit-denied", "You may look at this gateway, not change it.")
    viewer.says("#edit-denied", "needs the role operator")
    viewer.holds(field("class"), "nginx")
    inputs = viewer.all("#edit-inputs input, #edit-inputs select, #edit-inputs textarea")
    assert inputs
    assert not any(one.is_enabled() for one in [*inputs, viewer.one("#edit-apply")])


def test_a_viewer_may_not_begin_a_new_object(viewer: Window) -> None:
    viewer.open("/create/httproutes")
    viewer.says("#edit-denied", "You may not create HTTP routes.")
    assert not viewer.one(by("edit-new", "name")).is_enabled()


def test_a_viewer_may_look_at_a_bundle_and_its_wizard_and_change_nothing(viewer: Window) -> None:
    viewer.open("/gatewaybundle/web-fra/accounts/members")
    viewer.says("#detail-edit", "View YAML")
    viewer.click(".dropdown-toggle")
    viewer.says("#detail-denied", "needs the role operator")
    assert not viewer.find("#detail-reconcile").is_displayed()
    viewer.open("/gateways/edit/web-fra/accounts/members", ".wz-card")
    viewer.says("#wizard-denied", "You may not change gateway bundles.")
    viewer.click("#wizard-steps [data-key='proxy']")
    inputs = viewer.all(":is(input, select, textarea)[data-path]")
    assert inputs
    assert not any(one.is_enabled() for one in [*inputs, viewer.find("#wizard-apply")])
    viewer.open("/gateways/create", ".wz-card")
    viewer.says("#wizard-denied", "You may not create gateway bundles.")


def test_a_new_object_begins_in_a_permitted_namespace(limited: Window) -> None:
    limited.open("/create/httproutes")
    limited.holds(by("edit-new", "namespace"), "orders")
    limited.says("#edit-result", "Give it a name")
    assert not limited.one("#edit-inputs").get_attribute("disabled")


def test_an_operator_may_change_what_is_within_the_limits(limited: Window) -> None:
    limited.open("/httproute/web-fra/payments/checkout")
    limited.says("#detail-edit", "Edit")
    limited.click(".dropdown-toggle")
    assert "Delete HTTP route" in limited.text(".dropdown-menu")


def test_a_limit_to_namespaces_excludes_what_belongs_to_none(limited: Window) -> None:
    limited.open("/gatewayclass/web-fra/nginx")
    limited.says("#detail-edit", "View YAML")
    limited.click(".dropdown-toggle")
    limited.says("#detail-denied", "An admin can widen your limits.")
