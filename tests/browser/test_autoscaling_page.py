"""Promise: the reason for a pool's size is the first thing one reads; what is chosen is a link."""

import pytest

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

ROW = "#scaling-pools tr[data-key='gpu-iad/llm/{}']"


def test_the_pool_in_trouble_comes_first_with_its_reason_and_the_field(tab: Tab) -> None:
    tab.open("/autoscaling", ROW.format("qwen3-32b"))
    first = tab.find("#scaling-pools tbody tr")
    assert first.get_attribute("data-key") == "gpu-iad/llm/qwen3-32b"
    tab.has("#scaling-why-unit", "gpu-iad/llm/qwen3-32b")
    tab.has("#scaling-why", "no matching metrics found")
    tab.has("#scaling-why", "status.conditions[ScalingActive]")
    tab.has(ROW.format("phi4-mini"), "Nothing scales Deployment llm/phi4-mini")


def test_what_is_chosen_is_in_the_address_and_back_returns(tab: Tab) -> None:
    tab.open("/autoscaling", ROW.format("llama3-70b"))
    tab.click(f"{ROW.format('llama3-70b')} a")
    tab.until(lambda: "sel=gpu-iad/llm/llama3-70b" in tab.query(), "the address says it")
    tab.has("#scaling-why", "Deployment llama3-70b")
    tab.driver.back()
    tab.has("#scaling-why", "Deployment qwen3-32b")
    tab.open("/autoscaling?sel=hub-fra/platform/assistant", "#scaling-why .cond")
    tab.has("#scaling-why", "Deployment assistant")


def test_a_pool_that_is_not_there_is_named(tab: Tab) -> None:
    tab.open("/autoscaling?sel=gpu-iad/llm/gone", ROW.format("llama3-70b"))
    tab.has("#scaling-why", "There is no pool gpu-iad/llm/gone")
