"""Sign-in through an OpenID Connect provider, and bearer JWTs of the same provider.

The browser goes to the provider with an authorization request (code flow, PKCE S256, state, nonce;
OpenID Connect Core 1.0 section 3.1, RFC 7636) and comes back with a code that only this console
can redeem. What the provider says is believed when its signature fits one of its published keys,
with an asymmetric algorithm of the list below, and issuer, audience and times fit (section
3.1.3.7). Keys are kept for an hour and asked for again, at most twice a minute, when a token names
a key that is not among them: that is how a provider rotates.

A role comes from one claim by the configured mapping, the strongest that matches. Who has no mapped
role gets no access. A name comes from email, preferred_username or sub, the first that is usable.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet

from services.auth import names
from services.auth.grants import strongest
from services.auth.identity import Identity
from services.errors import Denied, Invalid, Unauthenticated, Unavailable
from services.settings import Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SCOPE = "openid profile email"
LEEWAY_S = 30
"""Clock difference that exp and nbf tolerate."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_KEEP_S = 3_600.0
_ASK_AGAIN_S = 30.0
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: where the browser goes, and what must fit when it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class Oidc:
    """One provider, as configured. Nothing is fetched before somebody signs in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._audience = settings.oidc_audience or settings.oidc_client_id
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._metadata_at = self._keys_at = float("-inf")

    @property
    def provider(self) -> str:
        """The provider's host, for the sign-in button."""
        return urlsplit(self._settings.oidc_issuer).netloc

    def begin(self, redirect_uri: str) -> Begun:
        """Start a sign-in. Raises Unavailable."""
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        verifier = secrets.token_urlsafe(48)
        endpoint = self._provider()["authorization_endpoint"]
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(url, state, nonce, verifier)

    def finish(
        self, answer: Mapping[str, str], begun: Mapping[str, str], redirect_uri: str
    ) -> Identity:
        """Who came back with ``answer`` (the query of the callback).

        ``begun`` holds state, nonce and verifier of the same browser. Raises Unauthenticated,
        Denied where no role is mapped, Unavailable.
        """
        state = begun.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), answer.get("state", "").encode()):
            raise Unauthenticated("The sign-in was not started in this browser, or is too old.")
        if answer.get("iss", self._settings.oidc_issuer).rstrip("/") != self._settings.oidc_issuer:
            raise Unauthenticated("The answer came from another provider.")  # RFC 9207
        if "error" in answer:
            raise Unauthenticated("The provider did not let you in.", error=answer["error"][:100])
        metadata = self._provider()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    metadata["token_endpoint"],
                    code=answer.get("code", ""),
                    code_verifier=begun.get("verifier", ""),
                    timeout=_TIMEOUT_S,
                )
                claims = self._claims(token.get("id_token", ""), self._settings.oidc_client_id)
                if not hmac.compare_digest(
                    str(claims.get("nonce", "")).encode(), begun.get("nonce", "").encode()
                ):
                    raise Unauthenticated("The provider's answer belongs to another sign-in.")
                if _claim(claims, self._settings.oidc_role_claim) is None:
                    claims = self._with_userinfo(client, metadata, claims)
        except AuthlibBaseError as error:
            raise Unauthenticated(
                "The provider refused the sign-in code.", error=str(error.error)[:100]
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise self._unavailable() from error
        return self._identity(claims)

    def authenticate(self, text: str) -> Identity:
        """Who a bearer JWT stands for. Raises Unauthenticated, Denied, Unavailable."""
        return self._identity(self._claims(text, self._audience))

    def _client(self, redirect_uri: str) -> Any:
        return OAuth2Session(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret.get_secret_value() or None,
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=(
                "client_secret_basic"
                if self._settings.oidc_client_secret.get_secret_value()
                else "none"
            ),
        )

    def _claims(self, text: str, audience: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer()},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            token = jwt.decode(text, self._key, algorithms=ALGORITHMS)
            registry.validate(token.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthenticated("The provider's token is not valid.") from error
        azp = token.claims.get("azp")
        if isinstance(token.claims["aud"], list) and azp not in (None, audience):
            raise Unauthenticated("The provider's token was made for another application.")
        return dict(token.claims)

    def _key(self, token: GuestProtocol) -> Any:
        kid = token.headers().get("kid")
        keys = self._known_keys(lambda known: kid is None or kid in {k.kid for k in known.keys})
        return keys.get_by_kid(kid)

    def _known_keys(self, suffices: Callable[[KeySet], bool]) -> KeySet:
        uri = self._provider()["jwks_uri"]
        with self._lock:
            age = time.monotonic() - self._keys_at
            keys = self._keys
            if keys is None or age > _KEEP_S or (age > _ASK_AGAIN_S and not suffices(keys)):
                keys = self._keys = self._import(self._fetch(uri))
                self._keys_at = time.monotonic()
        return keys

    def _import(self, found: dict[str, Any]) -> KeySet:
        try:
            return KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("The provider's keys cannot be read.") from error

    def _issuer(self) -> str:
        return str(self._provider()["issuer"])

    def _provider(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._metadata_at > _KEEP_S:
                issuer = self._settings.oidc_issuer
                found = self._fetch(f"{issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != issuer:
                    raise Unavailable("The provider calls itself by another issuer.", issuer=issuer)
                missing = [name for name in _ENDPOINTS if not isinstance(found.get(name), str)]
                if missing:
                    raise Unavailable("The provider does not say all it must.", missing=missing)
                self._metadata, self._metadata_at = found, time.monotonic()
            return self._metadata

    def _fetch(self, url: str) -> dict[str, Any]:
        try:
            answer = requests.get(url, timeout=_TIMEOUT_S)
            answer.raise_for_status()
            content = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise self._unavailable() from error
        if not isinstance(content, dict):
            raise self._unavailable()
        return content

    def _with_userinfo(
        self, client: Any, metadata: Mapping[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """Some providers put groups only there (section 5.3.2: ``sub`` must be the same)."""
        if "userinfo_endpoint" not in metadata:
            return claims
        answer = client.get(metadata["userinfo_endpoint"], timeout=_TIMEOUT_S)
        answer.raise_for_status()
        more = answer.json()
        if more.get("sub") != claims["sub"]:
            raise Unauthenticated("The provider spoke of somebody else.")
        return {**more, **claims}

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        name = _name(claims)
        given = _claim(claims, self._settings.oidc_role_claim)
        held = given if isinstance(given, list) else [] if given is None else [given]
        values = map(str, held)  # the mapping's keys are texts, a claim may hold numbers
        mapping = self._settings.oidc_role_mapping
        grants = [mapping[value] for value in values if value in mapping]
        if not grants:
            raise Denied(
                f"{name} has no role in this console.",
                code="no_role",
                claim=self._settings.oidc_role_claim,
            )
        grant = strongest(grants)
        return Identity(name, grant.role, grant.clusters, grant.namespaces, source="oidc")

    def _unavailable(self) -> Unavailable:
        return Unavailable("The sign-in provider does not answer.", provider=self.provider)


def _name(claims: Mapping[str, Any]) -> str:
    """What somebody is called: the first claim that can be shown and means nobody else."""
    unproven = ("email",) if claims.get("email_verified") is False else ()
    for claim in ("email", "preferred_username", "sub"):
        if isinstance(claims.get(claim), str) and claim not in unproven:
            with suppress(Invalid):
                return names.person(claims[claim])
    raise Denied("The provider gives no name for you that this console can use.", code="no_name")


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """The claim called ``path``, or the nested one that its dots lead to."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
