"""Promise: the socket lets in who may read, tells only what they may see, and ends politely."""

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from websocket import WebSocket, WebSocketBadStatusException

from api import sockets
from services.auth.identity import CONSOLE, Role
from services.clusters.fleet import Fleet
from services.container import Container
from services.kube.connection import Connection
from services.realtime.subscription import Full
from services.settings import load
from tests.api import listening
from tests.api.conftest import Console
from tests.api.listening import Closed, messages
from tests.stores import fresh_store


def opened(
    console: Console, token: str, origin: str | None = None
) -> AbstractContextManager[WebSocket]:
    return listening.opened(f"{console.url}/ws", token, origin)


def publish(console: Console, cluster: str, version: int) -> None:
    console.container.hub.publish(
        "changes", {"cluster": cluster, "kind": "inferencepools", "version": version}
    )


def test_nobody_gets_no_socket(console: Console) -> None:
    with (
        pytest.raises(WebSocketBadStatusException) as refused,
        opened(console, "ngfc_no_token"),
    ):
        pass
    assert refused.value.status_code == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "http://["])
def test_a_page_of_another_origin_gets_no_socket(console: Console, origin: str) -> None:
    with (
        pytest.raises(WebSocketBadStatusException) as refused,
        opened(console, console.token(), origin),
    ):
        pass
    assert refused.value.status_code == 403


def test_the_age_of_the_data_comes_first(console: Console) -> None:
    with opened(console, console.token(Role.VIEWER)) as client:
        tick = next(messages(client, "tick"))
    assert tick["clusters"] == 3
    assert tick["as_of"] <= tick["now"]
    assert tick["silent"] == {}


def test_many_changes_become_one_message_with_the_latest_version(console: Console) -> None:
    with opened(console, console.token()) as client:
        next(messages(client, "tick"))
        for version in range(1, 51):
            publish(console, "web-fra", 9_000_000 + version)
        found: list[dict[str, Any]] = []
        for message in messages(client, "changes", 20):  # the demo's own changes come along
            found += [item for item in message["items"] if item["version"] > 9_000_000]
            if found and found[-1]["version"] == 9_000_050:
                break
    assert found[-1]["version"] == 9_000_050
    assert len(found) <= 3


def test_clusters_outside_the_limits_are_not_mentioned(console: Console) -> None:
    token = console.token(Role.VIEWER, clusters=("hub-fra",))
    with opened(console, token) as client:
        assert next(messages(client, "tick"))["clusters"] == 1
        publish(console, "web-fra", 1)
        publish(console, "hub-fra", 1)
        names = {
            item["cluster"]
            for message in messages(client, "changes", 2)
            for item in message["items"]
        }
    assert names == {"hub-fra"}


def test_a_revoked_token_hears_nothing_more(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "TICK_S", 0.2)
    info, text = console.container.tokens.create(CONSOLE, "soon-revoked", Role.VIEWER)
    with opened(console, text) as client:
        next(messages(client, "tick"))
        console.container.tokens.revoke(CONSOLE, info.name)
        with pytest.raises(Closed) as closed:
            list(messages(client, "no such topic"))
    assert closed.value.code == 1008


def test_open_pages_leave_threads_for_requests(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path), "threads": 8})
    fleet = Fleet.single(lambda: Connection("http://127.0.0.1:1", None))
    container = Container.build(settings, fleet, fresh_store())
    with ExitStack() as pages:
        for _ in range(6):
            pages.enter_context(container.hub.subscribe(CONSOLE))
        with pytest.raises(Full):
            pages.enter_context(container.hub.subscribe(CONSOLE))
    container.db.close()


def test_a_full_hub_says_try_later(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.container.hub.seats, "limit", 0)
    with opened(console, console.token()) as client, pytest.raises(Closed) as closed:
        next(messages(client, "tick"))
    assert closed.value.code == 1013


def test_the_end_of_the_stream_says_come_back(console: Console) -> None:
    with opened(console, console.token()) as client:
        next(messages(client, "tick"))
        for subscription in console.container.hub._subscriptions:
            subscription.end()
        with pytest.raises(Closed) as closed:
            list(messages(client, "no such topic"))
    assert closed.value.code == 1012
