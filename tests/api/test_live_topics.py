"""Promise: who listens to a topic hears everything of its scope and nothing else, from the moment
it listens; who cannot follow learns how much is missing and holds up nobody."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websocket import ABNF, WebSocket, WebSocketBadStatusException

from api import live, wire
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet, Member
from services.container import Container
from services.errors import Unavailable
from services.inference.results import PoolStatus
from services.realtime.scope import Scope
from services.realtime.topics import Topic, Topics
from services.settings import load
from tests.api.listening import Closed, messages, opened
from tests.api.servers import without_pages
from tests.live_console import live_console
from tests.real.kube_api import wait_until
from tests.serving import loopback
from tests.stores import fresh_store

_number = count(1)
INTERVAL = 0.02
LITTLE = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)
BIG = "x" * 20_000


class Spring:
    """A source that gives what is put into it, and knows what it was asked."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.asked: list[Scope] = []
        self.problem = ""

    def __call__(self, scope: Scope, cursor: int | None) -> tuple[list[Any], int]:
        self.asked.append(scope)
        if self.problem:
            raise Unavailable(self.problem)
        end = len(self.items)
        return self.items[end if cursor is None else cursor : end], end


class Live:
    """A console with the topic ``t`` (and ``lasting``), whose source is ``spring``."""

    def __init__(self, folder: Path) -> None:
        def unreachable() -> Any:
            raise Unavailable("There is no cluster in this test.")

        fleet = Fleet([Member("one", unreachable), Member("two", unreachable)])
        services = Container.build(load({"data": folder}), fleet, fresh_store())
        self.spring = Spring()
        topics = [
            Topic("t", lambda *asked: self.spring(*asked), INTERVAL),
            Topic("lasting", lambda *asked: self.spring(*asked), INTERVAL, lasting=True),
        ]
        self.topics = Topics(topics, services.hub.seats, queue=50)
        self.container = replace(services, topics=self.topics)
        services.metrics.upsert_pool(PoolStatus("one", "llm", "a"))
        self.server = loopback(without_pages(self.container))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def closed(self) -> dict[str, int]:
        """Sockets that ended, by why."""
        return self.topics.counts["t"].closed

    def begin(self) -> None:
        """Nothing has happened yet."""
        self.spring = Spring()
        self.topics.counts["t"].lost = 0
        self.closed.clear()

    def nobody(self) -> None:
        """Until nobody listens any more."""
        wait_until("nobody listens", lambda: not any(map(sum, self.topics.listening().values())))

    def url(self, path: str = "ws/inference/t") -> str:
        return f"http://127.0.0.1:{self.server.server_port}/api/v1/{path}"

    def token(self, **limits: tuple[str, ...]) -> str:
        name = f"test-{next(_number)}"
        return self.container.tokens.create(CONSOLE, name, Role.VIEWER, **limits)[1]

    def wait_asked(self) -> None:
        """Until the producer has a cursor, so that what is put in from now on is heard."""
        seen = len(self.spring.asked)
        wait_until("the source is asked", lambda: len(self.spring.asked) > seen + 1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    running = Live(tmp_path_factory.mktemp("live"))
    yield running
    running.server.shutdown()
    running.container.stop()


@pytest.fixture
def console(served: Live) -> Iterator[Live]:
    served.begin()
    yield served
    served.nobody()


def data(client: WebSocket, count: int, topic: str = "t") -> list[Any]:
    found = messages(client, topic)
    return [next(found)["data"] for _ in range(count)]


def producers() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("topic-")]


def refused(url: str, token: str, origin: str | None = None) -> tuple[int, Any]:
    with pytest.raises(WebSocketBadStatusException) as answer, opened(url, token, origin):
        pass
    body = answer.value.resp_body
    is_json = body and body.startswith(b"{")
    return answer.value.status_code, json.loads(body)["error"] if is_json else None


def test_everything_since_the_last_question_is_heard_once_and_in_order(console: Live) -> None:
    console.spring.items += ["old"]
    with opened(console.url(), console.token()) as client:
        console.wait_asked()
        for start in range(0, 30, 10):
            console.spring.items += range(start, start + 10)
            console.wait_asked()
        assert data(client, 30) == list(range(30))


def test_a_message_names_its_topic_and_when_it_was_written(console: Live) -> None:
    with opened(console.url(), console.token()) as client:
        console.wait_asked()
        console.spring.items.append({"pod": "a"})
        message = next(messages(client, "t"))
    assert set(message) == {"topic", "timestamp", "data"}
    assert message["timestamp"].endswith("Z")


def test_listeners_of_one_scope_share_one_producer_which_ends_with_the_last(console: Live) -> None:
    with ExitStack() as sockets:
        for _ in range(3):
            sockets.enter_context(opened(console.url(), console.token()))
        sockets.enter_context(opened(console.url("ws/inference/t?pool=a"), console.token()))
        wait_until("four listen", lambda: console.topics.listening()["t"] == (4, 2))
        wait_until("both are asked", lambda: len(set(console.spring.asked)) == 2)
    console.nobody()
    wait_until("no producer is left", lambda: not producers())
    assert console.closed == {"left": 4}


@pytest.mark.parametrize(
    ("path", "limits", "scope"),
    [
        ("ws/inference/t", {}, Scope()),
        ("clusters/one/ws/inference/t", {}, Scope(frozenset({"one"}))),
        ("ws/inference/t?cluster=one&cluster=two", {}, Scope(frozenset({"one", "two"}))),
        ("ws/inference/t", {"clusters": ("two",)}, Scope(frozenset({"two"}))),
        (
            "ws/inference/t?pool=llm/a",
            {"namespaces": ("llm",)},
            Scope(None, frozenset({"llm"}), "llm/a"),
        ),
    ],
)
def test_a_source_is_asked_for_what_was_wanted_and_may_be_seen(
    console: Live, path: str, limits: dict[str, tuple[str, ...]], scope: Scope
) -> None:
    with opened(console.url(path), console.token(**limits)):
        console.wait_asked()
    assert set(console.spring.asked) == {scope}


def test_a_pool_is_told_from_its_namesakes() -> None:
    pool = Scope(frozenset({"one"}), None, "llm/a")
    assert pool.covers("one", "llm", "a")
    assert not pool.covers("one", "other", "a")
    assert not pool.covers("two", "llm", "a")
    assert Scope(pool="a").covers("two", "other", "a")
    limited = Scope(None, frozenset({"llm"}))
    assert not limited.covers("one", "", "a"), "its namespace is not known"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("ws/inference/nothing", 404, "not_found"),
        ("ws/inference/t?cluster=nowhere", 404, "not_found"),
        ("ws/inference/t?pool=nothing", 404, "not_found"),
        ("ws/inference/t?pool=other/a", 404, "not_found"),
        ("clusters/two/ws/inference/t?pool=a", 404, "not_found"),
        (f"ws/inference/t?pool={'a' * 321}", 422, "invalid"),
        ("clusters/nowhere/ws/inference/t", 404, "not_found"),
        ("clusters/one/ws/inference/t?cluster=two", 422, "invalid"),
        ("ws/inference/t?pol=a", 422, "invalid"),
        ("ws/inference/t?pool=a&pool=b", 422, "invalid"),
    ],
)
def test_a_wrong_address_is_refused_in_words_before_the_handshake(
    console: Live, path: str, status: int, code: str
) -> None:
    answered, error = refused(console.url(path), console.token())
    assert (answered, error["code"]) == (status, code)


def test_it_is_guarded_as_every_page_is(console: Live) -> None:
    assert refused(console.url(), "ngfc_no_token")[0] == 401
    assert refused(console.url(), console.token(), "http://evil.example")[0] == 403
    limited = console.token(clusters=("one",))
    assert refused(console.url("ws/inference/t?cluster=two"), limited)[0] == 404


def test_a_revoked_token_hears_nothing_more(console: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RENEW_S", 0.05)
    tokens = console.container.tokens
    info, text = tokens.create(CONSOLE, "soon-revoked", Role.VIEWER)
    with opened(console.url(), text) as client:
        console.wait_asked()
        tokens.revoke(CONSOLE, info.name)
        with pytest.raises(Closed) as closed:
            list(messages(client, "t"))
    assert closed.value.code == 1008


def test_who_comes_later_hears_the_last_of_what_lasts(console: Live) -> None:
    path = "ws/inference/lasting"
    with opened(console.url(path), console.token()) as first:
        console.wait_asked()
        console.spring.items += ["before", "now"]
        assert data(first, 2, "lasting") == ["before", "now"]
        with opened(console.url(path), console.token()) as second:
            assert data(second, 1, "lasting") == ["now"]


def test_a_source_that_fails_is_named_once_and_so_is_its_return(
    console: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.realtime.topics.REST_S", INTERVAL)
    with opened(console.url(), console.token()) as client:
        console.wait_asked()
        console.spring.problem = "ClickHouse does not answer."
        console.wait_asked()
        console.wait_asked()
        console.spring.problem = ""
        console.spring.items.append("again")
        found = messages(client, "t")
        heard = [next(found) for _ in range(3)]
    assert [one.get("problem") for one in heard] == ["ClickHouse does not answer.", None, None]
    assert [one["data"] for one in heard] == [None, None, "again"]


def test_a_slow_client_is_told_how_many_it_has_lost(console: Live) -> None:
    with opened(console.url(), console.token(), sockopt=LITTLE) as slow:
        console.wait_asked()
        for number in range(400):
            console.spring.items.append([number, BIG])
            if number % 20 == 0:
                console.wait_asked()
        heard, lost = [], 0
        for message in messages(slow, "t"):
            lost += message.get("lost", 0)
            heard += [message["data"][0]] if "data" in message else []
            if heard and heard[-1] == 399:
                break
    assert lost > 0
    assert len(heard) + lost == 400
    assert heard == sorted(heard)
    assert console.topics.counts["t"].lost == lost


def test_of_what_lasts_a_slow_listener_keeps_the_newest_alone(console: Live) -> None:
    with console.topics.listen("lasting", Scope(), CONSOLE) as slow:
        console.wait_asked()
        console.spring.items += range(50)
        console.wait_asked()
        lost, kept = slow.take_counted(0)
        assert (lost, [json.loads(one)["data"] for one in kept]) == (48, [48, 49])


def test_who_comes_while_a_source_fails_hears_the_last_and_why_nothing_comes(console: Live) -> None:
    with console.topics.listen("lasting", Scope(), CONSOLE):
        console.wait_asked()
        console.spring.items.append("last")
        console.wait_asked()
        console.spring.problem = "ClickHouse does not answer."
        console.wait_asked()
        with console.topics.listen("lasting", Scope(), CONSOLE) as late:
            lost, heard = late.take_counted(0)
    told = [json.loads(one) for one in heard]
    assert lost == 0
    assert [one["data"] for one in told] == ["last", None]
    assert told[1]["problem"] == "ClickHouse does not answer."


def test_a_stuck_client_is_cut_off_and_holds_up_nobody(
    console: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SEND_S", 0.3)
    with (
        opened(console.url(), console.token(), sockopt=LITTLE),
        opened(console.url(), console.token()) as other,
    ):
        wait_until("both listen", lambda: console.topics.listening()["t"] == (2, 1))
        console.wait_asked()
        for number in range(40):
            console.spring.items.append([number, BIG])
            assert data(other, 1)[0][0] == number
        wait_until("the stuck one is cut off", lambda: console.closed == {"stuck": 1})
        console.spring.items.append([40, ""])
        assert data(other, 1)[0][0] == 40


def test_sockets_of_all_kinds_share_the_places_there_are(
    console: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.container.hub.seats, "limit", 1)
    with (
        console.container.hub.subscribe(CONSOLE),
        opened(console.url(), console.token()) as client,
        pytest.raises(Closed) as closed,
    ):
        list(messages(client, "t"))
    assert closed.value.code == 1013
    wait_until("it is counted", lambda: console.closed == {"full": 1})


def test_one_identity_listens_to_so_many_scopes_and_to_each_as_often_as_it_likes(
    console: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.realtime.topics.EACH", 1)
    token = console.token()
    with opened(console.url(), token), opened(console.url(), token):
        wait_until("both listen", lambda: console.topics.listening()["t"] == (2, 1))
        one = console.url("ws/inference/t?cluster=one")
        with opened(one, token) as third, pytest.raises(Closed) as closed:
            list(messages(third, "t"))
        assert closed.value.code == 1013
        with opened(one, console.token()):
            wait_until("another does", lambda: console.topics.listening()["t"] == (3, 2))


def test_a_console_that_stops_says_come_back(tmp_path: Path) -> None:
    with (
        live_console(tmp_path) as console,
        opened(f"{console.url}/api/v1/ws/inference/beat", console.token) as client,
    ):
        found = messages(client, "beat", 20)
        numbers = [next(found)["data"]["number"] for _ in range(3)]
        assert numbers == list(range(numbers[0], numbers[0] + 3))
        console.process.terminate()
        with pytest.raises(Closed) as closed:
            list(found)
        assert closed.value.code == 1012
        assert console.process.wait(20) == 0


def test_who_never_answers_does_not_keep_a_console_from_stopping(tmp_path: Path) -> None:
    with (
        live_console(tmp_path) as console,
        opened(f"{console.url}/api/v1/ws/inference/beat", console.token) as client,
    ):
        client.recv_frame()
        console.process.terminate()
        while client.recv_frame().opcode != ABNF.OPCODE_CLOSE:
            pass
        assert console.process.wait(20) == 0
