"""Promise: panels stay when the store does not answer, and say so; an address asks what it says."""

from datetime import UTC, datetime, timedelta

import pytest

from callbacks import asking, logs, pool_charts, red_words
from components.figures.palette import token
from services.errors import Invalid, Unavailable
from services.inference import results
from services.telemetry.access import SOURCE, RedPoint, Series
from services.telemetry.answers import Answer
from services.telemetry.log_kinds import ACCESS
from services.telemetry.windows import Window

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(minutes=10))


def series(cluster: str, *rates: float | None) -> Series:
    points = tuple(
        RedPoint(START + timedelta(minutes=at), None if rate is None else 1, rate)
        for at, rate in enumerate(rates)
    )
    return Series(cluster, "", points, 60)


def answer(*found: Series) -> Answer[list[Series]]:
    return Answer(list(found), SOURCE, START, WINDOW)


def test_a_store_that_does_not_answer_is_named_in_every_panel() -> None:
    def fails() -> asking.Panels:
        raise Unavailable("ClickHouse at db:8123 does not answer.")

    made = asking.panels(["a", "b"], WINDOW, SOURCE, fails)
    assert set(made) == {"a", "b"}
    for panel in made.values():
        assert panel["reason"] == "ClickHouse at db:8123 does not answer."
        assert panel["empty"]
        assert panel["figure"]["layout"]["xaxis"]["range"][0] == "2026-11-24 13:00:00.000"


def test_a_fault_of_our_own_is_no_reason_to_lose_the_page() -> None:
    made = asking.panels(["a"], WINDOW, SOURCE, lambda: {"a": 1 / 0})  # type: ignore[dict-item]
    assert made["a"]["reason"] == "The console could not answer; its log has the cause."


@pytest.mark.parametrize("text", ["", "nonsense", "2026-11-24T14:00Z/2026-11-24T13:00Z"])
def test_a_range_that_cannot_be_read_is_the_usual_one(text: str) -> None:
    assert asking.window_of({"range": text}).seconds == 3600
    assert asking.window_of({"range": text}, "15m").seconds == 900


def test_a_brush_that_cannot_be_read_leaves_the_whole_range() -> None:
    assert asking.brush_of({"range": "6h", "brush": "nonsense"}) is None
    assert asking.brush_of({}) is None


def test_clusters_beyond_the_first_are_one_line_and_keep_their_colours() -> None:
    found = answer(*(series(f"c{number}", number, number) for number in range(9, 0, -1)))
    slots = {f"c{number}": number for number in range(1, 10)}
    panel = red_words.requests_by_cluster(found, slots.__getitem__, str.upper, most=4)
    traces = panel["figure"]["data"]
    assert [trace["name"] for trace in traces] == ["C7", "C8", "C9", "6 others"]
    assert [trace["line"]["color"] for trace in traces] == [
        token("c7"),
        token("c8"),
        token("c8"),
        token("c8"),
    ]
    assert traces[-1]["y"] == [21, 21]


def test_a_cluster_that_fell_silent_says_so_where_its_line_ends() -> None:
    panel = red_words.requests_by_cluster(
        answer(series("web-sin", 5, 5, None, None)), lambda _: 4, str
    )
    texts = [one["text"] for one in panel["figure"]["layout"]["annotations"]]
    assert texts == ["web-sin: no data"]


def test_others_are_unknown_only_where_all_of_them_are() -> None:
    many = [series(f"c{n}", 9, 9, 9) for n in range(3)]
    few = [series("x", 1, None, None), series("y", 2, 2, None)]
    panel = red_words.requests_by_cluster(answer(*many, *few), lambda _: 1, str, most=4)
    assert panel["figure"]["data"][-1]["y"] == [3, 2, None]


def test_an_address_becomes_the_filters_it_says() -> None:
    filters = logs.filters(
        {
            "path": "/logs",
            "q": "50%",
            "status": ["5xx", "!504"],
            "uri": "/a,b",
            "route": "shop/cart,-",
            "upstream": "!-",
            "min_ms": "250",
        }
    )
    assert filters.text == "50%"
    assert filters.status == ("5xx", "!504")
    assert filters.exact == {
        "path": ("/a,b",),
        "route": ("shop/cart", "", "-"),
        "upstream": ("!", "!-"),
    }
    assert filters.min_ms == 250
    assert logs.filters({"min_ms": "1e3"}).min_ms == 1000


@pytest.mark.parametrize("text", ["fast", "1,000", "250ms", "\u00b2", "nan", "-1"])
def test_a_time_that_is_none_is_refused_and_not_left_out(text: str) -> None:
    with pytest.raises(Invalid, match="min_ms must be a number of milliseconds, 0 or more"):
        logs.filters({"min_ms": text}).checked(ACCESS)


def test_pods_whose_names_end_alike_are_told_apart_in_the_heat_map() -> None:
    full = results.Series((results.Point(START, 50.0),), 60)
    names = ("decode-llama-0", "prefill-llama-0")
    value = results.PodSeries(tuple((name, full) for name in names), 60)
    panel = pool_charts.cache(Answer(value, "vLLM metrics", START, WINDOW))
    axis = panel["figure"]["layout"]["yaxis"]
    assert tuple(panel["figure"]["data"][0]["y"]) == tuple(axis["ticktext"]) == names
