"""What log lines can be asked by, and the conditions that it becomes.

Values are bound by the engine; what stands in the text are the constants of this module. A value
with ``!`` in front is left out. Texts are looked for as they are: ``%`` and ``_`` mean themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.errors import Invalid

Values = tuple[str, ...]

MOST = 50
"""Values of one filter."""

LONGEST = 400
"""Characters of one value."""

COLUMNS: Mapping[str, str] = {
    "method": "method",
    "host": "host",
    "path": "path",
    "route": "route",
    "upstream": "upstream_name",
    "upstream_addr": "upstream_addr",
    "pod": "pod_name",
    "client": "client_ip",
    "user_agent": "user_agent",
    "gateway": "concat(namespace, '/', gateway)",
    "trace_id": "trace_id",
}
"""Filters that compare a column with values, and the column."""

MILLISECONDS = "must be a number of milliseconds, 0 or more"

_STATUS = re.compile(r"!?([1-5]xx|[1-9]\d\d)")


@dataclass(frozen=True, slots=True)
class Filters:
    """``text`` occurs in path, host or user agent or is a request's id. ``status`` holds codes and
    classes (``502``, ``5xx``), ``exact`` values by the names of ``COLUMNS``; an id may be the
    gateway's or the client's; ``min_ms`` is the least time a request took."""

    text: str = ""
    status: Values = ()
    request_id: str = ""
    min_ms: float | None = None
    exact: Mapping[str, Values] = field(default_factory=dict)

    def checked(self) -> "Filters":
        """The same. Raises Invalid, which names the filter and its rule."""
        for name, values in (("status", self.status), *self.exact.items()):
            if name != "status" and name not in COLUMNS:
                raise Invalid.of(name, f"must be one of {', '.join(COLUMNS)}")
            if len(values) > MOST:
                raise Invalid.of(name, f"must have at most {MOST} values")
        if any(not _STATUS.fullmatch(value) for value in self.status):
            raise Invalid.of("status", "must be a code such as 502 or a class such as 5xx")
        texts = [("text", self.text), ("request_id", self.request_id)]
        texts += [(name, value) for name, values in self.exact.items() for value in values]
        for name, value in texts:
            if len(value) > LONGEST:
                raise Invalid.of(name, f"must be at most {LONGEST} characters")
        if self.min_ms is not None and not 0 <= self.min_ms < 1e9:
            raise Invalid.of("min_ms", MILLISECONDS)
        return self

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return bool(self.beyond_status or self.status)

    @property
    def beyond_status(self) -> bool:
        """Whether there is one besides that of the status."""
        return bool(
            self.text or self.request_id or self.min_ms is not None or any(self.exact.values())
        )

    def where(self, *, status: bool = True) -> tuple[str, dict[str, Any]]:
        """The conditions, beginning with AND, and their parameters; without that of the status
        where what is asked is how it is spread."""
        parts: list[str] = []
        bound: dict[str, Any] = {}
        if self.text:
            self._add_text(parts, bound)
        if status and self.status:
            self._add_status(parts, bound)
        if self.request_id:
            parts.append("(request_id = {request_id:String} OR x_request_id = {request_id:String})")
            bound["request_id"] = self.request_id
        if self.min_ms is not None:
            parts.append("latency_ms >= {min_ms:Float64}")
            bound["min_ms"] = self.min_ms
        for name, values in self.exact.items():
            column = COLUMNS[name]
            for refused, chosen in _halves(values):
                key = f"{'not' if refused else 'is'}_{name}"
                verb = "NOT IN" if refused else "IN"
                parts.append(f"{column} {verb} {{{key}:Array(String)}}")
                bound[key] = chosen
        return "".join(f" AND {part}" for part in parts), bound

    def _add_text(self, parts: list[str], bound: dict[str, Any]) -> None:
        parts.append(
            "(path ILIKE {like:String} OR host ILIKE {like:String} OR user_agent ILIKE"
            " {like:String} OR request_id = {text:String} OR x_request_id = {text:String})"
        )
        bound["text"], bound["like"] = self.text, f"%{escaped(self.text)}%"

    def _add_status(self, parts: list[str], bound: dict[str, Any]) -> None:
        for refused, chosen in _halves(self.status):
            prefix = "not" if refused else "is"
            bound[f"{prefix}_class"] = [value for value in chosen if value.endswith("xx")]
            bound[f"{prefix}_status"] = [int(value) for value in chosen if value.isdigit()]
            either = (
                f"(status_class IN {{{prefix}_class:Array(String)}}"
                f" OR status IN {{{prefix}_status:Array(UInt16)}})"
            )
            parts.append(f"NOT {either}" if refused else either)


def escaped(text: str) -> str:
    """``text`` as LIKE takes it to find it as it is.

    >>> escaped("50%_off\\\\")
    '50\\\\%\\\\_off\\\\\\\\'
    """
    return re.sub(r"([\\%_])", r"\\\1", text)


def _halves(values: Values) -> list[tuple[bool, list[str]]]:
    """The values that are wanted and those that are refused, as far as there are any."""
    kept = [value for value in values if not value.startswith("!")]
    refused = [value[1:] for value in values if value.startswith("!")]
    return [half for half in ((False, kept), (True, refused)) if half[1]]
