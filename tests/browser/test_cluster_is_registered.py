"""Promise: the wizard takes a cluster in without storing anything before the last step, says what
is wrong at its field, keeps no kubeconfig, and waits for the agent."""

import pytest

from services.auth.identity import CONSOLE
from tests.browser.journey import Window
from tests.browser.managed_hub import Hub
from tests.browser.visits import serious

pytestmark = pytest.mark.browser

PAGE = "/clusters/register"
STEP = "#register-steps [aria-current]"


def identify(window: Window, name: str) -> None:
    """Take the first step."""
    window.open(PAGE, STEP)
    window.fill("#register-name", name)
    window.fill("#register-display-name", "Spare parts")
    window.fill("#register-region", "eu-west-3")
    window.fill("#register-labels", "team=web")
    window.click("#register-next")
    window.says(STEP, "Access")


def test_a_name_is_judged_while_it_is_typed(admin: Window) -> None:
    admin.open(PAGE, STEP)
    admin.fill("#register-name", "Spare_")
    admin.says("#register-name-error", "Lower-case letters, digits and dashes")
    admin.fill("#register-name", "summary")
    admin.says("#register-name-error", "The console has a page or path named summary already.")
    admin.fill("#register-name", "web")
    admin.says("#register-name-error", "There is a cluster named web already.")
    admin.click("#register-next")
    admin.says("#register-display-name-error", "Say what people call it.")
    admin.says(STEP, "Identity")
    admin.run("ngf.unsaved(0, null)")


def test_a_refused_kubeconfig_leads_back_to_its_field(hub: Hub, admin: Window) -> None:
    identify(admin, "spare")
    admin.click("#register-next")
    admin.says("#register-kubeconfig-error", "Paste the kubeconfig")
    text = hub.kubeconfig("spare").replace("    token:", "    exec: {command: id}\n    token:")
    admin.paste("#register-kubeconfig", text)
    admin.click("#register-next")
    admin.says("#register-kubeconfig-error", "users[admin].user.exec: the console never runs")
    admin.says(STEP, "Access")
    admin.run("ngf.unsaved(0, null)")


def test_a_cluster_is_taken_in_and_its_agent_awaited(hub: Hub, admin: Window) -> None:
    identify(admin, "spare")
    admin.says("#register-account pre", "kind: ServiceAccount")
    admin.paste("#register-kubeconfig", hub.kubeconfig("spare"))
    admin.click("#register-next")
    for item in ("API", "Version", "Permissions", "NGF", "Gateway API", "Prometheus"):
        admin.says("#register-findings .cond", item)
    assert hub.container.fleet.names() == ["web"], "nothing is stored by a test"
    admin.click("#register-next")
    admin.says("#register-summary", "eu-west-3")
    admin.click("#register-go")
    token = admin.value("#register-done input")
    assert hub.container.heartbeats
    hub.container.heartbeats.admit("spare", token)
    admin.says("#register-done pre", "--set-string cluster.name=spare")
    assert token not in admin.one("#register-done pre").text
    admin.says("#register-heard-room", "Waiting for the first heartbeat")
    admin.says("#register-heard-room", "The console: ready")
    hub.beat("spare")
    admin.says("#register-heard-room", "The agent reports")
    assert not serious(admin)
    admin.click("#register-open")
    admin.says("#cluster-facts", "eu-west-3")


def test_the_kubeconfig_does_not_linger(hub: Hub, admin: Window) -> None:
    secret = hub.kubeconfig("spare").split("token: ")[1].split()[0]
    identify(admin, "again")
    admin.paste("#register-kubeconfig", hub.kubeconfig("spare"))
    admin.click("#register-next")
    admin.says("#register-findings .cond", "API")
    admin.click("#register-next")
    admin.click("#register-go")
    admin.one("#register-done input")
    kept = "return [location.href, JSON.stringify(sessionStorage), JSON.stringify(localStorage)]"
    assert not any(secret in text for text in admin.run(kept))
    admin.until(
        lambda: admin.run("return document.getElementById('register-kubeconfig').value") == "",
        "an empty textarea",
    )
    assert secret not in admin.driver.page_source


def test_a_hub_without_clusters_says_what_to_do(hub: Hub, admin: Window) -> None:
    for name in hub.container.fleet.names():
        hub.registration.unregister(CONSOLE, name)
    for path, place, said in (
        ("/", "#overview-attention", "No cluster yet"),
        ("/", "#overview-clusters", "No cluster yet"),
        ("/gateways", "#gateways-instead-title", "No cluster yet"),
        ("/create/gateways", "#edit-missing-title", "There is no cluster to create it on"),
        ("/gpus", "#gpus-by-cluster", "No cluster yet."),
    ):
        admin.open(path, place)
        admin.says(place, said)
    admin.open("/clusters", "#fleet-cards .state")
    admin.says("#fleet-cards", "No cluster is registered yet")
    admin.click("#fleet-cards .btn-primary")
    admin.says(STEP, "Identity")


def test_where_clusters_come_from_elsewhere_the_page_says_so(opened: Window) -> None:
    opened.open(PAGE, ".missing-state .b6")
    opened.says(".missing-state", "This console works on one cluster.")
