"""Promise: a benchmark is real load, counted as the client sees it: times are those of the server,
failures are told by code, it ends when it should or when somebody says so, it goes nowhere it must
not, and the key it was given is nowhere to be read."""

import asyncio
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet, Member
from services.configdb.audit import AuditLog
from services.configdb.database import Database
from services.errors import Conflict, ConsoleError, Denied, Invalid, NotFound, Unavailable
from services.inference import load, measured, streamed
from services.inference.benchmark import AT_ONCE, Benchmarks, Order, completions
from services.inference.provider import Asked
from services.inference.reach import LISTED, LOOPBACK, Reach
from services.inference.results import PoolStatus
from services.inference.spread import Spread
from services.kube.addresses import RULE
from services.settings import load as load_settings
from services.telemetry.answers import Answer
from services.telemetry.windows import Window
from tests.engine import Engine, serving
from tests.real.kube_api import wait_until
from tests.serving import free_port

ANN = Identity("ann", Role.OPERATOR)
KEY = "sk-not-to-be-told"
HERE = Reach(loopback=True)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(str(tmp_path / "console.db"))
    made.upgrade()
    yield made
    made.close()


@pytest.fixture
def audit(db: Database) -> AuditLog:
    return AuditLog(db)


@pytest.fixture
def benchmarks(audit: AuditLog) -> Iterator[Benchmarks]:
    def unreachable() -> None:
        raise Unavailable("There is no cluster in this test.")

    fleet = Fleet([Member("one", unreachable)])
    made = Benchmarks(fleet, audit, pools, HERE, "hub-1")
    yield made
    made.stop()


def pools(asked: Asked) -> Answer[list[PoolStatus]]:
    """Those that there are, of which two have one name."""
    places = (("llm", "llama"), ("llm", "qwen"), ("shop", "qwen"))
    found = [PoolStatus("one", *place) for place in places if asked.covers("one", *place)]
    return Answer(found, "objects", None, Window.last(1))


def ended(benchmarks: Benchmarks, order: Order, who: Identity = ANN) -> dict[str, Any]:
    """The result of an order."""
    run = benchmarks.start(who, "one", order)
    assert run.over.wait(15), "it does not end"
    found = benchmarks.get(who, "one", run.id)
    assert found["state"] == "done"
    return found["result"]


def order(url: str, **given: Any) -> Order:
    plain = {"pool": "llm/llama", "model": "m", "concurrent_users": 2, "duration_s": 1}
    return Order(endpoint=url, **{**plain, **given})


def at_once(
    engines: Mapping[str, Engine], path: str = "", **given: Any
) -> dict[str, dict[str, Any]]:
    """The results of a second of load on each, all in that second."""

    async def run(loads: list[load.Load]) -> None:
        await asyncio.gather(*(one.run() for one in loads))

    with ExitStack() as running:
        urls = [running.enter_context(serving(engine)) for engine in engines.values()]
        loads = [load.Load(order(url + path, **given).plan(HERE)) for url in urls]
        asyncio.run(run(loads))
    return {name: measured.result(one, "hub-1") for name, one in zip(engines, loads, strict=True)}


def test_times_and_tokens_are_the_servers(benchmarks: Benchmarks) -> None:
    engine = Engine(first_s=0.08, gap_s=0.02, tokens=6)
    with serving(engine) as url:
        result = ended(benchmarks, order(url, prompt_tokens=40, api_key=KEY))
    assert result["successRate"] == 1
    assert result["errors"] == []
    assert 80 <= result["p50TtftMs"] < 200
    assert 80 <= result["avgTtftMs"] <= result["p99TtftMs"]
    assert 19.8 <= result["interTokenMs"]["p50"] < 50
    assert 180 <= result["totalMs"]["p50"] < 450
    assert result["totalRequests"] == len(engine.asked) >= 4
    assert result["answerTokens"] == 6 * result["totalRequests"]
    assert result["promptTokens"] == 77
    assert result["tokensFrom"] == "the server's count (usage)"
    assert 20 < result["avgThroughput"] < 67  # two users, 6 tokens each in 0.18 s
    assert sum(one["requests"] for one in result["timeline"]) <= result["totalRequests"]
    said = f"Measured by the console on hub-1, over the network to {url[7:]}."
    assert result["vantagePoint"] == said
    asked = engine.asked[0]
    assert asked["path"] == "/v1/chat/completions"
    assert (asked["model"], asked["stream"], asked["max_tokens"]) == ("m", True, 128)
    prompts = {one["messages"][0]["content"] for one in engine.asked}
    assert len(prompts) == len(engine.asked), "the server would have answered from its cache"
    assert {len(prompt.split()) for prompt in prompts} == {40}
    assert engine.keys == {f"Bearer {KEY}"}


def test_engines_are_taken_as_they_are() -> None:
    engines = {
        "many users": Engine(tokens=3),
        "plain": Engine(chat=False, usage=False, tokens=8, per_piece=2),
        "counting": Engine(chat=False, tokens=8, per_piece=4),
    }
    results = at_once(engines, "/v1/completions", concurrent_users=12)
    assert engines["many users"].most_at_once == 12
    plain = results["plain"]
    assert "prompt" in engines["plain"].asked[0]
    assert plain["answerTokens"] == 4 * plain["totalRequests"]
    assert plain["tokensFrom"].startswith("pieces of the stream")
    assert plain["promptTokens"] is None
    assert "promptTokens" in plain["reasons"]
    counting = results["counting"]
    assert counting["answerTokens"] == 8 * counting["totalRequests"]


FAILING = {
    "throttled": (Engine(status=429, body={"error": {"message": "slow"}}), "429", "slow"),
    "vllm": (Engine(status=404, body={"object": "error", "message": "no m"}), "404", "no m"),
    "fastapi": (Engine(status=422, body={"detail": "bad"}), "422", "bad"),
    "proxy": (Engine(status=502, body=b"<html>a page</html>"), "502", "Bad Gateway"),
    "elsewhere": (Engine(status=302, body={}), "302", "Found"),
    "echo": (Engine(status=401, body={"error": f"bad key {KEY}"}), "401", "bad key ***"),
    "whole": (Engine(streams=False, body={}), "not_streamed", "it answers with application/json"),
    "broken": (Engine(breaks_after=3), "incomplete", "the stream ended early"),
    "empty": (Engine(tokens=0), "incomplete", "no text came"),
    "event": (Engine(event={"error": {"code": 500, "message": "CUDA"}}), "500", "CUDA"),
    "noise": (Engine(event=["no", "object"]), "stream", "the stream cannot be read"),
    "stalled": (Engine(first_s=0.01, gap_s=20, tokens=2), "timeout", "no byte for 0.2 s"),
}


@pytest.fixture(scope="module")
def failed() -> dict[str, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "SILENCE_SECONDS", 0.2)
        return at_once({name: engine for name, (engine, _, _) in FAILING.items()}, api_key=KEY)


@pytest.mark.parametrize("name", FAILING)
def test_failures_are_told_by_code(failed: dict[str, dict[str, Any]], name: str) -> None:
    engine, code, message = FAILING[name]
    (error,) = failed[name]["errors"]
    assert (error["code"], error["message"]) == (code, message)
    assert error["count"] == failed[name]["totalRequests"] == len(engine.asked)
    assert failed[name]["successRate"] == 0
    assert error["count"] < 20, "who is refused does not ask again at once"
    assert failed[name]["answerTokens"] is None


def test_nobody_listening_is_told(benchmarks: Benchmarks) -> None:
    result = ended(benchmarks, order(f"http://127.0.0.1:{free_port()}"))
    assert result["errors"][0]["code"] == "connect"
    assert "refused" in result["errors"][0]["message"].lower()
    assert (result["avgTtftMs"], result["reasons"]["avgTtftMs"]) == (None, "No answer began.")


def test_an_endpoint_that_takes_no_connection_is_told_as_such(
    benchmarks: Benchmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CONNECT_SECONDS", 0.2)
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(2):  # those that the kernel takes for it
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        result = ended(benchmarks, order(f"http://127.0.0.1:{address[1]}"))
    (error,) = result["errors"]
    assert (error["code"], error["message"]) == ("connect", "no connection within 0.2 s")


def test_what_a_slow_server_has_not_answered_is_in_no_rate(
    benchmarks: Benchmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "DRAIN_SECONDS", 0.1)
    with serving(Engine(silent=True)) as url:
        result = ended(benchmarks, order(url, concurrent_users=3))
    assert (result["totalRequests"], result["unfinished"], result["successRate"]) == (0, 3, None)
    assert result["errors"] == []
    assert "successRate" in result["reasons"]


def test_what_ends_after_the_run_is_an_answer_and_in_no_rate(benchmarks: Benchmarks) -> None:
    with serving(Engine(first_s=0.01, gap_s=1.5, tokens=2)) as url:
        result = ended(benchmarks, order(url, concurrent_users=3))
    assert (result["totalRequests"], result["requestsPerSec"]) == (3, 0)


def test_it_can_be_cancelled_and_keeps_what_it_has_measured(benchmarks: Benchmarks) -> None:
    with serving(Engine(tokens=3)) as url:
        run = benchmarks.start(ANN, "one", order(url, duration_s=600))

        def progress() -> dict[str, Any]:
            return benchmarks.get(ANN, "one", run.id)["progress"]

        wait_until("answers", lambda: progress()["succeeded"] >= 4)
        assert benchmarks.get(ANN, "one", run.id)["state"] == "running"
        assert benchmarks.get(ANN, "one", run.id)["result"] is None
        assert progress()["inFlight"] > 0
        with pytest.raises(Denied):
            benchmarks.cancel(Identity("bob", Role.OPERATOR), "one", run.id)
        found = benchmarks.cancel(ANN, "one", run.id)
    assert found["state"] == "cancelled"
    assert found["result"]["successRate"] == 1
    assert found["result"]["totalRequests"] >= 4
    assert found["result"]["durationSec"] < 15
    with pytest.raises(Conflict):
        benchmarks.cancel(ANN, "one", run.id)


def test_a_user_has_one_at_a_time_and_all_have_few(benchmarks: Benchmarks) -> None:
    with serving(Engine()) as url:
        runs = []
        for number in range(AT_ONCE):
            who = Identity(f"user-{number}", Role.OPERATOR)
            runs.append(benchmarks.start(who, "one", order(url, duration_s=600)))
            with pytest.raises(Conflict, match="of yours is running"):
                benchmarks.start(who, "one", order(url))
        with pytest.raises(Conflict, match="4 benchmarks are running"):
            benchmarks.start(ANN, "one", order(url))
        benchmarks.cancel(CONSOLE, "one", runs[0].id)  # an admin
        late = benchmarks.start(ANN, "one", order(url))
        assert benchmarks.cancel(CONSOLE, "one", late.id)["state"] == "cancelled"


@contextmanager
def no_audit(db: Database) -> Iterator[None]:
    """Entries cannot be written while the block runs."""
    with db.writing() as session:
        session.execute(text("ALTER TABLE audit_log RENAME TO away"))
    yield
    with db.writing() as session:
        session.execute(text("ALTER TABLE away RENAME TO audit_log"))


def test_one_that_cannot_be_written_down_does_not_begin_and_holds_no_place(
    benchmarks: Benchmarks, db: Database
) -> None:
    engine = Engine()
    with serving(engine) as url:
        with no_audit(db), pytest.raises(Unavailable):
            benchmarks.start(ANN, "one", order(url))
        assert benchmarks.list(ANN) == []
        assert engine.asked == []
        assert ended(benchmarks, order(url))["successRate"] == 1


def test_an_end_that_cannot_be_written_down_is_logged(
    benchmarks: Benchmarks, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Engine(silent=True)) as url:
        run = benchmarks.start(ANN, "one", order(url, duration_s=600))
        with no_audit(db):
            benchmarks.cancel(ANN, "one", run.id)
            wait_until("it is logged", lambda: "is not audited" in capsys.readouterr().out)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"endpoint": "llm.example"}, "endpoint"),
        ({"endpoint": "ftp://llm.example"}, "endpoint"),
        ({"endpoint": "http://169.254.169.254/v1"}, "endpoint"),
        ({"endpoint": "http://0xa9fea9fe"}, "endpoint"),
        ({"endpoint": "http://[::ffff:169.254.169.254]"}, "endpoint"),
        ({"endpoint": "http://metadata.google.internal"}, "endpoint"),
        ({"endpoint": "http://user:word@llm.example"}, "endpoint"),
        ({"endpoint": "http://llm.example/?key=1"}, "endpoint"),
        ({"concurrent_users": 0}, "concurrentUsers"),
        ({"concurrent_users": 65}, "concurrentUsers"),
        ({"duration_s": 601}, "durationSec"),
        ({"prompt_tokens": 0}, "promptTokens"),
        ({"max_tokens": 5000}, "maxTokens"),
        ({"model": " "}, "model"),
        ({"pool": "none"}, "pool"),
        ({"pool": "other/llama"}, "pool"),
        ({"pool": "qwen"}, "pool"),
        ({"api_key": "a\r\nHost: x"}, "apiKey"),
    ],
)
def test_what_is_not_done_is_refused_by_field(
    benchmarks: Benchmarks, audit: AuditLog, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        benchmarks.start(ANN, "one", order(given.pop("endpoint", "http://llm.example"), **given))
    assert [one["field"] for one in caught.value.details["fields"]] == [field]
    assert audit.list(CONSOLE).total == 0


def test_a_name_that_leads_to_a_forbidden_address_is_not_called(
    benchmarks: Benchmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lookup(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("169.254.169.254", 80))]

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    result = ended(benchmarks, order("http://llm.example"))
    (error,) = result["errors"]
    assert error["code"] == "connect"
    assert "link-local" in error["message"]


@pytest.mark.parametrize(
    ("who", "cluster", "refusal"),
    [
        (Identity("eve", Role.VIEWER), "one", Denied),
        (Identity("eve", Role.ADMIN, clusters=frozenset({"two"})), "one", NotFound),
        (ANN, "two", NotFound),
    ],
)
def test_who_may_not_does_not(
    benchmarks: Benchmarks, who: Identity, cluster: str, refusal: type[ConsoleError]
) -> None:
    with pytest.raises(refusal):
        benchmarks.start(who, cluster, order("http://llm.example"))


def test_who_is_limited_to_namespaces_sees_and_starts_those_of_their_pools(
    benchmarks: Benchmarks, audit: AuditLog
) -> None:
    shop = Identity("sue", Role.OPERATOR, namespaces=frozenset({"shop"}))
    with serving(Engine(silent=True)) as url:
        with pytest.raises(Invalid, match="pool"):
            benchmarks.start(shop, "one", order(url))
        hers = benchmarks.start(shop, "one", order(url, pool="qwen", duration_s=600))
        other = benchmarks.start(ANN, "one", order(url, duration_s=600))
        assert [one["namespace"] for one in benchmarks.list(shop)] == ["shop"]
        assert benchmarks.get(shop, "one", hers.id)["pool"] == "qwen"
        with pytest.raises(NotFound):
            benchmarks.get(shop, "one", other.id)
        with pytest.raises(NotFound):
            benchmarks.cancel(shop, "one", other.id)
    places = {(one.namespace, one.name) for one in audit.list(CONSOLE).items}
    assert places == {("shop", "qwen"), ("llm", "llama")}


LISTING = Reach(hosts=("llm.example", "*.svc.example", "10.1.0.0/16", "fd00::/64"))


@pytest.mark.parametrize(
    ("reach", "host", "problem"),
    [
        (Reach(), "llm.example", ""),
        (Reach(), "10.96.0.1", ""),
        (Reach(), "127.0.0.1", LOOPBACK),
        (Reach(), "127.1", LOOPBACK),
        (Reach(), "2130706433", LOOPBACK),
        (Reach(), "::1", LOOPBACK),
        (Reach(), "::ffff:127.0.0.1", LOOPBACK),
        (Reach(), "LocalHost.", LOOPBACK),
        (Reach(), "db.localhost", LOOPBACK),
        (HERE, "127.0.0.1", ""),
        (HERE, "169.254.169.254", RULE),
        (LISTING, "LLM.example", ""),
        (LISTING, "llama.svc.example", ""),
        (Reach(hosts=("*.svc.example",)), "svc.example", LISTED),
        (Reach(hosts=("*.svc.example",)), "evilsvc.example", LISTED),
        (LISTING, "10.1.2.3", ""),
        (LISTING, "10.2.2.3", LISTED),
        (LISTING, "fd00::7", ""),
        (LISTING, "fd01::7", LISTED),
        (Reach(hosts=("llm.example",)), "other.example", LISTED),
        (Reach(hosts=("127.0.0.0/8",)), "127.0.0.1", LOOPBACK),
    ],
)
def test_hosts_that_are_not_called_are_told_by_rule(reach: Reach, host: str, problem: str) -> None:
    assert reach.problem(host) == problem


@pytest.mark.parametrize(
    ("reach", "host", "address", "problem"),
    [
        (Reach(), "llm.example", "127.0.0.1", LOOPBACK),
        (LISTING, "llm.example", "192.0.2.7", ""),
        (LISTING, "llm.example", "169.254.169.254", RULE),
        (LISTING, "other.example", "10.1.2.3", ""),
        (LISTING, "other.example", "192.0.2.7", LISTED),
    ],
)
def test_addresses_that_a_name_leads_to_are_held_to_the_same(
    reach: Reach, host: str, address: str, problem: str
) -> None:
    assert reach.problem_of(address, host) == problem


@pytest.mark.parametrize(("bind", "loopback"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_the_own_machine_is_called_where_only_that_calls(bind: str, loopback: bool) -> None:
    settings = load_settings(
        {"bind": bind, "auth": "token", "benchmark_hosts": "llm.example, 10.0.0.1"}
    )
    assert Reach.of(settings) == Reach(loopback, ("llm.example", "10.0.0.1/32"))


def test_the_audit_log_has_order_and_numbers_and_no_key(
    benchmarks: Benchmarks, audit: AuditLog
) -> None:
    with serving(Engine(tokens=2)) as url:
        ended(benchmarks, order(url, api_key=KEY))
        wait_until("the entry", lambda: audit.list(CONSOLE).total == 2)
    last, first = audit.list(CONSOLE).items
    assert (first.verb, first.actor, first.cluster, first.name) == (
        "benchmark",
        "ann",
        "one",
        "llama",
    )
    assert last.verb == "benchmark ended"
    whole = [audit.get(CONSOLE, entry.id).as_dict() for entry in (first, last)]
    assert whole[0]["after"]["endpoint"] == url
    assert whole[1]["after"]["successRate"] == 1
    assert KEY not in json.dumps(whole)
    assert KEY not in repr(benchmarks._runs)


def test_a_console_that_stops_ends_them_and_says_so(
    benchmarks: Benchmarks, audit: AuditLog
) -> None:
    with serving(Engine(silent=True)) as url:
        run = benchmarks.start(ANN, "one", order(url, duration_s=600))
        wait_until("asked", lambda: run.load.in_flight == 2)
        benchmarks.stop()
    assert run.state == "cancelled"
    assert [one.verb for one in audit.list(CONSOLE).items] == ["benchmark ended", "benchmark"]


def test_where_completions_are_is_found() -> None:
    assert completions("https://llm.example") == "https://llm.example/v1/chat/completions"
    assert completions("https://llm.example/v1/") == "https://llm.example/v1/chat/completions"
    assert completions("http://h/openai/v2") == "http://h/openai/v2/chat/completions"
    assert completions("http://h/v1/completions") == "http://h/v1/completions"


def test_pieces_of_every_engine_are_understood() -> None:
    thinking = b'data: {"choices": [{"delta": {"reasoning_content": "hm"}}]}'
    assert streamed.piece(thinking).text
    assert not streamed.piece(b'data: {"choices": [{"delta": {"content": null}}]}').text
    assert streamed.piece(b"event: ping\n") == streamed.NOTHING
    assert streamed.piece(b'data:{"choices":[],"usage":{"completion_tokens":5}}').usage == (None, 5)
    assert streamed.piece(b'data: {"error": "overloaded"}').error == ("stream", "overloaded")


def test_percentiles_are_right_within_a_hundredth() -> None:
    values = [1.7**power for power in range(-10, 20)]
    spread = Spread(values)
    for share in (0.1, 0.5, 0.95):
        exact = sorted(values)[int(share * len(values) - 0.001)]
        assert spread.percentile(share) == pytest.approx(exact, rel=0.01)
    assert (spread.percentile(1), spread.most) == (values[-1], values[-1])
    assert (Spread().percentile(0.5), Spread().mean) == (None, None)
