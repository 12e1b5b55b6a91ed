"""Promise: clusters come and go while others are asked, which harms nobody; who is limited to some
hears of no other, and a console without any says so."""

import gc
import weakref
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.certificates.certificates import Certificates
from services.clusters.cluster import Member
from services.clusters.colours import SLOTS, Colours
from services.clusters.fleet import Fleet
from services.clusters.gpus import GpuReadings
from services.errors import NotFound, Unavailable
from services.gatewayapi.models import Models
from services.gatewayapi.resources import Resources
from services.kube.connection import Connection
from services.listing import ListQuery

LIMITED = Identity("ann", Role.ADMIN, clusters=frozenset({"b"}))


def never() -> Connection:
    raise Unavailable("It is switched off.")


def fleet(*names: str, **more: Any) -> Fleet:
    """Clusters that nobody has connected to."""
    return Fleet([Member(name, never) for name in names], **more)


def test_who_is_limited_hears_of_the_own_clusters() -> None:
    seen = fleet("a", "b", "c")
    assert [one.name for one in seen.clusters(LIMITED)] == ["b"]
    assert [info.name for info in seen.list(LIMITED)] == ["b"]
    assert [(one.name, info.name) for one, info in seen.described(LIMITED)] == [("b", "b")]
    assert [one.name for one in seen.clusters()] == ["a", "b", "c"]


def test_a_cluster_that_went_can_still_be_told_of_by_who_had_it() -> None:
    seen = fleet("a", "b")
    had = seen.clusters()
    seen.remove("a")
    assert [seen.info(one).name for one in had] == ["a", "b"]
    assert [one.name for one in seen.clusters()] == ["b"]


def test_what_was_counted_of_a_cluster_that_went_is_passed_over() -> None:
    seen = fleet("a", "b")
    resources = Resources(seen)
    counted = resources.summary(CONSOLE)
    seen.remove("a")
    assert resources.without_ngf(counted) == {}
    assert Certificates(seen, Models()).troubled(CONSOLE) == []


def test_nothing_is_kept_of_the_gpus_of_a_cluster_that_went() -> None:
    seen, readings = fleet("a"), GpuReadings()
    cluster = seen.get("a")
    known = replace(cluster.snapshot("nodes"), as_of=datetime.now(UTC))
    cluster.cache.snapshot = lambda _kind: known  # type: ignore[method-assign]
    assert readings.of(cluster).source == "nodes"
    gone = weakref.ref(cluster)
    seen.remove("a")
    del cluster
    gc.collect()
    assert gone() is None


def test_the_colour_of_a_cluster_that_is_not_there_is_the_shared_one_and_takes_none() -> None:
    asked = []

    def update(change: Any) -> Any:
        asked.append(change)
        return change({})

    seen = fleet("a")
    seen.colours = Colours(update)
    assert (seen.slot("gone"), seen.slot(""), asked) == (SLOTS, SLOTS, [])
    assert seen.slot("a") == 1


def test_one_cluster_is_the_default() -> None:
    seen = fleet("a", "b", "c")
    assert [info.default for info in seen.list()] == [True, False, False]
    seen.put(Member("c", never, local=True))
    assert [info.default for info in seen.list()] == [False, False, True]
    assert seen.default_name() == "c"


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (fleet(), "no cluster is registered"),
        (fleet("a", default="later"), "The default cluster is not registered."),
    ],
)
def test_without_the_default_cluster_its_paths_are_not_available(seen: Fleet, said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        seen.default_name()


def test_a_fleet_of_none_has_empty_lists_and_nothing_to_open() -> None:
    seen = fleet()
    page = Resources(seen).list(CONSOLE, "gateways", ListQuery())
    assert (page.items, page.total, page.clusters_missing) == ([], 0, [])
    assert seen.list() == []
    with pytest.raises(NotFound):
        seen.get("a")
