"""Promise: the provider decides who somebody is, its signature proves it, and a role is mapped."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey
from werkzeug.routing import Rule
from werkzeug.test import Client

from api.guard import current_identity
from services.auth import oidc
from services.auth.grants import Grant
from services.auth.identity import CONSOLE, Identity, Role
from services.container import Container
from tests import provider as providers
from tests.api.servers import without_clusters, without_pages
from tests.provider import Provider

MAPPING = {
    "platform": "admin",
    "web": "operator",
    "all": "viewer",
    "shop": {"role": "operator", "clusters": ["web-fra"], "namespaces": ["shop"]},
    "carts": {"role": "operator", "clusters": ["web-fra"], "namespaces": ["cart"]},
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providers.running() as running:
        yield running


@pytest.fixture
def container(provider: Provider, tmp_path: Path) -> Iterator[Container]:
    built = without_clusters(
        tmp_path,
        auth="oidc",
        oidc_issuer=provider.issuer,
        oidc_client_id=providers.CLIENT,
        oidc_client_secret=providers.SECRET,
        oidc_role_mapping=MAPPING,
    )
    yield built
    built.db.close()


@pytest.fixture
def browser(container: Container) -> Client:
    return without_pages(container).test_client()


def travel(browser: Client, wanted: str = "/gateways") -> Any:
    """To the provider and back, as a browser goes."""
    there = browser.get(f"/signin/oidc?next={wanted}")
    assert there.status_code == 302
    back = requests.get(there.headers["Location"], allow_redirects=False, timeout=10)
    path = back.headers["Location"].removeprefix("http://127.0.0.1:8050")
    return browser.get(path), path


def test_the_code_flow_signs_in_with_the_strongest_mapped_role(
    browser: Client, provider: Provider, container: Container
) -> None:
    provider.claims["groups"] = ["all", "web", "unheard-of"]
    answer, _ = travel(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/gateways")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/api/v1/clusters").status_code == 200
    assert browser.get("/api/v1/tokens").status_code == 403
    entry = container.audit.list(CONSOLE).items[0]
    assert (entry.actor, entry.role, entry.verb) == ("ann@example.com", "operator", "sign-in")


@pytest.mark.parametrize(
    ("groups", "limits"),
    [
        (["shop"], ({"web-fra"}, {"shop"})),
        (["shop", "carts", "all"], ({"web-fra"}, {"shop", "cart"})),
        (["shop", "web"], (None, None)),
    ],
)
def test_a_group_may_be_limited_to_clusters_and_namespaces(
    browser: Client, provider: Provider, container: Container, groups: list[str], limits: Any
) -> None:
    provider.claims["groups"] = groups
    travel(browser)
    seen: list[Identity] = []
    browser.application.view_functions["seen"] = lambda: seen.append(current_identity()) or "ok"
    browser.application.url_map.add(Rule("/api/v1/seen", endpoint="seen"))
    assert browser.get("/api/v1/seen").status_code == 200
    assert (seen[0].role, seen[0].clusters, seen[0].namespaces) == (Role.OPERATOR, *limits)


def test_an_address_that_nobody_proved_names_nobody(
    browser: Client, provider: Provider, container: Container
) -> None:
    provider.claims |= {"groups": ["all"], "email": "boss@example.com", "email_verified": False}
    travel(browser)
    assert container.audit.list(CONSOLE).items[0].actor != "boss@example.com"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": None, "preferred_username": "token:adm"}, "u1"),
        ({"email": "cli:root", "preferred_username": "ann"}, "ann"),
        ({"email": "\uff34oken:adm", "preferred_username": "ann"}, "ann"),
        ({"email": "ann\nadmin", "preferred_username": "an\u202en"}, "u1"),
        ({"email": ["ann@example.com"], "preferred_username": "x" * 101}, "u1"),
    ],
)
def test_a_claim_that_cannot_name_a_person_is_passed_over(
    container: Container, provider: Provider, claims: dict[str, Any], name: str
) -> None:
    assert container.oidc is not None
    assert container.oidc.authenticate(provider.sign(groups=["all"], **claims)).name == name


def test_who_has_no_name_that_can_be_used_does_not_get_in(
    browser: Client, provider: Provider, container: Container
) -> None:
    provider.claims = {"sub": "token:adm", "groups": ["platform"]}
    answer, _ = travel(browser)
    assert answer.status_code == 403
    assert "gives no name for you that this console can use" in answer.text
    assert container.audit.list(CONSOLE).items[0].actor == "anonymous"


def test_groups_may_stand_in_userinfo_only(browser: Client, provider: Provider) -> None:
    provider.userinfo = {"sub": "u1", "groups": "platform"}
    assert travel(browser)[0].status_code == 303
    assert browser.get("/api/v1/tokens").status_code == 200
    provider.userinfo = {"sub": "somebody-else", "groups": "platform"}
    assert travel(browser)[0].status_code == 401


@pytest.mark.parametrize("groups", [[5], 5, ["5", {}], [["x"], 5.5, 5]])
def test_a_number_in_the_claim_is_mapped_like_its_text(
    browser: Client, provider: Provider, container: Container, groups: Any
) -> None:
    container.settings.oidc_role_mapping["5"] = Grant(role=Role.VIEWER)
    provider.claims["groups"] = groups
    assert travel(browser)[0].status_code == 303


def test_nobody_gets_in_without_a_mapped_role(
    browser: Client, provider: Provider, container: Container
) -> None:
    provider.claims["groups"] = ["visitors"]
    answer, _ = travel(browser)
    assert answer.status_code == 403
    assert "has no role in this console" in answer.text
    assert browser.get("/api/v1/clusters").status_code == 401
    assert container.audit.list(CONSOLE).items[0].outcome == "denied"


def test_an_answer_works_once_and_only_in_the_browser_that_asked(
    browser: Client, provider: Provider, container: Container
) -> None:
    provider.claims["groups"] = ["all"]
    _, path = travel(browser)
    assert browser.get(path).status_code == 401
    other = browser.application.test_client()  # type: ignore[attr-defined]
    other.get("/signin/oidc")
    assert other.get(path).status_code == 401
    assert other.get("/signin/callback?error=access_denied&state=x").status_code == 401


def test_an_answer_for_another_sign_in_or_provider_is_refused(
    browser: Client, provider: Provider
) -> None:
    provider.claims["groups"] = ["all"]
    provider.nonce = "another"
    assert travel(browser)[0].status_code == 401
    provider.nonce = None
    provider.claims["iss"] = "https://elsewhere.example"
    assert travel(browser)[0].status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nbf": int(time.time()) + 3600},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another", "third"]},
        {"aud": [providers.CLIENT, "third"], "azp": "third"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"sub": None},
    ],
)
def test_a_bearer_jwt_must_fit(
    container: Container, provider: Provider, browser: Client, claims: dict[str, Any]
) -> None:
    good = {"Authorization": f"Bearer {provider.sign(groups=['all'])}"}
    assert browser.get("/api/v1/clusters", headers=good).status_code == 200
    bad = {"Authorization": f"Bearer {provider.sign(**{'groups': ['all'], **claims})}"}
    assert browser.get("/api/v1/clusters", headers=bad).status_code == 401


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_only_the_provider_s_keys_and_strong_algorithms_count(
    container: Container, provider: Provider, browser: Client
) -> None:
    kid = provider.keys[0].kid
    head = encoded(json.dumps({"alg": "HS256", "kid": kid}).encode())
    signed = f"{head}.{provider.sign(groups=['platform']).split('.')[1]}"
    public = provider.keys[0].as_pem(private=False)
    confused = encoded(hmac.digest(public, signed.encode(), "sha256"))
    texts = [
        provider.sign(key=RSAKey.generate_key(2048, {"kid": kid}), groups=["platform"]),
        f"{signed}.{confused}",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJub25lIn0",
        "a.b.c",
    ]
    for text in texts:
        headers = {"Authorization": f"Bearer {text}"}
        assert browser.get("/api/v1/clusters", headers=headers).status_code == 401


def test_keys_are_kept_and_asked_for_again_when_the_provider_rotates(
    container: Container,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert container.oidc is not None
    for _ in range(3):
        assert container.oidc.authenticate(provider.sign(groups=["all"])).role is Role.VIEWER
    assert provider.keys_asked == 1
    provider.rotate()
    monkeypatch.setattr(oidc, "_ASK_AGAIN_S", 0.0)
    assert container.oidc.authenticate(provider.sign(groups=["web"])).role is Role.OPERATOR
    assert provider.keys_asked == 2


def test_api_tokens_work_beside_the_provider(container: Container, browser: Client) -> None:
    _, text = container.tokens.create(CONSOLE, "ci", "viewer")
    headers = {"Authorization": f"Bearer {text}"}
    assert browser.get("/api/v1/clusters", headers=headers).status_code == 200
    page = browser.post(
        "/signin", data={"credential": text}, headers={"Origin": "http://localhost"}
    )
    assert page.status_code == 303
    assert browser.get("/api/v1/clusters").status_code == 200
    container.tokens.revoke(CONSOLE, "ci")
    assert browser.get("/api/v1/clusters").status_code == 401
