"""Promise: GPU capacity is told by type, cluster and node, and a link keeps what is filtered."""

import pytest

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser


def test_types_clusters_and_nodes_tell_the_same(tab: Tab) -> None:
    tab.open("/gpus", "#gpus-grid .ag-row")
    tab.has("#gpus-gpus-v", "of 47 allocated")
    tab.has("#gpus-by-type [data-key$=HBM3]", "of 32")
    tab.has("#gpus-by-type [data-key*=MIG]", "MIG instance")
    tab.has("#gpus-by-cluster [data-key=gpu-iad]", "of 43")
    tab.has("#gpus-by-cluster [data-key=web-fra]", "none")
    tab.has("#gpus-grid", "gpu-iad-mig-1")
    tab.has("#gpus-count", "7 rows")


def test_the_filter_is_in_the_address(tab: Tab) -> None:
    tab.open("/gpus?q=l40s", "#gpus-grid .ag-row")
    tab.has("#gpus-count", "2 of 7 rows")
    tab.until(lambda: len(tab.all("#gpus-grid .ag-row")) == 2, "two rows")
    assert tab.find("#gpus-q").get_attribute("value") == "l40s"


def test_the_cluster_chosen_above_is_what_is_counted(tab: Tab) -> None:
    tab.open("/gpus?cluster=web-fra", "#gpus-by-cluster tr")
    tab.has("#gpus-gpus-d", "on 0 of 1 clusters")
    tab.has("#gpus-by-type", "No node that is known has a GPU.")


def test_devices_are_a_table_of_their_own_and_the_range_is_in_the_address(tab: Tab) -> None:
    tab.open("/gpus?cluster=hub-fra&by=device&range=15m", "#gpus-devices .ag-root")
    tab.has("#n-range [aria-pressed=true]", "15 min")
    tab.has("#gpus-busy-none", "No readings of its GPUs (DCGM) have come in this range.")
    tab.has("#gpus-count", "0 devices No readings")
    tab.find("#n-range .n-updated")
    tab.click("[data-gpus-by='']")
    tab.until(lambda: "by=" not in tab.query(), "nodes again")
    tab.has("#gpus-grid", "hub-fra-l40s-1")
