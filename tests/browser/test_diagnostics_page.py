"""Promise: the page of diagnostics shows which requests were slow and along with what, and a
benchmark from its order to its result: followed while it runs, cancelled, kept as a link."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tests.browser.tab import Console, Tab
from tests.engine import Engine, serving

pytestmark = pytest.mark.browser

POOL = "diagnosed/llama"


@pytest.fixture(scope="module", autouse=True)
def slow_requests(console: Console) -> None:
    """Forty, of which the later wait in longer queues; nothing is known of their GPUs."""
    now = datetime.now(UTC)
    requests, readings = [], []
    for number in range(40):
        at = now - timedelta(seconds=30 + 20 * (40 - number))
        place = {"cluster_name": "gpu-iad", "namespace": "diagnosed", "pod_name": f"p{number % 2}"}
        requests.append(
            {
                **place,
                "timestamp": written(at),
                "inference_pool": "llama",
                "model_name": "m",
                "request_id": f"request-{number}",
                "time_to_first_token_ms": 100 + 10 * number,
                "input_tokens": 300 + number % 3,
            }
        )
        reading = written(at - timedelta(seconds=2))
        readings.append({**place, "timestamp": reading, "source": "vLLM", "queue_depth": number})
    store = console.container.store
    for table, rows in (("ngf_inference_logs", requests), ("ngf_pod_metrics", readings)):
        store.insert(table, b"\n".join(map(orjson.dumps, rows)), f"diagnosed {table}")


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@pytest.fixture
def engine() -> Iterator[str]:
    with serving(Engine(tokens=5)) as url:
        yield url


def fill(tab: Tab, **values: str) -> None:
    for key, value in values.items():
        field = tab.find(f"#benchmark-{key}")
        field.clear()
        field.send_keys(value)


def order(tab: Tab, url: str, seconds: str) -> None:
    fill(tab, endpoint=url, model="m", pool="llm/llama3-70b", key="sk-not-kept", seconds=seconds)
    tab.click("#benchmark-start")


def test_slowness_is_shown_with_what_goes_along(tab: Tab) -> None:
    tab.open(f"/diagnostics?pool={POOL}", "#diagnostics-slow tbody tr")
    tab.has("#diagnostics-factors [data-key=queue_depth]", "High")
    tab.has("#diagnostics-factors [data-key=queue_depth]", "1.00")
    tab.has("#diagnostics-factors [data-key=gpu_util]", "Known of no request.")
    tab.has("#diagnostics-slow tbody tr:first-child", "490")
    assert "no data" in tab.text("#diagnostics-slow tbody tr:first-child")
    link = str(tab.find("#diagnostics-slow tbody tr:first-child a").get_attribute("href"))
    assert link.startswith(f"{tab.console.url}/logs?cluster=gpu-iad&range=20")
    assert link.endswith("&request_id=request-39")
    tab.until(lambda: "median" in plot(tab), "the finding of the chart")
    assert plot(tab).endswith(" at 35 to 39")


def plot(tab: Tab) -> str:
    return str(tab.find("#diagnostics-steps-plot").get_attribute("aria-label"))


def test_a_factor_that_is_chosen_stands_in_the_address(tab: Tab) -> None:
    tab.open(f"/diagnostics?pool={POOL}", "#diagnostics-factors tbody tr")
    tab.click("[data-factor=input_length]")
    tab.until(lambda: "factor=input_length" in tab.query(), "the address")
    tab.has("#diagnostics-steps-unit", "prompt tokens")
    tab.click("[data-panel-menu=diagnostics-steps]")
    next(one for one in tab.all(".n-menu .n-item") if one.text == "Show as table").click()
    tab.has(".n-dialog thead", "p95, ms")
    tab.click(".n-dialog [aria-label=Close]")
    tab.click("[data-drop=pool]")
    tab.until(lambda: "pool=" not in tab.query(), "the filter is gone")


def test_a_range_without_requests_says_why(tab: Tab) -> None:
    tab.open(f"/diagnostics?pool={POOL}&range=2026-01-01T00:00Z/2026-01-01T01:00Z")
    tab.has("#diagnostics-slow", "No engine has told the time to first token")
    tab.has("#diagnostics-steps-none", "No engine has told the time to first token")


def test_a_benchmark_is_followed_to_its_result_and_kept_as_a_link(tab: Tab, engine: str) -> None:
    tab.open("/diagnostics?cluster=gpu-iad", "#benchmark-cluster option")
    order(tab, engine, "6")
    tab.has("#benchmark-state", "Running")
    tab.has("#benchmark-rate-d", "under way")
    tab.has("#benchmark-state", "Done")
    tab.has("#benchmark-success-v", "100")
    tab.has("#benchmark-said", "Measured by the console on")
    tab.has("#benchmark-errors", "None.")
    assert tab.find("#benchmark-key").get_attribute("value") == ""
    link = tab.query()
    assert "run=" in link
    tab.open(link, "#benchmark-runs tbody tr.sel")
    tab.has("#benchmark-success-v", "100")
    assert not tab.find("#benchmark-cancel").is_displayed()


def test_what_is_wrong_stands_at_its_input(tab: Tab) -> None:
    tab.open("/diagnostics?cluster=gpu-iad", "#benchmark-cluster option")
    order(tab, "http://169.254.169.254", "2")
    tab.has("#benchmark-endpoint-error", "link-local")
    fill(tab, endpoint="http://llm.example", seconds="many")
    tab.click("#benchmark-start")
    tab.has("#benchmark-seconds-error", "whole number")
    assert tab.text("#benchmark-endpoint-error") == ""


def test_one_that_runs_is_cancelled(tab: Tab, engine: str) -> None:
    tab.open("/diagnostics?cluster=gpu-iad", "#benchmark-cluster option")
    order(tab, engine, "600")
    tab.has("#benchmark-state", "Running")
    tab.until(lambda: tab.find("#benchmark-cancel").is_displayed(), "Cancel")
    tab.click("#benchmark-cancel")
    tab.has("#benchmark-state", "Cancelled")


def test_whoever_may_not_start_one_sees_no_form(tab: Tab) -> None:
    """The server refuses as well, which the tests of REST and callbacks hold."""
    tab.open("/diagnostics", "#diagnostics-factors")
    tab.run("document.querySelector('[data-role]').dataset.role = 'viewer'")
    tab.has(".viewers-only", "started by operators and admins")
    assert not tab.find("#benchmark-start").is_displayed()
