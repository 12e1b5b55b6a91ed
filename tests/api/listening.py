"""A client of the console's sockets for tests."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from websocket import ABNF, WebSocket, WebSocketTimeoutException, create_connection


class Closed(Exception):
    """The console ended the socket; ``code`` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def opened(
    url: str, token: str, origin: str | None = None, sockopt: Sequence[tuple[int, int, int]] = ()
) -> Iterator[WebSocket]:
    """A socket to ``url`` (http or ws), closed at the end."""
    headers = {"Authorization": f"Bearer {token}"}
    with closing(
        create_connection(
            url.replace("http://", "ws://"),
            header=headers,
            origin=origin,
            suppress_origin=origin is None,
            timeout=10,
            sockopt=sockopt,
        )
    ) as client:
        yield client


def messages(client: WebSocket, topic: str, seconds: float = 10) -> Iterator[dict[str, Any]]:
    """What comes on ``topic`` within ``seconds``. Raises Closed when the console ends it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            kind, data = client.recv_data()
        except WebSocketTimeoutException:
            return
        if kind == ABNF.OPCODE_CLOSE:
            raise Closed(int.from_bytes(data[:2], "big"))
        message = json.loads(data)
        if message["topic"] == topic:
            yield message
