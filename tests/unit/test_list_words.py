"""Promise: above a list stands which clusters are missing and why, also when they are many."""

from typing import Any

from callbacks import list_words
from components.list_page import KINDS
from services.listing import Page


def page(*missing: dict[str, Any], clusters: int) -> Page:
    asked: Any = {f"web-{number:03d}": None for number in range(clusters)}
    return Page([], [], asked, 0, 0, None, list(missing), {}, "")


def entry(name: str, reason: str, since: str | None) -> dict[str, Any]:
    return {"name": name, "reason": reason, "since": since, "last_seen": None}


def test_of_many_missing_clusters_those_that_do_not_answer_are_named_first() -> None:
    loading = [entry(f"web-{n:03d}", "still being read for the first time", None) for n in range(9)]
    dead = entry("web-050", "it refuses connections", "2026-01-01T00:00:00+00:00")
    shown, answered, why, names = list_words.missing(
        page(*loading, dead, clusters=100), KINDS["routes"]
    )
    assert shown == "strip warn"
    assert answered == "90 of 100 clusters answered. "
    assert why.startswith("web-050 is missing: it refuses connections. Its routes are not known.")
    assert why.endswith("6 more are missing.")
    assert set(names.split(",")) == {one["name"] for one in [*loading, dead]}


def test_nothing_is_said_when_every_cluster_answers() -> None:
    assert list_words.missing(page(clusters=3), KINDS["routes"])[0].endswith("d-none")


def test_a_list_of_no_cluster_asks_nobody_to_create_something() -> None:
    kind = KINDS["gateways"]
    assert list_words.instead(page(clusters=0), kind, {})[2] == "No cluster yet"
    assert list_words.instead(page(clusters=1), kind, {})[2] == "No gateways yet"
    assert list_words.instead(page(clusters=0), kind, {"region": ["Oslo"]})[4:] == (
        "btn btn-secondary",
        "Clear 1 filter",
    )
