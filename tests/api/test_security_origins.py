"""Promise: a page of another origin changes nothing in the name of whoever has signed in.

A listed origin may call the REST API, with a token of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from services.auth.identity import CONSOLE, Role
from services.container import Container
from tests.api.conftest import Console
from tests.api.servers import without_clusters, without_pages

LISTED = "https://portal.example"


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    built = without_clusters(tmp_path, cors_allowed_origins=(LISTED,))
    yield built
    built.db.close()


@pytest.fixture
def browser(container: Container) -> Client:
    return without_pages(container).test_client()


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Referer": "http://localhost/settings"}, True),
        ({}, False),
        ({"Origin": LISTED}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Referer": "http://evil.example/localhost"}, False),
        ({"Origin": "http://localhost:80"}, True),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://localhost:8050"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://localhost:x"}, False),
        ({"Referer": "http://["}, False),
    ],
)
def test_a_cookie_changes_something_only_from_our_own_pages(
    browser: Client, container: Container, headers: dict[str, str], allowed: bool
) -> None:
    browser.get(f"/signin?code={container.signin.mint()}")
    body = {"name": "made", "role": "viewer"}
    answer = browser.post("/api/v1/tokens", json=body, headers=headers)
    assert answer.status_code == (201 if allowed else 403), answer.text
    assert len(container.tokens.list(CONSOLE)) == int(allowed)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://console.example", True),
        ("https://console.example:443", True),
        ("http://console.example", False),
        ("http://localhost", False),
    ],
)
def test_behind_https_a_page_of_plain_http_is_another_origin(
    tmp_path: Path, origin: str, allowed: bool
) -> None:
    container = without_clusters(tmp_path, auth="token", public_url="https://console.example")
    _, text = container.tokens.create(CONSOLE, "ci", "viewer")
    browser = without_pages(container).test_client()
    answer = browser.post("/signin", data={"credential": text}, headers={"Origin": origin})
    assert answer.status_code == (303 if allowed else 403)
    container.db.close()


@pytest.mark.parametrize("header", ["Origin", "Referer"])
def test_an_origin_that_is_no_address_is_a_foreign_one(console: Console, header: str) -> None:
    answer = console.ask("POST", "/signin", "", headers={header: "http://["})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "cross_origin"


@pytest.mark.parametrize("path", ["/signout", "/signin", "/_dash-update-component"])
def test_a_listed_origin_counts_for_rest_only(
    browser: Client, container: Container, path: str
) -> None:
    browser.get(f"/signin?code={container.signin.mint()}")
    _, text = container.tokens.create(CONSOLE, "portal", Role.ADMIN)
    headers = {"Origin": LISTED, "Authorization": f"Bearer {text}"}
    assert browser.post(path, headers=headers).status_code == 403
    assert browser.get("/api/v1/tokens").status_code == 200, "still signed in"
    body = {"name": "made", "role": "viewer"}
    assert browser.post("/api/v1/tokens", json=body, headers=headers).status_code == 201


def test_a_bearer_token_needs_no_origin(browser: Client, container: Container) -> None:
    _, text = container.tokens.create(CONSOLE, "ci", Role.ADMIN)
    headers = {"Authorization": f"Bearer {text}"}
    body = {"name": "made", "role": "viewer"}
    assert browser.post("/api/v1/tokens", json=body, headers=headers).status_code == 201


def test_other_origins_may_read_only_when_they_are_listed(browser: Client) -> None:
    preflight = {"Access-Control-Request-Method": "GET"}
    for origin, allowed in ((LISTED, LISTED), ("https://evil.example", None)):
        answer = browser.options("/api/v1/gateways", headers={"Origin": origin, **preflight})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers
    answer = browser.get("/api/v1/livez", headers={"Origin": LISTED})
    assert {"ETag", "X-Audit-Id", "X-Export-Rows", "X-Export-As-Of"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
