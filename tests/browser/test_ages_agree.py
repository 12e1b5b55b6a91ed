"""Promise: whatever tells the age of the same data tells the same age."""

import pytest

from tests.browser.fleet_of_two import Console
from tests.browser.journey import Window

pytestmark = pytest.mark.browser


AGES = """
const ages = (css) => [...document.querySelectorAll(css)].map((node) => node.textContent);
const shown = document.querySelector('#n-live-text').textContent;
return [shown.replace('Live, ', ''), ages(arguments[0])];
"""


@pytest.mark.parametrize(
    ("path", "ages"),
    [("/", "#overview-clusters time"), ("/gateways", "#gateways-grid [col-id=as_of] time")],
)
def test_rows_and_the_indicator_tell_one_age(opened: Window, path: str, ages: str) -> None:
    opened.open(path)
    opened.live()
    opened.find(ages)
    opened.until(lambda: opened.run(AGES, ages)[0] not in ("0 s", "Connecting"), "an age")
    shown, told = opened.run(AGES, ages)
    assert set(told) == {shown}


def test_the_indicator_is_about_the_clusters_that_are_shown(pair: Console, opened: Window) -> None:
    opened.open("/gateways?cluster=web")
    opened.live()
    pair.apis["web"].stop()
    opened.says("#n-live", "Reconnecting, data")
    opened.open("/gateways?cluster=hub")
    opened.live()
