"""Promise: diagnostics over REST are real: a benchmark is followed to its end or cancelled, slow
requests are those of the store, and who may not start one puts no load on anything."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.auth.identity import Role
from tests.api.conftest import Console
from tests.engine import Engine, serving
from tests.real.kube_api import wait_until

BENCHMARK = "/api/v1/clusters/gpu-iad/inference/diagnostics/benchmark"
SLOW = "/api/v1/clusters/web-fra/inference/diagnostics/slow"
KEY = "sk-not-to-be-told"


def body(url: str, **given: Any) -> dict[str, Any]:
    return {"pool": "llm/llama3-70b", "endpoint": url, "model": "m", "durationSec": 1, **given}


def test_a_benchmark_is_followed_to_its_end(console: Console) -> None:
    with serving(Engine(tokens=3)) as url:
        begun = console.ask("POST", BENCHMARK, json=body(url, concurrentUsers=3, apiKey=KEY))
        assert begun.status_code == 202
        assert begun.json()["state"] == "running"
        assert begun.json()["promptTokens"] == 128
        path = f"{BENCHMARK}/{begun.json()['id']}"
        again = console.ask("POST", BENCHMARK, json=body(url))
        assert (again.status_code, again.json()["error"]["code"]) == (409, "busy")
        seen = wait_until("answers", lambda: progressing(console, path))
        assert seen["result"] is None
        found = wait_until("the end", lambda: over(console, path))
        assert KEY not in console.ask("GET", path).text
    assert found["state"] == "done"
    result = found["result"]
    assert result["successRate"] == 1
    assert result["totalRequests"] == found["progress"]["succeeded"] > 3
    assert 50 <= result["p50TtftMs"] <= result["p99TtftMs"]
    assert "the network to 127.0.0.1" in result["vantagePoint"]
    listed = console.ask("GET", BENCHMARK).json()["items"]
    assert listed[0]["id"] == found["id"]
    assert console.ask("GET", path.replace("gpu-iad", "web-fra")).status_code == 404


def progressing(console: Console, path: str) -> dict[str, Any] | None:
    found = console.ask("GET", path).json()
    return found if found["progress"]["succeeded"] else None


def over(console: Console, path: str) -> dict[str, Any] | None:
    found = console.ask("GET", path).json()
    return found if found["state"] != "running" else None


def test_one_is_cancelled(console: Console) -> None:
    with serving(Engine(silent=True)) as url:
        begun = console.ask("POST", BENCHMARK, json=body(url, durationSec=600)).json()
        path = f"{BENCHMARK}/{begun['id']}"
        assert console.ask("DELETE", path, console.token(Role.VIEWER)).status_code == 403
        cancelled = console.ask("DELETE", path).json()
        assert (cancelled["state"], cancelled["result"]["successRate"]) == ("cancelled", None)
        assert "successRate" in cancelled["result"]["reasons"]
        assert console.ask("DELETE", path).json()["error"]["code"] == "ended"


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"endpoint": "http://169.254.169.254"}, 422, "endpoint"),
        ({"concurrentUsers": 1000}, 422, "concurrentUsers"),
        ({"durationSec": "long"}, 422, "durationSec"),
        ({"users": 5}, 422, "users"),
        ({"pool": "llm/none"}, 422, "pool"),
    ],
)
def test_bad_orders_are_refused_by_field(
    console: Console, given: dict[str, Any], status: int, field: str
) -> None:
    answer = console.ask("POST", BENCHMARK, json=body("http://llm.example") | given)
    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]


def test_a_viewer_puts_no_load_on_anything(console: Console) -> None:
    engine = Engine()
    with serving(engine) as url:
        viewer = console.token(Role.VIEWER)
        assert console.ask("POST", BENCHMARK, viewer, json=body(url)).status_code == 403
        elsewhere = console.token(Role.ADMIN, clusters=("web-fra",))
        assert console.ask("POST", BENCHMARK, elsewhere, json=body(url)).status_code == 404
    assert engine.asked == []


def test_slow_requests_are_those_of_the_store(console: Console) -> None:
    now = datetime.now(UTC)
    place = {"cluster_name": "web-fra", "namespace": "llm", "inference_pool": "slow-pool"}
    rows = [
        {
            **place,
            "timestamp": (now - timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.000"),
            "request_id": f"slow-{number}",
            "pod_name": "llama-0",
            "model_name": "m",
            "time_to_first_token_ms": 100 * number,
            "input_tokens": 50 * number,
        }
        for number in range(1, 31)
    ]
    console.container.store.insert(
        "ngf_inference_logs", b"\n".join(map(orjson.dumps, rows)), "slow"
    )
    asked = {"pool": "llm/slow-pool", "timeRange": "15m", "limit": "2"}
    found = console.ask("GET", SLOW, params=asked).json()
    assert [one["requestId"] for one in found["slowRequests"]] == ["slow-30", "slow-29"]
    assert found["slowRequests"][0]["ttftMs"] == 3000
    assert found["slowRequests"][0]["queueDepth"] is None
    factors = {one["factor"]: one for one in found["correlations"]}
    assert (factors["input_length"]["impact"], factors["input_length"]["n"]) == ("high", 30)
    assert factors["queue_depth"]["correlation"] is None
    assert factors["queue_depth"]["reason"] == "Known of no request."
    assert (found["source"], found["sampled"]) == ("engine spans, pod readings", 30)
    assert found["as_of"].startswith(rows[0]["timestamp"][:10])
    limited = console.ask("GET", SLOW, console.token(namespaces=("shop",)), params=asked).json()
    assert (limited["slowRequests"], limited["as_of"]) == ([], None)
    assert limited["reason"].startswith("No engine has told")
    elsewhere = console.token(clusters=("inference-use",))
    assert console.ask("GET", SLOW, elsewhere, params=asked).status_code == 404
    wrong = console.ask("GET", SLOW, params={"timeRange": "soon"})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["details"]["fields"][0]["field"] == "timeRange"
