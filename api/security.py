"""What every answer carries and every request must respect, whoever asks.

Headers (CSP without remote origins), same origin for state-changing requests, CORS for listed
origins only, body limits, request ids, one access line per request. Installed after the guard and
in front of it: first to see a request, last to see its answer, so that what the guard refuses
carries all this too.
"""

import re
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from api.guard import INTAKE, SENDERS, error_response
from api.tables import HEADERS as FILE_HEADERS
from services.container import Container
from services.errors import ConsoleError, Denied
from services.settings import Settings

BODY_LIMIT = 1024 * 1024
HEARTBEAT_LIMIT = 64 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
CORS_HEADERS = "Accept, Authorization, Content-Type, If-Match, If-None-Match, X-Request-ID"
CORS_EXPOSED = ", ".join(
    ["Content-Disposition", "ETag", "Retry-After", "X-Audit-Id", "X-Request-ID", *FILE_HEADERS]
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_QUIET = (
    "/static/",
    "/assets/",
    "/_dash-component-suites/",
    "/api/v1/livez",
    "/api/v1/readyz",
    "/metrics",
)
_REST = "/api/"
_PORTS = {"http": 80, "https": 443}
_COOKIE_S = timedelta(days=7)
"""The cookie outlives the session, so that the sign-in page can say that the session ended."""

log = structlog.get_logger("ngf.access")


class TooLarge(ConsoleError):
    """The body is larger than this address takes."""

    code = "too_large"
    status = 413


def session_cookie(settings: Settings) -> str:
    """Name of the cookie. Consoles on other ports of one host must not share it."""
    if _secure(settings):
        return "__Host-ngf-console"
    return f"ngf-console-{urlsplit(settings.url).port or settings.port}"


def is_own_origin(settings: Settings, address: str) -> bool:
    """Whether ``address`` (an Origin or Referer) is of this console: scheme, host and port."""
    scheme = urlsplit(settings.url).scheme
    own = {_origin(settings.public_url), _origin(f"{scheme}://{request.host}")}
    return _origin(address) in own - {None}


def install(server: Flask, container: Container, script_hashes: Sequence[str]) -> None:
    """Install on ``server``; ``script_hashes`` are the hashes of Dash's inline scripts."""
    settings = container.settings
    secure = _secure(settings)
    server.config.update(
        SESSION_COOKIE_NAME=session_cookie(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=_COOKIE_S,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=HEARTBEAT_LIMIT,
    )
    if settings.public_url:
        # "public_url" says that a proxy stands in front: the address it saw is the last one.
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    policy = _Policy(settings.embed_origins, script_hashes)
    origins = frozenset(settings.cors_allowed_origins)

    def begin() -> BaseResponse | None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if request.path not in INTAKE and _body_length() > _body_limit():
            return too_large()  # telemetry is not read before its sender is known
        if _is_preflight():
            return Response(status=204)
        if request.method not in SAFE and not _same_origin(settings, origins):
            return error_response(
                Denied("A page of another origin may not do this.", code="cross_origin")
            )
        return None

    def too_large(_error: Exception | None = None) -> Response:
        limit = _body_limit()
        return error_response(TooLarge(f"The body is larger than {limit} bytes.", limit=limit))

    def finish(response: Response) -> Response:
        policy.apply(response)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        _allow_origin(response, origins)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        _access_line(response)
        return response

    server.before_request_funcs.setdefault(None, []).insert(0, begin)
    server.after_request_funcs.setdefault(None, []).insert(0, finish)
    server.register_error_handler(RequestEntityTooLarge, too_large)


class _Policy:
    """The headers that tell a browser what this console's pages may do."""

    def __init__(self, embed_origins: Sequence[str], script_hashes: Sequence[str]) -> None:
        sources = " ".join(["'self'", *script_hashes])
        self._csp = (
            f"default-src 'none'; script-src {sources}; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
            "worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; object-src 'none'; "
            "form-action 'self'; frame-ancestors "
        )
        self._embedders = " ".join(embed_origins)

    def apply(self, response: Response) -> None:
        embedded = request.path.startswith("/embed/") and bool(self._embedders)
        headers = response.headers
        headers["Content-Security-Policy"] = self._csp + (self._embedders if embedded else "'none'")
        if not embedded:
            headers["X-Frame-Options"] = "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if embedded else "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if not request.path.startswith(_QUIET[:3]):
            headers.setdefault("Cache-Control", "no-store")


def _body_limit() -> int:
    return HEARTBEAT_LIMIT if request.path.endswith("/heartbeat") else BODY_LIMIT


def _from_a_sender() -> bool:
    """Agents and collectors come hundreds of times a second at fleet size; what came is counted."""
    return request.url_rule is not None and request.url_rule.rule in SENDERS


def _body_length() -> int:
    """Length of the body as declared; one that comes in chunks is read to be counted.

    It is read one byte further than allowed, because Werkzeug cuts it off at its maximum without
    saying so.
    """
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        request.max_content_length = _body_limit() + 1
        return len(request.get_data())
    return request.content_length or 0


def _is_preflight() -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _secure(settings: Settings) -> bool:
    return settings.url.startswith("https://")


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what has none of them or is no address at all."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _same_origin(settings: Settings, origins: frozenset[str]) -> bool:
    """Whether a state-changing request was made by our own page, or by no page at all.

    A bearer header is never sent by a browser on its own, so it proves intent, of pages of listed
    origins to the REST API, too; the cookie is, so one of the three headers that only the browser
    can write must say where the request comes from.
    """
    if _from_a_sender():
        return True  # senders have a token and nothing that a browser would send for them
    bearer = request.headers.get("Authorization", "").lower().startswith("bearer ")
    origin = request.headers.get("Origin")
    if origin is not None:
        listed = origin in origins and request.path.startswith(_REST)
        return is_own_origin(settings, origin) or (listed and bearer)
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    if bearer:
        return True
    referrer = request.headers.get("Referer")
    return referrer is not None and is_own_origin(settings, referrer)


def _allow_origin(response: Response, origins: frozenset[str]) -> None:
    """CORS for listed origins, REST only, without cookies."""
    if not origins or not request.path.startswith(_REST):
        return
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if _is_preflight():
            response.headers["Access-Control-Allow-Methods"] = CORS_METHODS
            response.headers["Access-Control-Allow-Headers"] = CORS_HEADERS
            response.headers["Access-Control-Max-Age"] = "600"


def _access_line(response: Response) -> None:
    quiet = request.path.startswith(_QUIET) or _from_a_sender()
    if response.status_code < 400 and quiet:
        return
    identity: Any = g.get("identity")
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        duration_ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        bytes=response.content_length,
        address=request.remote_addr,
        actor=identity.name if identity else "",
    )
