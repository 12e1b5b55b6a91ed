"""From what a Kubernetes API server answers to the errors that services raise.

The sentence is the server's own: its Status message is written for people and names the object.
"""

import os
import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any

import orjson

from services.errors import Conflict, ConsoleError, Denied, Invalid, NotFound, Unavailable

_UNKNOWN = re.compile(r'unknown field "([^"]+)"')


def from_answer(status: int, body: bytes) -> ConsoleError:
    """The error for an HTTP status of 400 or more and its body (a Status object, or anything)."""
    answer = _status_object(body)
    message = str(answer.get("message") or "") or f"The API server answered {status}."
    reason = str(answer.get("reason") or "")
    if status == 401:
        return Unavailable(
            "The API server does not accept the console's credential.", code="credential"
        )
    if status == 403:
        return Denied(message, reason=reason)
    if status == 404:
        return NotFound(message)
    if status == 409:
        return Conflict(message, reason=reason)
    if status == 410:
        return Conflict(message, code="expired", reason=reason)
    if status in (400, 405, 406, 413, 415, 422):
        return Invalid(message, fields=_causes(answer, message))
    return Unavailable(message, status=status)


def from_transport(error: BaseException, host: str) -> Unavailable:
    """The error for a call that got no answer; ``host`` is named, nothing else of the request."""
    return Unavailable(f"{host} does not answer: {cause(error)}")


def cause(error: BaseException) -> str:
    """The innermost reason in words; transports wrap it in several layers of their own."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, TimeoutError):
            return "timed out"
        inner = (
            getattr(seen, "os_error", None)
            or getattr(seen, "reason", None)
            or seen.__cause__
            or (seen.__context__ if not isinstance(seen, OSError) else None)
        )
        if not isinstance(inner, BaseException) or inner is seen:
            break
        seen = inner
    if "timed out" in str(seen).lower():
        return "timed out"
    if isinstance(seen, OSError) and seen.strerror:
        return _system_words(seen)
    return str(seen) or type(seen).__name__


def _system_words(error: OSError) -> str:
    """What the system says of the error's number: asyncio puts "Connect call failed" there. TLS and
    look-ups have numbers of their own."""
    if error.errno and not isinstance(error, ssl.SSLError | socket.gaierror):
        return os.strerror(error.errno)
    return error.strerror or str(error)


def _status_object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) and answer.get("kind") == "Status" else {}


def _causes(answer: Mapping[str, Any], message: str) -> list[dict[str, str]]:
    """The fields that are wrong. A cause of the object as a whole (``<nil>``) only repeats others;
    of unknown fields the message alone tells the path."""
    causes = [
        {"field": str(cause.get("field", "")), "rule": str(cause.get("message", ""))}
        for cause in (answer.get("details") or {}).get("causes") or ()
    ]
    unknown = [{"field": path, "rule": "unknown field"} for path in _UNKNOWN.findall(message)]
    named = [cause for cause in causes if cause["field"] != "<nil>"]
    return named or causes or unknown or [{"field": "", "rule": message}]
