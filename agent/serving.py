"""The small HTTP server that kubelet and Prometheus ask: a few paths, GET only."""

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

IDLE_S = 5.0
"""After which a connection that says nothing is closed."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


Pages = Mapping[str, Callable[[], Page]]


def state(trouble: str) -> Page:
    """200 while there is no trouble, else 503 with the trouble in the body."""
    return Page(503, f"{trouble}\n".encode()) if trouble else Page(200, b"ok\n")


def json(value: Any) -> Page:
    """200 with a value in JSON."""
    return Page(200, orjson.dumps(value), "application/json")


def metrics_of(registry: CollectorRegistry) -> Callable[[], Page]:
    """The page with a registry's metrics."""
    return lambda: Page(200, generate_latest(registry), CONTENT_TYPE_LATEST)


class Server(ThreadingHTTPServer):
    """Serves ``pages`` from a thread of its own; raises OSError where it cannot listen."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, bind: str, port: int, pages: Pages) -> None:
        if ":" in bind:
            self.address_family = socket.AF_INET6
        super().__init__((bind, port), _handler(pages))
        threading.Thread(target=self.serve_forever, name="http", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, also when any free port was asked for."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # after a restart at once
        if self.address_family == socket.AF_INET6:  # "::" is for both families
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()


def any_address() -> str:
    """The address that means all of this machine's, of both families where there are both."""
    return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"  # noqa: S104 - kubelet calls the pod


def _handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_S
        server_version = "ngf-console-agent"
        sys_version = ""

        def do_GET(self) -> None:
            make = pages.get(urlsplit(self.path).path)
            page = make() if make else Page(404, b"not found\n")
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a probe every few seconds is no news."""

    return Handler
