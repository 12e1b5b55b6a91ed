"""Promise: the charts of autoscaling show what was sampled and what Kubernetes told, join nothing
that does not agree, and name limits, targets and steps."""

from datetime import UTC, datetime, timedelta
from typing import Any

from callbacks import autoscaling_words as words
from components.figures.frame import Span
from services.errors import Unavailable
from services.inference.autoscaling import Autoscaling
from services.inference.scaling_history import History, Point, Track
from services.inference.scaling_log import ScalingRecord
from services.inference.scaling_steps import ScalingEvent
from services.inference.targets import Target

START = datetime(2026, 3, 1, 14, tzinfo=UTC)
SPAN = Span(START, START + timedelta(hours=1), 60)
LLAMA = Target("llm", "Deployment", "llama")


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def point(at: float, value: float | None = 4, replicas: int | None = 6, **more: Any) -> Point:
    sizes = {"desired": replicas, "ready": replicas, "least": 2, "most": 8, **more}
    return Point(minute(at), value, 5.0, replicas, **sizes)


def track(*points: Point, metric: str = "queue", name: str = "llama") -> Track:
    return Track("Deployment", name, metric, "pod", points)


def record(at: float, before: int | None, after: int | None, kind: str = "scaled") -> ScalingRecord:
    told = ScalingEvent(
        minute(at), LLAMA, kind, "keda", before, after, "", "", "", ("HPA",), str(at)
    )
    return ScalingRecord("gpu", "llama", told)


def line(figure: Any, name: str) -> dict[str, float | None]:
    (found,) = [trace for trace in figure["data"] if trace["name"] == name]
    return dict(zip((at[11:16] for at in found["x"]), found["y"], strict=True))


def test_one_metric_is_shown_as_it_is_with_its_target() -> None:
    unit, figure = words.metric(History(60, (track(point(50), point(51, 7.5)),)), SPAN, [])
    assert unit == "queue, a pod"
    assert line(figure, "queue") == {"14:50": 4, "14:51": 7.5}
    assert "target 5" in [note["text"] for note in figure["layout"]["annotations"]]


def test_limits_of_the_past_are_drawn_as_they_were_then() -> None:
    points = (point(50, 4, 6, most=6), point(51, 9, 6, most=6), point(52, 9, 8, most=8))
    figure = words.size(History(60, (track(*points),)), SPAN, [], [])
    maximum = line(figure, "maximum")
    assert maximum == {"14:50": 6, "14:51": 6, "14:52": 8, "14:53": 8}
    said = {note["text"]: str(note["x"])[11:16] for note in figure["layout"]["annotations"]}
    assert (said["maximum 6"], said["maximum 8"]) == ("14:50", "14:52")
    assert figure["layout"]["shapes"] == [], "nothing flat across times that nobody sampled"


def test_several_metrics_are_shown_in_percent_of_their_targets() -> None:
    tracks = (track(point(50), metric="queue"), track(point(50, 10), metric="cpu"))
    unit, figure = words.metric(History(60, tracks), SPAN, [])
    assert unit == "% of target"
    assert (line(figure, "queue"), line(figure, "cpu")) == ({"14:50": 80}, {"14:50": 200})


def test_a_metric_that_is_not_read_any_more_says_so_where_it_ends() -> None:
    _, figure = words.metric(History(60, (track(point(50), point(51, None)),)), SPAN, [])
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert "queue: cannot be read" in said


def test_the_size_before_the_first_sample_is_what_events_agree_on() -> None:
    records = [record(10, 4, 6), record(13, 6, 8), record(20, 7, 6)]
    figure = words.size(History(60, (track(point(23), point(24)),)), SPAN, records, [])
    wanted = line(figure, "wanted")
    assert [wanted[f"14:{at}"] for at in (10, 11, 12, 13)] == [6, 6, 6, 8]
    assert wanted["14:14"] is None, "one event says 8, the next one 7"
    assert [wanted[f"14:{at}"] for at in (20, 22, 23)] == [6, 6, 6]
    assert "14:05" not in wanted, "nobody tells of the time before"
    limits = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"maximum 8", "minimum 2"} <= set(limits)


def test_without_events_the_size_begins_with_the_first_sample() -> None:
    figure = words.size(History(60, (track(point(23), point(24)),)), SPAN, [], [])
    assert line(figure, "wanted") == {"14:23": 6, "14:24": 6}


def test_steps_that_nearly_touch_are_one_mark() -> None:
    records = [
        record(30.5, 7, 8),
        record(30, 6, 7),
        record(45, 8, 6),
        record(50, None, None, "paused"),
    ]
    assert [(one.at, one.text) for one in words.marks(records, SPAN)] == [
        (minute(30.5), "6 to 8"),
        (minute(45), "8 to 6"),
        (minute(50), "paused"),
    ]
    many = [record(at, at, at + 2) for at in range(0, 60, 6)]
    assert {one.text for one in words.marks(many, SPAN)} == {""}


def test_an_event_says_what_it_does_not_know() -> None:
    told = words.event(record(10, None, 6))
    assert told["title"] == "Scaled, to 6"
    assert told["text"] == "The autoscaler gave no reason."


def test_problems_come_first_and_what_cannot_be_told_has_its_reason() -> None:
    nobody = Autoscaling("gpu", "llm", "a", (), START, "")
    rows = [
        words.row(("gpu", "llm", "a"), nobody, 1),
        words.row(("gpu", "llm", "b"), Unavailable("The HPAs are not known."), 1),
    ]
    rows[0]["status"] = "ok"
    assert [row["name"] for row in sorted(rows, key=words.urgency)] == ["b", "a"]
    assert rows[1]["text"] == "The HPAs are not known."
    assert (rows[1]["size"], rows[0]["size"]) == (None, None)
