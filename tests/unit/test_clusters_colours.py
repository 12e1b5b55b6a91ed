"""Promise: a cluster keeps its colour, over restarts, over replicas, and while others come and go;
seven have one of their own, and no page waits for a database that is away."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.clusters.colours import AGAIN_SECONDS, REMEMBERED, SLOTS, Colours
from services.configdb.database import Database
from services.configdb.stored_settings import StoredSettings
from services.errors import Unavailable


def names(count: int) -> list[str]:
    return [f"web-{number:03}" for number in range(1, count + 1)]


def kept(db: Database) -> Colours:
    """Those of a console that has just been started."""
    stored = StoredSettings(db)
    return Colours(lambda change: stored.update("cluster colours", change, {}))


def slots(colours: Colours, present: list[str]) -> dict[str, int]:
    return {name: colours.slot(name, present) for name in present}


def test_each_new_cluster_has_the_next_free_slot() -> None:
    colours = Colours()
    assert slots(colours, ["b", "a"]) == {"a": 1, "b": 2}
    assert slots(colours, ["0", "a", "b"]) == {"0": 3, "a": 1, "b": 2}


def test_the_eighth_and_all_further_ones_share_the_last() -> None:
    found = slots(Colours(), names(20))
    assert list(found.values()) == [*range(1, SLOTS), *[SLOTS] * 13]


def test_they_are_the_same_after_a_restart_and_on_every_replica(db: Database) -> None:
    before = slots(kept(db), names(9))
    fewer = slots(kept(db), ["0-new", *names(9)])
    assert {name: fewer[name] for name in before} == before
    assert fewer["0-new"] == SLOTS


def test_they_are_the_same_after_a_restart_that_finds_the_clusters_one_by_one(
    db: Database,
) -> None:
    before = slots(kept(db), names(9))
    restarted = kept(db)
    found = {}
    for count in range(1, 10):
        found |= slots(restarted, names(9)[-count:])
    assert found == before


def test_a_cluster_that_comes_back_has_the_colour_that_it_had(db: Database) -> None:
    colours = kept(db)
    assert slots(colours, ["a", "b"])["b"] == 2
    assert slots(colours, ["a", "c"]) == {"a": 1, "c": 3}
    assert slots(kept(db), ["a", "b", "c"]) == {"a": 1, "b": 2, "c": 3}


def test_when_none_is_free_those_of_clusters_that_are_gone_are_given_anew(db: Database) -> None:
    colours = kept(db)
    slots(colours, names(7))
    assert slots(colours, ["x", "y", *names(5)]) == {
        **{name: number for number, name in enumerate(names(5), 1)},
        "x": 6,
        "y": 7,
    }
    back = slots(kept(db), ["x", "y", *names(7)])
    assert (back["web-006"], back["web-007"]) == (SLOTS, SLOTS)


def test_what_is_stored_does_not_grow_with_clusters_that_were_there_once() -> None:
    stored: dict[str, int] = {}

    def update(change: Callable[[Any], Any]) -> Any:
        nonlocal stored
        stored = change(stored)
        return stored

    colours = Colours(update)
    for generation in range(4):
        slots(colours, [f"pr-{generation}-{number}" for number in range(REMEMBERED // 2)])
    assert len(stored) <= REMEMBERED * 3 // 2 + SLOTS


def test_replicas_that_start_at_once_agree(db: Database) -> None:
    together = threading.Barrier(4)

    def start(_: int) -> dict[str, int]:
        colours = kept(db)
        together.wait(10)
        return slots(colours, names(9))

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(start, range(4)))
    assert all(one == found[0] for one in found)


class Away:
    """A database that does not answer, and then does."""

    def __init__(self) -> None:
        self.asked, self.answers, self.now = 0, False, 0.0

    def update(self, change: Callable[[Any], Any]) -> Any:
        self.asked += 1
        if not self.answers:
            raise Unavailable("The config database does not answer.")
        return change({})


def test_while_the_database_is_away_clusters_share_a_colour_and_nobody_waits_for_it() -> None:
    away = Away()
    colours = Colours(away.update, lambda: away.now)
    assert set(slots(colours, names(300)).values()) == {SLOTS}
    assert away.asked == 1, "once, not for each cluster"
    away.answers = True
    assert colours.slot("web-001", names(300)) == SLOTS
    away.now += AGAIN_SECONDS
    assert colours.slot("web-001", names(300)) == 1


def test_what_is_known_stays_known_while_it_is_away() -> None:
    away = Away()
    away.answers = True
    colours = Colours(away.update, lambda: away.now)
    slots(colours, ["a"])
    away.answers = False
    assert slots(colours, ["a", "b"]) == {"a": 1, "b": SLOTS}


def test_a_database_that_is_really_gone_is_no_failure(db: Database) -> None:
    gone = db.url.set(database=f"{db.url.database}-gone/gone")
    database = Database(gone.render_as_string(hide_password=False))
    assert kept(database).slot("a", ["a"]) == SLOTS
