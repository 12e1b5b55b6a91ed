"""Signing in and out: the page, its form, the way to the identity provider and back.

The page is plain HTML that needs no script (a small one switches the theme), so it works before
anything else does. Each attempt is counted per address (429 with Retry-After above ten failures a
minute) and stands in the audit log with its outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import dash
from flask import Blueprint, Flask, current_app, redirect, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response

from api.guard import Throttled, remember, safe_next, session_ended
from api.static import HEAD
from api.static import PREFIX as STATIC
from services.auth.attempts import Attempts
from services.auth.identity import Identity
from services.auth.tokens import PREFIX, token_id
from services.configdb.audit import AuditEvent
from services.container import Container
from services.errors import ConsoleError, Denied, Unavailable


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the form."""

    text: str
    tone: str = "err"
    icon: str = "bi-x-octagon-fill"


def register(server: Flask, container: Container) -> None:
    """Serve ``/signin``, ``/signin/oidc``, ``/signin/callback`` and ``/signout``."""
    pages = Blueprint("signin", __name__, template_folder="templates")
    settings = container.settings
    attempts = Attempts()

    @pages.get("/signin")
    def page() -> Response:
        code = request.args.get("code")
        if code and request.method == "GET" and not _is_prefetch():
            return _enter(container, attempts, lambda: container.signin.redeem(code))
        return _page(container, _ended())

    @pages.post("/signin")
    def submit() -> Response:
        credential = request.form.get("credential", "").strip()
        if settings.auth == "local" and not credential.startswith(PREFIX):
            code = credential.rpartition("code=")[2]  # of a whole link, too
            return _enter(container, attempts, lambda: container.signin.redeem(code))
        return _enter(
            container,
            attempts,
            lambda: container.tokens.authenticate(credential),
            token_id(credential),
        )

    @pages.get("/signin/oidc")
    def begin() -> Response:
        if container.oidc is None:
            return redirect("/signin")
        try:
            begun = container.oidc.begin(f"{settings.url}/signin/callback")
        except Unavailable as error:
            return _page(container, Notice(error.message), error.status)
        cookie.permanent = True
        cookie["oidc"] = {
            "state": begun.state,
            "nonce": begun.nonce,
            "verifier": begun.verifier,
            "next": safe_next(request.args.get("next")),
        }
        return redirect(begun.url)

    @pages.get("/signin/callback")
    def callback() -> Response:
        oidc = container.oidc
        if oidc is None:
            return redirect("/signin")
        begun = cookie.pop("oidc", {})
        answer = request.args.to_dict()
        return _enter(
            container,
            attempts,
            lambda: oidc.finish(answer, begun, f"{settings.url}/signin/callback"),
            wanted=begun.get("next"),
        )

    @pages.post("/signout")
    def leave() -> Response:
        cookie.clear()
        return redirect("/signin", 303)

    server.register_blueprint(pages)


def _enter(
    container: Container,
    attempts: Attempts,
    identify: Callable[[], Identity],
    token: str = "",
    wanted: str | None = None,
) -> Response:
    """Begin a session for whoever ``identify`` finds, or say on the page why not."""
    address = request.remote_addr or ""
    wait = attempts.wait(address)
    if wait > 0:
        throttled = Throttled(wait)
        response = _page(container, Notice(throttled.message), throttled.status)
        response.headers["Retry-After"] = str(throttled.wait_s)
        return response
    event = AuditEvent(actor="", verb="sign-in", kind="sessions", address=address)
    try:
        who = identify()
    except Unavailable as error:
        return _page(container, Notice(error.message), error.status)
    except ConsoleError as error:
        attempts.failed(address)
        container.audit.record(
            replace(event, actor="anonymous", outcome="denied", error=error.message)
        )
        title = "No access" if isinstance(error, Denied) else "Sign in"
        return _page(container, Notice(error.message), error.status, title)
    container.audit.record(replace(event, actor=who.name, role=str(who.role)))
    remember(who, token)
    return redirect(safe_next(wanted or request.values.get("next")), 303)


def _page(
    container: Container, notice: Notice | None, status: int = 200, title: str = "Sign in"
) -> Response:
    settings = container.settings
    wanted = safe_next(request.values.get("next"))
    body = render_template(
        "signin.html",
        title=title,
        head=HEAD,
        script=f"{STATIC}signin.js",
        host=urlsplit(settings.url).netloc,
        notice=notice,
        provider=container.oidc.provider if container.oidc else "",
        local=settings.auth == "local",
        again=f"{settings.command} signin",
        wanted=wanted,
        wanted_label=_label(wanted),
        version=container.version,
    )
    return current_app.response_class(body, status=status)


def _ended() -> Notice | None:
    if session_ended():
        return Notice("Your session ended after 12 hours.", "warn", "bi-exclamation-triangle-fill")
    return None


def _label(wanted: str) -> str:
    """``/gateway/web-fra/shop/edge?tab=yaml`` as ``shop / edge``, ``/gateways`` as ``Gateways``."""
    path = urlsplit(wanted).path
    names = {page["path"]: page["name"] for page in dash.page_registry.values()}
    return names.get(path) or " / ".join(path.strip("/").split("/")[-2:])[:80]


def _is_prefetch() -> bool:
    """A browser that looks ahead must not use up a one-time code."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose
