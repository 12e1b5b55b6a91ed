"""What can go wrong with a question to the console."""

from collections.abc import Mapping
from typing import Any

import requests


class Error(Exception):
    """The console did not answer as asked: ``status`` and ``code`` of its answer, ``message`` for
    people, ``details`` for programs."""

    def __init__(
        self,
        message: str,
        status: int | None = None,
        code: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.code = message, status, code
        self.details = dict(details or {})


class NotSignedIn(Error):
    """The token is missing, wrong or revoked."""


class NotAllowed(Error):
    """The token's role or limits do not allow it."""


class NotFound(Error):
    """There is no such path, dataset, cluster or object, or not for this token."""


class Invalid(Error):
    """A parameter breaks a rule; ``details["fields"]`` names each with its rule."""


class Busy(Error):
    """Too much at once; ``details["retry_after"]`` says when to come again, in seconds."""


class Unavailable(Error):
    """The console, or what it would have to ask, does not answer."""


class BrokenOff(Unavailable):
    """The answer ended before its end; nothing of it is returned."""


_ERRORS: dict[int, type[Error]] = {
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    422: Invalid,
    429: Busy,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def error_of(answer: requests.Response) -> Error:
    """The error that the console answered."""
    try:
        told = answer.json()["error"]
        message, code, details = told["message"], told["code"], told["details"]
    except (ValueError, KeyError, TypeError):
        message, code, details = f"{answer.status_code} {answer.reason}", "", {}
    kind = _ERRORS.get(answer.status_code, Error)
    return kind(message, answer.status_code, code, details)
