"""Promise: a gateway is made in steps whose faults stand at their fields while one types, the draft
outlives back, forward, reload and the way to the YAML editor, and an edit sends only what was
changed."""

from copy import deepcopy
from typing import Any

import pytest

from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window
from tests.browser.visits import SMALL, serious

pytestmark = pytest.mark.browser

PAGE = "/gateways/create?cluster=web&namespace=shop"
STEP = "#wizard-steps [aria-current]"
KIND = "gatewaybundles"


def typed(path: str) -> str:
    """The selector of the input at a path of the bundle."""
    return f"[id='wizard-field-{path}']"


def fault(path: str) -> str:
    """The selector of what is said at it."""
    return f"[id='wizard-field-{path}-error']"


def bundle(name: str, **spec: Any) -> dict[str, Any]:
    """A bundle with one listener, and a field that the wizard does not know."""
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "GatewayBundle",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": {"example.com/owner": "payments"},
        },
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            "nginxProxy": {
                "enabled": True,
                "extra": {
                    "dnsResolver": {"addresses": [{"type": "IPAddress", "value": "10.0.0.9"}]}
                },
            },
            **spec,
        },
    }


def stored(pair: Console, name: str) -> dict[str, Any] | None:
    """The bundle as the cluster has it."""
    found = pair.apis["web"].store.keyed("ngf-console.f5.com", KIND).get(("shop", name))
    return deepcopy(found) if found else None


def there(pair: Console, window: Window, name: str) -> dict[str, Any]:
    """A bundle that the console has seen."""
    made = pair.apis["web"].store.create(bundle(name))
    window.until(
        lambda: ("shop", name) in pair.container.fleet.get("web").snapshot(KIND).objects,
        "the watch does not show it",
    )
    return deepcopy(made)


def begin(window: Window, name: str) -> None:
    """Open the wizard and take its first two steps."""
    window.run("sessionStorage.clear()")
    window.open(PAGE, ".wz-card")
    window.says(STEP, "Class")
    window.click("#wizard-next")
    window.says(STEP, "Basics")
    window.fill(typed("metadata.name"), name)
    window.click("#wizard-next")
    window.says(STEP, "Listeners")


def to_review(window: Window) -> None:
    """Go on to the last step and wait for the server's verdict."""
    while "Review" not in window.text(STEP):
        window.click("#wizard-next")
    window.says("#wizard-verdict", "Dry-run passed")


def test_from_empty_to_applied(pair: Console, opened: Window) -> None:
    begin(opened, "made")
    opened.fill(typed("spec.listeners[0].hostname"), "made.example.com")
    to_review(opened)
    opened.says("#wizard-summary", "made.example.com")
    opened.says("#wizard-children", "Gateway")
    opened.says("#wizard-checks", "Server dry-run passed")
    opened.says("#wizard-manifest", "kind: GatewayBundle")
    assert not serious(opened)
    opened.fill("#wizard-reason", "the shop moves")
    opened.click("#wizard-apply")
    opened.address("step=progress")
    opened.says("#wizard-progress-room", "Progress")
    found = stored(pair, "made")
    assert found is not None
    assert found["spec"]["listeners"][0]["hostname"] == "made.example.com"
    opened.open("/audit", ".ag-row")
    opened.says(".ag-row", "the shop moves")


def test_what_was_applied_is_found_again_by_its_address(pair: Console, opened: Window) -> None:
    begin(opened, "again")
    to_review(opened)
    opened.click("#wizard-apply")
    opened.address("name=again")
    opened.driver.refresh()
    opened.says("#wizard-summary", "again")
    opened.says("#wizard-progress-room", "applied")
    opened.click("#wizard-drop")
    opened.says(".n-dialog", "shop/again on web goes")
    opened.click(".n-dialog .btn-danger")
    opened.until(lambda: stored(pair, "again") is None, "it is still there")
    opened.address("/gateways")


def test_back_and_forward_pass_what_was_applied(pair: Console, opened: Window) -> None:
    begin(opened, "passed")
    to_review(opened)
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    opened.run("history.back()")
    opened.says(STEP, "Class")
    opened.until(lambda: not opened.text("#wizard-progress-room"), "the progress stays")
    opened.run("history.forward()")
    opened.says("#wizard-progress-room", "Progress")
    opened.says("#wizard-summary", "passed")


def test_faults_stand_at_their_fields_while_one_types(opened: Window) -> None:
    begin(opened, "faults")
    opened.fill(typed("spec.listeners[0].port"), "70000")
    opened.says(fault("spec.listeners[0].port"), "A port is a number from 1 to 65535.")
    opened.fill(typed("spec.listeners[0].port"), "80")
    opened.until(lambda: not opened.all(fault("spec.listeners[0].port")), "the fault stays")
    opened.click("[data-add-item]")
    opened.fill(typed("spec.listeners[1].port"), "80")
    opened.says(fault("spec.listeners[1].port"), "Port 80 cannot have both")
    opened.says("#wizard-verdict", "fault")
    opened.says(STEP, "fault")
    opened.click("#wizard-next")
    opened.says(STEP, "Listeners")
    opened.fill(typed("spec.listeners[1].port"), "443")
    opened.click("#wizard-next")
    opened.says(STEP, "TLS")
    opened.click("#wizard-next")
    opened.says(fault("spec.listeners[1].tls.certificateRefs"), "Choose a certificate")
    opened.says(STEP, "1 fault")
    opened.run("history.back()")
    opened.says(STEP, "Listeners")
    opened.fill(typed("spec.listeners[1].hostname"), "not a host")
    opened.says("#wizard-steps", "fault")


def test_the_servers_own_rule_is_said_at_the_field(opened: Window) -> None:
    begin(opened, "rules")
    to_review(opened)
    opened.click("#wizard-steps [data-key='proxy']")
    opened.fill(typed("spec.nginxProxy.telemetry.exporter.endpoint"), "no endpoint at all")
    opened.says(fault("spec.nginxProxy.telemetry.exporter.endpoint"), "Host and port")
    opened.says("#wizard-steps [data-key='proxy']", "1 fault")


def test_what_would_be_refused_is_not_applied(opened: Window) -> None:
    begin(opened, "edge")
    while "Review" not in opened.text(STEP):
        opened.click("#wizard-next")
    opened.says("#wizard-verdict", "1 object would be refused")
    opened.says("#wizard-checks", "Gateway edge would be refused")
    assert not opened.one("#wizard-apply").is_enabled()


def test_back_forward_and_reload_keep_what_was_typed(opened: Window) -> None:
    begin(opened, "kept")
    opened.fill(typed("spec.listeners[0].hostname"), "kept.example.com")
    opened.run("history.back()")
    opened.says(STEP, "Basics")
    opened.holds(typed("metadata.name"), "kept")
    opened.run("history.forward()")
    opened.says(STEP, "Listeners")
    opened.driver.refresh()
    opened.says(STEP, "Listeners")
    opened.holds(typed("spec.listeners[0].hostname"), "kept.example.com")
    opened.open("/gateways", ".ag-row")
    opened.click("#gateways-create")
    opened.says("#wizard-steps [data-key='basics']", "shop/kept")
    opened.click("#wizard-discard")
    opened.says(STEP, "Class")
    opened.click("#wizard-next")
    opened.holds(typed("metadata.name"), "")


def test_the_draft_goes_to_the_yaml_editor_and_stays_in_the_wizard(opened: Window) -> None:
    begin(opened, "as-yaml")
    opened.fill(typed("spec.listeners[0].hostname"), "as-yaml.example.com")
    opened.click("#wizard-yaml")
    opened.address("/create/gatewaybundles")
    opened.until(
        lambda: "hostname: as-yaml.example.com" in opened.value("#edit-yaml"), "the YAML of it"
    )
    opened.says("#edit-result", "Dry-run passed")
    opened.run("ngf.unsaved(0, null); history.back()")
    opened.holds(typed("spec.listeners[0].hostname"), "as-yaml.example.com")


def test_an_edit_changes_only_what_was_changed(pair: Console, opened: Window) -> None:
    before = there(pair, opened, "edited")
    opened.open("/gateways/edit/web/shop/edited?step=listeners", STEP)
    opened.says("#wizard-verdict", "No changes")
    opened.fill(typed("spec.listeners[0].hostname"), "edited.example.com")
    opened.says("#wizard-verdict", "Dry-run passed")
    opened.click("#wizard-steps [data-key='review']")
    opened.says("#wizard-stored", "spec.listeners[0].hostname")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    wanted = {**before["spec"], "listeners": [dict(before["spec"]["listeners"][0])]}
    wanted["listeners"][0]["hostname"] = "edited.example.com"
    after = stored(pair, "edited")
    assert after is not None
    assert after["spec"] == wanted
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"]


def test_somebody_elses_edit_in_between_is_kept(pair: Console, opened: Window) -> None:
    there(pair, opened, "shared")
    opened.open("/gateways/edit/web/shop/shared?step=listeners", STEP)
    opened.fill(typed("spec.listeners[0].port"), "8080")
    labels = bundle("shared")["metadata"] | {"annotations": {"example.com/reviewed": "yes"}}
    theirs = {**bundle("shared"), "metadata": labels, "spec": {"labels": {"team": "web"}}}
    pair.apis["web"].store.apply(theirs, manager="somebody")
    opened.click("#wizard-steps [data-key='review']")
    opened.says("#wizard-verdict", "Dry-run passed")
    opened.says("#wizard-checks", "Somebody else changed it meanwhile")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    after = stored(pair, "shared")
    assert after is not None
    assert after["spec"]["labels"] == {"team": "web"}
    assert after["spec"]["listeners"][0]["port"] == 8080


def test_an_edit_of_what_has_gone_is_refused_at_the_foot(pair: Console, opened: Window) -> None:
    there(pair, opened, "gone")
    opened.open("/gateways/edit/web/shop/gone?step=listeners", STEP)
    opened.fill(typed("spec.listeners[0].port"), "8080")
    opened.click("#wizard-steps [data-key='review']")
    opened.says("#wizard-verdict", "Dry-run passed")
    pair.apis["web"].store.delete("ngf-console.f5.com/v1alpha1", "GatewayBundle", "shop", "gone")
    opened.run("document.querySelector('#wizard-apply').click()")  # unless it has heard already
    opened.says("#wizard-verdict", "Refused")
    opened.says("#wizard-note", "It was deleted meanwhile. Create it anew, or leave.")
    assert not opened.one("#wizard-apply").is_enabled()
    opened.run("ngf.unsaved(0, null)")


def test_a_phone_is_led_through_the_steps(opened: Window) -> None:
    opened.size(390, 844)
    opened.run("sessionStorage.clear()")
    opened.open(PAGE, ".wz-card")
    opened.click("#wizard-next")
    opened.fill(typed("metadata.name"), "phone")
    opened.click("#wizard-next")
    opened.says("#wizard-hsteps", "step 3 of 6")
    opened.fill(typed("spec.listeners[0].hostname"), "phone.example.com")
    while "6 of 6" not in opened.text("#wizard-hsteps"):
        opened.click("#wizard-next")
        assert opened.run(SMALL) == []
    opened.says("#wizard-summary", "phone.example.com")
    opened.says("#wizard-note", "Create gateway stores it.")
    opened.run("ngf.wizardEdited('spec.listeners[0].port', 70000)")
    opened.says("#wizard-verdict", "1 fault")
    opened.click("#wizard-note [data-wizard-fault]")
    opened.says("#wizard-hsteps", "step 3 of 6")
    field = "return document.activeElement.dataset.path"
    opened.until(lambda: opened.run(field) == "spec.listeners[0].port", "it is not led to")
    assert opened.run("return document.documentElement.scrollWidth <= innerWidth")
    opened.size(1440)


def test_the_progress_is_seen_and_heard_at_once(pair: Console, opened: Window) -> None:
    begin(opened, "seen")
    to_review(opened)
    opened.size(390, 844)
    opened.run("document.querySelector('#wizard-manifest').scrollIntoView()")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    at = "return document.querySelector('#wizard-progress-room').getBoundingClientRect().top"
    opened.until(lambda: 0 <= opened.run(at) < 844, "the progress is out of sight")
    assert opened.run("return document.activeElement.id") == "wizard-progress-room"
    opened.size(1440)


def test_a_certificate_that_is_not_known_here_can_be_named(opened: Window) -> None:
    begin(opened, "named")
    opened.run(
        "ngf.wizardEdited('spec.listeners[0]',"
        "{name: 'https', port: 443, protocol: 'HTTPS', hostname: 'a.example.com'})"
    )
    opened.click("#wizard-next")
    opened.says(STEP, "TLS")
    for written in ("shop-cert", "far/cert"):
        opened.one("[data-secret-named]").send_keys(f"{written}\n")
        opened.says(".wz-secret.on", written)
    opened.says(".wz-secret[data-key='shop-cert']", "no TLS Secret of this name yet")
    opened.says(".wz-secret[data-key='far/cert']", "not known here")
    assert opened.run("return ngf.wizardState().object.spec.listeners[0].tls") == {
        "certificateRefs": [{"name": "shop-cert"}, {"name": "cert", "namespace": "far"}]
    }


def test_only_issuers_that_can_issue_here_are_offered(opened: Window) -> None:
    begin(opened, "issued")
    kept = (
        "const issuer = ngf.controls.issuer, state = ngf.wizardState();"
        "const row = (namespace, name) => ({value: name, label: name, namespace});"
        "const offers = {issuers: [row('shop', 'Issuer/a'), row('far', 'Issuer/b'),"
        " row('', 'ClusterIssuer/c')]};"
        "const drawn = issuer.draw({options: [], known: 'issuers'}, {}, {offers, state});"
        "return [...drawn.options].map((one) => one.value).filter(Boolean)"
    )
    assert opened.run(kept) == ["Issuer/a", "ClusterIssuer/c"]
    moved = "return ngf.controls.issuer.write('Issuer/a', {kind: 'Far', group: 'far.io'})"
    assert opened.run(moved) == {"name": "a", "kind": "Issuer"}


def test_the_review_says_each_thing_once(opened: Window) -> None:
    begin(opened, "told")
    to_review(opened)
    opened.run(
        "const state = ngf.wizardState();"
        "const child = {kind: 'Role', namespace: 'shop', name: 'one', verb: 'same', fault: '',"
        " unchecked: 'Nobody reads it.', changes: []};"
        "const lack = {kind: 'ReferenceGrant', name: '', message: 'As it was.', blocks: false};"
        "state.answer = {...state.answer, children: [child], lacks: [lack]};"
        "ngf.wizardReview.draw(state, [])"
    )
    assert "stays as it is" in opened.text("#wizard-children")
    assert "Not tried" not in opened.text("#wizard-children")
    assert "As it was." in opened.text("#wizard-checks")
    beside = (
        "const row = document.querySelector('#wizard-children .child.off');"
        "const [kind, text] = ['.k', '.m'].map((one) => row.querySelector(one));"
        "return text.getBoundingClientRect().top < kind.getBoundingClientRect().bottom"
    )
    assert opened.run(beside)


def test_sources_of_a_certificate_are_told_apart_and_an_absent_one_once(opened: Window) -> None:
    begin(opened, "sources")
    listener = "{port: 443, protocol: 'HTTPS', tls: {certificateRefs: [{name: 'a'}]}}"
    certificate = (
        f"const spec = {{listeners: [{listener}],"
        " tls: {certManager: {issuerRef: {kind: 'ClusterIssuer', name: 'ca'}}}};"
        "const state = {...ngf.wizardState(), object: {metadata: {name: 'b'}, spec}};"
        "const rows = Object.fromEntries(ngf.gatewayWords.summary(state));"
        "return ngf.element('p', {}, rows.Certificate).textContent"
    )
    assert opened.run(certificate) == "a, b-tls from ClusterIssuer ca"
    edition = (
        "const abilities = {certificates: {ok: false, evidence: 'It is not there.'}};"
        "const absent = [{kind: 'Certificate', reason: 'r'}, {kind: 'WAFPolicy', reason: 'r'}];"
        "const state = {...ngf.wizardState(), offers: {abilities, absent}};"
        "return ngf.wizards.gatewaybundles.rooms(state).edition.textContent"
    )
    said = opened.run(edition)
    assert "WAFPolicy is not installed" in said
    assert "Certificate is not installed" not in said


def test_what_cannot_be_had_of_an_input_is_said_at_it(opened: Window) -> None:
    begin(opened, "logged")
    for step in ("TLS", "Proxy and policies"):
        opened.click("#wizard-next")
        opened.says(STEP, step)
    log = "spec.nginxProxy.logging.accessLog"
    opened.run(f"ngf.wizardEdited('{log}', {{preset: 'Custom', format: '$nonesuch'}})")
    opened.says(f"[id='wizard-field-{log}.format-lack']", "NGINX knows no variable $nonesuch here")
    opened.says("#wizard-note", "1 part cannot be had on web; the review says why.")
    opened.fill(typed(f"{log}.format"), "$status")
    opened.until(lambda: not opened.all(f"[id='wizard-field-{log}.format-lack']"), "it stays")


def test_listeners_that_do_not_go_together_are_told_of_once(opened: Window) -> None:
    begin(opened, "once")
    both = "[{name: 'a', port: 80, protocol: 'HTTP'}, {name: 'b', port: 80, protocol: 'TLS'}]"
    opened.run(f"ngf.wizardEdited('spec.listeners', {both})")
    opened.run("ngf.wizardEdited('spec.listeners[1].tls', {mode: 'Passthrough'})")
    refused = (
        "const {answer, turn} = ngf.wizardState();"
        "return answer && answer.turn === turn"
        " && answer.faults.some((one) => one.field === 'spec.listeners')"
    )
    opened.until(lambda: opened.run(refused), "that the server refuses them")
    found = opened.run("return Object.keys(ngf.wizardState().faults)")
    assert found
    assert all(path.endswith(".port") for path in found)


def test_the_address_names_the_step_that_is_open(opened: Window) -> None:
    opened.run("sessionStorage.clear()")
    opened.open(f"{PAGE}&step=listeners", ".wz-card")
    opened.says(STEP, "Class")
    opened.address("step=class")
