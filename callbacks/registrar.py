"""Every callback of the console is registered here, so that none is without a role.

Dash answers callbacks on one Flask rule; the guard in front of it knows who asks but not which
callback. So the role is declared where the callback is written, checked here before the function
runs, and kept in ``roles`` for the test that walks all of them. An expected failure
(`services.errors`) becomes a toast and leaves the page as it is; an unexpected one is logged with
its traceback and says so on screen.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import structlog
from dash import Dash, ctx, no_update, set_props
from dash.exceptions import PreventUpdate

from callbacks import incoming
from components import ids
from services.auth.identity import Identity, Role
from services.configdb.audit import AuditEvent
from services.container import Container
from services.errors import ConsoleError, Denied

log = structlog.get_logger(__name__)


class WhoAmI(Protocol):
    """Gives the identity of the current request or raises Unauthenticated."""

    def __call__(self) -> Identity: ...


class Callbacks:
    """Registers callbacks on ``app``; pages' modules get one of these and nothing else."""

    def __init__(self, app: Dash, container: Container, whoami: WhoAmI) -> None:
        self.app = app
        self.container = container
        self.who = whoami
        self.roles: dict[str, Role] = {}
        incoming.install(app)

    def on(
        self, *args: Any, role: Role = Role.VIEWER, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Like ``app.callback``, for identities that have ``role``."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)
            def guarded(*inputs: Any, **named: Any) -> Any:
                try:
                    self._permit(role, function)
                    return function(*inputs, **named)
                except ConsoleError as error:
                    toast("err", title(error), error.message)
                except PreventUpdate:
                    raise
                except Exception:
                    log.exception("callback failed", callback=function.__qualname__)
                    toast(
                        "err",
                        "The console could not answer",
                        "The page shows what it had. The console's log has the cause.",
                    )
                return no_update if args_have_output else None

            registered = self.app.callback(*args, **kwargs)(guarded)
            declaration = self.app._callback_list[-1]
            args_have_output = not declaration["no_output"]
            self.roles[declaration["output"]] = role
            return registered

        return decorate

    def _permit(self, role: Role, function: Callable[..., Any]) -> None:
        """Raise Denied below ``role``; an attempt to change something stands in the audit log."""
        who = self.who()
        try:
            who.require(role)
        except Denied as error:
            event = AuditEvent(
                actor=who.name,
                role=str(who.role),
                address=who.address,
                verb=function.__name__,
                outcome="denied",
                error=error.message,
                kind="pages",
                name=function.__module__.removeprefix("callbacks."),
            )
            self.container.audit.record(event)
            raise

    def clientside(self, *args: Any, **kwargs: Any) -> None:
        """Like ``app.clientside_callback``: runs in the browser, reads nothing from the server."""
        self.app.clientside_callback(*args, **kwargs)


def nothing() -> list[Any]:
    """The running callback's answer that leaves all its outputs as they are."""
    return [
        [no_update] * len(output) if isinstance(output, list) else no_update
        for output in ctx.outputs_list
    ]


def toast(status: str, title: str, text: str = "", action: tuple[str, str] | None = None) -> None:
    """Show a toast from within a callback; ``action`` is a label and the address it leads to."""
    data = {"status": status, "title": title, "text": text}
    if action:
        data["action"] = {"label": action[0], "href": action[1]}
    set_props(ids.TOAST, {"data": data})


def title(error: ConsoleError) -> str:
    """What an expected failure is called on screen."""
    return {
        401: "Signed out",
        403: "Not permitted",
        404: "Not found",
        409: "Changed meanwhile",
        422: "Not accepted",
        503: "Not reachable",
    }.get(error.status, "Not done")
