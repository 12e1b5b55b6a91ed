"""Promise: a chart says what is known and nothing else: gaps stay gaps, colours stay with their
object in both themes, and every colour is one of the sheet's."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.figures import heat
from components.figures.amounts import amount, duration, labels, short, ticks
from components.figures.bars import by_class
from components.figures.frame import Span, frame
from components.figures.histogram import histogram
from components.figures.lines import LINE_H, Line, percentiles, time_series
from components.figures.marks import Event, Threshold
from components.figures.paint import painted, shipped
from components.figures.palette import FONT, THEMES, slot, token
from components.figures.steps import Step, between, steps
from components.panels import is_empty, told

SHEET = (Path(__file__).parents[2] / "components/assets/css/tokens.css").read_text()
START = datetime(2026, 11, 24, 13, 32, tzinfo=UTC)
SPAN = Span(START, START + timedelta(hours=1), 60)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def line(*values: float | None, name: str = "web-fra", **more: Any) -> Line:
    return Line(name, [(at(minute), value) for minute, value in enumerate(values)], **more)


def everything() -> list[dict[str, Any]]:
    return [
        time_series(
            [line(1, None, 3, gap="no data"), line(2, 2, name="web-iad", colour="c3")],
            SPAN,
            "%",
            thresholds=[Threshold(2.5, "alert at 2.5%")],
            events=[Event(at(30), "6 to 8")],
        ),
        percentiles([("p50", line(40).points), ("p99", line(400).points)], SPAN),
        by_class([at(0)], {"2xx": [10], "5xx": [1]}, SPAN, chosen=(at(0), at(5))),
        histogram([(1, 2, 5), (2, 4, 9)], {"p95": 3.0, "p99": None}),
        steps([Step("0", 5, 80, 120), Step("1 to 4", 5, 200, 900)]),
        heat.heat_map([("a", [1.0, None]), ("b", [99.0, 20.0])], [at(0), at(1)], SPAN, limit=90),
    ]


@pytest.mark.parametrize(("theme", "part"), [("light", 0), ("dark", 1)])
def test_the_table_of_colours_is_that_of_the_sheet(theme: str, part: int) -> None:
    light, dark = SHEET.split("[data-bs-theme=dark] {", 1)
    blocks = light, dark.split("\n}", 1)[0]
    said = dict(re.findall(r"--ngf-([a-z0-9-]+): (#[0-9a-f]{6});", blocks[part]))
    assert {name: said[name] for name in THEMES[theme]} == THEMES[theme]


def test_the_font_is_that_of_the_sheet() -> None:
    assert f"--ngf-font-sans: {FONT};" in SHEET


@pytest.mark.parametrize("theme", THEMES)
def test_a_painted_figure_has_no_colour_of_its_own(theme: str) -> None:
    for figure in everything():
        text = json.dumps(painted(figure, theme))
        assert "--ngf-" not in text
        assert set(re.findall(r"#[0-9a-f]{6}", text)) <= set(THEMES[theme].values())


def test_what_the_browser_paints_with_is_what_is_painted_with_here() -> None:
    ours = shipped()
    assert (
        painted({"data": []}, "dark")["layout"]["template"]["layout"]["font"]["color"]
        == (ours["themes"]["dark"]["text-3"])
    )
    assert ours["template"]["layout"]["font"]["color"] == token("text-3")


def test_a_colour_follows_its_object_whatever_stands_beside_it() -> None:
    alone = time_series([line(1, 2, colour="c3")], SPAN)
    among = time_series([line(9, 9, name="other"), line(1, 2, colour="c3")], SPAN)
    assert alone["data"][0]["line"]["color"] == among["data"][1]["line"]["color"] == token("c3")
    assert [slot(number) for number in (1, 7, 8, 12, 0)] == ["c1", "c7", "c8", "c8", "c8"]


def test_what_is_missing_is_a_gap_and_never_zero() -> None:
    holes = Line("a", [(at(0), 5.0), (at(1), None), (at(2), 6.0), (at(9), 7.0)])
    trace = time_series([holes], SPAN)["data"][0]
    assert trace["y"] == [5.0, None, 6.0, None, 7.0]
    assert trace["connectgaps"] is False
    assert trace["mode"] == "lines+markers", "a point between gaps would not be seen"


def test_a_line_that_ended_says_why_where_it_ended() -> None:
    figure = time_series([line(3, 4, name="web-sin", gap="no data"), line(1, 1)], SPAN)
    assert "web-sin: no data" in [one["text"] for one in figure["layout"]["annotations"]]
    circle = figure["data"][-1]
    assert (circle["x"], circle["y"]) == (["2026-11-24 13:33:00.000"], [4])


def test_nothing_known_has_an_axis_without_numbers() -> None:
    figure = time_series([line(None, None)], SPAN)
    assert set(figure["layout"]["yaxis"]["ticktext"]) == {""}
    assert is_empty(figure)
    assert figure["layout"]["meta"]["finding"] == "no data"


def test_zero_is_a_number_and_no_lack_of_one() -> None:
    figure = time_series([line(0, 0)], SPAN)
    assert not is_empty(figure)
    assert figure["layout"]["yaxis"]["ticktext"] == ["0", "1"]


def test_an_open_circle_alone_is_no_data() -> None:
    figure = heat.heat_map([("a", [None])], [at(0)], SPAN)
    assert is_empty(figure)
    assert figure["data"][1]["x"] == ["2026-11-24 13:32:30.000"], "a slash in the cell"


@pytest.mark.parametrize("gap", ["", "no data"])
def test_what_stands_at_line_ends_never_touches(gap: str) -> None:
    lines = [line(value, value, name=f"c{value}", gap=gap) for value in (100, 101, 102, 103)]
    layout = time_series(lines, SPAN, height=176)["layout"]
    top = layout["yaxis"]["range"][1]
    places = sorted(176 * one["y"] / top + one["yshift"] for one in layout["annotations"])
    assert all(b - a >= LINE_H - 1 for a, b in itertools.pairwise(places))


def test_more_than_four_lines_have_a_legend_instead() -> None:
    layout = time_series([line(n, name=f"r{n}") for n in range(5)], SPAN)["layout"]
    assert layout["showlegend"]
    assert layout["annotations"] == []


def test_a_name_cannot_bring_markup() -> None:
    figure = time_series([line(1, 2, name="<b>x</b>")], SPAN)
    assert figure["data"][0]["name"] == "&lt;b&gt;x&lt;/b&gt;"
    assert "<b>" not in json.dumps([figure["data"], figure["layout"]["annotations"]])


def test_bars_stand_on_their_whole_bucket_failures_on_top() -> None:
    figure = by_class([at(0), at(1)], {"5xx": [0, 2], "2xx": [9, 8], "3xx": [0, 0]}, SPAN)
    assert [trace["name"] for trace in figure["data"]] == ["2xx", "5xx"]
    bar = figure["data"][0]
    assert bar["offset"] + bar["width"] <= 1000 * SPAN.step
    assert [one["name"] for one in figure["layout"]["meta"]["legend"]] == [
        "2xx",
        "3xx",
        "4xx",
        "5xx",
    ]


def test_the_chosen_part_of_the_time_is_a_band() -> None:
    shapes = by_class([at(0)], {"2xx": [1]}, SPAN, chosen=(at(4), at(9)))["layout"]["shapes"]
    assert (shapes[0]["x0"], shapes[0]["x1"]) == (
        "2026-11-24 13:36:00.000",
        "2026-11-24 13:41:00.000",
    )


def test_a_percentile_that_is_not_known_is_not_marked() -> None:
    figure = histogram([(1, 10, 4), (10, 100, 1)], {"p50": 4.0, "p99": None})
    assert [one["text"] for one in figure["layout"]["annotations"]] == ["p50 4 ms"]
    assert figure["data"][0]["x"] == [0.0, 1.0], "decades are equally wide"


def test_a_bucket_is_named_by_the_bounds_it_has_whatever_is_drawn() -> None:
    figure = histogram([(0, 1, 2), (1, 10, 4), (60_000, None, 1)], {})
    assert figure["layout"]["meta"]["table"]["rows"] == [
        ["up to 1 ms", 2],
        ["1 ms to 10 ms", 4],
        ["more than 60 s", 1],
    ]
    bars = figure["data"][0]
    assert all(width > 0 for width in bars["width"])
    assert bars["customdata"][0] == "up to 1 ms"
    assert histogram([(0, None, 3)], {})["data"][0]["customdata"] == ["more than 0 ms"]


def test_rows_with_the_same_label_stay_two_rows() -> None:
    figure = heat.heat_map([("a-x-0", [1.0]), ("b-x-0", [99.0])], [at(0)], SPAN, labels=["x-0"] * 2)
    axis = figure["layout"]["yaxis"]
    assert figure["data"][0]["y"] == axis["tickvals"] == ["a-x-0", "b-x-0"]
    assert axis["ticktext"] == ["x-0", "x-0"]


def test_cells_over_the_limit_have_one_edge_a_run() -> None:
    rows = [("a", [95.0, 96.0, None, 99.0])]
    shapes = heat.heat_map(rows, [at(n) for n in range(4)], SPAN, limit=90)["layout"]["shapes"]
    assert [(one["x0"][-12:-7], one["x1"][-12:-7]) for one in shapes] == [
        ("13:32", "13:34"),
        ("13:35", "13:36"),
    ]


def test_an_event_outside_the_range_is_not_drawn() -> None:
    figure = time_series([line(1, 2)], SPAN, events=[Event(at(-5), "before"), Event(at(70), "")])
    assert all(shape["type"] != "line" for shape in figure["layout"]["shapes"])


@pytest.mark.parametrize(
    ("hours", "first", "last"),
    [(1, "13:45", "14:30"), (24, "18:00", "12:00"), (24 * 7, "25 Nov", "1 Dec")],
)
def test_times_below_are_round_and_named_by_day_where_days_begin(
    hours: int, first: str, last: str
) -> None:
    span = Span(START, START + timedelta(hours=hours), 60)
    said = frame(span, 1)["layout"]["xaxis"]["ticktext"]
    assert (said[0], said[-1]) == (first, last)
    assert len(said) <= 6
    if hours == 24:
        assert "25 Nov" in said


@pytest.mark.parametrize("highest", [0.0004, 0.03, 0.68, 1, 6.7, 99, 101, 8e6])
def test_an_axis_has_few_marks_and_reaches_the_top(highest: float) -> None:
    marks = ticks(highest)
    assert 3 <= len(marks) <= 5
    assert marks[0] == 0
    assert marks[-2] < highest <= marks[-1]
    assert len(set(labels(marks))) == len(marks)


def test_numbers_have_three_digits() -> None:
    assert [short(value) for value in (0, 0.1428, 999.7, 2412, 31_600_000)] == [
        "0",
        "0.143",
        "1k",
        "2.41k",
        "31.6M",
    ]
    assert (amount(412.4, "ms"), amount(0.14, "%")) == ("412 ms", "0.14%")
    assert (duration(2310), duration(95_000)) == (("2,310", "ms"), ("95", "s"))


def test_a_panel_says_where_its_numbers_come_from_and_why_there_are_none() -> None:
    one = told(time_series([], SPAN), "access logs", None, reason="No line came.", last=at(0))
    assert one["empty"]
    assert (one["source"], one["as_of"], one["reason"]) == ("access logs", None, "No line came.")
    assert one["last"] == "2026-11-24T13:32:00+00:00"


def test_steps_name_their_groups_and_what_grows() -> None:
    figure = steps([Step("0", 5, 80, 120), Step("1 to 4", 7, 200, 900)])
    medians, tails = figure["data"]
    assert (medians["y"], tails["y"]) == ([80, 200], [120, 900])
    assert figure["layout"]["xaxis"]["ticktext"] == ["0", "1 to 4"]
    said = figure["layout"]["meta"]["finding"]
    assert said == "median 80 ms at 0, 200 ms at 1 to 4"
    assert figure["layout"]["meta"]["table"] == {
        "columns": ["values", "requests", "p50, ms", "p95, ms"],
        "rows": [["0", 5, 80, 120], ["1 to 4", 7, 200, 900]],
    }
    assert is_empty(steps([]))
    assert (between(3, 3), between(1200, 4100)) == ("3", "1.2k to 4.1k")
