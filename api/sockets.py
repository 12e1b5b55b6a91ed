"""WebSockets: what holds for each of them, and the one of every open tab, ``/ws``.

One direction only. Each message is JSON with a ``topic``: ``changes`` carries ``items`` of
``{cluster, kind, version}`` (merged over a quarter of a second, the latest version of each), and
``tick`` every five seconds carries ``now``, ``as_of`` of the clusters that answer and when each
``silent`` one was last seen, from which the page tells the age of its data. The guard has let the
request in before this runs; browsers send cookies with WebSocket requests from any page, so the
origin is checked here as well, for every socket. With every tick it is asked again who is behind
the socket, so that a revoked token or an ended session hears nothing more. A socket lives at most
ten minutes, after which the browser connects again.

Close codes: 1008 no longer permitted, 1011 failed (see the log), 1012 come back (restart, age),
1013 full, try later.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from flask import Flask, abort, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from api import wire
from api.guard import current_identity, renewed_identity
from api.security import is_own_origin
from services.auth.identity import Identity
from services.container import Container
from services.errors import Unauthenticated
from services.realtime.freshness import as_of
from services.realtime.hub import Message
from services.realtime.subscription import Full, Subscription

log = structlog.get_logger(__name__)

MERGE_S = 0.25
TICK_S = 5.0
LIFETIME_S = 600.0
REFUSED = 1008
FAILED = 1011
RESTART = 1012
TRY_LATER = 1013
ANSWER_S = 1.0
"""Longest wait for the answer to a close, after which the connection is cut."""


def register(server: Flask, container: Container) -> Sock:
    """Serve ``/ws`` on ``server``; other sockets are added to what is returned."""
    server.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25, "max_message_size": 65_536}
    sock = Sock(server)

    @server.before_request
    def prepare() -> None:
        if request.url_rule and request.url_rule.websocket:
            origin = request.headers.get("Origin")
            if origin and not is_own_origin(container.settings, origin):
                abort(403)
            wire.put_between(request.environ)

    @sock.route("/ws")  # type: ignore[untyped-decorator]
    def stream(socket: Server) -> None:
        def run() -> None:
            with container.hub.subscribe(current_identity()) as subscription:
                socket.sock.when_closed(subscription.end)
                _pump(socket, subscription, container)

        ended(socket, run)

    return sock


def ended(socket: Server, run: Callable[[], None]) -> str:
    """Run until there is a reason to close, close with its code, and give the reason in a word.

    What the browser says is not kept: nobody reads it.
    """
    socket.input_buffer = deque(maxlen=0)
    try:
        return _reason(socket, run)
    finally:
        _hang_up(socket)


def _hang_up(socket: Server) -> None:
    """End the thread that reads before the server closes the connection: it would hear nothing of
    that and keep a console that stops from ending, until its next ping."""
    socket.thread.join(ANSWER_S)
    socket.sock.shutdown()
    socket.thread.join(ANSWER_S)


def _reason(socket: Server, run: Callable[[], None]) -> str:
    try:
        run()
        socket.close(RESTART, "come back")
        return "restart"
    except Unauthenticated as error:
        return _close(socket, "refused", REFUSED, error.message)
    except Full as error:
        return _close(socket, "full", TRY_LATER, str(error))
    except wire.Stuck:
        return "stuck"
    except (ConnectionClosed, OSError):
        return "left"
    except Exception:
        # An answer in HTTP would be an invalid frame by now.
        log.exception("a socket failed")
        return _close(socket, "failed", FAILED, "the console failed")


def _close(socket: Server, reason: str, code: int, message: str) -> str:
    with suppress(ConnectionClosed, OSError):
        socket.close(code, message)
    return reason


def _pump(socket: Server, subscription: Subscription[Message], container: Container) -> None:
    """Send until the hub closes or the socket is old. Raises ConnectionClosed, Unauthenticated."""
    who = current_identity()
    born = time.monotonic()
    next_tick = born
    while not subscription.closed and (now := time.monotonic()) < born + LIFETIME_S:
        if now >= next_tick:
            who = renewed_identity(container)
            socket.send(_tick(container, who))
            next_tick = now + TICK_S
        messages = subscription.take(max(0.0, next_tick - now))
        if messages:
            subscription.wait_closed(MERGE_S)
            items = _merged(messages + subscription.take(0), who)
            if items:
                socket.send(orjson.dumps({"topic": "changes", "items": items}).decode())


def _merged(messages: list[Message], who: Identity) -> list[dict[str, Any]]:
    """The latest version per cluster and kind, of clusters this identity may see."""
    latest = {
        (message.payload["cluster"], message.payload["kind"]): message.payload
        for message in messages
        if message.topic == "changes" and who.may_see_cluster(message.payload["cluster"])
    }
    return list(latest.values())


def _tick(container: Container, who: Identity) -> str:
    seen = container.fleet.clusters(who)
    return orjson.dumps(
        {
            "topic": "tick",
            "now": datetime.now(UTC),
            "as_of": as_of(seen),
            "silent": {one.name: one.reach.last_seen for one in seen if not one.reach.connected},
            "answering": sum(one.reach.connected for one in seen),
            "clusters": len(seen),
        }
    ).decode()
