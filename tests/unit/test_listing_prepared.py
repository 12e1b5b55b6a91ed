"""Promise: rows are made when their cluster changes, so nobody who opens a list waits for them."""

import time
from collections.abc import Callable
from typing import Any, cast

from services.auth.identity import CONSOLE
from services.clusters.fleet import Fleet
from services.entries import Entries, Shape
from services.gatewayapi.preparing import Preparing
from services.kube.catalogue import KINDS
from services.listing import ListQuery, Table
from tests.unit.test_listing_order import KIND, FakeCluster, FakeFleet, row

DEADLINE_S = 60.0


class ToldFleet(FakeFleet):
    """A fleet that tells of changes, as watches do."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Callable[[str, str, int], object]] = []

    def subscribe(self, listener: Callable[[str, str, int], object]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, name: str) -> None:
        for listener in self.listeners:
            listener(name, KIND, 1)


def cluster(name: str, size: int) -> FakeCluster:
    made = FakeCluster(name, "here")
    for number in range(size):
        metadata = {"namespace": "one", "name": f"r{number}", "resourceVersion": "1"}
        spec = {"status": "ok", "reason": "", "size": 1, "tags": []}
        made.objects["one", f"r{number}"] = {"metadata": metadata, "spec": spec}
    return made


def test_the_first_to_ask_finds_the_rows_made() -> None:
    fleet, made = ToldFleet(), 0

    def counted(one: Any, obj: Any) -> dict[str, Any]:
        nonlocal made
        made += 1
        return row(one, obj)

    table = Table(cast(Fleet, fleet), Entries(Shape(KINDS[KIND], counted)))
    preparing = Preparing(cast(Fleet, fleet), [table])
    preparing.start()
    try:
        fleet.held = {name: cluster(name, 5) for name in ("a", "b")}
        fleet.tell("gone already")
        fleet.tell("a")
        fleet.tell("b")
        end = time.monotonic() + DEADLINE_S
        while made < 10:
            assert time.monotonic() < end, "the rows were not made"
            time.sleep(0.01)
    finally:
        preparing.stop()
    assert not fleet.listeners
    assert table.page(CONSOLE, ListQuery()).total == 10
    assert made == 10
