"""Promise: the log answers what is pressed: a value filters, a drag narrows, a line opens with all
it has, and whatever is shown is a link."""

from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from tests.browser.journey import Window
from tests.browser.logged import FAILED, HOST, LINES, log, log_lines
from tests.browser.tab import Console, Tab

pytestmark = pytest.mark.browser

LINE = "#logs-rows tr[data-line]"
HERE = f"/logs?host={HOST}"


@pytest.fixture(scope="module", autouse=True)
def lines(console: Console) -> None:
    log_lines(console.container)


@pytest.fixture
def page(tab: Tab) -> Window:
    return Window(tab.driver, tab.console).open(HERE, LINE)


def test_a_line_opens_in_place_with_every_field_and_null_in_words(page: Window) -> None:
    assert len(page.all(LINE)) == 200
    page.click(f"{LINE}:nth-of-type(2)")
    page.says("#logs-rows tr.open", "trace_id\nnull, no trace")
    page.says("#logs-rows tr.open", "upstream_latency_ms\n8 ms")
    page.says("#logs-rows tr.open", "grpc_status\nnull, not gRPC")
    page.address("sel=r000")
    page.driver.refresh()
    page.says("#logs-rows tr.open", "cluster_name\n")


def test_a_value_that_is_pressed_filters_until_its_chip_goes(page: Window) -> None:
    page.says("#logs-top", f"502\n{FAILED}")
    page.click("[data-facet=status][data-value='502']")
    page.address("status=502")
    page.says("#logs-foot", f"{FAILED} lines in the range, {FAILED} shown")
    page.says("#logs-chips .chip", "502")
    assert page.all("#logs-rows .tag:not(.err)") == []
    page.click("[data-logs-drop=status]")
    page.until(lambda: page.query() == HERE, "the filter gone")
    page.says("#logs-foot", f"{LINES:,} lines in the range, 200 shown")


def test_lines_are_as_old_as_the_newest_of_them_not_as_the_range(page: Window) -> None:
    newest = page.one(LINE).find_element("css selector", "td").get_attribute("title")
    now = datetime.now(UTC)
    tomorrow = (
        f"{now - timedelta(hours=2):%Y-%m-%dT%H:%MZ}/{now + timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    )
    page.open(f"{HERE}&range={tomorrow}", LINE)
    page.says("#n-range .n-updated", " ago")
    page.says("#logs-foot", f"as of {newest[:19].replace('T', ' ')} UTC")


def test_a_time_that_is_none_is_named_and_shows_no_line(page: Window) -> None:
    page.open(f"{HERE}&min_ms=1,000", "#logs-rows .state")
    page.says("#logs-rows", "min_ms must be a number of milliseconds, 0 or more.")
    page.says("#logs-histogram-none", "min_ms must be a number of milliseconds, 0 or more.")


def test_what_names_no_route_can_be_asked_for(page: Window) -> None:
    page.open(f"{HERE}&route=-&status=!5xx", LINE)
    page.says("#logs-top", "Route\nnone")
    page.open(f"{HERE}&route=!-", LINE)
    page.says("#logs-top", "Route\npayments/checkout")


def test_a_drag_over_the_bars_narrows_and_a_double_click_goes_back(page: Window) -> None:
    plot = page.one("#logs-histogram-plot .nsewdrag")
    page.says("#logs-foot", f"{LINES:,} lines")
    drag = ActionChains(page.driver).move_to_element_with_offset(plot, 300, 40)
    drag.click_and_hold().move_by_offset(120, 0).move_by_offset(80, 0).release().perform()
    page.address("brush=")
    page.until(lambda: f"{LINES:,}" not in page.text("#logs-foot"), "fewer lines")
    assert "range=" not in page.driver.current_url, "the bars stay as they are"
    page.run(
        "document.querySelector('#logs-histogram-plot .js-plotly-plot').emit('plotly_doubleclick')"
    )
    page.until(lambda: "brush=" not in page.driver.current_url, "the whole range")
    page.says("#logs-foot", f"{LINES:,} lines")


def test_older_lines_are_another_page_and_back_returns(page: Window) -> None:
    first = page.text(f"{LINE} td")
    page.click("[data-logs-older]")
    page.address("before=")
    page.until(lambda: page.text(f"{LINE} td") < first, "older lines")
    page.driver.back()
    page.until(lambda: page.text(f"{LINE} td") == first, "the newest lines")


def test_text_is_found_as_it_is_typed(page: Window) -> None:
    page.fill("#logs-q", "/item/17%")
    page.says("#logs-rows", "No line in this range matches the filters.")
    page.fill("#logs-q", "R0017")
    page.address("q=R0017")
    page.says("#logs-rows", "No line")
    page.fill("#logs-q", "/ITEM/17")
    page.until(lambda: len(page.all(LINE)) == 11, "the lines that match")


def test_a_question_is_kept_and_asked_again(page: Window) -> None:
    page.open(f"{HERE}&status=5xx&sel=r0001", LINE)
    page.click("[data-logs-menu=questions]")
    page.fill(".n-save input", "checkout failures")
    page.click(".n-save button")
    page.says(".n-menu", "checkout failures")
    page.open(HERE, LINE)
    page.click("[data-logs-menu=questions]")
    page.says(".n-menu", "checkout failures")
    next(one for one in page.all(".n-menu .n-item") if one.text == "checkout failures").click()
    page.until(lambda: page.query() == f"{HERE}&status=5xx", "the question without its line")


def test_following_shows_lines_as_they_come(page: Window) -> None:
    page.click("#logs-follow")
    page.address("follow=1")
    before = page.text(f"{LINE} td")
    log(page.console.container, -1)
    page.until(lambda: page.text(f"{LINE} td") > before, "a newer line")
