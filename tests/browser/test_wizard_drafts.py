"""Promise: a draft of a wizard lives as long as it differs from what is live, is of one person, and
never undoes in silence what somebody else has done meanwhile."""

from typing import Any

import pytest

from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window
from tests.browser.test_gateway_wizard import KIND, STEP, begin, bundle, stored, there, typed

pytestmark = pytest.mark.browser

PORT = "spec.listeners[0].port"
STRIPS = "#wizard-strips"
DRAFTS = "return Object.keys(sessionStorage).filter((key) => key.startsWith('ngf-wizard'))"


def edit(pair: Console, opened: Window, name: str) -> None:
    """Open the wizard on a bundle that is there, at its listeners."""
    opened.run("sessionStorage.clear()")
    there(pair, opened, name)
    visit(opened, name)


def visit(opened: Window, name: str) -> None:
    """Open the wizard anew."""
    opened.run("ngf.unsaved && ngf.unsaved(0, null)")
    opened.open(f"/gateways/edit/web/shop/{name}?step=listeners", STEP)
    opened.says(STEP, "Listeners")


def theirs(pair: Console, opened: Window, name: str, **spec: Any) -> None:
    """Somebody else's edit, which the console has seen."""
    store = pair.apis["web"].store
    store.apply({**bundle(name), "spec": spec}, manager="somebody")
    after = stored(pair, name)
    assert after is not None
    opened.until(
        lambda: (
            pair.container.fleet.get("web").snapshot(KIND).objects[("shop", name)]["spec"]
            == after["spec"]
        ),
        "the watch does not show it",
    )


def on_port(port: int) -> list[dict[str, Any]]:
    return [{"name": "http", "port": port, "protocol": "HTTP"}]


def test_nothing_is_kept_of_what_was_not_changed(pair: Console, opened: Window) -> None:
    edit(pair, opened, "looked-at")
    opened.click("#wizard-next")
    opened.says(STEP, "TLS")
    assert opened.run(DRAFTS) == []
    theirs(pair, opened, "looked-at", listeners=on_port(8081))
    visit(opened, "looked-at")
    opened.holds(typed(PORT), "8081")
    opened.says("#wizard-verdict", "No changes")


def test_discard_reads_what_is_live_now(pair: Console, opened: Window) -> None:
    edit(pair, opened, "discarded")
    opened.fill(typed(PORT), "8082")
    opened.says("#wizard-verdict", "Dry-run passed")
    theirs(pair, opened, "discarded", listeners=on_port(8083))
    opened.click("#wizard-discard")
    opened.says(STEP, "Class")
    opened.click("#wizard-steps [data-key='listeners']")
    opened.holds(typed(PORT), "8083")
    opened.says("#wizard-verdict", "No changes")
    assert opened.run(DRAFTS) == []


@pytest.mark.parametrize(("side", "port"), [("theirs", 8085), ("mine", 8084)])
def test_a_conflict_on_the_same_field_is_settled(
    pair: Console, opened: Window, side: str, port: int
) -> None:
    name = f"settled-{side}"
    edit(pair, opened, name)
    opened.fill(typed(PORT), "8084")
    opened.fill(typed("spec.listeners[0].hostname"), "mine.example.com")
    theirs(pair, opened, name, listeners=on_port(8085))
    opened.click("#wizard-steps [data-key='review']")
    opened.run("ngf.wizardEdited('spec.listeners[0].port', 8084)")  # which asks anew
    opened.says(STRIPS, "Somebody else changed the same meanwhile.")
    opened.says(STRIPS, PORT)
    opened.says("#wizard-changes", "Shown once the dry-run has passed")
    opened.click(f"[data-settle='{side}']")
    opened.says("#wizard-verdict", "Dry-run passed")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    after = stored(pair, name)
    assert after is not None
    listener = after["spec"]["listeners"][0]
    assert (listener["port"], listener["hostname"]) == (port, "mine.example.com")


def test_each_field_that_both_changed_is_settled_by_itself(pair: Console, opened: Window) -> None:
    edit(pair, opened, "fields")
    opened.fill(typed(PORT), "8094")
    opened.run("ngf.wizardEdited('spec.labels', {'example.com/team': 'mine'})")
    theirs(pair, opened, "fields", listeners=on_port(8095), labels={"example.com/team": "theirs"})
    opened.says(STRIPS, f"{PORT}: theirs 8095, yours 8094")
    label = """spec.labels["example.com/team"]"""
    opened.says(STRIPS, label)
    opened.click(f"[data-settle='theirs'][data-of='{label}']")
    opened.says("#wizard-verdict", "Changed meanwhile")
    opened.click(f"[data-settle='mine'][data-of='{PORT}']")
    opened.says("#wizard-verdict", "Dry-run passed")
    spec = opened.run("return ngf.wizardState().object.spec")
    assert spec["labels"] == {"example.com/team": "theirs"}
    assert spec["listeners"][0]["port"] == 8094


def test_an_edit_in_which_nothing_is_changed_shows_what_is_live(
    pair: Console, opened: Window
) -> None:
    edit(pair, opened, "followed")
    opened.says("#wizard-verdict", "No changes")
    theirs(pair, opened, "followed", listeners=on_port(8090))
    opened.holds(typed(PORT), "8090")
    opened.says(STEP, "Listeners")
    opened.says("#wizard-verdict", "No changes")


def test_what_others_change_is_told_of_a_draft_before_it_is_applied(
    pair: Console, opened: Window
) -> None:
    edit(pair, opened, "overtaken")
    opened.fill(typed(PORT), "8091")
    opened.says("#wizard-verdict", "Dry-run passed")
    theirs(pair, opened, "overtaken", listeners=on_port(8092))
    opened.says(STRIPS, "Somebody else changed the same meanwhile.")
    opened.says("#wizard-verdict", "Changed meanwhile")
    opened.holds(typed(PORT), "8091")


def test_a_draft_that_is_back_says_so(pair: Console, opened: Window) -> None:
    edit(pair, opened, "back")
    opened.fill(typed(PORT), "8086")
    opened.says("#wizard-verdict", "Dry-run passed")
    visit(opened, "back")
    opened.says(STRIPS, "Your draft is back")
    opened.holds(typed(PORT), "8086")


def test_leaving_for_good_drops_the_draft(pair: Console, opened: Window) -> None:
    edit(pair, opened, "left")
    opened.fill(typed(PORT), "8087")
    opened.says("#wizard-verdict", "Dry-run passed")
    opened.click("#n-side a[href='/gateways']")
    opened.says(".n-dialog", "1 change is lost.")
    opened.click(".n-dialog .btn-outline-danger")
    opened.address("/gateways")
    assert opened.run(DRAFTS) == []


def test_the_yaml_has_what_others_did_meanwhile(pair: Console, opened: Window) -> None:
    edit(pair, opened, "to-yaml")
    opened.fill(typed(PORT), "8088")
    opened.says("#wizard-verdict", "Dry-run passed")
    theirs(pair, opened, "to-yaml", labels={"team": "theirs"})
    opened.click("#wizard-yaml")
    opened.address("/edit/gatewaybundles/web/shop/to-yaml")
    opened.until(lambda: "port: 8088" in opened.value("#edit-yaml"), "mine")
    assert "team: theirs" in opened.value("#edit-yaml")
    opened.run("ngf.unsaved(0, null)")


def test_signing_out_leaves_no_draft_in_the_tab(opened: Window) -> None:
    begin(opened, "secret")
    assert opened.run(DRAFTS)
    opened.run("ngf.wizardDraft.clear()")
    assert opened.run(DRAFTS) == []


def test_cards_and_boxes_show_what_the_object_has_after_discard(
    pair: Console, opened: Window
) -> None:
    opened.run("sessionStorage.clear()")
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    usual = opened.run("return document.querySelector('[data-class]:checked').value")
    opened.run("ngf.wizardEdited('spec.gatewayClassName', 'none-such')")
    assert opened.run("return document.querySelector('[data-class]:checked')") is None
    opened.click("#wizard-discard")
    opened.until(
        lambda: opened.run("return document.querySelector('[data-class]:checked').value") == usual,
        "the class that the object has",
    )


def test_what_a_tool_owns_is_edited_with_a_reason(pair: Console, opened: Window) -> None:
    opened.run("sessionStorage.clear()")
    owned = bundle("owned")
    owned["metadata"]["annotations"] = {
        "argocd.argoproj.io/tracking-id": "edge:ngf-console.f5.com/GatewayBundle:shop/owned"
    }
    pair.apis["web"].store.create(owned)
    opened.until(
        lambda: ("shop", "owned") in pair.container.fleet.get("web").snapshot(KIND).objects,
        "the watch does not show it",
    )
    visit(opened, "owned")
    opened.says(STRIPS, "owns this object")
    opened.fill(typed(PORT), "8089")
    opened.says("#wizard-verdict", "Dry-run passed")
    opened.click("#wizard-steps [data-key='review']")
    opened.says("#wizard-note", "Give a reason")
    assert not opened.one("#wizard-apply").is_enabled()
    opened.fill("#wizard-reason", "the source says the same")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")


def test_a_live_object_keeps_its_place_and_what_the_server_took(
    pair: Console, opened: Window
) -> None:
    opened.run("sessionStorage.clear()")
    long = "b" * 64
    there(pair, opened, long)
    visit(opened, long)
    opened.says("#wizard-verdict", "No changes")
    opened.click("#wizard-steps [data-key='basics']")
    for path in ("metadata.name", "metadata.namespace"):
        assert not opened.one(typed(path)).is_enabled()


def test_a_fault_without_an_input_stands_above_its_step(opened: Window) -> None:
    begin(opened, "heads")
    opened.click("#wizard-next")
    opened.run("ngf.wizardEdited('spec.nginxProxy', {workerConnections: 'many'})")
    opened.click("#wizard-next")
    opened.says(STEP, "Proxy")
    opened.until(lambda: opened.run("return Object.keys(ngf.wizardState().faults)"), "the fault")
    opened.click("#wizard-next")
    opened.says(STRIPS, "spec.nginxProxy.workerConnections")
    opened.says("#wizard-steps [data-key='proxy']", "1 fault")


def test_another_cluster_is_asked_at_once(opened: Window) -> None:
    opened.run("sessionStorage.clear()")
    opened.open("/gateways/create?cluster=web&namespace=shop", ".wz-card")
    opened.run(
        "const one = document.getElementById('wizard-field-cluster'); one.value = 'hub';"
        "one.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    opened.until(
        lambda: opened.run(
            "const {answer, turn, cluster} = ngf.wizardState();"
            "return cluster === 'hub' && answer && answer.turn === turn"
        ),
        "the answer of the other cluster",
        within_s=9,
    )


def test_the_focus_follows_what_changes(opened: Window) -> None:
    begin(opened, "focus")
    where = "return document.activeElement.dataset"
    assert opened.run(where)["step"] == "listeners"
    opened.click("[data-add-item]")
    opened.click("[data-drop-item]")
    assert opened.run(where)["addItem"] == "spec.listeners"
