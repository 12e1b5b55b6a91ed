"""Promise: the dashboard says how many, how bad and how slow, in both themes, for one range of all
its charts, and each number leads to the lines behind it."""

import threading
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from services.errors import Invalid
from services.telemetry.access import AccessLogs
from services.telemetry.windows import Window as Range
from tests.browser.journey import Window
from tests.browser.logged import FAILED, GATEWAY, SILENT, log_lines
from tests.browser.tab import Console, Tab

pytestmark = pytest.mark.browser

HERE = f"/dashboard?gateway={GATEWAY}"
ROW = "#dashboard-grid .ag-center-cols-container .ag-row"


@pytest.fixture(scope="module", autouse=True)
def lines(console: Console) -> None:
    log_lines(console.container)


@pytest.fixture
def page(tab: Tab) -> Window:
    window = Window(tab.driver, tab.console)
    window.open(HERE, "#dashboard-requests-plot .nsewdrag")
    window.one(ROW)
    return window


def test_numbers_name_their_source_their_age_and_who_is_silent(page: Window) -> None:
    page.until(lambda: page.text("#dashboard-kpi-failures-v").split() == ["5", "%"], "5 %")
    page.says("#dashboard-requests-src", "access logs, ")
    page.says("#dashboard-requests-note", f"No access log of {SILENT} in this range.")
    said = page.one("#dashboard-failures-plot").get_attribute("aria-label")
    assert said.startswith("Failed responses: now 4xx 0%, 5xx ")


def test_where_nothing_is_known_the_table_says_why(page: Window) -> None:
    page.open(f"/dashboard?cluster={SILENT}&namespace=nowhere", "#dashboard-rows-none:not(:empty)")
    said = f"No access log for this has come from {SILENT} yet."
    for place in ("#dashboard-rows-none", "#dashboard-failed", "#dashboard-slow"):
        page.says(place, said)


def test_another_theme_repaints_the_charts_at_once(page: Window) -> None:
    colour = (
        "return getComputedStyle(document.querySelector("
        "'#dashboard-failures-plot .scatterlayer .trace:nth-of-type(2) path.js-line')).stroke"
    )
    assert page.until(lambda: page.run(colour)) == "rgb(204, 58, 44)"
    page.theme("dark")
    page.until(lambda: page.run(colour) == "rgb(229, 96, 79)", "the dark colour")


def test_a_drag_zooms_all_charts_and_back_restores(page: Window) -> None:
    ticks = "return [...document.querySelectorAll('#dashboard-latency-plot .xtick')].length"
    before = page.run(ticks)
    plot = page.one("#dashboard-requests-plot .nsewdrag")
    drag = ActionChains(page.driver).move_to_element_with_offset(plot, 150, 60)
    drag.click_and_hold().move_by_offset(40, 0).move_by_offset(40, 0).release().perform()
    page.address("range=20")
    page.until(
        lambda: page.run(
            "return document.querySelector('#dashboard-latency-graph .js-plotly-plot')"
            ".layout.xaxis.range.join() === document.querySelector("
            "'#dashboard-requests-graph .js-plotly-plot').layout.xaxis.range.join()"
        ),
        "the other chart zoomed",
    )
    page.driver.back()
    page.until(lambda: page.query() == HERE, "the range before")
    page.until(lambda: page.run(ticks) == before, "the chart as it was")


def test_a_row_leads_inwards_and_to_the_lines_that_failed(page: Window) -> None:
    page.click("[data-red-by=route]")
    page.address("by=route")
    page.says(ROW, "payments/checkout")
    page.says("#dashboard-grid", "no route named")
    link = next(one for one in page.all("#dashboard-grid a") if one.text == "failed")
    page.run("arguments[0].click()", link)
    page.address("status=5xx")
    page.says("#logs-foot", f"{FAILED} lines in the range")
    page.says("#logs-chips .chip", "payments/checkout")
    page.says("#logs-chips .chip", GATEWAY)


def test_the_key_t_opens_the_range_and_a_preset_is_in_the_address(page: Window) -> None:
    page.press("t")
    page.says(".n-menu", "Last 15 min")
    next(one for one in page.all(".n-menu .n-item") if one.text == "Last 15 min").click()
    page.address("range=15m")
    page.says("#n-range [aria-pressed=true]", "15 min")


def _read(text: str) -> list[float] | None:
    """Its beginning and end in milliseconds, or its length where it ends now."""
    try:
        window = Range.parse(text)
    except Invalid:
        return None
    if "/" not in text:
        return [1000 * window.seconds]
    return [1000 * window.start.timestamp(), 1000 * window.end.timestamp()]


def test_page_and_server_read_the_same_ranges(page: Window) -> None:
    texts = ("90s", "15m", "400d", "401d", "500d", "0h", "1w", "bogus", "1h/2h")
    day = "2026-11-24"
    pairs = (
        f"{day}/2026-11-25",
        f"{day}T08:00/{day}T09:00",
        f"{day}T08:00Z/{day}T09:00:30.5Z",
        f"{day}T08:00+02:00/{day}T09:00Z",
        f"{day}T09:00Z/{day}T08:00Z",
        f"2024-01-01/{day}",
        f"{day}T25:00Z/2026-11-25T01:00Z",
        f"{day}",
        f"{day}/2026-11-25/2026-11-26",
    )
    script = """
    const one = ngf.range.parse(arguments[0]);
    return one && (one.relative ? [one.end - one.start] : [one.start.getTime(), one.end.getTime()]);
    """
    for text in (*texts, *pairs):
        assert page.run(script, text) == _read(text), text


def test_what_is_no_range_is_told_and_leaves_the_address(page: Window) -> None:
    page.open(f"{HERE}&range=500d", "#n-alerts .n-toast")
    page.says("#n-alerts .n-toast", "range=500d must be a length such as 15m")
    page.until(lambda: page.query() == HERE, "the range gone from the address")
    page.says("#n-range [aria-pressed=true]", "1 h")


def test_a_chart_is_a_table_too(page: Window) -> None:
    page.click("[data-panel-menu=dashboard-failures]")
    next(one for one in page.all(".n-menu .n-item") if one.text == "Show as table").click()
    page.says(".n-dialog", "Time, UTC")
    page.says(".n-dialog th:last-child", "5xx")


def test_a_click_on_a_chart_leads_to_the_lines_of_its_bucket(page: Window) -> None:
    plot = page.one("#dashboard-failures-plot .nsewdrag")
    middle = int(plot.size["width"] * 0.8)
    ActionChains(page.driver).move_to_element_with_offset(plot, middle, 60).perform()
    page.one("#dashboard-failures-plot .hoverlayer > *")
    ActionChains(page.driver).click().perform()
    page.address("status=4xx,5xx")
    page.until(lambda: page.query().startswith("/logs?range=20"), "the log of a range")
    page.says("#logs-foot", " in the range")
    seconds = page.run("const { start, end } = ngf.range.get(); return (end - start) / 1000")
    assert seconds == 60
    page.says("#logs-rows .tag", "502")


LATER = """
const asked = [];
const [now, set] = [Date.now, dash_clientside.set_props];
Date.now = () => now() + 16000;
dash_clientside.set_props = (id, props) => { asked.push(id); set(id, props); };
window.dispatchEvent(new Event("ngf:second"));
Object.assign(Date, { now });
dash_clientside.set_props = set;
return asked.includes("dashboard-asked");
"""
"""Whether the page asks anew when the refresh of 15 s is due."""


def test_what_takes_longer_than_the_refresh_appears_all_the_same(
    page: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowest, held = AccessLogs.slowest, threading.Event()

    def late(*asked: Any) -> Any:
        held.wait(60)
        return slowest(*asked)

    monkeypatch.setattr(AccessLogs, "slowest", late)
    page.open(HERE, "#dashboard-requests-plot .nsewdrag")
    page.until(lambda: page.text("#dashboard-kpi-failures-v").split() == ["5", "%"], "5 %")
    page.one(ROW)
    assert not page.run(LATER), "thrown away what was asked"
    held.set()
    page.one("#dashboard-slow tr[data-key]")
    page.one("#n-range .n-updated")
    assert page.run(LATER), "asked once all has come"
