"""What live topics cost with many listeners of whom one reads nothing: lag, loss, memory.

400 sockets, and 40 as the baseline, each on a fresh console under gunicorn in a process of its own.
Everybody listens to the same topic, one message of 8 KiB a second, as the readings of thirty GPUs
are; the clock is the one that all processes of a machine share. One socket more never reads and is
cut off when what the kernel keeps for it is full and ten seconds have passed. Promised: it holds up
nobody, nobody else loses a message, and the lag of 400 is that of a loop over 400 sends.
"""

import json
import selectors
import socket
import statistics
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from websocket import ABNF, WebSocket, create_connection

sys.path.insert(0, str(Path(__file__).parents[2]))

from api.live import PATH
from tests.live_console import LiveConsole, live_console

SOCKETS, BASELINE = 400, 40
SIZE = 8 * 1024
WATCHED_S = 45.0
THREADS = 560
"""Three quarters of them may be sockets."""
CUT_OFF = 'ngf_console_live_sockets_closed_total{reason="stuck",topic="beat"}'


@dataclass
class Listener:
    """One socket that reads: when each message came, and what it says it has lost."""

    client: WebSocket
    rest: bytes = b""
    lags: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    lost: int = 0

    def read(self, since: float) -> None:
        """What is there; what was sent before ``since`` waited for the sockets after this one."""
        now = time.monotonic()
        self.rest += self.client.sock.recv(1 << 16)
        while (frame := self._frame()) is not None:
            kind, text = frame
            if kind == ABNF.OPCODE_PING:
                self.client.pong(text)
            if kind != ABNF.OPCODE_TEXT:
                continue
            message = json.loads(text)
            self.lost += message.get("lost", 0)
            if message.get("data"):
                if message["data"]["sent"] > since:
                    self.lags.append(now - message["data"]["sent"])
                self.numbers.append(message["data"]["number"])

    def _frame(self) -> tuple[int, bytes] | None:
        """Kind and content of the next whole frame; a server does not mask."""
        if len(self.rest) < 2:
            return None
        kind, length, start = self.rest[0] & 0x0F, self.rest[1], 2
        if length == 126:
            if len(self.rest) < 4:
                return None
            length, start = int.from_bytes(self.rest[2:4], "big"), 4
        if len(self.rest) < start + length:
            return None
        text = self.rest[start : start + length]
        self.rest = self.rest[start + length :]
        return kind, text


def opened(console: LiveConsole, **options: Any) -> WebSocket:
    return create_connection(
        console.url.replace("http", "ws") + PATH.replace("<topic>", "beat"),
        header={"Authorization": f"Bearer {console.token}"},
        suppress_origin=True,
        timeout=60,
        **options,
    )


def memory(console: LiveConsole) -> float:
    """MiB of the process that serves."""
    pid = console.process.pid
    served = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    lines = Path(f"/proc/{served}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cut_off(console: LiveConsole) -> bool:
    headers = {"Authorization": f"Bearer {console.token}"}
    text = requests.get(f"{console.url}/metrics", headers=headers, timeout=60).text
    return any(line.startswith(CUT_OFF) and not line.endswith(" 0.0") for line in text.splitlines())


def measured(count: int) -> tuple[float, float, float]:
    """Median and 99th percentile of the lag in ms, and KiB a socket."""
    folder = Path(tempfile.mkdtemp())
    with live_console(folder, 1.0, THREADS, SIZE) as console:
        before = memory(console)
        began = time.monotonic()
        listeners = [Listener(opened(console)) for _ in range(count)]
        connected = time.monotonic() - began
        stuck = opened(console, sockopt=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
        with closing(stuck), selectors.DefaultSelector() as waiting:
            for one in listeners:
                one.client.sock.setblocking(False)
                waiting.register(one.client.sock, selectors.EVENT_READ, one)
            start = time.monotonic()
            while time.monotonic() < start + WATCHED_S:
                for key, _ in waiting.select(0.5):
                    key.data.read(start)
            grown = memory(console) - before
            gone = cut_off(console)
        for one in listeners:
            one.client.sock.close()
    lags = [lag * 1000 for one in listeners for lag in one.lags]
    missing = sum(one.numbers[-1] - one.numbers[0] + 1 - len(one.numbers) for one in listeners)
    median, slow = statistics.median(lags), statistics.quantiles(lags, n=100)[98]
    print(
        f"{count:4} sockets: connected in {connected:.1f} s, {len(lags):,} messages,"
        f" lag p50 {median:.1f} ms, p99 {slow:.1f} ms, max {max(lags):.1f} ms,"
        f" lost {missing}, told of {sum(one.lost for one in listeners)};"
        f" {grown:.0f} MiB more; the stuck one {'was cut off' if gone else 'is still there'}"
    )
    return median, slow, 1024 * grown / count


def main() -> None:
    base, many = measured(BASELINE), measured(SOCKETS)
    for name, few, lots in zip(("lag p50", "lag p99", "memory a socket"), base, many, strict=True):
        print(f"{name}: {lots / few:.2f} times that of {BASELINE} sockets")


if __name__ == "__main__":
    main()
