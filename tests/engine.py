"""An OpenAI-compatible engine on loopback that streams at a known pace, or fails in a known way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import orjson


@dataclass
class Engine:
    """How it answers, and what it was asked. ``tokens`` come ``gap_s`` apart, the first after
    ``first_s``; ``per_piece`` of them in one event."""

    first_s: float = 0.05
    gap_s: float = 0.01
    tokens: int = 10
    per_piece: int = 1
    usage: bool = True
    chat: bool = True
    status: int = 200
    body: Any = None
    breaks_after: int | None = None
    event: Any = None
    streams: bool = True
    silent: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    stopped: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def pieces(self) -> Iterator[bytes]:
        """The events of one answer, in their time."""
        if self.chat:
            yield self._event({"delta": {"role": "assistant", "content": ""}})
        if self.event is not None:
            yield b"data: " + orjson.dumps(self.event) + b"\n\n"
            return
        count = self.tokens // self.per_piece
        for number in range(count):
            self.stopped.wait(self.gap_s if number else self.first_s)
            if number == self.breaks_after:
                return
            text = "word " * self.per_piece
            yield self._event({"delta": {"content": text}} if self.chat else {"text": text})
        yield self._event({"delta": {}, "finish_reason": "length"})
        if self.usage:
            counted = {"prompt_tokens": 77, "completion_tokens": self.tokens}
            yield b"data: " + orjson.dumps({"choices": [], "usage": counted}) + b"\n\n"
        yield b": a comment\n\ndata: [DONE]\n\n"

    def _event(self, choice: dict[str, Any]) -> bytes:
        return b"data: " + orjson.dumps({"choices": [{"index": 0, **choice}]}) + b"\n\n"


@contextmanager
def serving(engine: Engine) -> Iterator[str]:
    """The base URL of a running one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with engine.lock:
                engine.asked.append({**asked, "path": self.path})
                engine.keys.add(self.headers.get("Authorization", ""))
                engine.at_once += 1
                engine.most_at_once = max(engine.most_at_once, engine.at_once)
            try:
                with suppress(OSError):
                    self._answer()
            finally:
                with engine.lock:
                    engine.at_once -= 1

        def _answer(self) -> None:
            if engine.silent:
                engine.stopped.wait(30)
                self.close_connection = True
                return
            if engine.status != 200 or not engine.streams:
                body = engine.body if isinstance(engine.body, bytes) else orjson.dumps(engine.body)
                self.send_response(engine.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in engine.pieces():
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        engine.stopped.set()
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serve at a leisurely pace until interrupted, to look at the page of benchmarks."""
    with serving(Engine(first_s=0.2, gap_s=0.02, tokens=64)) as url:
        print(url, flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
