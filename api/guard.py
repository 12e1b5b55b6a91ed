"""One guard for everything the server answers: REST, pages, Dash's own routes, the WebSocket.

It runs before every other handler and lets a request pass when somebody is behind it: an
``Authorization: Bearer`` header (an API token, or a JWT of the configured provider), else the
session cookie. Whoever sends a bad credential is refused even where the cookie would do. Rules are
public only when they are written into ``PUBLIC``; a rule added tomorrow is guarded without its
author thinking of it.

What an identity may do is declared where it is done: ``@requires(Role.X)`` on a view,
``Callbacks.on(role=...)`` on a callback; limits to clusters and namespaces are applied by the
services. Undeclared is viewer.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, has_request_context, jsonify, redirect, request
from flask import session as cookie
from pydantic import TypeAdapter
from werkzeug.wrappers import Response as BaseResponse

from services.auth.attempts import Attempts
from services.auth.identity import Identity, Role
from services.auth.tokens import PREFIX
from services.configdb.audit import AuditEvent
from services.container import Container
from services.errors import ConsoleError, Denied, Unauthenticated

AGENTS = "/api/v1/clusters/<cluster>/heartbeat"
"""The rule at which agents report: nobody's identity is asked for, it has tokens of its own."""

INTAKE = ("/v1/logs", "/v1/traces", "/v1/metrics")
"""The rules at which collectors send telemetry, each with the token of its cluster."""

SENDERS = frozenset({AGENTS, *INTAKE})

PUBLIC = frozenset(
    {
        *SENDERS,
        "/signin",
        "/signin/oidc",
        "/signin/callback",
        "/signout",
        "/static/<digest>/<name>",
        "/assets/<path:filename>",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
        "/_favicon.ico",
        "/api/v1/health",
        "/api/v1/livez",
        "/api/v1/readyz",
    }
)
"""URL rules, as registered, that answer without an identity. Where one of them can say more to
somebody it knows, it asks ``current_identity``."""

SESSION_S = 12 * 3600.0
"""Length of a session."""

_SAFE = ("GET", "HEAD", "OPTIONS")
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}

_LIMITS = ("clusters", "namespaces")

_FLAG = TypeAdapter(bool).validate_python
"""Reads a query parameter as the views do, whose models are not asked before the role is."""

_MACHINES = ("/api/", "/_dash", "/ws", "/metrics", "/v1/")
"""Paths that answer a missing identity with 401 and not with the sign-in page."""


def install(server: Flask, container: Container) -> None:
    """Put the guard in front of every handler of ``server``."""
    failures = Attempts()

    def guard() -> BaseResponse | None:
        g.identity = None
        rule = request.url_rule.rule if request.url_rule else ""
        public = rule in PUBLIC
        if rule in SENDERS or (public and not request.path.startswith("/api/")):
            return None
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return None  # a preflight carries no credential; security.py answers it
        try:
            g.identity = _identify(container)
        except ConsoleError as error:
            return None if public else _refused(_throttled(error, failures))
        try:
            g.identity.require(required_role(server.view_functions.get(request.endpoint or "")))
        except Denied as error:
            if request.method not in _SAFE and not request.args.get("dryRun", False, _FLAG):
                container.audit.record(_refusal(error))
            return error_response(error)  # before the body is looked at
        return None

    server.before_request_funcs.setdefault(None, []).insert(0, guard)


def current_identity() -> Identity:
    """Who the current request stands for. Raises Unauthenticated."""
    identity: Identity | None = g.get("identity") if has_request_context() else None
    if identity is None:
        raise Unauthenticated("Sign in first.")
    return identity


def renewed_identity(container: Container) -> Identity:
    """Who the current request stands for by now; a socket may outlive a token or a session.

    Raises Unauthenticated, and Unavailable when that cannot be found out.
    """
    return _identify(container)


def requires(role: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the least role of a view; weaker identities get 403."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            try:
                current_identity().require(role)
            except ConsoleError as error:
                return error_response(error)
            return view(*args, **kwargs)

        checked.required_role = role  # type: ignore[attr-defined]
        return checked

    return decorate


def required_role(view: Callable[..., Any] | None) -> Role:
    """The role a view declares."""
    return getattr(view, "required_role", Role.VIEWER)


def remember(identity: Identity, token_id: str = "") -> None:
    """Begin a session for ``identity``. With a token, every request looks the token up again."""
    cookie.clear()
    cookie.permanent = True
    cookie["until"] = time.time() + SESSION_S
    cookie["source"] = identity.source
    if token_id:
        cookie["token"] = token_id
    else:
        cookie["name"], cookie["role"] = identity.name, str(identity.role)
        for limit in _LIMITS:
            names = getattr(identity, limit)
            cookie[limit] = None if names is None else sorted(names)


def session_ended() -> bool:
    """Whether the browser holds a session that was valid once."""
    return "until" in cookie and cookie["until"] <= time.time()


def error_response(error: ConsoleError) -> Response:
    """The JSON form of an expected failure."""
    response = jsonify(
        {
            "error": {
                "code": error.error_code,
                "message": error.message,
                "details": error.details,
            }
        }
    )
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="ngf-console"'
    if wait := error.details.get("retry_after"):
        response.headers["Retry-After"] = str(wait)
    return response


def safe_next(given: str | None) -> str:
    """``given`` when it leads to a page of this console, else the overview."""
    if not given or not given.startswith("/") or given.startswith(("//", "/\\", "/sign")):
        return "/"
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or any(ord(character) < 32 for character in given):
        return "/"
    return "/" if parts.path.startswith(_MACHINES) else given


def _identify(container: Container) -> Identity:
    address = request.remote_addr or ""
    kind, _, credential = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return replace(_from_cookie(container), address=address)
    if kind.lower() != "bearer":
        raise Unauthenticated("Only bearer tokens are accepted.")
    return replace(_from_bearer(container, credential.strip()), address=address)


def _throttled(error: ConsoleError, failures: Attempts) -> ConsoleError:
    """A refused credential counts; whoever had too many refused is not told what is wrong any more.

    Valid ones pass all the same: one agent with a revoked token must not shut out its neighbours
    behind the same address.
    """
    address = request.remote_addr or ""
    if "Authorization" not in request.headers or not isinstance(error, Unauthenticated | Denied):
        return error
    if (wait := failures.wait(address)) > 0:
        return Throttled(wait)
    failures.failed(address)
    return error


def _refusal(error: Denied) -> AuditEvent:
    """What somebody tried whose role does not suffice, as the audit log says it."""
    rule = request.url_rule.rule if request.url_rule else request.path
    named = {key: str(value) for key, value in (request.view_args or {}).items()}
    kinds = [part for part in rule.split("/") if part and not part.startswith("<")]
    who = current_identity()
    return AuditEvent(
        actor=who.name,
        role=str(who.role),
        address=who.address,
        verb=_VERBS.get(request.method, request.method.lower()),
        outcome="denied",
        error=error.message,
        cluster=named.get("cluster", ""),
        kind=kinds[-1] if kinds else "",
        namespace=named.get("namespace", ""),
        name=named.get("name", named.get("token", "")),
        reason=request.args.get("reason", ""),
    )


def _from_bearer(container: Container, text: str) -> Identity:
    if container.oidc is not None and not text.startswith(PREFIX):
        return container.oidc.authenticate(text)
    return container.tokens.authenticate(text)


def _from_cookie(container: Container) -> Identity:
    if "until" not in cookie:
        raise Unauthenticated("Sign in first.")
    if session_ended():
        raise Unauthenticated("The session has ended.", code="session_ended")
    if "token" in cookie:
        return container.tokens.identity(cookie["token"])
    if cookie["source"] != container.settings.auth:
        raise Unauthenticated("The console's way of signing in has changed.")
    clusters, namespaces = (
        None if cookie[limit] is None else frozenset(cookie[limit]) for limit in _LIMITS
    )
    role = Role(cookie["role"])
    return Identity(cookie["name"], role, clusters, namespaces, source=cookie["source"])


class Throttled(ConsoleError):
    """Too many failures from one address; ``wait_s`` says how long."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, round(wait_s + 0.5))
        super().__init__(
            f"Too many failed attempts; try again in {self.wait_s} seconds.", wait_s=self.wait_s
        )


def _refused(error: ConsoleError) -> BaseResponse:
    page = (
        request.method == "GET"
        and not request.path.startswith(_MACHINES)
        and "Authorization" not in request.headers
        and "websocket" not in request.headers.get("Upgrade", "").lower()
    )
    if page and error.status == 401:
        wanted = safe_next(request.full_path.rstrip("?"))
        return redirect("/signin" if wanted == "/" else f"/signin?next={quote(wanted)}")
    response = error_response(error)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.wait_s)
    return response
