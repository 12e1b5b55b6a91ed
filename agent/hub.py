"""The hub: takes heartbeats, and answers with the agent's configuration.

Everything but 200 is a failure with an ``outcome`` for metrics, a sentence for people and, where
the hub gave one, the time to wait. Nothing of the token is in any of them.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote

import orjson

from agent.origin import Origin, Reply, Unreachable

ANSWER_S = 10.0
SHORTEST_S, LONGEST_S = 5, 3600
"""Interval that a ManagedCluster may ask for, in seconds."""

Outcome = Literal["accepted", "refused", "invalid", "busy", "unreachable", "error"]
OUTCOMES: tuple[Outcome, ...] = (
    "accepted",
    "refused",
    "invalid",
    "busy",
    "unreachable",
    "error",
)
_OUTCOME_OF: Mapping[int, Outcome] = {
    **dict.fromkeys((401, 403, 404), "refused"),
    **dict.fromkeys((400, 413, 422), "invalid"),
    **dict.fromkeys((429, 503), "busy"),
}


class NotAccepted(Exception):
    """``wait_s`` is what the hub asked for, 0 for nothing."""

    def __init__(self, outcome: Outcome, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Config:
    """What the hub wants of the agent. None where it did not say, or nothing usable."""

    interval_s: int | None = None
    otel_endpoint: str | None = None


class Hub:
    """Sends the heartbeats of one cluster."""

    def __init__(
        self, origin: Origin, cluster: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._origin = origin
        self._path = f"/api/v1/clusters/{quote(cluster, safe='')}/heartbeat"
        self._clock = clock

    def send(self, payload: Mapping[str, Any]) -> Config:
        """Deliver one heartbeat. Raises NotAccepted."""
        try:
            reply = self._origin.request(
                "POST",
                self._path,
                seconds=ANSWER_S,
                body=orjson.dumps(payload),
                headers={"Content-Type": "application/json", "Accept": "application/json"},
            )
        except Unreachable as error:
            raise NotAccepted("unreachable", str(error)) from None
        answer = _decoded(reply.body)
        if reply.status != 200 or answer.get("status") != "ok":
            outcome = _OUTCOME_OF.get(reply.status, "error")
            raise NotAccepted(outcome, _sentence(reply, answer), self._wait(reply))
        return _config(answer.get("config"))

    def _wait(self, reply: Reply) -> float:
        """Seconds of ``Retry-After``, which is a number or a date (RFC 9110, 10.2.3)."""
        said = reply.headers.get("Retry-After", "").strip()
        if said.isdecimal():
            return min(float(said), LONGEST_S)
        try:
            until = parsedate_to_datetime(said).timestamp()
        except ValueError:
            return 0.0
        return min(max(0.0, until - self._clock()), LONGEST_S)


def _decoded(body: bytes) -> Mapping[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _sentence(reply: Reply, answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    message = error.get("message") if isinstance(error, dict) else ""
    if 300 <= reply.status < 400:
        message = "It wants to be called at another address, which HUB_API_ENDPOINT has to name."
    elif reply.status == 200:
        message = "The answer is not that of a hub."
    return f"The hub answered {reply.status}. {message or ''}".strip()


def _config(said: Any) -> Config:
    config = said if isinstance(said, dict) else {}
    interval, endpoint = config.get("heartbeatIntervalSeconds"), config.get("otelEndpoint")
    usable = type(interval) is int and SHORTEST_S <= interval <= LONGEST_S
    return Config(
        interval if usable else None, endpoint if isinstance(endpoint, str) and endpoint else None
    )
