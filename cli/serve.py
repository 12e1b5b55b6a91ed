"""Serve the console with gunicorn: one worker, many threads, the same in a container and at home.

One worker keeps the hub, the scheduler and the watch cache single; threads carry requests and open
sockets. Nothing is preloaded: threads started before a fork would be dead in the worker. The
worker builds the application, starts what runs in the background, and prints the sign-in link only
then, so that a printed link works.
"""

import gc
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication

from services.settings import Settings

GRACEFUL_S = 20
"""Longest wait for requests in flight after SIGTERM; sockets are closed at once by ``stop``."""


IDLE_CONNECTIONS = 1_000
"""Connections that browsers keep open between requests; they hold no thread."""


class Console(BaseApplication):  # type: ignore[misc]
    """The gunicorn application around ``build``, which returns a WSGI app and its ``stop``."""

    def __init__(
        self, settings: Settings, build: Callable[[], tuple[Any, Callable[[], None]]]
    ) -> None:
        self.settings = settings
        self.build = build
        self.stop: Callable[[], None] = lambda: None
        super().__init__()

    def load_config(self) -> None:
        host = f"[{self.settings.bind}]" if ":" in self.settings.bind else self.settings.bind
        options = {
            "bind": f"{host}:{self.settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self.settings.threads,
            "worker_connections": self.settings.threads + IDLE_CONNECTIONS,
            "keepalive": 75,
            "timeout": 120,
            "graceful_timeout": GRACEFUL_S,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._after_start,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app, self.stop = self.build()
        return app

    def _after_start(self, worker: Any) -> None:
        terminate = signal.getsignal(signal.SIGTERM)

        def close_then_terminate(number: int, frame: FrameType | None) -> None:
            self.stop()
            if callable(terminate):
                terminate(number, frame)

        signal.signal(signal.SIGTERM, close_then_terminate)
        gc.set_threshold(50_000, 20, 20)
        gc.freeze()
        sys.stdout.flush()


def serve(settings: Settings, build: Callable[[], tuple[Any, Callable[[], None]]]) -> int:
    """Run until SIGTERM or Ctrl-C."""
    Console(settings, build).run()
    return 0
