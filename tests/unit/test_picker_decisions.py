"""Promise: a decision says who was picked and why, and which source says so; a tie stays a tie and
a gap a gap until a source fills it. Against what a real picker recorded."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from services.inference.assembly import decide
from services.inference.decisions import Decision
from services.inference.endpoints import Endpoint, Spellings, is_address, spelt
from services.inference.evidence import Access, Evidence, Line
from services.inference.explaining import sentences, why_not
from services.inference.gathering import decisions, gather
from tests import recorded_picker
from tests.recorded_picker import FULLY_LOGGED, Sent

ADDRESSES = {f"llm/llama-{number}-rank-0": f"127.0.0.{number + 2}:8000" for number in range(4)}


@cache
def evidence() -> dict[str, Evidence]:
    spans, lines = list(recorded_picker.spans()), list(recorded_picker.lines())
    ids = {one["request_id"] for one in lines}
    ids |= {one["attributes"].get("gen_ai.request.id", "") for one in spans} - {""}
    found = gather(sorted(ids), spans, lines)
    return {one.request_id: one for one in found}


@cache
def decided() -> dict[str, Decision]:
    return {one.request_id: one for one in decisions(list(evidence().values()), {})}


def kind(sent: Sent) -> str:
    """What the picker's own telemetry tells of a request."""
    if not sent.request_id:
        return "without an id"
    one = decided().get(sent.request_id)
    if one is None:
        return "not recorded"
    if one.tie:
        return "tie"
    if one.picked.value:
        return one.picked.source
    return "not picked" if one.error.value else "received only"


def test_each_recorded_request_is_told_by_the_best_source_or_as_a_gap() -> None:
    assert Counter(map(kind, recorded_picker.sent())) == {
        "log Request handled": 10,
        "span pick_endpoints, no tie": 24,
        "tie": 3,
        "not picked": 11,
        "received only": 2,
        "not recorded": 31,
        "without an id": 7,
    }


def test_the_endpoint_is_the_one_that_the_caller_went_to() -> None:
    told = {one.request_id: one.endpoint for one in recorded_picker.sent()}
    known = [one for one in decided().values() if one.picked.value and one.request_id in told]
    assert {one.request_id: one.picked.value.address for one in known if one.picked.value} == {
        one.request_id: told[one.request_id] for one in known
    }
    assert len(known) == 34


def test_candidates_have_the_totals_that_the_picker_told_envoy() -> None:
    compared = 0
    for sent in recorded_picker.sent():
        one = decided().get(sent.request_id)
        if one and sent.totals:
            assert {
                ADDRESSES[candidate.endpoint.name]: candidate.total for candidate in one.candidates
            } == pytest.approx(sent.totals)
            compared += 1
    assert compared == 16


def test_addresses_are_learnt_from_requests_that_have_both_spellings() -> None:
    one = decided()[FULLY_LOGGED]
    assert {c.endpoint.name: c.endpoint.address for c in one.candidates} == ADDRESSES
    assert {c.endpoint.label for c in one.candidates} == {f"llama-{n}" for n in range(4)}


def test_weighted_scores_add_up_to_the_totals() -> None:
    one = decided()[FULLY_LOGGED]
    weights = {scorer.name: scorer.weight for scorer in one.scorers}
    assert weights == {
        "queue-scorer": 2,
        "kv-cache-utilization-scorer": 2,
        "prefix-cache-scorer": 3,
        "lora-affinity-scorer": 1,
        "busy-scorer": 0.5,
    }
    assert one.detail.value == "scores"
    for candidate in one.candidates:
        assert candidate.scores
        assert sum(
            weights[name] * score for name, score in candidate.scores.items()
        ) == pytest.approx(candidate.total)
    assert one.most == 8.5


def test_without_logged_scores_there_are_totals_and_the_reason() -> None:
    one = next(one for one in decided().values() if one.picked.source.startswith("span"))
    assert one.detail.value == "totals"
    assert "verbosity 4" in one.detail.reason
    assert all(candidate.scores is None for candidate in one.candidates)
    assert "Which scorer decided is not known" in sentences(one)[-1]


def test_scores_of_some_candidates_only_are_left_out() -> None:
    whole = evidence()[FULLY_LOGGED]
    lost = next(line for line in whole.lines if line.message == "Calculated score")
    part = replace(whole, lines=tuple(line for line in whole.lines if line is not lost))
    one = decide(part, Spellings())
    assert one.detail.value == "totals"
    assert "left out" in one.notes[0]


def test_the_deciding_scorer_is_named_with_its_number() -> None:
    assert sentences(decided()[FULLY_LOGGED]) == (
        "llama-1 was picked because its KV cache was less used, 18% against 67%.",
        "It scored 4.95 of 8.5, 1.58 ahead of llama-0.",
    )


def test_each_loser_is_told_what_cost_it_most() -> None:
    one = decided()[FULLY_LOGGED]
    assert {c.endpoint.label: why_not(one, c) for c in one.candidates} == {
        "llama-1": "Picked, 1.58 ahead",
        "llama-0": "KV cache 67% used",
        "llama-2": "Longer queue",
        "llama-3": "Longest queue",
    }


def test_what_the_picker_saw_of_a_pod_comes_from_its_own_log() -> None:
    chosen = decided()[FULLY_LOGGED].chosen
    assert chosen
    assert chosen.state
    assert (chosen.state.waiting, chosen.state.running, chosen.state.kv_cache) == (0, 11, 0.1764)
    assert chosen.state.source == "picker log"


@pytest.mark.parametrize("source", ["log", "access log"])
def test_a_tie_is_resolved_by_a_line_and_by_nothing_else(source: str) -> None:
    tied = next(one for one in decided().values() if one.tie)
    assert tied.picked.value is None
    assert "have the same total" in tied.picked.reason
    assert [one.label for one in tied.tie] == ["llama-0", "llama-1", "llama-2"]
    assert tied.margin.value == 0

    known, address = evidence()[tied.request_id], "127.0.0.4:8000"
    if source == "log":
        line = Line(known.spans[0].start, "Request handled", {"endpoint": address})
        known = replace(known, lines=(line,))
    else:
        went = Access(known.spans[0].start, 200, address, True, 20.0, 18.0)
        known = replace(known, access=went)
    others = [one for one in evidence().values() if one.request_id != tied.request_id]
    [resolved] = decisions([known], {}, others)
    assert resolved.picked.value == Endpoint("llm", "llama-2", 0, address)
    assert resolved.picked.source.startswith(source)
    assert resolved.tie
    assert sentences(resolved)[0] == "llama-2 was picked from a tie."


def test_a_pick_from_outside_a_tie_is_not_told_as_one_from_it() -> None:
    tied = next(one for one in decided().values() if one.tie)
    known = evidence()[tied.request_id]
    line = Line(
        known.spans[0].start, "Request handled", {"endpoint": ADDRESSES["llm/llama-3-rank-0"]}
    )
    others = [one for one in evidence().values() if one.request_id != tied.request_id]
    [one] = decisions([replace(known, lines=(line,))], {}, others)
    best, chosen = one.candidates[0], one.candidates[-1]
    assert one.picked.value == chosen.endpoint
    assert best.endpoint in one.tie
    assert best.total
    assert chosen.total is not None
    assert one.margin.value == pytest.approx(chosen.total - best.total)
    assert one.margin.value < 0
    assert sentences(one)[0] == "llama-3 was picked."
    assert why_not(one, best) == "Higher total, not picked"


def test_with_the_access_log_every_request_is_where_the_caller_was_sent() -> None:
    spans, lines = list(recorded_picker.spans()), list(recorded_picker.lines())
    sent = {one.request_id: one for one in recorded_picker.sent() if one.request_id}
    logged = [
        {
            "request_id": one.request_id,
            "at": 1_795_421_223_000_000_000,
            "status": one.status,
            "upstream_addr": one.endpoint,
            "picked": bool(one.endpoint),
            "latency_ms": 20.0,
            "first_byte_ms": 18.0,
        }
        for one in sent.values()
    ]
    found = {one.request_id: one for one in decisions(gather(sent, spans, lines, logged), {})}
    assert {
        key: one.picked.value.address if one.picked.value else "" for key, one in found.items()
    } == {key: one.endpoint for key, one in sent.items()}
    assert all(one.status.value == sent[key].status for key, one in found.items() if sent[key].tag)


@pytest.mark.parametrize(
    ("tag", "outcome", "status"),
    [
        ("saturated-then-released", "refused", 429),
        ("saturated-ttl", "queued_out", 429),
        ("saturated-client-gone", "client_gone", None),
        ("bad-json", "bad_request", 400),
        ("no-ready-pods", "no_endpoints", 503),
        ("no-ready-pods-get", "no_endpoints", 500),
        ("legacy-filters-drained", "no_endpoints", 429),
        ("legacy-sheddable-saturated", "refused", 429),
    ],
)
def test_who_got_no_endpoint_is_told_how_it_ended(
    tag: str, outcome: str, status: int | None
) -> None:
    ids = [one.request_id for one in recorded_picker.sent() if one.tag == tag and not one.endpoint]
    one = next(decided()[key] for key in ids if key in decided())
    assert one.outcome.value == outcome
    assert one.picked.value is None
    assert one.error.value
    assert one.status.value == status
    assert (one.status.source or one.status.reason).startswith("log " if status else "The client")


def test_the_filter_that_left_nothing_is_named() -> None:
    drained = next(one.request_id for one in recorded_picker.sent() if "drained" in one.tag)
    one = decided()[drained]
    assert one.filtering.emptied_by == "drop-overloaded"
    assert sentences(one) == (
        "There was no endpoint to pick: the filter drop-overloaded left none of 4.",
    )


def test_who_was_filtered_out_follows_from_other_decisions_of_that_minute() -> None:
    key = next(one.request_id for one in recorded_picker.sent() if one.tag == "one-overloaded")
    one = decided()[key]
    assert (one.filtering.before.value, one.filtering.after.value) == (4, 3)
    assert [(gone.endpoint.label, gone.by) for gone in one.filtering.removed] == [("llama-3", "")]
    assert decide(evidence()[key], Spellings()).filtering.removed == ()


def test_the_wait_in_the_queue_is_told_apart_from_the_decision() -> None:
    released = next(
        one.request_id
        for one in recorded_picker.sent()
        if one.tag == "saturated-then-released" and one.status == 200
    )
    one = decided()[released]
    assert one.queue_ms.value == pytest.approx(1626.4, abs=0.1)
    assert one.decision_ms.value == pytest.approx(0.59, abs=0.01)
    assert [step.name for step in one.steps] == ["Before", "Filter", "Score", "Pick"]
    assert one.steps[0].duration_ms > 1600


def test_the_picker_tells_nothing_of_the_answer() -> None:
    for one in decided().values():
        assert one.ttft_ms.value is None
        assert one.ttft_ms.reason
        assert one.output_tokens.value is None


def test_a_gateway_that_went_its_own_way_is_told_so() -> None:
    key = next(one.request_id for one in decided().values() if one.picked.source.startswith("span"))
    own = Access(0, 200, "127.0.0.5:8000", False, 20.0, 18.0)
    others = list(evidence().values())
    [one] = decisions([replace(evidence()[key], access=own)], {}, others)
    assert one.picked.source.startswith("span")
    assert "The gateway chose the endpoint by itself, without the picker." in one.notes


def test_an_id_that_came_again_is_told_by_its_newest_request() -> None:
    first, second = (
        one
        for one in evidence().values()
        if one.request_id in ("4c0aba50-a88f-44fa-9bf1-2a8054dfec11", FULLY_LOGGED)
    )
    same = first.request_id
    spans = [
        {
            "trace_id": str(number),
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "name": span.name,
            "start": span.start,
            "duration": span.duration,
            "attributes": span.attributes
            | ({"gen_ai.request.id": same} if "gen_ai.request.id" in span.attributes else {}),
            "error": span.error,
        }
        for number, one in enumerate((first, second))
        for span in one.spans
    ]
    [one] = decisions(gather([same], spans), {})
    newest = max((first, second), key=lambda one: min(span.start for span in one.spans))
    assert one.candidates[0].total == decide(newest, Spellings()).candidates[0].total
    assert one.notes == ("2 requests have this id. The newest is told.",)


def test_a_trace_with_two_requests_is_taken_apart() -> None:
    spans = [dict(row, trace_id="one") for row in recorded_picker.spans()]
    together = {one.request_id: one for one in gather(evidence(), spans)}
    assert {key: len(one.spans) for key, one in together.items()} == {
        key: len(one.spans) for key, one in evidence().items()
    }


def test_a_picker_by_chance_is_not_told_by_the_highest_total() -> None:
    whole = evidence()[FULLY_LOGGED]
    said = {"plugin": "dice/weighted-random-picker"}
    one = decide(
        replace(whole, lines=(Line(whole.spans[0].start, "Running picker plugin", said),)),
        Spellings(),
    )
    assert one.picked.value is None
    assert "weighted-random-picker need not pick the best" in one.picked.reason


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("llm/llama-1-rank-0", Endpoint("llm", "llama-1", 0)),
        ('{"name":"llama-1-rank-0","namespace":"llm"}', Endpoint("llm", "llama-1", 0)),
        ("llama-1-rank-0", Endpoint("", "llama-1", 0)),
        ("llama-1", Endpoint("", "llama-1")),
        ("127.0.0.3:8000", Endpoint(address="127.0.0.3:8000")),
        ("[fd00::3]:8000", Endpoint(address="[fd00::3]:8000")),
    ],
)
def test_one_pod_has_four_spellings(text: str, endpoint: Endpoint) -> None:
    assert spelt(text) == endpoint


def test_an_address_that_went_with_two_names_belongs_to_neither() -> None:
    pairs = [("10.0.0.1:80", "llm/a-rank-0"), ("10.0.0.1:80", "llm/b-rank-0")]
    assert Spellings(pairs).endpoint("10.0.0.1:80") == Endpoint(address="10.0.0.1:80")


def test_the_api_of_the_cluster_overrules_what_was_learnt() -> None:
    names = ["llm/a-rank-0", "llm/b-rank-0", "llm/b-rank-1"]
    known = Spellings([("10.0.0.1:80", "llm/b-rank-1")], names, {"10.0.0.1": "llm/a"})
    assert known.endpoint("10.0.0.1:80") == Endpoint("llm", "a", 0, "10.0.0.1:80")
    agreed = Spellings([("10.0.0.1:80", "llm/b-rank-1")], names, {"10.0.0.1": "llm/b"})
    assert agreed.endpoint("10.0.0.1:80") == Endpoint("llm", "b", 1, "10.0.0.1:80")


def test_a_socket_is_no_address() -> None:
    assert not is_address("unix:/var/run/nginx/nginx-503-server.sock")
    assert not is_address("llm_llama_8000")
