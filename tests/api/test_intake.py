"""Promise: telemetry is read only of who proved to be a cluster, up to the size that is said, and
who stops in the middle is told to come again."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from services.auth.identity import Role
from services.telemetry.decoding import LARGEST
from tests.api.conftest import Console

CLUSTER = "web-fra"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def sender(console: Console) -> str:
    return console.token(Role.OPERATOR, (CLUSTER,))


def padded(size: int) -> bytes:
    """An OTLP message of ``size`` bytes that says nothing."""
    return b'{"resourceLogs":[]' + b" " * (size - 19) + b"}"


def head(console: Console, **headers: str) -> bytes:
    lines = ["POST /v1/logs HTTP/1.1", f"Host: {urlsplit(console.url).netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def said(console: Console, sent: bytes, *, ended: bool = False) -> bytes:
    """The beginning of the answer to ``sent``, which is not all of a request."""
    parts = urlsplit(console.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(sent)
        if ended:
            connection.shutdown(socket.SHUT_WR)
        return connection.recv(4096)


def test_who_is_not_known_is_refused_before_anything_is_read(console: Console) -> None:
    for headers in ({"Transfer_Encoding": "chunked"}, {"Content_Length": "1000000"}):
        assert b" 401 " in said(console, head(console, **headers)).splitlines()[0]


def test_a_token_that_is_limited_to_namespaces_speaks_for_no_cluster(console: Console) -> None:
    limited = console.token(Role.OPERATOR, (CLUSTER,), ("shop",))
    answer = console.ask("POST", "/v1/logs", limited, data=padded(100), headers=JSON)
    assert answer.status_code == 403
    assert "namespaces" in answer.json()["error"]["message"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_may_be_as_big_as_is_said_and_no_bigger(
    console: Console, sender: str, chunked: bool
) -> None:
    def sent(size: int) -> requests.Response:
        body = padded(size)
        halves = iter([body[: size // 2], body[size // 2 :]])
        data: bytes | Iterator[bytes] = halves if chunked else body
        return console.ask("POST", "/v1/logs", sender, data=data, headers=JSON)

    refused = console.container.intake.taken.refused
    before = refused["too_large"]
    assert sent(LARGEST).status_code == 200
    answer = sent(LARGEST + 1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert refused["too_large"] == before + 1


def test_a_request_that_ends_in_the_middle_is_to_come_again(console: Console, sender: str) -> None:
    bearer = f"Bearer {sender}"
    begun = head(
        console, Authorization=bearer, Content_Type=JSON["Content-Type"], Content_Length="99"
    )
    answer = said(console, begun + b'{"resource', ended=True)
    assert b" 503 " in answer.splitlines()[0]
    assert b"Retry-After: 1" in answer
