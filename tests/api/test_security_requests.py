"""Promise: answers carry the headers; no other origin, oversize or flood gets through."""

import http.client
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from werkzeug.test import Client, TestResponse

from services import logs
from services.auth.attempts import Attempts
from services.auth.identity import CONSOLE, Role
from services.container import Container
from tests.api.conftest import Console
from tests.api.servers import without_clusters, without_pages

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    built = without_clusters(tmp_path)
    yield built
    built.db.close()


@pytest.fixture
def server(container: Container) -> Flask:
    return without_pages(container)


@pytest.fixture
def browser(server: Flask) -> Client:
    return server.test_client()


def signed_in(browser: Client, container: Container) -> Client:
    answer = browser.get(f"/signin?code={container.signin.mint()}&next=/gateways?q=a")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/gateways?q=a")
    return browser


def test_the_printed_link_signs_in_once(browser: Client, container: Container) -> None:
    code = container.signin.mint()
    assert browser.head(f"/signin?code={code}").status_code == 200
    looked = browser.get(f"/signin?code={code}", headers={"Sec-Purpose": "prefetch"})
    assert looked.status_code == 200
    answer = browser.get(f"/signin?code={code}")
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert browser.get("/api/v1/tokens").status_code == 200
    stranger = browser.application.test_client()  # type: ignore[attr-defined]
    assert stranger.get(f"/signin?code={code}").status_code == 401
    outcomes = [entry.outcome for entry in container.audit.list(CONSOLE).items]
    assert outcomes == ["denied", "done"]


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ("/gateways", "Gateways"),
        ("/routes?cluster=web", "Routes"),
        ("/gateway/web/shop/edge", "shop / edge"),
    ],
)
def test_the_sign_in_page_says_where_it_leads(console: Console, wanted: str, named: str) -> None:
    page = requests.get(console.url + wanted, timeout=20)
    assert urlsplit(page.url).path == "/signin"
    assert f'Sign in to go back to <b class="auth-wanted">{named}</b>.' in page.text


def test_a_pasted_link_signs_in_as_its_code_does(browser: Client, container: Container) -> None:
    link = f"http://127.0.0.1:8050/signin?code={container.signin.mint()}"
    assert browser.post("/signin", data={"credential": link}, headers=ORIGIN).status_code == 303
    refused = browser.post("/signin", data={"credential": "mistyped"}, headers=ORIGIN)
    assert "This sign-in code was used already, has expired, is mistyped" in refused.text


def test_signing_out_ends_the_session(browser: Client, container: Container) -> None:
    signed_in(browser, container)
    assert browser.post("/signout", headers=ORIGIN).status_code == 303
    assert browser.get("/api/v1/clusters").status_code == 401


def test_a_session_ends_after_its_time_and_the_page_says_so(
    browser: Client, container: Container
) -> None:
    signed_in(browser, container)
    with browser.session_transaction() as cookie:  # type: ignore[attr-defined]
        cookie["until"] = 1.0
    assert browser.get("/api/v1/clusters").json["error"]["code"] == "session_ended"
    page = browser.get("/signin?next=/gateways")
    assert "Your session ended after 12 hours." in page.text
    assert "Sign in to go back to" in page.text


def test_cookies_are_secure_where_the_address_is_https(tmp_path: Path) -> None:
    container = without_clusters(tmp_path, auth="token", public_url="https://console.example")
    _, text = container.tokens.create(CONSOLE, "ci", "viewer")
    browser = without_pages(container).test_client()
    headers = {"Origin": "https://console.example"}
    answer = browser.post("/signin", data={"credential": text}, headers=headers)
    assert answer.status_code == 303
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Set-Cookie"].startswith("__Host-")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    container.db.close()


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/api/v1/x", "javascript:1"],
)
def test_after_signing_in_nobody_is_sent_elsewhere(
    browser: Client, container: Container, wanted: str
) -> None:
    code = container.signin.mint()
    answer = browser.get("/signin", query_string={"code": code, "next": wanted})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["nopkg/x.js", "dash/deps/nope.js"])
def test_a_component_file_that_is_not_there_is_404(console: Console, name: str) -> None:
    answer = console.ask("GET", f"/_dash-component-suites/{name}", "")
    assert answer.status_code == 404


def test_no_file_that_dash_lists_makes_it_fail(console: Console) -> None:
    asked = 0
    for package, paths in console.app.registered_paths.items():
        for path in paths:
            answer = console.ask("GET", f"/_dash-component-suites/{package}/{path}", "")
            assert answer.status_code in (200, 404), path
            asked += 1
    assert asked > 30


def test_strangers_hear_nothing_of_the_database_that_fails(tmp_path: Path) -> None:
    container = without_clusters(tmp_path)
    _, text = container.tokens.create(CONSOLE, "ci", "viewer")
    container.db.close()
    database = Path(str(container.db.url.database))
    database.unlink()
    database.mkdir()
    browser = without_pages(container).test_client()
    answer = browser.get("/api/v1/clusters", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 503
    assert answer.json["error"] == {
        "code": "unavailable",
        "message": "The config database does not answer.",
        "details": {},
    }


def test_every_answer_carries_the_headers(console: Console) -> None:
    for path in ("/", "/signin", "/api/v1/gateways", "/nowhere", "/api/nowhere", "/_dash-layout"):
        answer = console.ask("GET", path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-eval" not in policy
        assert "http:" not in policy
        assert "https:" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert len(answer.headers["X-Request-ID"]) == 24


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a1b2c3d4-e5f6", True), ("short", False), ("x" * 65, False), ("abcdefgh\t\"'<x>", False)],
)
def test_request_ids_are_taken_over_when_they_are_sane(
    browser: Client, given: str, kept: bool
) -> None:
    answer = browser.get("/api/v1/livez", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept


def test_a_large_body_is_refused_also_when_it_comes_in_chunks(console: Console) -> None:
    body = b'{"name": "' + b"x" * (1024 * 1024) + b'"}'
    headers = {"Content-Type": "application/json"}
    for data in (body, iter([body[:1000], body[1000:]])):
        answer = console.ask("POST", "/api/v1/tokens", data=data, headers=headers)
        assert answer.status_code == 413, answer.text
        assert answer.json()["error"]["code"] == "too_large"


def test_too_many_failures_make_an_address_wait(browser: Client, container: Container) -> None:
    for _ in range(10):
        assert browser.get("/signin?code=wrong").status_code == 401
    code = container.signin.mint()
    answer = browser.get(f"/signin?code={code}")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61


def test_bad_tokens_make_only_bad_tokens_wait(browser: Client, container: Container) -> None:
    _, text = container.tokens.create(CONSOLE, "neighbour", Role.VIEWER)

    def ask(token: str) -> TestResponse:
        return browser.get("/api/v1/clusters", headers={"Authorization": f"Bearer {token}"})

    for _ in range(10):
        assert ask("revoked").status_code == 401
    assert ask("revoked").status_code == 429
    assert int(ask("revoked").headers["Retry-After"]) > 0
    assert ask(text).status_code == 200
    assert browser.get(f"/signin?code={container.signin.mint()}").status_code == 303


def test_the_wait_is_over_when_the_failures_are_old() -> None:
    now = [0.0]
    attempts = Attempts(limit=2, window_s=60.0, clock=lambda: now[0])
    attempts.failed("a")
    now[0] = 30.0
    attempts.failed("a")
    assert attempts.wait("a") == 30.0
    assert attempts.wait("b") == 0.0
    now[0] = 60.0
    assert attempts.wait("a") == 0.0


class Captured(logging.Handler):
    """Keeps what the handler of ``logs.configure`` would write."""

    def __init__(self, formatter: logging.Formatter | None) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def captured(own_logs: None) -> list[str]:
    root = logging.getLogger()
    logs.configure("debug")
    handler = Captured(root.handlers[0].formatter)
    root.handlers = [handler]
    return handler.lines


def test_no_secret_reaches_a_log(
    browser: Client,
    container: Container,
    captured: list[str],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("plants", "secrets")
    code = container.signin.mint()
    _, text = container.tokens.create(CONSOLE, "ci", Role.ADMIN, ttl=timedelta(days=1))
    password, jwt = "planted-password-1b2c", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
    entered = browser.get(f"/signin?code={code}")
    cookie = entered.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    browser.get("/api/v1/clusters", headers={"Authorization": f"Bearer {text}"})
    browser.get(f"/api/v1/clusters?token={text}")
    library: Any = logging.getLogger("urllib3.library")
    library.error("cannot open postgresql://ngf:%s@db/ngf", password)
    library.error("Error handling request /signin?code=%s&next=/", code)
    library.error("headers %s", {"Cookie": f"ngf-console-8050={cookie}", "X": f"Bearer {text}"})
    library.error("user: {token: %s, password: '%s', client-key-data: %s}", jwt, password, code)
    try:
        raise ValueError(f"refused {text} {jwt} -----BEGIN EC PRIVATE KEY-----\nMHc{password}")
    except ValueError:
        library.exception("failed")
    everything = "\n".join(captured)
    assert '"path": "/signin"' in everything
    assert '"actor": "token:ci"' in everything
    for secret in (code, text, text.split("_", 2)[2], password, jwt, cookie):
        assert secret not in everything, secret


def test_a_bad_host_of_the_raw_protocol_is_answered_and_not_a_fault(console: Console) -> None:
    host = console.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest("GET", "/signin?next=%00%ff", skip_host=True)
    connection.putheader("Host", "evil.example\\@x")
    connection.endheaders()
    assert connection.getresponse().status < 500
    connection.close()
