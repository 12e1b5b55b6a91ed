"""Promise: REST tells decisions of pickers with the source of each field, and replays them without
inventing a latency."""

from typing import Any

import pytest

from services.auth.identity import Role
from services.container import Container
from services.inference.mock import MockProvider
from tests.api.conftest import Console
from tests.recorded_picker import CLUSTER, FULLY_LOGGED, NAMESPACE, POOL, put_recording

INFERENCE = f"/api/v1/clusters/{CLUSTER}/inference"
ROWS = f"{INFERENCE}/metrics/epp-decisions"
ONE = f"{INFERENCE}/decisions/{FULLY_LOGGED}"
REPLAY = f"{INFERENCE}/diagnostics/replay"
SILENT = "hub-fra"
UNSCORED = "dd8c0f96-a02f-4772-a8a0-fe7188e1cae0"


@pytest.fixture(scope="module", autouse=True)
def recording(console: Console) -> None:
    put_recording(console.container.store)


def told(console: Console, path: str, token: str | None = None) -> Any:
    answer = console.ask("GET", path, token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_rows_have_the_names_they_always_had_and_their_source(console: Console) -> None:
    body = told(console, f"{ROWS}?pool={POOL}&limit=500")
    assert len(body["items"]) == 52
    assert body["source"] == "picker spans and log"
    assert body["as_of"].endswith("+00:00")
    assert body["window"]["start"] < body["window"]["end"]
    row = next(one for one in body["items"] if one["requestId"] == FULLY_LOGGED)
    assert row["selectedPod"] == "llama-1"
    assert row["source"] == "log Request handled"
    assert row["reason"].startswith("llama-1 was picked because its KV cache was less used")
    assert (row["queueDepth"], row["kvCachePct"]) == (0, pytest.approx(17.64))
    assert (row["prefixCacheHit"], row["candidatesConsidered"]) == (False, 4)
    assert row["decisionLatencyUs"] == pytest.approx(595.337)


def test_what_no_source_holds_is_null_with_a_reason(console: Console) -> None:
    rows = told(console, f"{ROWS}?limit=500")["items"]
    tied = next(one for one in rows if one["tie"])
    assert tied["selectedPod"] is None
    assert "no log line says which was picked" in tied["unknown"]
    refused = next(one for one in rows if one["outcome"] == "refused")
    assert (refused["selectedPod"], refused["status"]) == (None, 429)


def test_the_newest_twenty_are_told_without_a_limit(console: Console) -> None:
    rows = told(console, ROWS)["items"]
    assert len(rows) == 20
    assert [one["timestamp"] for one in rows] == sorted(
        (one["timestamp"] for one in rows), reverse=True
    )


def test_rows_are_those_of_whoever_provides_the_metrics(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = MockProvider(CLUSTER)
    monkeypatch.setattr(Container, "metrics", property(lambda _: mock))
    body = told(console, f"{ROWS}?pool=llama3-70b-prod&limit=5")
    assert body["source"] == "mock"
    assert len(body["items"]) == 5
    row = body["items"][0]
    assert (row["cluster"], row["pool"], row["source"]) == (CLUSTER, "llama3-70b-prod", "mock")
    assert row["unknown"] is None


def test_one_decision_is_told_in_full(console: Console) -> None:
    body = told(console, ONE)
    assert body["picked"]["value"]["endpoint"] == "llm/llama-1-rank-0"
    assert body["picked"]["source"] == "log Request handled"
    assert body["highestTotal"] == 8.5
    assert body["candidates"][0]["whyNot"] == "Picked, 1.58 ahead"
    for one in body["candidates"]:
        assert sum(one["weighted"].values()) == pytest.approx(one["total"])
    assert body["status"] == {"value": 200, "source": "access log", "reason": None}
    assert body["ttftMs"]["source"] == "engine span"


def test_a_cluster_has_its_own_and_without_one_it_is_the_default(console: Console) -> None:
    default = console.container.fleet.default_name()
    assert default not in (CLUSTER, SILENT)
    for tree in ("/api/v1", f"/api/v1/clusters/{default}", f"/api/v1/clusters/{SILENT}"):
        other = told(console, f"{tree}/inference/metrics/epp-decisions?limit=500")
        assert CLUSTER not in {one["cluster"] for one in other["items"]}
        assert console.ask("GET", f"{tree}/inference/decisions/{FULLY_LOGGED}").status_code == 404
    assert (other["items"], other["reason"]) == (
        [],
        "No span or log line of a picker came in during this time.",
    )


def test_a_replay_says_who_would_win_and_no_latency(console: Console) -> None:
    weights = {"queue-scorer": 0, "lora-affinity-scorer": 10}
    body = console.ask("POST", REPLAY, json={"requestId": FULLY_LOGGED, "weights": weights}).json()
    assert body["computed"] is True
    assert [one["label"] for one in body["winners"]] == ["llama-0"]
    assert body["margin"] == pytest.approx(0.1104)
    assert body["changed"] is True
    assert body["replayMs"] is None
    assert "not known" in body["note"]
    assert body["originalMs"] == 820.5


def test_a_replay_of_totals_is_refused_with_the_reason_not_guessed(console: Console) -> None:
    body = console.ask("POST", REPLAY, json={"requestId": UNSCORED}).json()
    assert body["computed"] is False
    assert body["ranking"] == []
    assert body["changed"] is None
    assert "verbosity 4" in body["reason"]


def test_a_replay_of_now_says_that_no_pod_reports(console: Console) -> None:
    body = console.ask("POST", REPLAY, json={"requestId": FULLY_LOGGED, "state": "now"}).json()
    assert body["basis"] == "now"
    assert body["computed"] is False
    assert len(body["gone"]) == 4


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "requestId"),
        ({"requestId": ""}, "requestId"),
        ({"requestId": "a b"}, "requestId"),
        ({"requestId": FULLY_LOGGED, "weights": {"queue": 1}}, "weights.queue"),
        ({"requestId": FULLY_LOGGED, "weights": {"queue-scorer": -1}}, "weights.queue-scorer"),
        ({"requestId": FULLY_LOGGED, "weights": {"queue-scorer": "x"}}, "weights.queue-scorer"),
        ({"requestId": FULLY_LOGGED, "state": "tomorrow"}, "state"),
    ],
)
def test_a_replay_names_the_field_that_is_wrong(
    console: Console, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", REPLAY, json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("timeRange=soon", "timeRange"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("pod=a", "pod"),
    ],
)
def test_bad_questions_name_the_field(console: Console, query: str, field: str) -> None:
    answer = console.ask("GET", f"{ROWS}?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]


def test_nobody_is_told_of_other_clusters_and_namespaces(console: Console) -> None:
    elsewhere = console.token(Role.VIEWER, clusters=("web-fra",))
    assert console.ask("GET", ROWS, elsewhere).status_code == 404
    assert console.ask("GET", ONE, elsewhere).status_code == 404
    within = console.token(Role.VIEWER, namespaces=(NAMESPACE,))
    assert told(console, f"{ROWS}?limit=500", within)["items"]
    without = console.token(Role.VIEWER, namespaces=("web",))
    assert told(console, f"{ROWS}?limit=500", without)["items"] == []
    assert console.ask("POST", REPLAY, without, json={"requestId": FULLY_LOGGED}).status_code == 404


def test_who_is_nobody_is_told_nothing(console: Console) -> None:
    assert console.ask("GET", ROWS, "").status_code == 401
    assert console.ask("GET", ONE, "").status_code == 401
