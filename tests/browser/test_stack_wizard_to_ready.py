"""Promise: on the demo fleet a stack goes from an empty wizard to Ready, its autoscaling is run
over recorded traffic before, and what the operator keeps of it is seen at its pool."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from app import create_app
from cli.source import demo
from services.container import Container
from services.demo.places import PLACES
from services.settings import Settings
from tests.browser.journey import Window, signed_in
from tests.browser.tab import Console
from tests.browser.test_stack_wizard import card, choose, onward, to_review, typed
from tests.serving import free_port, loopback
from tests.stores import fresh_store

pytestmark = pytest.mark.browser

CLUSTER = "gpu-iad"
PAGE = f"/stacks/create?cluster={CLUSTER}&namespace=llm"
PROGRESS = "#wizard-progress-room"
MADE = ("InferencePool", "ConfigMap", "Deployment", "Service", "ScaledObject", "HTTPRoute")
STARTS_S = 120.0
"""An operator starts with the first object that it has to work on."""


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console on the demo fleet, with its history and its operators."""
    port = free_port()
    settings = Settings(data=tmp_path_factory.mktemp("operated"), demo=True, port=port)
    container = Container.build(settings, demo(settings, PLACES), fresh_store())
    server = loopback(create_app(container).server, port)
    container.start()
    container.fleet.wait_ready(60)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Console(f"http://127.0.0.1:{server.server_port}", container)
    container.stop()
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="module")
def window(operated: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    """A signed-in admin's window on it."""
    with signed_in(chromium, operated) as found:
        yield found


def test_from_empty_to_ready(window: Window) -> None:
    window.open(PAGE, typed("metadata.name"))
    window.says("#wizard-model-1", f"On {CLUSTER}:")
    window.fill(typed("metadata.name"), "phi")
    window.fill(typed("spec.modelName"), "microsoft/Phi-4")
    window.fill(typed("spec.pool.gpuType"), "H100")
    onward(window, "Pool")
    onward(window, "Picker")
    onward(window, "Autoscaling")
    window.click(card("keda"))
    window.says("#stack-replay-said", "would have been")
    window.says("#stack-replay-said", "were")
    window.until(
        lambda: (
            "would have been" in str(window.one("#stack-size-plot").get_attribute("aria-label"))
        ),
        "the chart of sizes",
    )
    window.holds(typed("spec.autoscaling.serverAddress"), "http://prometheus.monitoring.svc:9090")
    onward(window, "Gateway")
    choose(window, "spec.httpRoute", "llm/gpu-edge")
    window.fill(typed("spec.httpRoute.hostnames"), "phi.example.com")
    to_review(window)
    window.click("#wizard-apply")
    window.address("step=progress")
    window.until(lambda: "Ready" in window.text("#wizard-pill"), "Ready", within_s=STARTS_S)
    for kind in MADE:
        window.says(PROGRESS, kind)
    assert window.one(f"{PROGRESS} [role=progressbar]").get_attribute("aria-valuenow") == "100"
    window.click("#wizard-open")
    window.address(f"/stack/{CLUSTER}/llm/phi")
    window.says("#detail-pill", "Ready")
    window.says("#detail-children .ag-row", "phi-pool")


def test_its_pool_names_the_stack_and_is_edited_there(window: Window) -> None:
    window.open(f"/pool?cluster={CLUSTER}&namespace=llm&pool=phi-pool", "#pool-facts dd")
    window.says("#pool-facts", "phi")
    window.says("#pool-settings", "least_queue")
    window.click("#pool-links a")
    window.address(f"/stacks/edit/{CLUSTER}/llm/phi")
    window.says("#wizard-verdict", "No changes")
