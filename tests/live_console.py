"""A console without pages or clusters that serves one topic, as a process of its own on gunicorn.

``python -m tests.live_console FOLDER SECONDS THREADS BYTES`` prints its port and a token, then
serves until it is told to stop. The topic ``beat`` says every SECONDS when it was asked, on the
clock that all processes of a machine share, and as many BYTES beside. So tests and measurements
meet the server that people meet.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.serve import listen, serve
from services import logs
from services.auth.identity import CONSOLE, Role
from services.realtime.scope import Scope
from services.realtime.topics import Topic, Topics
from tests.api.servers import without_clusters, without_pages
from tests.serving import free_port

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class LiveConsole:
    """A running one."""

    process: "subprocess.Popen[str]"
    url: str
    token: str


@contextmanager
def live_console(
    folder: Path, seconds: float = 0.05, threads: int = 16, size: int = 0
) -> Iterator[LiveConsole]:
    """One for the length of the block."""
    options = (str(folder), str(seconds), str(threads), str(size))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.live_console", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port, token = process.stdout.readline().split()
            yield LiveConsole(process, f"http://127.0.0.1:{port}", token)
        finally:
            process.terminate()


def main(folder: str, seconds: str, threads: str, size: str) -> int:
    logs.configure("warning")  # its standard output is read for one line only
    filling = "x" * int(size)

    def beat(_: Scope, number: int | None) -> tuple[list[dict[str, Any]], int]:
        following = (number or 0) + 1
        said = {"number": following, "sent": time.monotonic(), "filling": filling}
        return [said], following

    container = without_clusters(Path(folder), threads=int(threads), port=free_port())
    container.hub.seats.each = container.hub.seats.limit  # there is one token
    topic = Topic("beat", beat, float(seconds))
    container = replace(container, topics=Topics([topic], container.hub.seats))
    token = container.tokens.create(CONSOLE, "live", Role.ADMIN)[1]
    listener = listen(container.settings)
    port = container.settings.port

    def build() -> tuple[Any, Any]:
        made = without_pages(container), container.stop
        print(port, token, flush=True)  # who connects is answered at once from now on
        return made

    return serve(container.settings, listener, build)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
