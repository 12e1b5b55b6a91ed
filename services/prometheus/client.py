"""One Prometheus: instant and range queries, each with a time limit and a bound on its answer.

A Prometheus that does not answer is not asked by every page that opens: after three failures in a
row it rests (``services/kube/breaker.py``). What a query gives is numbers only. NaN and infinity,
which Prometheus gives for a ratio of nothing, are no samples here.
"""

import base64
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import orjson
import urllib3

from services.errors import Unavailable
from services.kube.breaker import Breaker
from services.kube.client import GUARDED_POOLS
from services.kube.failures import from_transport

ANSWER_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
OPEN_SECONDS = 15.0
"""How long one rests that did not answer three times."""

Labels = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """One number and what it is of."""

    labels: Labels
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers over time, oldest first; a time without a number is not among them."""

    labels: Labels
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a query gave. ``warnings`` are the server's own: that part of the data is missing."""

    items: tuple[T, ...]
    warnings: tuple[str, ...]


class PrometheusClient:
    """Queries over kept-alive connections; safe to share between threads.

    Everything raises Unavailable, whose sentence names the address and nothing of the credential.
    """

    def __init__(
        self, url: str, username: str = "", password: str = "", seconds: float = 5.0
    ) -> None:
        self.url = url.rstrip("/")
        self._seconds = seconds
        self._headers = {"Accept": "application/json"}
        if username:
            secret = base64.b64encode(f"{username}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {secret}"
        self._breaker = Breaker(open_seconds=OPEN_SECONDS)
        self._pool = urllib3.PoolManager(maxsize=4, timeout=seconds, retries=False)
        self._pool.pool_classes_by_scheme = GUARDED_POOLS

    def instant(self, query: str, at: datetime | None = None) -> Found[Sample]:
        """A query that gives a vector, at a time (now without one)."""
        moment = {"time": f"{at.timestamp():.3f}"} if at else {}
        data, warnings = self._ask("query", {"query": query, **moment})
        found = self._read(data, "vector", _sample)
        return Found(tuple(one for one in found if math.isfinite(one.value)), warnings)

    def range(self, query: str, start: datetime, end: datetime, step: int) -> Found[Series]:
        """A query evaluated every ``step`` seconds from ``start`` to ``end``."""
        moments = {"start": f"{start.timestamp():.3f}", "end": f"{end.timestamp():.3f}"}
        data, warnings = self._ask("query_range", {"query": query, **moments, "step": str(step)})
        return Found(tuple(self._read(data, "matrix", _series)), warnings)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()

    def _ask(self, path: str, parameters: Mapping[str, str]) -> tuple[Any, tuple[str, ...]]:
        given = {**parameters, "timeout": f"{self._seconds:g}s"}
        try:
            with self._breaker.call():
                status, body = self._get(f"{self.url}/api/v1/{path}?{urlencode(given)}")
                return self._understood(status, body)
        except Unavailable as error:
            if error.error_code != "breaker_open":
                raise
            raise Unavailable(f"{self.url}: {error.message}", **error.details) from error

    def _get(self, url: str) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._seconds
        body = bytearray()
        try:
            answer = self._pool.request(
                "GET", url, headers=self._headers, redirect=False, preload_content=False
            )
            while chunk := answer.read1(CHUNK_BYTES):  # what has come, not what was asked for
                body += chunk
                if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
                    answer.close()
                    said = "timed out" if len(body) <= ANSWER_BYTES else "over 8 MiB of answer"
                    raise Unavailable(f"{self.url} does not answer: {said}")
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise from_transport(error, self.url) from error
        return answer.status, bytes(body)

    def _understood(self, status: int, body: bytes) -> tuple[Any, tuple[str, ...]]:
        if status in (401, 403):
            raise Unavailable(
                f"{self.url} refuses the console ({status}).", code="credential", status=status
            )
        answer = _decoded(body)
        if answer.get("status") == "error":
            why = str(answer.get("error") or answer.get("errorType") or status)
            raise Unavailable(f"{self.url} does not answer the query: {why}", status=status)
        if status != 200 or answer.get("status") != "success":
            raise self._strange(status)
        warnings = answer.get("warnings") or ()
        return answer.get("data"), tuple(map(str, warnings))

    def _read(self, data: Any, kind: str, read: Callable[[Any], T]) -> list[T]:
        try:
            if data["resultType"] == kind:
                return [read(one) for one in data["result"]]
        except (KeyError, TypeError, ValueError, IndexError):
            pass
        raise self._strange(200)

    def _strange(self, status: int) -> Unavailable:
        said = f"{self.url} does not answer as a Prometheus does ({status})."
        return Unavailable(said, status=status)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _sample(one: Any) -> Sample:
    at, value = _point(one["value"])
    return Sample(one["metric"], value, at)


def _series(one: Any) -> Series:
    points = map(_point, one["values"])
    return Series(one["metric"], tuple(point for point in points if math.isfinite(point[1])))


def _point(pair: Any) -> tuple[datetime, float]:
    return datetime.fromtimestamp(float(pair[0]), UTC), float(pair[1])
