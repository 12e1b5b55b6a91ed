"""Promise: while the hub itself does not answer, its clusters are shown as it had them, the page
says so, since when and why, and nothing is taken for registered or gone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.journey import Window, signed_in
from tests.browser.managed_hub import Hub, running
from tests.browser.visits import serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def away(chromium: Callable[[], Any]) -> Iterator[tuple[Hub, Window]]:
    """A hub of its own with a cluster, and a window on it."""
    with running() as hub:
        hub.register("web")
        with signed_in(chromium, hub) as window:
            yield hub, window


def test_a_hub_that_does_not_answer_is_told_of_and_loses_no_cluster(
    away: tuple[Hub, Window],
) -> None:
    hub, window = away
    window.open("/clusters", ".cc")
    hub.apis["hub"].stop()
    window.says("#fleet-strip", "The hub does not answer.")
    window.says("#fleet-strip", "does not answer: Connection refused")
    window.says("#fleet-strip", "Clusters are watched as the hub had them at ")
    assert [node.text for node in window.all(".cc .cl")] == ["web"]
    for theme in ("dark", "light"):
        window.theme(theme)
        assert not serious(window)
    hub.apis["hub"].start()
    window.click("#fleet-strip [data-retry]")
    window.says("#n-toasts", "Trying the hub again")
    window.until(lambda: not window.all("#fleet-strip .strip"), "no strip once it answers")
