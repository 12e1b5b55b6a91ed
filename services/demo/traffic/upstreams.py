"""How NGINX reaches the pods of an upstream: in turn, past those that just failed, and what its
log says of each attempt.

A peer that fails once is left out for ten seconds; when all are, the log has the upstream's name
in place of an address. An attempt that fails before an answer is made again elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FAIL_TIMEOUT = 10.0
Fails = Callable[[str], bool]
"""Whether a peer hangs up on a request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Upstream fields of a log line: addresses, statuses, connect, header and response times; and
    the status that the client gets, and after how long."""

    uaddr: str
    ustatus: str
    uct: str
    uht: str
    urt: str
    status: int
    seconds: float


NOT_ASKED = Outcome("", "", "", "", "", 0, 0.0)


class Balancer:
    """Whose turn it is, and who failed."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}
        self._down: dict[str, float] = {}

    def ask(
        self,
        upstream: str,
        peers: Sequence[str],
        at: float,
        status: int,
        seconds: float,
        fails: Fails | None = None,
    ) -> Outcome:
        """A request that the backend answers with ``status`` after ``seconds``, unless it fails."""
        turn = self._next.get(upstream, 0)
        self._next[upstream] = turn + 1
        if fails is None and not self._down:
            return answered(peers[turn % len(peers)], status, seconds)
        tried: list[tuple[str, str, str, str, float]] = []
        for step in range(len(peers)):
            peer = peers[(turn + step) % len(peers)]
            if self._down.get(peer, 0.0) > at:
                continue
            if fails is None or not fails(peer):
                self._down.pop(peer, None)
                tried.append((peer, str(status), "0.001", f"{seconds:.3f}", seconds))
                break
            self._down[peer] = at + FAIL_TIMEOUT
            tried.append((peer, "502", "0.001", "-", 0.002))
        else:
            status = 502
            tried.append((upstream, "502", "-", "-", 0.0))
        took = sum(one[4] for one in tried)
        return Outcome(
            uaddr=", ".join(one[0] for one in tried),
            ustatus=", ".join(one[1] for one in tried),
            uct=", ".join(one[2] for one in tried),
            uht=", ".join(one[3] for one in tried),
            urt=", ".join(f"{one[4]:.3f}" for one in tried),
            status=status,
            seconds=took,
        )


def answered(peer: str, status: int, seconds: float, header_after: float | None = None) -> Outcome:
    """One attempt that was answered; the header came ``header_after`` seconds, or with the end."""
    took = f"{seconds:.3f}"
    header = took if header_after is None else f"{header_after:.3f}"
    return Outcome(peer, str(status), "0.000", header, took, status, seconds)


def given_up(peer: str, seconds: float) -> Outcome:
    """The client went away before the header came."""
    return Outcome(peer, "-", "0.000", "-", f"{seconds:.3f}", 499, seconds)


def own_server(status: int) -> Outcome:
    """Answered by a socket of NGINX itself: 500 for a backend that does not exist, 503 for one
    without endpoints."""
    socket = f"unix:/var/run/nginx/nginx-{status}-server.sock"
    return Outcome(socket, str(status), "0.000", "0.000", "0.000", status, 0.0)
