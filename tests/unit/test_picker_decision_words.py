"""Promise: picker decisions are told with the numbers they have, else in words."""

from functools import cache

import pytest

from callbacks import decision_words
from services.inference.decision_store import Counted, Found, Known, Place
from services.inference.endpoints import Endpoint
from services.inference.gathering import decisions, gather
from services.inference.replay import replay
from services.inference.timing import moment
from tests import recorded_picker
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, NAMESPACE, PICKER, POOL

PLACE = Place(CLUSTER, NAMESPACE, POOL, PICKER)


@cache
def found() -> dict[str, Found]:
    spans, lines = list(recorded_picker.spans()), list(recorded_picker.lines())
    ids = {one["request_id"] for one in lines}
    ids |= {one["attributes"].get("gen_ai.request.id", "") for one in spans} - {""}
    made = decisions(gather(sorted(ids), spans, lines), {})
    return {one.request_id: Found(PLACE, one) for one in made}


def told(request_id: str) -> decision_words.Row:
    return decision_words.whole(Known(found()[request_id], "spans", moment(0)), lambda _: 3)


@pytest.mark.parametrize(
    ("total", "scored", "seconds", "said"),
    [
        (9_712, 971, 900, "9,712 decisions, 10.8 per second; 1 in 10 with scores"),
        (52, 1, 3600, "52 decisions, 0.9 per minute; 1 in 52 with scores"),
        (1, 1, 60, "1 decision, 1.0 per minute; all with scores"),
        (5, 4, 60, "5 decisions, 5.0 per minute; 4 of 5 with scores"),
        (6, 3, 60, "6 decisions, 0.1 per second; 1 in 2 with scores"),
        (30, 0, 60, "30 decisions, 0.5 per second; none recorded with scores"),
        (0, 0, 60, ""),
    ],
)
def test_how_many_there_were(total: int, scored: int, seconds: float, said: str) -> None:
    assert decision_words.count(Counted(total, scored), seconds) == said


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("saturated-ttl", "none, 429"),
        ("saturated-client-gone", "none, gone"),
        ("tie", "tie of 3"),
        ("empty-body", "not known"),
        ("normal", ""),
    ],
)
def test_a_row_says_who_or_why_nobody(tag: str, said: str) -> None:
    sent = next(
        one for one in recorded_picker.sent() if one.tag == tag and one.request_id in found()
    )
    row = decision_words.row(found()[sent.request_id], 3)
    assert row["none"] == said
    assert bool(row["picked"]) == (said == "")


def test_parts_of_a_total_have_the_colour_of_their_scorer() -> None:
    body = told(FULLY_LOGGED)
    colours = {one["label"]: one["colour"] for one in body["scorers"]}
    assert colours == {
        "queue": "c1",
        "prefix-cache": "c2",
        "kv-cache": "c3",
        "lora-affinity": "c4",
        "busy": "c5",
    }
    first = body["candidates"][0]
    assert sum(part for _, part in first["bars"]) == pytest.approx(4.9472)
    assert (first["waiting"], first["kv"], first["prefix"]) == ("0", "18%", "0%")
    assert first["kv_source"] == "As the score of the picker says"


def test_without_scores_there_are_no_parts_and_a_reason() -> None:
    body = told("dd8c0f96-a02f-4772-a8a0-fe7188e1cae0")
    assert body["scored"] is False
    assert all(one["bars"] == [] for one in body["candidates"])
    assert "verbosity 4" in body["detail"]


def test_who_was_filtered_out_stands_last_with_what_is_known_of_it() -> None:
    key = next(one.request_id for one in recorded_picker.sent() if one.tag == "one-overloaded")
    body = told(key)
    assert body["unit"] == "3 scored, 1 filtered out"
    assert [one["why"] for one in body["removed"]] == ["Not scored: taken out by a filter"]
    assert body["removed"][0]["title"] == "Follows from other decisions of the pool"


def test_a_fact_that_no_source_holds_says_why() -> None:
    facts = {one["label"]: one for one in told(FULLY_LOGGED)["facts"]}
    assert facts["Objective"]["value"] == "default"
    assert facts["TTFT, engine"]["value"] is None
    assert "the picker sees no answers" in facts["TTFT, engine"]["title"]


def test_a_replay_is_one_sentence_and_no_latency() -> None:
    decision = found()[FULLY_LOGGED].decision
    body = decision_words.replayed(decision, replay(decision, {"queue-scorer": 0}))
    assert body["said"] == "With these weights this request would go to llama-1, 2.95 against 2.84."
    assert body["note"].endswith("What its latency would have been is not known.")
    tie = replay(decision, {"queue-scorer": 0, "kv-cache-utilization-scorer": 0})
    assert "would tie at 1.50" in decision_words.replayed(decision, tie)["said"]


@pytest.mark.parametrize(
    ("endpoint", "label"),
    [
        (Endpoint("llm", "llama3-70b-7f9c5d8b4-x7k2d", 0), "x7k2d"),
        (Endpoint("llm", "llama-1", 0), "llama-1"),
        (Endpoint("llm", "llama-1", 2), "llama-1 rank 2"),
        (Endpoint(address="10.0.0.1:8000"), "10.0.0.1:8000"),
    ],
)
def test_a_pod_is_called_by_what_tells_it_from_the_others(endpoint: Endpoint, label: str) -> None:
    assert endpoint.label == label
