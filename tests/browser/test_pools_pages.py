"""Promise: the pages of pools show what engines and devices told and where it comes from; where
there is nothing they say why. What is looked at is in the address."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.errors import Unavailable
from tests.browser.tab import Console, Tab
from tests.scraped import changed, otlp, put

pytestmark = pytest.mark.browser

RECORDED = Path(__file__).parent.parent / "recorded"
LLAMA = "/pool?cluster=gpu-iad&namespace=llm&pool=llama3-70b"
POD = "llama3-70b-7f9c5d8b4-m4q9z"


@pytest.fixture(scope="module", autouse=True)
def scraped(console: Console) -> None:
    """Six minutes of one engine of a pool, and its GPUs."""
    store = console.container.store
    text = (RECORDED / "vllm/metrics.txt").read_text()
    now = datetime.now(UTC)
    begun = now - timedelta(minutes=6)
    labels = {"pod": POD, "namespace": "llm", "node": "gpu-iad-h100-1"}
    bucket = (
        'vllm:time_to_first_token_seconds_bucket{.*le="(?:0.5|0.75|1.0|[2-9].*|1.*|64.*|.Inf)",.*}'
    )
    for minute in range(6):
        more = changed(
            text,
            **{
                "vllm:generation_tokens_total": 6_000 * minute,
                bucket: 20 * minute,
                "vllm:time_to_first_token_seconds_count": 20 * minute,
                "vllm:time_to_first_token_seconds_sum": 6 * minute,
            },
        )
        put(store, "gpu-iad", otlp(more, labels, begun, begun + timedelta(minutes=minute)))
    tgi = {**labels, "pod": "phi4-mini-7f9c5d8b4-m4q9z"}
    queue = "tgi_queue_size 3\ntgi_batch_current_size 2\n"
    put(store, "gpu-iad", otlp(queue, tgi, begun, now - timedelta(seconds=20)))
    dcgm = (RECORDED / "dcgm/metrics.txt").read_text().replace('"llama-0"', f'"{POD}"')
    dcgm = dcgm.replace("gpu-node-1", "gpu-iad-h100-1")
    for ago in (240, 20):  # one in a bucket of time that is over
        put(store, "gpu-iad", otlp(dcgm, {}, begun, now - timedelta(seconds=ago)))


def test_the_list_has_each_pool_with_what_is_known_of_it(tab: Tab) -> None:
    tab.open("/pools", "#pools-rows tr[data-key='gpu-iad/llm/llama3-70b']")
    row = "#pools-rows tr[data-key='gpu-iad/llm/{}']"
    for text in ("Ready", "llama3-70b", "6 of 6", "12 H100", "100", "91%", "$31.80"):
        tab.has(row.format("llama3-70b"), text)
    tab.has(row.format("qwen3-32b"), "no data")
    title = tab.find(f"{row.format('phi4-mini')} span.t3[title]").get_attribute("title")
    assert title
    tab.has("#pools-kpi-tokens-v", "100")
    tab.has("#pools-kpi-tokens-src", "vLLM")
    tab.has("#pools-ttft-src", "vLLM metrics")
    tab.has("#pools-ttft-unit", "at the engine")
    tab.click(f"{row.format('llama3-70b')} a")
    tab.has("#pool-title", "llama3-70b")


def test_a_pool_tells_its_numbers_with_their_source(tab: Tab) -> None:
    tab.open(f"{LLAMA}&range=15m", "#pool-gpus tr[data-key]")
    tab.has("#pool-pill", "Ready, accepted by gpu-edge")
    for text in ("Llama-3.3-70B-Instruct", "vLLM", "6 of 6 ready", "12 H100", "6 to 8"):
        tab.has("#pool-facts", text)
    tab.has("#pool-kpi-tokens-v", "100")
    tab.has("#pool-kpi-ttft-v", "488")
    tab.has("#pool-kpi-cache-v", "64.5")
    tab.has("#pool-ttft-unit", "at the engine")
    tab.has("#pool-gpus", "93%")
    tab.has("#pool-gpus", "XID 31")
    tab.has("#pool-cost", "$31.80")
    tab.has("#pool-cost-src", "prices of 2026-11-01")
    label = tab.find("#pool-spread-plot").get_attribute("aria-label")
    assert "100 requests" in label
    assert tab.find("#pool-cache-plot").get_attribute("aria-label").startswith("KV cache: highest")
    assert tab.find("#pool-spread-unit").get_attribute("textContent") == "at the engine"
    assert tab.all("#pool-grafana a") == [], "no Grafana in the settings"
    tab.run("ngf.facts.grafana = 'https://grafana.example.com/d/pools'")
    tab.run("window.dispatchEvent(new Event('ngf:refresh'))")
    link = str(tab.find("#pool-grafana a").get_attribute("href"))
    assert link.startswith("https://grafana.example.com/d/pools?from=1")
    assert link.endswith("&var-cluster=gpu-iad&var-namespace=llm&var-pool=llama3-70b")


def test_the_overview_sums_up_models_and_gpus_and_names_the_pool_in_trouble(tab: Tab) -> None:
    tab.open("/?cluster=gpu-iad&range=15m", "#overview-clusters tbody tr")
    tab.has("#overview-tokens-v", "100")
    tab.has("#overview-tokens-d", "TTFT p95 488 ms")
    tab.has("#overview-tokens-src", "vLLM")
    tab.has("#overview-gpus-v", "of 43 allocated")
    tab.has("#overview-attention", "Pool llm/qwen3-32b")
    tab.has("#overview-attention", "KEDA cannot use the ScaledObject")
    tab.open("/?cluster=web-fra", "#overview-clusters tbody tr")
    tab.has("#overview-tokens-v", "no data")
    tab.has("#overview-gpus-d", "on 0 of 1 clusters")


def test_the_tab_is_in_the_address_and_back_returns(tab: Tab) -> None:
    tab.open(LLAMA, "#pool-gpus tr[data-key]")
    tab.click("#pool-tabs [data-tab=pods]")
    tab.until(lambda: "tab=pods" in tab.query(), "the address says it")
    tab.has("#pool-pods", "7f9c5d8b4-m4q9z")
    tab.has("#pool-pods", "gpu-iad-h100-1")
    tab.has("#pool-devices tbody tr:first-child", "31")
    tab.has("#pool-devices tbody tr:first-child", "gpu-iad-h100-1")
    tab.click("#pool-tabs [data-tab=cost]")
    tab.has("#pool-bill", "One replica less would save")
    tab.has("#pool-bill", "$5.30/h")
    tab.driver.back()
    tab.driver.back()
    tab.until(lambda: "tab=" not in tab.query(), "back to the first")
    link = "#pool-tabs [data-elsewhere=decisions]"
    wanted = "/decisions?cluster=gpu-iad&pool=llm/llama3-70b"
    tab.until(lambda: wanted in tab.find(link).get_attribute("href"), "a link to its decisions")


def test_an_engine_without_a_metric_is_told_with_the_reason(tab: Tab) -> None:
    path = "/pool?cluster=gpu-iad&namespace=llm&pool=phi4-mini"
    tab.open(path, "#pool-kpi-waiting-v")
    tab.has("#pool-kpi-waiting-v", "3")
    tab.has("#pool-kpi-cache-d", "TGI exposes no KV cache metric.")
    tab.has("#pool-ttft-none", "TGI exposes no time to first token.")
    tab.has("#pool-cache-none", "TGI exposes no KV cache metric.")
    tab.has("#pool-gpus", "DCGM")


def test_pools_stay_while_the_store_is_away_and_their_numbers_come_back(
    tab: Tab, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "#pools-rows tr[data-key='gpu-iad/llm/llama3-70b']"
    away = "The analytics store does not answer."
    with monkeypatch.context() as without:
        without.setattr(console.container.store, "read", down)
        tab.open("/pools", row)
        for text in ("Ready", "6 of 6", "12 H100", "$31.80", "no data"):
            tab.has(row, text)
        tab.has("#pools-strip", away)
        tab.has("#pools-kpi-ttft-d", away)
        assert tab.find("#pools-kpi-gpus-v").text.isdecimal()
        tab.has("#pools-tokens-none", away)
        tab.has("#pools-src", "objects")
        tab.click(f"{row} a")
        tab.has("#pool-pill", "Ready, accepted by gpu-edge")
        tab.has("#pool-facts", "6 of 6 ready")
        for part in ("#pool-strip", "#pool-kpi-ttft-d", "#pool-gpus", "#pool-ttft-none"):
            tab.has(part, away)
        assert tab.find("#pool-cost .bill span.t3[title]").get_attribute("title") == away
        tab.click("#pool-tabs [data-tab=pods]")
        tab.has("#pool-pods", away)
    tab.run("window.dispatchEvent(new Event('ngf:refresh'))")
    tab.has("#pool-pods", "7f9c5d8b4-m4q9z")
    tab.open("/pools", row)
    tab.has(row, "91%")
    tab.until(lambda: not tab.find("#pools-strip").text, "nothing is amiss")


def down(*_: Any, **__: Any) -> Any:
    raise Unavailable("The analytics store does not answer.")


def test_a_pool_that_is_not_there_is_named(tab: Tab) -> None:
    tab.open("/pool?cluster=gpu-iad&namespace=llm&pool=gone", ".missing-state .b6")
    tab.has("#pool-missing", "There is no inference pool llm/gone")


def test_gpus_are_shown_with_how_busy_they_are(tab: Tab) -> None:
    tab.open("/gpus", "#gpus-grid .ag-row")
    tab.has("#gpus-used-src", "DCGM")
    tab.has("#gpus-used-v", "60%")
    tab.has("#gpus-grid [row-index='0'] [col-id=busy]", "60%")
    tab.has("#gpus-grid [row-index='0'] [col-id=heat]", "61")
    tab.has("#gpus-grid [row-index='1'] [col-id=busy]", "no data")
    tab.until(lambda: "now utilization" in _said(tab, "busy"), "utilization over the range")
    tab.until(lambda: "now in use" in _said(tab, "memory"), "memory over the range")
    tab.click("[data-gpus-by=device]")
    tab.has("#gpus-devices [row-index='0'] [col-id=xid]", "31")
    tab.has("#gpus-devices [row-index='0'] [col-id=short]", "H100")
    tab.has("#gpus-devices [row-index='0'] [col-id=pod] a", POD)
    tab.has("#gpus-src", "DCGM")


def _said(tab: Tab, chart: str) -> str:
    return str(tab.find(f"#gpus-{chart}-plot").get_attribute("aria-label"))
