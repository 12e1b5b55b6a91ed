"""Serve the console with gunicorn: one worker, many threads, the same in a container and at home.

One worker keeps the hub, the scheduler and the watch cache single; threads carry requests and open
sockets. Nothing is preloaded: threads started before a fork would be dead in the worker. The
worker builds the application, starts what runs in the background, and prints the sign-in link only
then, so that a printed link works.

The socket is opened before gunicorn is: whether the port is free is known at once, and nobody else
takes it while the clusters are tried.
"""

import errno
import faulthandler
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication

from services.settings import BadOption, BadSettings, Settings

GRACEFUL_S = 20
"""Longest wait for requests in flight after SIGTERM; sockets are closed at once by ``stop``. After
half of it the standard error tells where each thread is."""

IDLE_CONNECTIONS = 1_000
"""Connections that browsers keep open between requests; they hold no thread."""

REQUEST_LINE = 8190
"""Longest request line in bytes, gunicorn's most; what is longer it answers itself, with 414."""

COLLECT = (10_000, 10, 200)
"""Thresholds of the garbage collector. What the watches read is millions of objects and stays: the
youngest are looked at often, which takes milliseconds, all of them after 20 million new ones."""

BACKLOG = 2048
"""Connections that wait to be accepted, as many as gunicorn's own default."""


class Console(BaseApplication):  # type: ignore[misc]
    """The gunicorn application around ``build``, which returns a WSGI app and its ``stop``."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        build: Callable[[], tuple[Any, Callable[[], None]]],
    ) -> None:
        self.settings = settings
        self.bind = f"fd://{listener.detach()}"
        self.build = build
        self.stop: Callable[[], None] = lambda: None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self.bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": self.settings.threads,
            "worker_connections": self.settings.threads + IDLE_CONNECTIONS,
            "keepalive": 75,
            "timeout": 120,
            "graceful_timeout": GRACEFUL_S,
            "loglevel": "warning",
            "limit_request_line": REQUEST_LINE,
            "control_socket_disable": True,
            "post_worker_init": self._after_start,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        gc.set_threshold(*COLLECT)
        app, self.stop = self.build()
        return app

    def _after_start(self, worker: Any) -> None:
        terminate = signal.getsignal(signal.SIGTERM)

        def close_then_terminate(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGTERM, terminate)  # a second one must not stop what is stopping
            faulthandler.dump_traceback_later(GRACEFUL_S / 2)
            self.stop()
            if callable(terminate):
                terminate(number, frame)

        signal.signal(signal.SIGTERM, close_then_terminate)
        gc.freeze()
        sys.stdout.flush()


def listen(settings: Settings) -> socket.socket:
    """The socket that the console is served on. Raises BadSettings where it cannot be had."""
    v6 = ":" in settings.bind
    try:
        return socket.create_server(
            (settings.bind, settings.port),
            family=socket.AF_INET6 if v6 else socket.AF_INET,
            backlog=BACKLOG,
            dualstack_ipv6=v6 and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        rule = os.strerror(error.errno) if error.errno else str(error)
        if error.errno == errno.EADDRINUSE:
            rule = "another program listens on this port; choose another port"
        elif error.errno != errno.EACCES:
            raise BadSettings(BadOption("--bind", settings.bind, rule)) from error
        raise BadSettings(BadOption("--port", str(settings.port), rule)) from error


def serve(
    settings: Settings,
    listener: socket.socket,
    build: Callable[[], tuple[Any, Callable[[], None]]],
) -> int:
    """Run on ``listener`` until SIGTERM or Ctrl-C."""
    _allow_open_files()
    Console(settings, listener, build).run()
    return 0


def _allow_open_files() -> None:
    """As many as the machine lets us: a fleet of 300 clusters is 9,000 watches, while the usual
    limit of 1,024 is meant for programs that still use ``select``. Go programs do the same."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
