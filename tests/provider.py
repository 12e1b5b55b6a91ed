"""A small OpenID Connect provider on loopback: real HTTP, real keys, no pages of its own.

It checks what a provider must (client, redirect address, PKCE, code used once) and signs with keys
that tests may rotate.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.serving import loopback

CLIENT, SECRET = "ngf-console", "planted-client-secret-7f3a"


class Provider:
    """Its state; ``claims`` is what it says about whoever signs in next."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {"sub": "u1", "email": "ann@example.com"}
        self.userinfo: dict[str, Any] = {}
        self.nonce: str | None = None
        self.keys_asked = 0
        self.keys: list[RSAKey] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on and forget the old one."""
        self.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})]

    def sign(self, alg: str = "RS256", key: Any = None, **claims: Any) -> str:
        """A JWT of this provider; ``None`` as a value leaves the claim out."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            **self.claims,
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        key = key or self.keys[0]
        return jwt.encode({"alg": alg, "kid": key.kid}, said, key, algorithms=[alg])

    def app(self) -> Flask:
        """Its endpoints."""
        server = Flask("provider")

        @server.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            return jsonify(
                issuer=self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                userinfo_endpoint=f"{self.issuer}/userinfo",
                jwks_uri=f"{self.issuer}/keys",
            )

        @server.get("/keys")
        def keys() -> Response:
            self.keys_asked += 1
            return jsonify(KeySet(list(self.keys)).as_dict())

        @server.get("/authorize")
        def authorize() -> Any:
            asked = request.args.to_dict()
            assert asked["client_id"] == CLIENT
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            assert "openid" in asked["scope"].split()
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
            return redirect(f"{asked['redirect_uri']}?{back}")

        @server.post("/token")
        def token() -> Any:
            asked = self._codes.pop(request.form["code"], None)
            login = request.authorization
            digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if (
                asked is None
                or login is None
                or (login.username, login.password) != (CLIENT, SECRET)
                or request.form["redirect_uri"] != asked["redirect_uri"]
                or challenge != asked["code_challenge"]
            ):
                return jsonify(error="invalid_grant"), 400
            nonce = asked["nonce"] if self.nonce is None else self.nonce
            return jsonify(
                access_token="opaque", token_type="Bearer", id_token=self.sign(nonce=nonce)
            )

        @server.get("/userinfo")
        def userinfo() -> Response:
            assert request.headers["Authorization"] == "Bearer opaque"
            return jsonify(self.userinfo)

        return server


@contextmanager
def running() -> Iterator[Provider]:
    """A provider, served on a free port of loopback."""
    provider = Provider()
    server = loopback(provider.app())
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join(10)
