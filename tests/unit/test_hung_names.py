"""Promise: clusters whose names no name server answers for delay nobody else, however many."""

import socket
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from services.clusters.fleet import Fleet, Member
from services.demo.api import DemoApi
from services.demo.definitions import definitions
from services.kube.connection import Connection
from tests.real.kube_api import wait_until

HANGING = 40


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look-ups of names below .example that last as long as the test."""
    real, over = socket.getaddrinfo, threading.Event()

    def resolve(host: Any, *more: Any, **named: Any) -> list[Any]:
        if str(host).endswith(".example"):
            over.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield
    over.set()


def test_a_cluster_is_connected_while_many_others_are_looked_up(hung: None) -> None:
    api = DemoApi("well", definitions())
    api.start()
    text = api.kubeconfig()
    names = (f"https://c-{number}.example" for number in range(HANGING))
    members = [
        Member(f"a-{n}", partial(Connection.from_kubeconfig, text.replace(api.url, name)))
        for n, name in enumerate(names)
    ]
    fleet = Fleet([*members, Member("well", partial(Connection.from_kubeconfig, text))])
    fleet.start()
    try:
        well = fleet.get("well")
        wait_until("connected", lambda: well.state.connected)
        wait_until("checked", lambda: well.cache.checks.latest)
    finally:
        fleet.stop()
        api.stop()
