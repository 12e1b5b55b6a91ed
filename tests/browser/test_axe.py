"""Promise: axe finds nothing serious on any page, in either theme, on a wide or a narrow screen."""

import importlib.util
from pathlib import Path

import pytest

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

PAGES = {
    "/": "#overview-clusters tbody tr",
    "/gateways": "#gateways-grid .ag-row",
    "/httproutes": "#httproutes-grid .ag-row",
    "/gatewayclasses": "#gatewayclasses-grid .ag-row",
    "/gateway/web-fra/shop/edge-public": "#_pages_content h1",
    "/gateway/web-fra/shop/gone": ".missing-state .b6",
    "/httproute/web-fra/shop/legacy": "#_pages_content h1",
    "/edit/gateways/web-fra/shop/edge-public": "#_pages_content label.lab",
    "/edit/httproutes/web-fra/payments/checkout": "#_pages_content .says.ok",
    "/create/httproutes": "#_pages_content label.lab",
    "/audit": "#audit-grid .ag-row",
    "/settings": "#settings-about-body dl",
    "/settings?tab=sources": "#settings-about-sources .cond",
    "/settings?tab=tokens": "#token-create",
    "/settings?tab=theme": "[data-theme-choice]",
    "/no/such/page": "#main .state",
}


@pytest.fixture(scope="session")
def axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text()


def serious(tab: Tab, axe: str) -> list[str]:
    tab.run(axe)
    tab.driver.set_script_timeout(60)
    found = tab.driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations));"
    )
    return [
        f"{one['impact']} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"][:5]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_both_themes(tab: Tab, axe: str, path: str) -> None:
    tab.open(path, PAGES[path])
    for theme in ("light", "dark"):
        tab.theme(theme)
        assert serious(tab, axe) == [], f"{path}, {theme}"


@pytest.mark.parametrize(
    "path", ["/", "/httproutes", "/edit/httproutes/web-fra/payments/checkout", "/audit"]
)
def test_a_narrow_page_is_accessible(tab: Tab, axe: str, path: str) -> None:
    tab.size(390, 844)
    tab.open(path, PAGES[path])
    assert serious(tab, axe) == []


@pytest.mark.parametrize("opener", ["#n-cluster", "#n-namespace", "#n-find", "#n-help", "#n-user"])
def test_menus_and_dialogs_are_accessible(tab: Tab, axe: str, opener: str) -> None:
    tab.find("#overview-clusters tbody tr")
    tab.click(opener)
    tab.find("#n-float > *")
    for theme in ("light", "dark"):
        tab.theme(theme)
        assert serious(tab, axe) == [], f"{opener}, {theme}"


def test_the_sign_in_page_is_accessible(tab: Tab, axe: str) -> None:
    tab.open("/signin", "h1")
    for theme in ("light", "dark"):
        tab.theme(theme)
        assert serious(tab, axe) == [], theme
