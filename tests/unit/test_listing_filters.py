"""Promise: a filter keeps or leaves out exactly the rows it names, says beforehand how many there
are, and never tells of rows outside somebody's limits."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.demo.fleet import start_demo
from services.errors import Invalid
from services.gatewayapi.resources import Resources
from services.listing import ListQuery

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    running = start_demo()
    started = Fleet(running.members())
    started.start()
    started.wait_ready(60)
    yield started
    started.stop()
    running.stop()


@pytest.fixture(scope="module")
def resources(fleet: Fleet) -> Resources:
    return Resources(fleet)


def rows(resources: Resources, kind: str, who: Identity = CONSOLE, **filters: str) -> Rows:
    chosen = {name: tuple(values.split(",")) for name, values in filters.items()}
    return resources.list(who, kind, ListQuery(page_size=500, filters=chosen)).items


def facets(resources: Resources, kind: str, who: Identity = CONSOLE, **filters: str) -> Any:
    chosen = {name: tuple(values.split(",")) for name, values in filters.items()}
    return resources.facets(who, kind, ListQuery(filters=chosen))


def test_a_filter_keeps_the_rows_that_have_one_of_its_values(resources: Resources) -> None:
    every = rows(resources, "gateways")
    kept = rows(resources, "gateways", **{"class": "istio,nginx-next"})
    assert {row["class"] for row in kept} == {"istio", "nginx-next"}
    assert len(kept) == sum(row["class"] in ("istio", "nginx-next") for row in every)


def test_a_value_with_an_exclamation_mark_is_left_out(resources: Resources) -> None:
    every = rows(resources, "gateways")
    left = rows(resources, "gateways", **{"class": "!nginx"})
    assert all(row["class"] != "nginx" for row in left)
    assert len(left) == sum(row["class"] != "nginx" for row in every) > 0


def test_a_route_is_found_by_each_of_its_gateways(resources: Resources) -> None:
    every = rows(resources, "httproutes")
    kept = rows(resources, "httproutes", gateway="shop/edge-public")
    assert len(kept) == sum("shop/edge-public" in row["gateway"] for row in every) > 0
    rest = rows(resources, "httproutes", gateway="!shop/edge-public")
    assert len(kept) + len(rest) == len(every)


def test_the_place_of_a_cluster_chooses_its_rows(resources: Resources, fleet: Fleet) -> None:
    regions = {info.name: info.region for info in fleet.list()}
    chosen = regions["gpu-iad"]
    kept = rows(resources, "gateways", region=chosen)
    assert {regions[row["cluster"]] for row in kept} == {chosen}
    rest = rows(resources, "gateways", region=f"!{chosen}")
    assert len(kept) + len(rest) == len(rows(resources, "gateways"))


def test_each_value_says_how_many_rows_it_would_leave(resources: Resources) -> None:
    found = facets(resources, "gateways")
    every = rows(resources, "gateways")
    assert found["class"] == Counter(row["class"] for row in every)
    assert found["reason"] == Counter(row["reason"] for row in every if row["reason"])
    for value, count in found["class"].items():
        assert len(rows(resources, "gateways", **{"class": value})) == count


def test_the_other_filters_hold_and_the_own_does_not(resources: Resources) -> None:
    found = facets(resources, "gateways", status="ok", **{"class": "nginx"})
    programmed = [row for row in rows(resources, "gateways") if row["status"] == "ok"]
    assert found["class"] == Counter(row["class"] for row in programmed)
    nginx = [row for row in rows(resources, "gateways") if row["class"] == "nginx"]
    assert found["status"] == Counter(row["status"] for row in nginx)


def test_values_outside_somebodys_limits_are_not_told(resources: Resources) -> None:
    limited = Identity(
        "reader", Role.VIEWER, clusters=frozenset({"web-fra"}), namespaces=frozenset({"orders"})
    )
    found = facets(resources, "httproutes", limited)
    assert sum(found["status"].values()) == len(rows(resources, "httproutes", limited)) > 0
    assert set(found["gateway"]) == {
        name for row in rows(resources, "httproutes", limited) for name in row["gateway"]
    }


@pytest.mark.parametrize(("name", "value"), [("owner", "me"), ("status", "fine"), ("gateway", "x")])
def test_what_a_list_cannot_be_filtered_by_is_refused_by_name(
    resources: Resources, name: str, value: str
) -> None:
    query = ListQuery(filters={name: (value,)})
    for ask in (resources.list, resources.facets):
        with pytest.raises(Invalid) as refused:
            ask(CONSOLE, "gateways", query)
        assert [field["field"] for field in refused.value.details["fields"]] == [name]


def test_words_are_not_looked_for_in_times(resources: Resources) -> None:
    found = resources.list(CONSOLE, "httproutes", ListQuery(search="t1")).items
    assert all("t1" in str(row | {"created": "", "as_of": ""}).casefold() for row in found)
    assert len(found) < len(rows(resources, "httproutes"))
