"""Promise: the frame says which object, cluster and namespace one looks at."""

import pytest

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

GATEWAY = "/gateway/web-fra/shop/edge-public"


@pytest.mark.parametrize("path", [GATEWAY, "/edit/gateways/web-fra/shop/edge-public"])
def test_an_object_has_its_own_cluster_and_namespace(tab: Tab, path: str) -> None:
    tab.open(path)
    tab.has("#n-cluster-text", "web-fra")
    tab.has("#n-namespace-text", "shop")
    assert "cl c" in tab.find("#n-cluster-text").get_attribute("class")


@pytest.mark.parametrize(
    ("path", "namespace"),
    [
        ("/certificate/web-fra/shop/shop-wildcard", "shop"),
        ("/authority/web-fra/payments/ledger-ca", "payments"),
        ("/managed-certificate/web-fra/sandbox/preview", "sandbox"),
        ("/certificates/renew/web-fra/shop/shop-wildcard", "shop"),
    ],
)
def test_a_certificate_has_its_own_cluster_and_namespace(
    tab: Tab, path: str, namespace: str
) -> None:
    tab.open(path)
    tab.has("#n-cluster-text", "web-fra")
    tab.has("#n-namespace-text", namespace)


def test_another_namespace_than_the_objects_opens_its_list(tab: Tab) -> None:
    tab.open(GATEWAY)
    tab.has("#n-namespace-text", "shop")
    tab.click("#n-namespace")
    tab.until(lambda: tab.run("return ngf.floating()"), "the menu")
    next(item for item in tab.all(".n-menu .n-item") if item.text == "payments").click()
    wanted = "/gateways?cluster=web-fra&namespace=payments"
    tab.until(lambda: tab.query() == wanted, "the list of the namespace")
    tab.has("h1", "Gateways")


def test_another_cluster_than_the_objects_opens_its_list(tab: Tab) -> None:
    tab.open(GATEWAY)
    tab.has("#n-cluster-text", "web-fra")
    tab.click("#n-cluster")
    tab.click(".n-menu [aria-label='Only gpu-iad']")
    tab.until(lambda: tab.query() == "/gateways?cluster=gpu-iad", "the list of the cluster")
    tab.until(lambda: not tab.all(".n-menu"), "the menu closed")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (GATEWAY, "edge-public, Gateway · NGF Console"),
        ("/httproute/web-fra/shop/legacy", "legacy, HTTP route · NGF Console"),
        ("/gatewayclass/web-fra/nginx", "nginx, Gateway class · NGF Console"),
        ("/edit/gateways/web-fra/shop/edge-public", "edge-public, Edit · NGF Console"),
        ("/create/httproutes", "Create HTTP route · NGF Console"),
    ],
)
def test_the_documents_title_names_the_object(tab: Tab, path: str, title: str) -> None:
    tab.open(path)
    tab.until(lambda: tab.driver.title == title, title)


@pytest.mark.parametrize("path", ["/", "/create/httproutes", "/settings", "/no/such/page"])
def test_a_page_without_a_table_does_not_load_one_ahead(tab: Tab, path: str) -> None:
    tab.open(path)
    assert not tab.all("link[rel=preload][href*=async-community]")
