"""The one family of errors that services raise.

The edges translate: ``api/`` to an HTTP status, ``callbacks/`` to a toast, ``cli/`` to an exit
status. A service never formats for people beyond one plain sentence in ``message``; everything a
machine may want to act on goes into ``details``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self


class ConsoleError(Exception):
    """An expected failure with a stable ``code``, one sentence, and JSON-able ``details``."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or self.code
        self.details = details


class Unauthenticated(ConsoleError):
    """Nobody is signed in, or the credential is not valid."""

    code = "unauthenticated"
    status = 401


class Denied(ConsoleError):
    """The identity is known and may not do this. ``details`` names the role or limit."""

    code = "denied"
    status = 403


class NotFound(ConsoleError):
    """The object, cluster or kind does not exist (for this identity)."""

    code = "not_found"
    status = 404


class Conflict(ConsoleError):
    """The object changed meanwhile. ``details`` carries ``base``, ``theirs`` and ``mine``."""

    code = "conflict"
    status = 409


class Invalid(ConsoleError):
    """The input breaks a rule. ``details`` carries ``fields``: a list of ``{field, rule}``."""

    code = "invalid"
    status = 422

    @classmethod
    def of(cls, field: str, rule: str) -> Self:
        """One field that breaks one rule, such as "must be a number"."""
        return cls(f"{field} {rule}.", fields=[{"field": field, "rule": rule}])

    def renamed(self, names: Mapping[str, str]) -> "Invalid":
        """The same, with fields by the names of whoever asked; what has no other keeps its own."""
        fields = self.details.get("fields", [])
        if not any(one["field"] in names for one in fields):
            return self
        fields = [one | {"field": names.get(one["field"], one["field"])} for one in fields]
        return Invalid(" ".join(f"{one['field']} {one['rule']}." for one in fields), fields=fields)


class Unsupported(ConsoleError):
    """This console is not set up for it. The sentence says what would be needed."""

    code = "not_supported"
    status = 501


class Unavailable(ConsoleError):
    """A dependency does not answer. ``details`` may carry ``last_seen`` (ISO 8601, UTC)."""

    code = "unavailable"
    status = 503
