"""Promise: on the pages of the fleet a viewer sees everything and is offered no change, and who is
limited to clusters sees those alone, in every number."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.auth.identity import Role
from tests.browser.journey import Window
from tests.browser.tab import Console
from tests.browser.test_permission_is_seen import signed_in_with

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def viewer(console: Console, chromium: Callable[[], Any]) -> Iterator[Window]:
    """Somebody who may read one cluster."""
    token = console.token(Role.VIEWER, clusters=frozenset({"web-fra"}))
    with signed_in_with(chromium, console, token) as window:
        yield window


def hidden(window: Window, selector: str) -> bool:
    return not any(one.is_displayed() for one in window.all(selector))


def test_numbers_are_those_of_the_own_clusters(viewer: Window) -> None:
    viewer.open("/clusters", ".cc")
    viewer.says("#fleet-clusters-v", "1")
    assert [one.text for one in viewer.all(".cc a .cl")] == ["web-fra"]
    assert "gpu-iad" not in viewer.driver.page_source
    assert hidden(viewer, "#fleet-register")
    viewer.open("/gpus", "#gpus-by-cluster tr")
    viewer.says("#gpus-gpus-d", "on 0 of 1 clusters")
    assert "gpu-iad" not in viewer.driver.page_source


def test_a_cluster_outside_the_limits_is_as_if_it_did_not_exist(viewer: Window) -> None:
    viewer.open("/clusters/gpu-iad", ".missing-state .b6")
    viewer.says(".missing-state", "There is no cluster named gpu-iad")


def test_a_viewer_is_offered_no_change_and_told_which_role_it_needs(viewer: Window) -> None:
    viewer.open("/clusters/web-fra?tab=settings", "#cluster-denied .strip")
    viewer.says("#cluster-denied", "This needs the role admin; you have viewer.")
    assert not viewer.one("#cluster-region").is_enabled()
    assert hidden(viewer, "#cluster-save, #cluster-replace, [data-cluster-ask], #cluster-test")
    viewer.open("/clusters/web-fra?tab=agent", "#cluster-install .quiet")
    viewer.says("#cluster-install", "This needs the role admin")
    assert hidden(viewer, "#cluster-rotate, [data-cluster-ask]")
    viewer.open("/clusters/register", ".missing-state .b6")
    viewer.says(".missing-state", "Registering a cluster needs the role admin")
