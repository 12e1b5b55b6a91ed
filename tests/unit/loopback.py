"""A server on loopback that answers as a function tells it, plain or with TLS."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

from services.demo.api.certificates import ServerCertificate


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """What is answered; a body that is no bytes goes out as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def answering(
    answer: Callable[[Request], Response],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: ServerCertificate | None = None,
    folder: Path | None = None,
) -> Iterator[tuple[str, int]]:
    """(base URL, port). A ``certificate`` needs a ``folder`` to lie in."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            response = answer(Request(self.command, self.path, self.headers, body))
            said = response.body
            content = said if isinstance(said, bytes) else orjson.dumps(said)
            self.send_response(response.status)
            for name, value in {**response.headers, "Content-Length": len(content)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    if certificate and folder:
        pem = folder / "server.pem"
        pem.write_text(certificate.certificate + certificate.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        where = int(server.server_address[1])
        yield f"{'https' if certificate else 'http'}://{host}:{where}", where
    finally:
        server.shutdown()
        server.server_close()
