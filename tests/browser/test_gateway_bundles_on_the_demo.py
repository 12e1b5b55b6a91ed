"""Promise: on the demo fleet a gateway comes up from the wizard child by child until it is ready, a
bundle's page says what is made of it and what is lacking, and a gateway of a bundle is changed in
its bundle."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.journey import Window, signed_in
from tests.browser.tab import Console
from tests.browser.visits import serious

pytestmark = pytest.mark.browser

COMING_S = 120.0
"""An operator starts, and makes and judges all children, while the machine has much else to do."""
RECONCILED = """
const term = [...document.querySelectorAll('#detail-facts dt')]
    .find((one) => one.textContent === 'Reconciled');
return term ? term.nextSibling.textContent : '';
"""
STEP = "#wizard-steps [aria-current]"
NAME = "[id='wizard-field-metadata.name']"
HOST = "[id='wizard-field-spec.listeners[{}].hostname']"
PORT = "[id='wizard-field-spec.listeners[{}].port']"
CERTIFICATE = "[data-secret='spec.listeners[1].tls.certificateRefs'][data-name='shop-wildcard']"


@pytest.fixture(scope="module")
def window(operated: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    with signed_in(chromium, operated) as opened:
        yield opened


def test_a_gateway_comes_up_from_the_wizard_until_it_is_ready(window: Window) -> None:
    window.open("/gateways?cluster=web-fra&namespace=shop", ".ag-row")
    window.click("#gateways-create")
    window.one(".wz-card.on")
    window.click("#wizard-next")
    window.fill(NAME, "checkout")
    window.click("#wizard-next")
    window.fill(HOST.format(0), "checkout.shop.example.com")
    window.click("[data-add-item]")
    window.holds(PORT.format(1), "443")
    window.says("#wizard-steps [data-key='listeners']", "2, no conflict")
    window.click("#wizard-next")
    window.says(STEP, "TLS")
    window.click(CERTIFICATE)
    window.says(STEP, "shop-wildcard")
    window.click("#wizard-next")
    window.says("[data-step='proxy']", "WAF needs NGINX Plus")
    window.click("#wizard-next")
    window.says("#wizard-checks", "Server dry-run passed")
    window.says("#wizard-children", "checkout-proxy")
    window.click("#wizard-apply")
    ready = "the gateway is not ready"
    window.until(lambda: "Ready" in window.text("#wizard-pill"), ready, COMING_S)
    window.says("#wizard-progress-room", "The Gateway is programmed")
    window.says("#wizard-progress-room", "Data plane")
    assert not serious(window)
    window.click("#wizard-open")
    window.address("/gateway/web-fra/shop/checkout")
    window.says("#detail-facts", "GatewayBundle checkout")
    window.run("history.back()")
    window.says("#wizard-pill", "Ready")
    window.click("#wizard-drop")
    window.says(".n-dialog", "Gateway checkout")
    window.click(".n-dialog .btn-danger")
    window.address("/gateways")


def test_a_bundle_says_what_is_made_of_it_and_what_is_lacking(window: Window) -> None:
    window.open("/gatewaybundle/web-fra/labs/guarded", "#detail-children .ag-row")
    window.says("#detail-pill", "Degraded")
    window.says("#detail-children", "guarded-proxy")
    window.says("#detail-children", "Skipped")
    window.says("#detail-lacking", "Run NGF with --nginx-plus.")
    window.says("#detail-conditions", "WAFAttached")
    window.click(".dropdown-toggle")
    window.click("#detail-ask")
    window.says("#detail-delete-dependents", "Gateway guarded")
    window.click("#detail-delete-cancel")


def test_reconcile_now_is_done_and_told(window: Window) -> None:
    window.open("/gatewaybundle/web-fra/accounts/members", "#detail-children .ag-row")
    window.click("#detail-reconcile")
    now = re.compile(r"^\d+ s ago$")
    window.until(lambda: now.match(window.run(RECONCILED)), "nothing was done", COMING_S)


def test_a_gateway_of_a_bundle_is_changed_in_its_bundle(window: Window) -> None:
    window.open("/gateway/web-fra/accounts/members")
    window.says("#detail-facts", "GatewayBundle members")
    window.says("#detail-edit", "Edit")
    window.click("#detail-edit")
    window.address("/gateways/edit/web-fra/accounts/members")
    window.says("#wizard-steps [data-key='tls']", "members-tls")


def test_the_list_of_bundles_leads_to_each(window: Window) -> None:
    window.open("/gateways", ".ag-row")
    window.click(".tabs a[href^='/gatewaybundles']")
    window.says("#gatewaybundles-grid", "members")
    window.says("#gatewaybundles-grid", "Degraded")
    window.click("#gatewaybundles-grid .ag-row a[href*='guarded']")
    window.address("/gatewaybundle/web-fra/labs/guarded")
