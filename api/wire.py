"""The connection under a WebSocket: whole frames, one at a time, and not for ever.

simple-websocket writes with a bare ``send`` from two threads: frames of one could land in the
middle of another's, and a browser that reads nothing more would hold its thread until the kernel
gives up, a quarter of an hour later. So each connection gets this in between. What the kernel keeps
for a slow reader is bounded as well: what it has taken can be neither dropped nor counted, and
hundreds of sockets with megabytes each are memory.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from select import POLLOUT, poll
from typing import Any

SEND_S = 10.0
"""Longest time that a frame may take to be handed over."""
BUFFER = 64 * 1024
"""Bytes on their way to one browser; the kernel doubles it for its own bookkeeping."""

_AT_ONCE_AND_FORGET = struct.pack("ii", 1, 0)


class Stuck(ConnectionError):
    """The other side has read nothing for too long; the connection is cut."""


class Wire:
    """The part of a socket that simple-websocket uses. Raises Stuck and OSError."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._sending = threading.Lock()
        self._closed = threading.Event()
        self._closes: Callable[[], object] = lambda: None
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)

    def fileno(self) -> int:
        """For waiting until there is something to read."""
        return self._socket.fileno()

    def recv(self, size: int) -> bytes:
        """What the other side says; waits for it."""
        return self._socket.recv(size)

    def send(self, data: bytes) -> int:
        """All of ``data`` or, after ``SEND_S`` without room for it, nothing more ever."""
        rest = memoryview(data)
        with self._sending:
            deadline = time.monotonic() + SEND_S
            while rest:
                try:
                    rest = rest[self._socket.send(rest, socket.MSG_DONTWAIT) :]
                except BlockingIOError:
                    self._wait_for_room(deadline)
        return len(data)

    def shutdown(self) -> None:
        """Cut both ways, so that who waits for something to read goes on."""
        with suppress(OSError):  # the other side has done it
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection; the reader of simple-websocket does when the other side has."""
        self._socket.close()
        self._closed.set()
        self._closes()

    def when_closed(self, call: Callable[[], object]) -> None:
        """Who waits for messages learns that nobody does any more."""
        self._closes = call
        if self._closed.is_set():
            call()

    def _wait_for_room(self, deadline: float) -> None:
        waiting = poll()
        waiting.register(self._socket, POLLOUT)
        left = deadline - time.monotonic()
        if left <= 0 or not waiting.poll(left * 1000):
            # What is queued would be kept for minutes after an ordinary close.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_AND_FORGET)
            self._socket.shutdown(socket.SHUT_RDWR)
            raise Stuck(f"Nothing was read for {SEND_S:.0f} seconds.")


def wait_at_most(environ: dict[str, Any], seconds: float) -> None:
    """Let reading or writing on the connection of this request fail where it takes longer."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if connection is not None:
        connection.settimeout(seconds)


def put_between(environ: dict[str, Any]) -> None:
    """Give the WebSocket of this request its wire; before the handshake."""
    for key in ("gunicorn.socket", "werkzeug.socket"):
        if isinstance(environ.get(key), socket.socket):
            environ[key] = Wire(environ[key])
