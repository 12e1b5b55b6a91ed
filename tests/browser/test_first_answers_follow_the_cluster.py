"""Promise: what changes while the simulator or the route check has not yet got its first answer is
not missed."""

import threading
from typing import Any
from urllib.parse import quote

import pytest

from services.diagnostics.route_checks import RouteChecks
from services.diagnostics.simulation import Simulations
from tests.browser.fleet_of_two import Console, route
from tests.browser.journey import Window

pytestmark = pytest.mark.browser

REQUEST = quote("http://route-002.example.com/route-002", safe="")


@pytest.mark.parametrize(
    ("page", "shown", "service", "answers"),
    [
        (f"simulator?cluster=web&url={REQUEST}", "#simulator-path", Simulations, "anywhere"),
        (
            "route-check?cluster=web&ns=shop&name=route-002",
            "#route-check-checks",
            RouteChecks,
            "check",
        ),
    ],
    ids=["simulator", "route-check"],
)
def test_what_changes_before_the_first_answer_is_shown(
    pair: Console,
    opened: Window,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    shown: str,
    service: type,
    answers: str,
) -> None:
    answer, begun, on = getattr(service, answers), threading.Event(), threading.Event()

    def late(*given: Any) -> Any:
        found = answer(*given)
        begun.set()
        on.wait(20)
        return found

    store = pair.apis["web"].store
    store.apply(route("route-002"), manager="somebody")
    monkeypatch.setattr(service, answers, late)
    opened.open(f"/{page}")
    opened.live()
    opened.run("addEventListener('ngf:changes', ({detail}) => { window.heard = detail; })")
    assert begun.wait(20)
    backends = [{"name": "moved-to", "port": 8080}]
    changed = route("route-002", rules=[{"backendRefs": backends}])
    store.apply(changed, manager="somebody")
    opened.until(lambda: "httproutes" in str(opened.run("return window.heard")), "the change")
    on.set()
    opened.says(shown, "moved-to")
