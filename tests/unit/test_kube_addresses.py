"""Promise: no kubeconfig makes the hub call the address at which a cloud hands out the credentials
of the machine: not in any spelling, and not by a name that resolves to it."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.clusters.prometheus import Prometheus
from services.errors import Invalid, Unavailable
from services.kube.addresses import RULE, is_forbidden
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.streaming import StreamingApi

FORBIDDEN = (
    "169.254.169.254",
    "169.254.169.254.",
    "169.254.0.1",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "0XA9FEA9FE",
    "0xa9.0xfe.0xA9.0xfe",
    "025177524776",
    "0251.0376.0251.0376",
    "0251.254.0xa9.254",
    "169.254.43518",
    "169.16689662",
    "::ffff:169.254.169.254",
    "[::ffff:169.254.169.254]",
    "::FFFF:A9FE:A9FE",
    "0:0:0:0:0:ffff:a9fe:a9fe",
    "::a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "[FE80::1]",
    "fe80::1%eth0",
    "[fe80::1%25eth0]",
    "fd00:ec2::254",
    "FD00:EC2:0:0:0:0:0:254",
    "fd00:ec2::254%lo",
    "fd20:ce::254",
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "0",
    "0.0.0.0",
    "0.0.0.0.",
    "::",
    "::ffff:0.0.0.0",
    "224.0.0.1",
    "ff02::1",
    "metadata",
    "Metadata.Google.Internal",
    "metadata.google.internal.",
    "metadata.goog",
    "instance-data",
)
ORDINARY = (
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "localhost",
    "169.253.255.255",
    "169.255.0.1",
    "100.100.100.201",
    "8.8.8.8",
    "::1",
    "[2001:db8::1]",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "api.example",
    "API.Example.",
    "a9fea9fe",
    "metadata.example",
    "169-254-169-254.example",
)
TRICKS = (
    "%31%36%39.254.169.254",
    "169.254.169.254%00.example",
    "169.254.169.254\\.example",
    "169.254.169.254 .example",
    "１６９.254.169.254",
    "169。254。169。254",
    "ⓜetadata",
    "a..example",
    ".example",
)
"""Hosts that programs read in different ways, so that what was checked is not what is called."""


def kubeconfig(server: str) -> str:
    return json.dumps(
        {
            "current-context": "x",
            "contexts": [{"name": "x", "context": {"cluster": "c"}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
        }
    )


def refused(server: str) -> str:
    with pytest.raises(Invalid) as caught:
        Connection.registered(kubeconfig(server))
    [problem] = caught.value.details["fields"]
    assert problem["field"] == "cluster.server"
    return str(problem["rule"])


@pytest.mark.parametrize("host", FORBIDDEN)
def test_every_spelling_is_known(host: str) -> None:
    assert is_forbidden(host)


@pytest.mark.parametrize("host", [host for host in FORBIDDEN if "[" in host or ":" not in host])
def test_a_kubeconfig_with_it_is_refused_with_the_rule(host: str) -> None:
    assert refused(f"https://{host}") == RULE
    assert refused(f"https://{host}:6443/") == RULE


@pytest.mark.parametrize("host", ORDINARY)
def test_ordinary_addresses_pass(host: str) -> None:
    assert not is_forbidden(host)
    in_url = f"[{host}]" if ":" in host and not host.startswith("[") else host
    assert Connection.from_kubeconfig(kubeconfig(f"https://{in_url}:6443")).host


@pytest.mark.parametrize("host", TRICKS)
def test_what_can_be_read_in_two_ways_is_no_host(host: str) -> None:
    assert "must be" in refused(f"https://{host}:6443")


BRIEF_S = 0.3
"""How long an answer is awaited of somebody who gives none."""


class Listener:
    """Who would be contacted: 0.0.0.0, which is forbidden, leads here."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    @property
    def contacted(self) -> bool:
        """Whether somebody has connected, whatever came of it."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the system's resolver give these addresses for every name."""
    real = socket.getaddrinfo

    def resolve_to(*addresses: str) -> None:
        def resolve(host: Any, port: Any, *more: Any, **named: Any) -> list[Any]:
            given = (str(host),) if _is_address(str(host)) else addresses
            return [found for one in given for found in real(one, port, *more, **named)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    return resolve_to


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdecimal() or ":" in host


def connection(url: str) -> Connection:
    return Connection.registered(kubeconfig(url), allow_http=True)


def by_call(url: str) -> None:
    """As writes and reviews go."""
    KubeClient(connection(url), seconds=BRIEF_S).get("/version")


def by_stream(url: str) -> None:
    """As lists, watches and health checks go."""

    async def ask() -> None:
        async with StreamingApi(connection(url)) as api:
            await api.get("/version", seconds=BRIEF_S)

    asyncio.run(ask())


def by_query(url: str) -> None:
    """As a Prometheus is asked."""
    if problem := Prometheus(url).problem():
        raise Unavailable(problem)


WAYS = pytest.mark.parametrize("way", [by_call, by_stream, by_query])


@WAYS
@pytest.mark.parametrize("address", ["0.0.0.0", "::ffff:0.0.0.0"])
def test_a_name_that_leads_to_one_is_refused_before_anything_is_opened(
    way: Callable[[str], None], address: str, listener: Listener, resolves: Callable[..., None]
) -> None:
    resolves(address)
    with pytest.raises(Unavailable, match=RULE):
        way(f"http://api.example:{listener.port}")
    assert not listener.contacted


@WAYS
def test_one_of_several_addresses_is_enough(
    way: Callable[[str], None], listener: Listener, resolves: Callable[..., None]
) -> None:
    resolves("0.0.0.0", "169.254.169.254")
    with pytest.raises(Unavailable, match=RULE):
        way(f"http://api.example:{listener.port}")
    assert not listener.contacted


@WAYS
def test_a_name_that_leads_elsewhere_is_called(
    way: Callable[[str], None],
    listener: Listener,
    resolves: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.clusters.prometheus.SECONDS", BRIEF_S)
    resolves("127.0.0.1")
    with pytest.raises(Unavailable) as caught:
        way(f"http://api.example:{listener.port}")
    assert RULE not in caught.value.message
    assert listener.contacted
