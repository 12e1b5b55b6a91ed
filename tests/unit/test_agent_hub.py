"""Promise: a heartbeat reaches the hub that was configured and no other, and its token stays in."""

import logging
from pathlib import Path

import pytest

from agent.hub import Config, Hub, NotAccepted
from agent.origin import Origin, Unreachable
from services.demo.api import certificates
from tests.unit.loopback import Request, Response, answering

SECRET = "ngfa_secret-of-the-cluster"
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def refusal(response: Response, tmp_path: Path) -> NotAccepted:
    """How the agent understands an answer."""
    token = tmp_path / "token"
    token.write_text(SECRET)
    with answering(lambda _: response) as (url, _), pytest.raises(NotAccepted) as refused:
        Hub(Origin(url, token), "web", clock=lambda: NOW).send({})
    assert SECRET not in str(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, "refused"),
        (403, "refused"),
        (404, "refused"),
        (413, "invalid"),
        (422, "invalid"),
        (429, "busy"),
        (503, "busy"),
        (500, "error"),
        (204, "error"),
    ],
)
def test_each_refusal_has_an_outcome_and_the_hubs_words(
    status: int, outcome: str, tmp_path: Path
) -> None:
    body = {"error": {"code": "x", "message": "This is why."}} if status != 204 else b""
    failure = refusal(Response(status, body), tmp_path)
    assert failure.outcome == outcome
    assert failure.reason == f"The hub answered {status}. {'This is why.' if body else ''}".strip()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("999999", 3600.0),
        ("soon", 0.0),
        ("-3", 0.0),
        ("", 0.0),
    ],
)
def test_the_wait_it_asks_for_is_understood(said: str, seconds: float, tmp_path: Path) -> None:
    failure = refusal(Response(503, headers={"Retry-After": said}), tmp_path)
    assert failure.wait_s == seconds


@pytest.mark.parametrize(
    "answer",
    [Response(200, b"<html>sign in</html>"), Response(200, {"status": "up"}), Response(200, [])],
)
def test_a_page_of_something_else_is_no_acceptance(answer: Response, tmp_path: Path) -> None:
    assert refusal(answer, tmp_path).reason.endswith("The answer is not that of a hub.")


def test_a_redirect_is_not_followed_with_the_token(tmp_path: Path) -> None:
    elsewhere: list[Request] = []

    def remember(request: Request) -> Response:
        elsewhere.append(request)
        return Response()

    with answering(remember) as (url, _):
        failure = refusal(Response(307, headers={"Location": f"{url}/x"}), tmp_path)
    assert "HUB_API_ENDPOINT" in failure.reason
    assert elsewhere == []


@pytest.mark.parametrize(
    ("config", "understood"),
    [
        (
            {"heartbeatIntervalSeconds": 60, "otelEndpoint": "https://hub.example:4318"},
            Config(60, "https://hub.example:4318"),
        ),
        ({"heartbeatIntervalSeconds": 4}, Config()),
        ({"heartbeatIntervalSeconds": 3601}, Config()),
        ({"heartbeatIntervalSeconds": True}, Config()),
        ({"heartbeatIntervalSeconds": "60", "otelEndpoint": 5}, Config()),
        (None, Config()),
    ],
)
def test_only_a_usable_configuration_is_taken(config: object, understood: Config) -> None:
    answer = Response(200, {"status": "ok", "config": config})
    with answering(lambda _: answer) as (url, _):
        assert Hub(Origin(url), "web").send({}) == understood


def test_the_name_of_a_cluster_cannot_lead_elsewhere() -> None:
    seen: list[str] = []

    def remember(request: Request) -> Response:
        seen.append(request.path)
        return Response(200, {"status": "ok"})

    with answering(remember) as (url, _):
        Hub(Origin(f"{url}/console"), "a/../b").send({})
    assert seen == ["/console/api/v1/clusters/a%2F..%2Fb/heartbeat"]


def test_token_and_authority_are_read_again_for_each_request(tmp_path: Path) -> None:
    old, new = certificates.loopback("old"), certificates.loopback("new")
    token, authority = tmp_path / "token", tmp_path / "ca.crt"
    seen: list[str] = []

    def remember(request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return Response()

    with answering(remember, certificate=new, folder=tmp_path) as (url, _):
        origin = Origin(url, token, authority)
        token.write_text("one")
        authority.write_text(old.ca)
        with pytest.raises(Unreachable, match="certificate"):
            origin.request("GET", "/", seconds=5)
        authority.write_text(new.ca)
        origin.request("GET", "/", seconds=5)
        token.write_text("two\n")
        origin.request("GET", "/", seconds=5)
    assert seen == ["Bearer one", "Bearer two"]


def test_a_server_that_nobody_vouches_for_gets_no_token(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(SECRET)
    seen: list[Request] = []

    def remember(request: Request) -> Response:
        seen.append(request)
        return Response()

    strange = certificates.loopback("x")
    with (
        answering(remember, certificate=strange, folder=tmp_path) as (url, _),
        pytest.raises(Unreachable),
    ):
        Origin(url, token).request("GET", "/", seconds=5)
    assert seen == []


@pytest.mark.parametrize("content", [b"", b"  \n", b"two words", b"a\nX-Other: b", b"\xff\xfe"])
def test_what_is_no_token_is_not_sent(content: bytes, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_bytes(content)
    with pytest.raises(Unreachable, match="holds no token"):
        Origin("http://127.0.0.1:1", token).request("GET", "/", seconds=1)


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for origin in (Origin("http://127.0.0.1:1", gone), Origin("https://127.0.0.1:1", None, gone)):
        with pytest.raises(Unreachable, match=f"{gone} cannot be read: No such file"):
            origin.request("GET", "/", seconds=1)


def test_no_line_of_the_log_holds_the_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    refusal(Response(401), tmp_path)
    assert SECRET not in caplog.text
