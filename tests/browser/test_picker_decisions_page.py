"""Promise: the page of picker decisions says why a pod was picked, which source says so, what other
weights would have made of it, and where nothing is known that it is not."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.errors import Unavailable
from services.inference.decision_store import Decisions
from tests.browser.tab import Console, Tab
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, POOL, put_recording

pytestmark = pytest.mark.browser

PAGE = f"/decisions?cluster={CLUSTER}&pool=llm/{POOL}&range=1h"
TIED = "b8c68286-5b61-47a9-b2b2-1514865350bf"


@pytest.fixture(scope="module", autouse=True)
def recording(console: Console) -> None:
    put_recording(console.container.store)


@pytest.fixture
def page(tab: Tab) -> Iterator[Tab]:
    yield tab
    assert tab.console_errors() == []


def test_the_newest_with_scores_is_chosen_and_stands_in_the_address(page: Tab) -> None:
    page.open(PAGE, "#decisions-rows tr.sel")
    page.until(lambda: f"request={FULLY_LOGGED}" in page.query(), "the choice in the address")
    page.has("#decisions-count", "52 decisions")
    page.has("#decisions-foot", "1 with scores")
    page.has("#decisions-src", "picker spans and log")
    page.has("#decisions-filters", f"llm/{POOL}")


def test_a_link_tells_why_with_candidates_and_sources(page: Tab) -> None:
    page.open(f"{PAGE}&request={FULLY_LOGGED}", "#decisions-candidates tr.sel")
    page.has("#decisions-why", "llama-1 was picked because its KV cache was less used")
    page.has("#decisions-why-src", "log Request handled, log Calculated score")
    page.has("#decisions-why", "200, 611 tokens")
    page.has("#decisions-candidates-unit", "4 scored")
    said = page.find("#decisions-candidates tr.sel .weighted").get_attribute("aria-label")
    assert said.startswith("queue 2.00, kv-cache 1.65, prefix-cache 0.00")
    page.has("#decisions-time", "149 ms")


def test_other_weights_lead_to_another_pod_and_no_latency(page: Tab) -> None:
    page.open(f"{PAGE}&request={FULLY_LOGGED}", "#decisions-replay input[type=number]")
    for name, value in (("queue-scorer", "0"), ("lora-affinity-scorer", "10")):
        field = page.find(f"input[type=number][data-weight={name}]")
        page.run("arguments[0].value = ''", field)
        field.send_keys(value)
    page.has("#decisions-said", "would go to llama-0, 11.16 against 11.05")
    page.has("#decisions-said", "What its latency would have been is not known.")
    page.click("[data-basis=now]")
    page.has("#decisions-said", "None of the candidates reports metrics now.")
    page.click("[data-weights-reset]")
    page.has("#decisions-said", "Move a weight")
    changed = page.all(".weigh .chg")
    assert changed == []


def test_a_tie_and_missing_scores_are_told_as_such(page: Tab) -> None:
    page.open(f"{PAGE}&request={TIED}", "#decisions-candidates tbody tr")
    page.has("#decisions-why", "llama-0, llama-1 and llama-2 have the same total, 5.10.")
    page.has("#decisions-candidates", "logged from verbosity 4 only")
    page.has("#decisions-replay", "Only totals were recorded.")
    assert page.all("#decisions-candidates tr.sel") == []


def test_keys_walk_the_list_and_back_returns(page: Tab) -> None:
    page.open(PAGE, "#decisions-rows tr")
    first, second = (
        row.get_attribute("data-request") for row in page.all("#decisions-rows tbody tr")[:2]
    )
    page.open(f"{PAGE}&request={first}", "#decisions-rows tr.sel")
    before = page.query()
    page.press("j")
    page.until(lambda: f"request={second}" in page.query(), "the next row")
    page.run("history.back()")
    page.until(lambda: page.query() == before, "the row before")


def test_an_unknown_request_and_an_empty_time_say_so(page: Tab) -> None:
    page.open(f"{PAGE}&request=nobody-sent-this", "#decisions-rows tbody tr")
    page.has("#decisions-why", "No picker told of a request nobody-sent-this.")
    page.open(
        f"/decisions?pool=llm/{POOL}&range=2020-01-01T00:00Z/2020-01-01T01:00Z",
        "#decisions-rows .quiet",
    )
    page.has("#decisions-rows", "No span or log line of a picker came in during this time.")
    page.has("#decisions-why", "There is no decision in this time to explain.")


def test_a_decision_that_could_not_be_read_is_read_once_the_store_answers(
    page: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> Any:
        raise Unavailable("The analytics store does not answer.")

    with monkeypatch.context() as without:
        without.setattr(Decisions, "one", down)
        page.open(f"{PAGE}&request={FULLY_LOGGED}", "#decisions-rows tr.sel")
        page.has("#decisions-why", "The analytics store does not answer.")
    page.run("window.dispatchEvent(new Event('ngf:refresh'))")
    page.has("#decisions-why", "llama-1 was picked")


def test_a_pool_without_decisions_keeps_nothing_of_the_one_before(page: Tab) -> None:
    page.open(f"{PAGE}&request={FULLY_LOGGED}", "#decisions-candidates tr.sel")
    page.run("ngf.view.set({ pool: 'llm/silent', request: '' })")
    page.has("#decisions-why", "There is no decision in this time to explain.")
    page.until(lambda: page.all(".decisions-one.bare"), "no candidates")


def test_a_pool_is_chosen_with_its_cluster(page: Tab) -> None:
    page.open("/decisions?range=1h", "#decisions-pool")
    page.until(lambda: page.all("#decisions-rows tr"), "the pools known with the list")
    page.click("#decisions-pool")
    of_cluster = f"//*[@role='menuitem'][.//*[text()='{CLUSTER}']]"
    page.until(lambda: page.driver.find_elements("xpath", of_cluster), "a pool of the cluster")
    page.driver.find_elements("xpath", of_cluster)[0].click()
    page.until(lambda: f"cluster={CLUSTER}&" in page.query(), "the cluster in the address")
    assert "pool=llm/" in page.query()


def test_a_decision_and_its_line_in_the_access_log_lead_to_each_other(page: Tab) -> None:
    page.open(f"{PAGE}&request={FULLY_LOGGED}", "#decisions-why dd.mono a")
    page.click("#decisions-why dd.mono a")
    page.has("#logs-foot", "1 lines in the range, 1 shown")
    page.click("#logs-rows tr[data-line]")
    page.click("#logs-rows tr.open a[href^='/decisions']")
    page.has("#decisions-why", "llama-1 was picked because its KV cache was less used")
    page.until(lambda: f"request={FULLY_LOGGED}" in page.query(), "the request in the address")
