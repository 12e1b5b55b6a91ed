"""Promise: the fleet page says which clusters need a person and why, follows what happens to them,
and its filters are its address."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.keys import Keys

from callbacks import fleet
from services.auth.identity import CONSOLE
from services.clusters.standing import Reply
from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window
from tests.browser.visits import serious

pytestmark = pytest.mark.browser


def names(window: Window, selector: str) -> list[str]:
    return [node.text for node in window.all(selector)]


@pytest.fixture
def troubled(pair: Console) -> Iterator[None]:
    """The Prometheus of ``hub`` refuses."""
    hub = pair.container.fleet.get("hub")
    hub.configure(replace(hub.member, prometheus=True))
    hub.prometheus = Reply(datetime.now(UTC), "Prometheus refuses the console (403).")
    yield
    hub.configure(replace(hub.member, prometheus=False))


@pytest.mark.usefixtures("troubled")
def test_problems_come_first_with_reason_and_conditions(opened: Window) -> None:
    opened.open("/clusters", ".prob")
    opened.says(".prob", "Degraded: Prometheus refuses the console (403).")
    opened.says(".prob", "Metrics of NGINX and of the controller are missing.")
    opened.says(".prob .mini", "PrometheusReachable")
    opened.says("#fleet-clusters-d", "1 ready, 1 needs attention")
    opened.says("#n-side [data-count=clusters] .n", "1")
    opened.says(".cc.small", "degraded, see above")
    for theme in ("dark", "light"):
        opened.theme(theme)
        assert not serious(opened)


@pytest.mark.usefixtures("troubled")
def test_a_lost_cluster_moves_up_without_a_reload(pair: Console, opened: Window) -> None:
    opened.open("/clusters", ".prob")
    opened.live()
    opened.run("document.querySelector('.prob[data-key=hub] .btn').focus()")
    pair.apis["web"].stop()
    opened.says(".prob:first-child", "Unreachable: ")
    opened.says(".prob:first-child", "its 2 gateways and 60 routes are shown as last seen")
    focused = "return document.activeElement.dataset.retry"
    assert opened.run(focused) == "hub", "a push must not take the focus away"
    pair.apis["web"].start()
    opened.click(".prob[data-key=web] [data-retry]")
    opened.until(lambda: not opened.all(".prob[data-key=web]"), "web among the ready again")


def test_filters_live_in_the_address(opened: Window) -> None:
    opened.open("/clusters", ".cc")
    opened.fill("#fleet-q", "hub")
    opened.address("q=hub")
    opened.until(lambda: names(opened, ".cc a .cl") == ["hub"], "one card")
    opened.fill("#fleet-q", "nowhere")
    opened.says("#fleet-cards", "No cluster matches")
    opened.click("[data-fleet-clear]")
    opened.until(lambda: len(opened.all(".cc")) == 2, "both cards")
    opened.holds("#fleet-q", "")


def test_a_value_is_chosen_from_a_menu_and_dropped(opened: Window) -> None:
    opened.open("/clusters", ".cc")
    opened.click("[data-fleet-filter=ngf]")
    opened.click(".n-menu input")
    opened.address("ngf=not%20known")
    opened.says("#fleet-chips", "not known")
    opened.driver.back()
    opened.until(lambda: not opened.all("[data-fleet-drop]"), "the filter gone with Back")


def test_cards_and_table_are_views_of_the_same(opened: Window) -> None:
    opened.open("/clusters", ".cc")
    opened.click("[data-fleet-view=table]")
    opened.address("view=table")
    opened.says("#fleet-grid .ag-row", "Ready")
    opened.click("[data-fleet-view=cards]")
    opened.until(lambda: len(opened.all(".cc")) == 2, "the cards")
    assert "view" not in opened.query()


def test_rows_are_walked_and_opened_by_keys(opened: Window) -> None:
    opened.open("/clusters?view=table", "#fleet-grid .ag-row")
    opened.press("j")
    opened.press("j")
    opened.press(Keys.ENTER)
    opened.address("/clusters/web")


def test_three_hundred_clusters_are_a_table_that_draws_what_is_seen(
    pair: Console, opened: Window
) -> None:
    opened.open("/clusters", ".cc")
    told = fleet.page(pair.container, CONSOLE, frozenset())
    row = told["clusters"][0]
    told["clusters"] = [
        row | {"name": f"web-{at:03d}", "region": f"region-{at % 12:02d}"} for at in range(300)
    ]
    # A hidden page does not ask, so nothing comes between.
    opened.run("Object.defineProperty(document, 'hidden', {value: true})")
    opened.run("dash_clientside.set_props('fleet-data', {data: arguments[0]})", told)
    opened.has("#fleet-grid", "web-000")
    assert len(opened.all("#fleet-grid .ag-row")) < 100
    assert not opened.all(".cc")
    opened.fill("#fleet-q", "region-07")
    opened.until(lambda: "web-006" not in opened.text("#fleet-grid"), "the rows of one region")
    opened.has("#fleet-grid", "web-007")


def test_the_menu_of_many_clusters_is_grouped_and_filtered(opened: Window) -> None:
    opened.open("/clusters", ".cc")
    opened.run(
        "const one = ngf.facts.clusters[0];"
        "ngf.facts.clusters = Array.from({length: 300}, (_, at) => ({...one,"
        " name: `web-${at}`, label: `web-${at}`, region: `region-${at % 12}`}));"
    )
    opened.click("#n-cluster")
    assert len(opened.all(".n-list > .n-menu-t")) == 12
    opened.fill(".n-menu input[type=search]", "region-7")
    opened.until(
        lambda: (
            [one.text for one in opened.all(".n-list > .n-menu-t:not([hidden]) .grow")]
            == ["region-7"]
        ),
        "one group",
    )
    opened.click("[aria-label='Only region-7']")
    opened.until(lambda: opened.query().count("web-") == 25, "the clusters of the region chosen")


def test_what_cannot_be_changed_here_is_said(opened: Window) -> None:
    opened.open("/clusters/web?tab=settings", "#cluster-denied .strip")
    opened.says("#cluster-denied", "This console works on one cluster.")
    opened.open("/clusters/web?tab=agent", "#cluster-install .quiet")
    opened.says("#cluster-install", "This console works on one cluster.")


def test_why_nothing_can_be_registered_is_said(opened: Window) -> None:
    opened.open("/clusters", ".cc")
    opened.says("#fleet-why", "This console works on one cluster")
    assert not opened.run("return document.querySelector('#fleet-register').checkVisibility()")
