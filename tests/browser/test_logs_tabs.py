"""Promise: spans and log lines of pickers are explored like access logs, each in a tab of the page,
and one leads to the other: a line to its trace and to the decision of the picker."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from tests.browser.journey import Window
from tests.browser.tab import Console, Tab
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, POOL, put_recording

pytestmark = pytest.mark.browser

LINE = "#logs-rows tr[data-line]"
OPEN = "#logs-rows tr.open"
RANGE = f"cluster={CLUSTER}&range=1h"
PICKED = "span-picked"


@pytest.fixture(scope="module", autouse=True)
def recording(console: Console) -> None:
    put_recording(console.container.store)


@pytest.fixture
def page(tab: Tab) -> Iterator[Window]:
    window = Window(tab.driver, tab.console)
    yield window
    assert window.console_errors() == []


def trace_of(console: Console) -> str:
    """The trace of the decision that is logged in full."""
    store = console.container.store
    with store.engine.client() as client:
        asked = "SELECT TraceId FROM {} WHERE SpanName = 'pick_endpoints' AND request_id = '{}'"
        table = store.layout.table("otel_traces")
        ((found,),) = client.query(asked.format(table, FULLY_LOGGED)).result_rows
    return str(found)


def test_spans_have_a_tab_with_filters_of_their_own(page: Window) -> None:
    page.open(f"/logs?{RANGE}", LINE)
    page.click("[data-logs-tab=spans]")
    page.address("tab=spans")
    page.says("#logs-top", "Service\nllm-d-router/epp")
    page.says("#logs-histogram-lg", "error")
    page.click("[data-facet=name][data-value=filter_endpoints]")
    page.address("name=filter_endpoints")
    page.until(
        lambda: {one.text for one in page.all(f"{LINE} td:nth-child(3)")} == {"filter_endpoints"},
        "spans of that name alone",
    )
    page.click(LINE)
    page.says(OPEN, "llm_d.epp.filter.candidate_endpoints\n4")
    page.says(OPEN, "k8s.namespace.name\nllm")
    page.driver.refresh()
    page.says(OPEN, "trace_id")
    page.click("[data-logs-tab='']")
    page.until(lambda: "name=" not in page.query(), "no filter that means nothing here")
    page.says("#logs-top", "Status\n")


def test_a_failed_span_says_how_it_failed(page: Window) -> None:
    page.open(f"/logs?tab=spans&status=error&{RANGE}", LINE)
    assert {one.text for one in page.all(f"{LINE} .tag")} == {"error"}
    page.click(LINE)
    page.says(OPEN, "exception.message\n")
    page.says("#logs-histogram-unit", "every status")


def test_a_line_leads_to_its_trace_and_to_its_decision(page: Window, console: Console) -> None:
    trace = trace_of(console)
    row = {
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "cluster_name": CLUSTER,
        "namespace": "llm",
        "path": "/v1/chat",
        "status": 200,
        "status_class": "2xx",
        "request_id": PICKED,
        "x_request_id": "tabs-picked",
        "trace_id": trace,
        "picked": True,
    }
    other = {**row, "request_id": "span-plain", "trace_id": "", "picked": False}
    rows = b"\n".join(map(orjson.dumps, (row, other)))
    console.container.store.insert("ngf_access_logs", rows, PICKED)
    page.open(f"/logs?request_id=span-plain&sel=span-plain&{RANGE}", OPEN)
    page.says(OPEN, "Copy JSON")
    decision = ".json-act a[href*='/decisions']"
    assert page.all("[data-logs-trace]") == page.all(decision) == []
    page.open(f"/logs?request_id={PICKED}&sel={PICKED}&{RANGE}", OPEN)
    why = page.one(decision).get_attribute("href")
    assert f"/decisions?cluster={CLUSTER}&range=" in why
    assert why.endswith("&request=tabs-picked")
    page.click("[data-logs-trace]")
    page.address(f"trace_id={trace}")
    page.says("#logs-chips", trace)
    page.until(lambda: "pick_endpoints" in page.text("#logs-rows"), "the spans of the trace")
    assert "request_id=" not in page.query()


def test_lines_of_pickers_tell_outcomes_and_lead_to_decisions(page: Window) -> None:
    page.open(f"/logs?tab=picker&request_id={FULLY_LOGGED}&{RANGE}", LINE)
    page.says("#logs-top", f"Pool\nllm/{POOL}")
    page.click("[data-facet=status][data-value=handled]")
    page.address("status=handled")
    page.until(lambda: len(page.all(LINE)) == 1, "one line that tells the outcome")
    page.click(LINE)
    page.says(OPEN, "message\nRequest handled")
    page.click(".json-act a")
    page.address(f"request={FULLY_LOGGED}")
    page.says("#decisions-why", "llama-1 was picked")


def test_what_tells_no_outcome_can_be_asked_for(page: Window) -> None:
    page.open(f"/logs?tab=picker&status=-&{RANGE}", LINE)
    assert page.all(f"{LINE} .tag") == []
    page.says("#logs-chips .chip", "outcome")
    page.says("#logs-chips .chip", "none")


@pytest.mark.parametrize("kind", ["", "spans", "picker"])
def test_an_open_line_leaves_a_phone_its_columns(page: Window, kind: str) -> None:
    page.size(390, 844)
    page.open(f"/logs?tab={kind}&{RANGE}", LINE)
    page.run("document.querySelector(arguments[0]).click()", LINE)
    page.one(OPEN)
    seen = page.run(
        "return [...document.querySelectorAll('#logs-rows thead th')].map((one) => one.offsetWidth)"
    )
    room = page.run("return document.getElementById('logs-rows').clientWidth")
    assert sum(seen) == pytest.approx(room, abs=2), "no room for columns that nobody sees"
