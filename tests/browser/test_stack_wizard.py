"""Promise: a model endpoint is made in steps that say what the cluster has, what is wrong at its
field and what a choice comes to; the draft outlives back, forward, reload and the way to the YAML
editor, and an edit sends only what was changed."""

from copy import deepcopy
from typing import Any

import pytest

from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window
from tests.browser.visits import serious

pytestmark = pytest.mark.browser

PAGE = "/stacks/create?cluster=web&namespace=shop"
STEP = "#wizard-steps [aria-current]"
VERDICT = "#wizard-verdict"
KIND = "inferencestacks"
TOKEN = {"name": "HF_TOKEN", "secretRef": {"name": "hf", "key": "token"}}


def typed(path: str) -> str:
    """The selector of the input at a path of the stack."""
    return f"[id='wizard-field-{path}']"


def fault(path: str) -> str:
    """The selector of what is said at it."""
    return f"[id='wizard-field-{path}-error']"


def card(value: str) -> str:
    """The selector of a card that can be chosen, by its value."""
    return f"#wizard-bodies [data-step]:not([hidden]) label.wz-card[data-key='{value}']"


def stack(name: str, **spec: Any) -> dict[str, Any]:
    """A stack that uses what the wizard shows and what it does not."""
    return {
        "apiVersion": "ngf-console.f5.com/v1alpha1",
        "kind": "InferenceStack",
        "metadata": {"name": name, "namespace": "shop", "annotations": {"example.com/owner": "ml"}},
        "spec": {
            "modelName": "meta-llama/Llama-3.3-70B-Instruct",
            "servingBackend": "vllm",
            "pool": {
                "gpuType": "H100",
                "gpuCount": 2,
                "replicas": 2,
                "minReplicas": 1,
                "maxReplicas": 4,
                "selector": {"app": name, "tier": "gpu"},
                "gpuResource": "nvidia.com/gpu",
            },
            "modelServer": {
                "enabled": True,
                "args": ["--max-model-len=16384"],
                "env": [{"name": "VLLM_LOGGING_LEVEL", "value": "INFO"}, TOKEN],
                "tolerations": [{"key": "gpu", "operator": "Exists"}],
            },
            "epp": {
                "strategy": "composite",
                "weights": {"queueDepth": 1, "kvCache": 2, "prefixAffinity": 4},
                "flags": ["--v=4"],
            },
            "autoscaling": {
                "backend": "hpa",
                "thresholds": [{"metric": "cpu", "target": 80}, {"metric": "memory", "target": 70}],
                "scaleDown": {"stabilizationSeconds": 60},
            },
            "httpRoute": {
                "gatewayRef": "edge",
                "hostnames": [f"{name}.example.com"],
                "headers": [{"name": "x-tier", "value": "gold"}],
            },
            "distributedCloud": {"tenant": "acme", "namespace": "shop"},
            **spec,
        },
    }


def stored(pair: Console, name: str) -> dict[str, Any] | None:
    """The stack as the cluster has it."""
    found = pair.apis["web"].store.keyed("ngf-console.f5.com", KIND).get(("shop", name))
    return deepcopy(found) if found else None


def there(pair: Console, window: Window, name: str) -> dict[str, Any]:
    """A stack that the console has seen."""
    made = pair.apis["web"].store.create(stack(name))
    window.until(
        lambda: ("shop", name) in pair.container.fleet.get("web").snapshot(KIND).objects,
        "the watch does not show it",
    )
    return deepcopy(made)


def pod(name: str, *, ready: bool = True) -> dict[str, Any]:
    """A pod of somebody's engine."""
    told = {"type": "Ready", "status": "True" if ready else "False"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "theirs", "v": "1"}},
        "spec": {"containers": [{"name": "engine", "image": "vllm/vllm-openai:v0.33.0"}]},
        "status": {"phase": "Running", "conditions": [told]},
    }


def choose(window: Window, path: str, value: str) -> None:
    """Choose an option of a select once it is offered."""
    window.until(
        lambda: window.run(
            "const select = document.getElementById(arguments[0]);"
            "if (![...select.options].some((one) => one.value === arguments[1])) return false;"
            "select.value = arguments[1];"
            "select.dispatchEvent(new Event('input', {bubbles: true})); return true;",
            f"wizard-field-{path}",
            value,
        ),
        f"{value} among what {path} offers",
    )


def begin(window: Window, name: str, *, go: bool = True) -> None:
    """Open the wizard and fill in what its first step needs."""
    window.run("sessionStorage.clear()")
    window.open(PAGE, typed("metadata.name"))
    window.says(STEP, "Engine and model")
    window.says(f"{typed('spec.servingBackend')} option", "vLLM")
    window.fill(typed("metadata.name"), name)
    window.fill(typed("spec.modelName"), "microsoft/Phi-4")
    window.fill(typed("spec.pool.gpuType"), "H100")
    if go:
        onward(window, "Pool")


def onward(window: Window, title: str) -> None:
    """Take one step."""
    window.click("#wizard-next")
    window.says(STEP, title)


def to_review(window: Window) -> None:
    """Go on to the last step and wait for the server's verdict."""
    while "Review" not in window.text(STEP):
        window.click("#wizard-next")
    window.says(VERDICT, "Dry-run passed")


def test_from_empty_to_applied(pair: Console, opened: Window) -> None:
    begin(opened, "made", go=False)
    opened.fill(typed("spec.modelServer.env"), "hf/token")
    onward(opened, "Pool")
    opened.fill(typed("spec.pool.replicas"), "2")
    onward(opened, "Picker")
    opened.click(card("composite"))
    opened.fill(typed("spec.epp.weights.prefixAffinity"), "6")
    opened.says(".wz-scorers", "weight 6, 60%")
    opened.holds(typed("spec.epp.weights.queueDepth"), "2")
    onward(opened, "Autoscaling")
    opened.click(card("hpa"))
    opened.holds(typed("spec.pool.maxReplicas"), "4")
    choose(opened, "spec.autoscaling.thresholds[0].metric", "cpu")
    onward(opened, "Gateway")
    choose(opened, "spec.httpRoute", "shop/edge")
    opened.fill(typed("spec.httpRoute.hostnames"), "made.example.com")
    to_review(opened)
    for said in ("microsoft/Phi-4", "hf/token", "prefix-cache-scorer 60%", "shop/edge"):
        opened.says("#wizard-summary", said)
    for child in ("made-pool", "made-epp-config", "made-scaler", "made-route"):
        opened.says("#wizard-children", child)
    opened.says("#wizard-impact", "made.example.com")
    opened.says("#wizard-manifest", "kind: InferenceStack")
    assert not serious(opened)
    opened.fill("#wizard-reason", "a model for the shop")
    opened.click("#wizard-apply")
    opened.address("step=progress")
    opened.says("#wizard-progress-room", "Progress")
    found = stored(pair, "made")
    assert found is not None
    spec = found["spec"]
    assert spec["epp"]["weights"] == {"queueDepth": 2, "kvCache": 2, "prefixAffinity": 6}
    assert spec["modelServer"] == {"enabled": True, "env": [TOKEN]}
    assert spec["autoscaling"] == {"backend": "hpa", "thresholds": [{"metric": "cpu", "target": 5}]}
    assert spec["httpRoute"] == {
        "gatewayRef": "edge",
        "gatewayNamespace": "shop",
        "hostnames": ["made.example.com"],
    }
    opened.open("/audit", ".ag-row")
    opened.says(".ag-row", "a model for the shop")


def test_faults_stand_at_their_fields_while_one_types(opened: Window) -> None:
    begin(opened, "faults", go=False)
    opened.fill(typed("metadata.name"), "Faults_")
    opened.says(fault("metadata.name"), "Lower-case letters, digits and dashes")
    opened.fill(typed("metadata.name"), "faults")
    opened.fill(typed("spec.modelName"), "")
    opened.click("#wizard-next")
    opened.says(fault("spec.modelName"), "Name the model")
    opened.says(STEP, "1 fault")
    opened.fill(typed("spec.modelName"), "phi")
    opened.fill(typed("spec.modelServer.sharedMemory"), "plenty")
    opened.says(fault("spec.modelServer.sharedMemory"), "A number with a unit")
    opened.fill(typed("spec.modelServer.sharedMemory"), "8Gi")
    opened.until(lambda: not opened.all(fault("spec.modelServer.sharedMemory")), "it stays")
    onward(opened, "Pool")
    opened.fill(typed("spec.pool.targetPort"), "70000")
    opened.says(fault("spec.pool.targetPort"), "65535")
    opened.fill(typed("spec.pool.targetPort"), "")
    onward(opened, "Picker")
    opened.click(typed("spec.epp.tracing"))
    opened.click("#wizard-next")
    opened.says(fault("spec.epp.tracing.endpoint"), "Say where spans are sent.")
    opened.click(typed("spec.epp.tracing"))
    onward(opened, "Autoscaling")
    opened.click(card("hpa"))
    opened.fill(typed("spec.pool.minReplicas"), "9")
    opened.says(fault("spec.pool.minReplicas"), "More than 2, which is the most.")


def test_what_a_choice_comes_to_is_said(opened: Window) -> None:
    begin(opened, "told", go=False)
    choose(opened, "spec.servingBackend", "tgi")
    onward(opened, "Pool")
    onward(opened, "Picker")
    opened.says(".wz-scorers", "left out")
    opened.says(".wz-scorers", "TGI has no metric that it could read.")
    opened.click(card("least_queue"))
    opened.says(".wz-scorers", "queue-scorer")
    assert "prefix-cache-scorer" not in opened.text(".wz-scorers")
    opened.says(f"{typed('spec.epp.logLevel')} option", "34 KB a request")
    onward(opened, "Autoscaling")
    opened.click(card("keda"))
    metrics = opened.text(typed("spec.autoscaling.thresholds[0].metric"))
    assert "queue_depth" in metrics
    assert "kv_cache_pct" not in metrics, "TGI has no such metric"


def test_pods_that_exist_are_counted_while_they_come(pair: Console, opened: Window) -> None:
    begin(opened, "adopter", go=False)
    opened.click(card("found"))
    opened.fill(typed("spec.pool.selector"), "app=theirs\nv=1")
    opened.says("#wizard-model-2", "No pod has app=theirs, v=1 in shop: the pool would be empty.")
    store = pair.apis["web"].store
    store.create(pod("theirs-1"))
    opened.says("#wizard-model-2", "1 pod with app=theirs, v=1 in shop now, 1 ready")
    store.create(pod("theirs-2", ready=False))
    opened.says("#wizard-model-2", "2 pods with app=theirs, v=1 in shop now, 1 ready")
    to_review(opened)
    opened.says("#wizard-manifest", "app: theirs")
    assert "modelServer" not in opened.text("#wizard-manifest")


def test_back_forward_and_reload_keep_what_was_typed(opened: Window) -> None:
    begin(opened, "kept")
    opened.fill(typed("spec.pool.replicas"), "3")
    opened.run("history.back()")
    opened.says(STEP, "Engine and model")
    opened.holds(typed("spec.modelName"), "microsoft/Phi-4")
    opened.run("history.forward()")
    opened.says(STEP, "Pool")
    opened.driver.refresh()
    opened.says(STEP, "Pool")
    opened.holds(typed("spec.pool.replicas"), "3")
    opened.open("/stacks", "#stacks-create")
    opened.click("#stacks-create")
    opened.says("#wizard-steps [data-key='pool']", "3 x 1 H100")
    opened.click("#wizard-discard")
    opened.says(STEP, "Engine and model")
    opened.holds(typed("metadata.name"), "")


def test_the_draft_goes_to_the_yaml_editor_and_stays_in_the_wizard(opened: Window) -> None:
    begin(opened, "as-yaml")
    opened.fill(typed("spec.pool.replicas"), "7")
    opened.click("#wizard-yaml")
    opened.address("/create/inferencestacks")
    opened.until(lambda: "replicas: 7" in opened.value("#edit-yaml"), "the YAML of it")
    opened.says("#edit-result", "Dry-run passed")
    opened.run("ngf.unsaved(0, null); history.back()")
    opened.holds(typed("spec.pool.replicas"), "7")


def test_an_edit_changes_only_what_was_changed(pair: Console, opened: Window) -> None:
    before = there(pair, opened, "edited")
    opened.open("/stacks/edit/web/shop/edited?step=picker", STEP)
    opened.says(VERDICT, "No changes")
    opened.holds(typed("spec.epp.weights.prefixAffinity"), "4")
    opened.fill(typed("spec.epp.weights.prefixAffinity"), "5")
    opened.click("#wizard-steps [data-key='model']")
    opened.holds(typed("spec.modelServer.env"), "hf/token")
    opened.fill(typed("spec.modelServer.env"), "hf/other")
    opened.says(VERDICT, "Dry-run passed")
    opened.click("#wizard-steps [data-key='review']")
    opened.says("#wizard-stored", "spec.epp.weights.prefixAffinity")
    opened.says("#wizard-stored", "spec.modelServer.env[1].secretRef.key")
    opened.click("#wizard-apply")
    opened.says("#wizard-progress-room", "Progress")
    wanted = deepcopy(before["spec"])
    wanted["epp"]["weights"]["prefixAffinity"] = 5
    wanted["modelServer"]["env"][1]["secretRef"]["key"] = "other"
    after = stored(pair, "edited")
    assert after is not None
    assert after["spec"] == wanted
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"]


def test_the_page_of_a_stack_leads_to_each_of_its_parts(pair: Console, opened: Window) -> None:
    there(pair, opened, "shown")
    opened.open("/stacks?q=shown", "#stacks-grid .ag-row")
    opened.says("#stacks-grid .ag-row", "Llama-3.3-70B-Instruct")
    opened.says("#stacks-grid .ag-row", "4 H100")
    opened.click("#stacks-grid .ag-row .nm a")
    opened.address("/stack/web/shop/shown")
    opened.says("#detail-asked-for", "queue 1, cache 2, prefix 4")
    opened.says("#detail-asked-for", "HPA by cpu 80, memory 70")
    opened.click("#detail-reconcile")
    opened.until(
        lambda: (
            "ngf-console.f5.com/reconcile-requested"
            in ((stored(pair, "shown") or {})["metadata"].get("annotations") or {})
        ),
        "it was not asked for",
    )
    opened.click("#detail-asked-for a[href*='step=picker']")
    opened.says(STEP, "Picker")


def test_a_phone_is_led_through_the_steps(opened: Window) -> None:
    opened.size(390, 844)
    opened.run("sessionStorage.clear()")
    opened.open(PAGE, typed("metadata.name"))
    opened.says("#wizard-hsteps", "step 1 of 6")
    opened.says(f"{typed('spec.servingBackend')} option", "vLLM")
    opened.fill(typed("metadata.name"), "phone")
    opened.fill(typed("spec.modelName"), "microsoft/Phi-4")
    opened.fill(typed("spec.pool.gpuType"), "H100")
    opened.click("#wizard-next")
    opened.says("#wizard-hsteps", "step 2 of 6")
    while "6 of 6" not in opened.text("#wizard-hsteps"):
        assert opened.run("return document.documentElement.scrollWidth <= innerWidth")
        opened.click("#wizard-next")
    opened.says("#wizard-summary", "microsoft/Phi-4")
    assert opened.run("return document.documentElement.scrollWidth <= innerWidth")
    opened.size(1440)


def test_what_is_on_only_when_it_says_so_is_shown_off_until_then(
    pair: Console, opened: Window
) -> None:
    silent = stack(
        "silent", dcgm={"profiling": True}, epp={"tracing": {"endpoint": "http://otel:4317"}}
    )
    pair.apis["web"].store.create(silent)
    opened.until(
        lambda: ("shop", "silent") in pair.container.fleet.get("web").snapshot(KIND).objects,
        "the watch does not show it",
    )
    opened.open("/stacks/edit/web/shop/silent?step=picker", STEP)
    opened.says(VERDICT, "No changes")
    assert not opened.one(typed("spec.epp.tracing")).is_selected()
    opened.click("#wizard-steps [data-key='pool']")
    assert not opened.one(typed("spec.dcgm")).is_selected()


def test_headers_and_metrics_wait_for_what_they_belong_to(opened: Window) -> None:
    begin(opened, "waits")
    onward(opened, "Picker")
    onward(opened, "Autoscaling")
    opened.says("#wizard-scaling-1", "Choose what scales it first.")
    onward(opened, "Gateway")
    opened.says("#wizard-route-1", "Choose a gateway first.")
    assert not opened.all("#wizard-route-1 [data-add-item]")


def test_a_choice_that_is_taken_back_loses_no_settings(pair: Console, opened: Window) -> None:
    route = {
        "gatewayRef": "edge",
        "gatewayNamespace": "shop",
        "hostnames": ["kept.example.com"],
        "sectionName": "https",
        "pathPrefix": "/granite",
    }
    pair.apis["web"].store.create(stack("chosen", httpRoute=route))
    opened.until(
        lambda: ("shop", "chosen") in pair.container.fleet.get("web").snapshot(KIND).objects,
        "the watch does not show it",
    )
    opened.open("/stacks/edit/web/shop/chosen?step=route", STEP)
    opened.says(VERDICT, "No changes")
    live = opened.run("return ngf.wizardState().live.spec")
    choose(opened, "spec.httpRoute", "")
    assert opened.run("return ngf.wizardState().object.spec.httpRoute") is None
    choose(opened, "spec.httpRoute", "shop/edge")
    opened.click("#wizard-steps [data-key='scaling']")
    opened.click(card("none"))
    assert opened.run("return ngf.wizardState().object.spec.autoscaling") is None
    opened.click(card("hpa"))
    assert opened.run("return ngf.wizardState().object.spec") == live
    opened.says(VERDICT, "No changes")
