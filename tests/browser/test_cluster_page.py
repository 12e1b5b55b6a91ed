"""Promise: the page of a cluster says how it stands and who says so, and an admin can test it,
edit it, change its token and let it go, each with what it means."""

from typing import Any

import pytest

from tests.browser.journey import Window
from tests.browser.managed_hub import Hub
from tests.browser.visits import serious

pytestmark = pytest.mark.browser

PAGE = "/clusters/web"


def spec(hub: Hub) -> dict[str, Any]:
    """What the hub's object says of ``web``."""
    assert hub.container.registry
    return dict(hub.container.registry.object("web")["spec"])


def test_facts_conditions_counts_and_their_source(hub: Hub, admin: Window) -> None:
    hub.beat("web")
    admin.open(PAGE, "#cluster-pill .pill")
    admin.says("#cluster-pill", "Ready")
    for said in ("1.36.3", "1.4.0", "of every 30 s", "eu-central-1", "production"):
        admin.says("#cluster-facts", said)
    admin.says("#cluster-conditions", "AgentReporting True, Heartbeat")
    admin.says("#cluster-counts [data-key=HTTPRoute]", "60 watch, now")
    admin.says("#cluster-checks", "closed")
    admin.says("#n-cluster", "web")


def test_a_silent_cluster_keeps_its_page_with_the_reason(hub: Hub, admin: Window) -> None:
    admin.open(PAGE, "#cluster-pill .pill")
    admin.live()
    hub.apis["web"].stop()
    admin.says("#cluster-pill", "Unreachable: NoAnswer")
    admin.says("#cluster-strip", "its 2 gateways and 60 routes are shown as last seen")
    admin.says("#cluster-counts [data-key=HTTPRoute]", "60")
    hub.apis["web"].start()
    admin.click(".n-head [data-retry]")
    admin.says("#cluster-pill", "Ready")


def test_a_live_test_tells_each_item(admin: Window) -> None:
    admin.open(PAGE, "#cluster-pill .pill")
    admin.click("#cluster-test")
    for item in ("API", "Version", "Permissions", "NGF", "Gateway API", "Prometheus"):
        admin.says("#cluster-test-room .cond", item)
    admin.says("#cluster-test-room", "None is given.")


def test_an_edit_changes_only_what_was_edited(hub: Hub, admin: Window) -> None:
    admin.open(f"{PAGE}?tab=settings", "#cluster-form:not([disabled])")
    assert not serious(admin)
    before = spec(hub)
    admin.holds("#cluster-region", "eu-central-1")
    admin.fill("#cluster-labels", "team")
    admin.click("#cluster-save")
    admin.says("#cluster-labels-error", "'team' is no key=value.")
    admin.fill("#cluster-labels", "team=web")
    admin.fill("#cluster-interval", "45")
    admin.click("#cluster-save")
    admin.says("#n-toasts", "Cluster web is saved")
    assert spec(hub) == before | {
        "labels": {"team": "web"},
        "agentConfig": {"heartbeatIntervalSeconds": 45},
    }
    admin.says("#cluster-facts", "team=web")


def test_a_bad_kubeconfig_is_refused_with_field_and_rule(hub: Hub, admin: Window) -> None:
    admin.open(f"{PAGE}?tab=settings", "#cluster-form:not([disabled])")
    text = hub.kubeconfig("web").replace("    token:", "    tokenFile: /etc/passwd\n    token:")
    admin.paste("#cluster-kubeconfig", text)
    admin.click("#cluster-replace")
    admin.says("#cluster-kubeconfig-error", "users[admin].user.tokenFile: names a file")
    admin.paste("#cluster-kubeconfig", hub.kubeconfig("web"))
    admin.click("#cluster-replace")
    admin.says("#n-toasts", "Access to web is replaced")
    admin.holds("#cluster-kubeconfig", "")


def test_a_new_token_is_shown_once_and_works(hub: Hub, admin: Window) -> None:
    admin.open(f"{PAGE}?tab=agent", "#cluster-install pre")
    admin.says("#cluster-install pre", "--set-string cluster.name=web")
    admin.click("#cluster-rotate")
    token = admin.value("#cluster-token-shown input")
    assert hub.container.heartbeats
    hub.container.heartbeats.admit("web", token)
    admin.driver.refresh()
    admin.one("#cluster-install pre")
    assert token not in admin.driver.page_source
    admin.click("[data-cluster-ask=revoke]")
    admin.click(".n-dialog .btn-danger")
    admin.says("#n-toasts", "All tokens are revoked")


def test_who_lets_a_cluster_go_is_told_what_goes_and_what_remains(hub: Hub, admin: Window) -> None:
    hub.register("spare")
    admin.open("/clusters/spare?tab=settings", "#cluster-form:not([disabled])")
    counted = "return document.querySelector('#cluster-counts [data-key=HTTPRoute]').textContent"
    admin.until(lambda: "3" in admin.run(counted), "the routes to be counted")
    admin.click("[data-cluster-ask=unregister]")
    assert admin.run("return document.activeElement.textContent") == "Cancel"
    admin.says(".n-dialog", "2 Gateways and 3 HTTP routes")
    admin.fill("#n-ask-name", "spare")
    assert not admin.one(".n-dialog .btn-danger").is_enabled(), "a reason is wanted too"
    admin.fill("#n-ask-reason", "moved away")
    admin.click(".n-dialog .btn-danger")
    admin.says(".missing-state", "spare is unregistered")
    admin.says(".missing-state pre", "helm uninstall ngf-console-agent")
    assert hub.container.fleet.names() == ["web"]
    admin.open("/clusters/spare", ".missing-state .b6")
    admin.says(".missing-state", "There is no cluster named spare")
