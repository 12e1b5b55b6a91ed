"""A way to an API server that tests can cut, block and mend without touching the server."""

import selectors
import socket
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit


class Passage:
    """A TCP relay on loopback in front of ``url``. TLS passes through unchanged."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname or "127.0.0.1", target.port or 443)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = self._closed = False
        self._flowing = threading.Event()
        self._flowing.set()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self.cut()
        self._flowing.set()
        self._listener.close()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._open = False
        for pair in list(self._pairs):
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Keep every connection, and take new ones, but let nothing through."""
        self._flowing.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._open = True
        self._flowing.set()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                near.close()
                continue
            far = socket.create_connection(self._target)
            threading.Thread(target=self._relay, args=(near, far), daemon=True).start()

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        pair = (near, far)
        self._pairs.add(pair)
        try:
            with selectors.DefaultSelector() as ready:
                ready.register(near, selectors.EVENT_READ, far)
                ready.register(far, selectors.EVENT_READ, near)
                while True:
                    found = ready.select()
                    self._flowing.wait()
                    for key, _ in found:
                        if not (data := key.fileobj.recv(65536)):  # type: ignore[union-attr]
                            return
                        key.data.sendall(data)
        except OSError:
            return
        finally:
            self._pairs.discard(pair)
            near.close()
            far.close()
