"""Promise: the topic of the fleet tells what has changed about clusters, and of those only that one
may see."""

from itertools import chain
from typing import Any

from services.clusters.fleet import Fleet, Member
from services.errors import Unavailable
from services.realtime import fleet_changes
from services.realtime.scope import Scope


def unreachable() -> Any:
    raise Unavailable("There is no cluster in this test.")


def told(answer: tuple[Any, Any]) -> list[tuple[str, str, str]]:
    messages, _ = answer
    return [(one["cluster"], one["change"], one["displayName"]) for one in chain(*messages)]


def test_it_begins_with_what_is_and_tells_what_comes_goes_and_changes() -> None:
    fleet = Fleet([Member("a", unreachable, "A"), Member("b", unreachable, "B")])
    source = fleet_changes.topic(fleet).source
    everything, only_a = Scope(), Scope(frozenset({"a"}))
    before, of_a = source(everything, None), source(only_a, None)
    assert (told(before), told(of_a)) == ([], [])
    assert told(source(everything, before[1])) == []
    fleet.put(Member("a", unreachable, "A new"))
    fleet.put(Member("c", unreachable, "C"))
    fleet.remove("b")
    changes = [("a", "changed", "A new"), ("c", "added", "C"), ("b", "removed", "B")]
    assert told(source(everything, before[1])) == changes
    assert told(source(only_a, of_a[1])) == changes[:1]
