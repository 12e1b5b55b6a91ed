"""The promise: what the API server says reaches the person in its own words, as the right error."""

import socket
import threading
from typing import Any

import orjson
import pytest

from services.errors import Conflict, ConsoleError, Denied, Invalid, NotFound, Unavailable
from services.kube.client import KubeClient
from services.kube.connection import Connection
from services.kube.failures import from_answer, from_transport
from tests.serving import loopback


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"[]", b'"ok"', b"{"])
def test_a_server_that_answers_something_else_is_none(body: bytes) -> None:
    def page(_environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [body]

    with loopback(page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(Unavailable) as caught:
            KubeClient(Connection(host, None)).get("/apis")
        server.shutdown()
    assert caught.value.message == f"{host} does not answer as a Kubernetes API does: not with JSON"


def status(code: int, message: str, **rest: object) -> bytes:
    return orjson.dumps({"kind": "Status", "code": code, "message": message, **rest})


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, Invalid),
        (403, Denied),
        (404, NotFound),
        (409, Conflict),
        (422, Invalid),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_the_words_of_the_server_are_kept(code: int, kind: type[ConsoleError]) -> None:
    error = from_answer(code, status(code, "said the server"))
    assert type(error) is kind
    assert error.message == "said the server"


def test_a_refused_credential_is_the_consoles_trouble_not_the_persons() -> None:
    error = from_answer(401, status(401, "Unauthorized"))
    assert isinstance(error, Unavailable)
    assert error.error_code == "credential"


def test_every_field_that_is_wrong_is_named() -> None:
    causes = [{"field": "spec.a", "message": "too big"}, {"field": "spec.b", "message": "missing"}]
    error = from_answer(422, status(422, "no", details={"causes": causes}))
    assert error.details["fields"] == [
        {"field": "spec.a", "rule": "too big"},
        {"field": "spec.b", "rule": "missing"},
    ]


def test_a_cause_that_names_no_field_does_not_stand_beside_those_that_do() -> None:
    whole = {"field": "<nil>", "message": "some validation rules were not checked"}
    one = {"field": "spec.a", "message": "too big"}
    error = from_answer(422, status(422, "no", details={"causes": [whole, one]}))
    assert error.details["fields"] == [{"field": "spec.a", "rule": "too big"}]
    error = from_answer(422, status(422, "no", details={"causes": [whole]}))
    assert error.details["fields"] == [{"field": "<nil>", "rule": whole["message"]}]


def test_an_unknown_field_is_named_though_only_the_message_tells_it() -> None:
    message = (
        'HTTPRoute in version "v1" cannot be handled as a HTTPRoute: strict decoding error:'
        ' unknown field "spec.nonsense", unknown field "spec.rules[0].rubbish"'
    )
    assert from_answer(400, status(400, message)).details["fields"] == [
        {"field": "spec.nonsense", "rule": "unknown field"},
        {"field": "spec.rules[0].rubbish", "rule": "unknown field"},
    ]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"kind":"Other"}'])
def test_an_answer_of_something_in_between_is_no_crash(body: bytes) -> None:
    assert from_answer(502, body).message == "The API server answered 502."


def test_a_transport_that_failed_says_why_in_words() -> None:
    refused = from_transport(ConnectionRefusedError(111, "Connection refused"), "https://a")
    assert refused.message == "https://a does not answer: Connection refused"
    looped = from_transport(ConnectionRefusedError(111, "Connect call failed"), "https://a")
    assert looped.message == refused.message
    unknown = from_transport(socket.gaierror(-2, "Name or service not known"), "https://a")
    assert unknown.message.endswith("Name or service not known")
    assert from_transport(TimeoutError(), "https://a").message.endswith("timed out")
