"""What log lines can be asked by, and the conditions that it becomes.

Values are bound by the engine; what stands in the text are the constants of the kind. A value with
``!`` in front is left out. Texts are looked for as they are: ``%`` and ``_`` mean themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any

from services.errors import Invalid
from services.telemetry.log_kinds import Kind

Values = tuple[str, ...]

MOST = 50
"""Values of one filter."""

LONGEST = 400
"""Characters of one value."""

MILLISECONDS = "must be a number of milliseconds, 0 or more"


@dataclass(frozen=True, slots=True)
class Filters:
    """``text`` occurs in what a line says, or is an id of its request. ``status`` holds what the
    kind of lines has for that (``502``, ``5xx``), ``exact`` values by the names of its ``filters``;
    ``min_ms`` is the least time it took."""

    text: str = ""
    status: Values = ()
    request_id: str = ""
    min_ms: float | None = None
    exact: Mapping[str, Values] = field(default_factory=dict)

    def checked(self, kind: Kind) -> "Filters":
        """The same. Raises Invalid, which names the filter and its rule."""
        for name, values in (("status", self.status), *self.exact.items()):
            if name not in kind.filters:
                raise Invalid.of(name, f"must be one of {', '.join(kind.filters)}")
            if len(values) > MOST:
                raise Invalid.of(name, f"must have at most {MOST} values")
        if any(not kind.statuses.fullmatch(value.removeprefix("!")) for value in self.status):
            raise Invalid.of("status", kind.status_rule)
        texts = [("text", self.text), ("request_id", self.request_id)]
        texts += [(name, value) for name, values in self.exact.items() for value in values]
        for name, value in texts:
            if len(value) > LONGEST:
                raise Invalid.of(name, f"must be at most {LONGEST} characters")
        if self.min_ms is not None and not kind.took:
            raise Invalid.of("min_ms", f"is no filter of the {kind.source}")
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

    def where(self, kind: Kind, *, status: bool = True) -> tuple[str, dict[str, Any]]:
        """The conditions, beginning with AND, and their parameters; without that of the status
        where what is asked is how it is spread."""
        parts: list[str] = []
        bound: dict[str, Any] = {}
        if self.text:
            parts.append(kind.text)
            bound |= {"text": self.text, "like": f"%{escaped(self.text)}%"}
        if self.request_id:
            parts.append(kind.request_id)
            bound["request_id"] = self.request_id
        if self.min_ms is not None:
            parts.append(f"{kind.took} >= {{min_ms:Float64}}")
            bound["min_ms"] = self.min_ms
        for name, values in {**self.exact, "status": self.status if status else ()}.items():
            for refused, chosen in _halves(values):
                key = f"{'not' if refused else 'is'}_{name}"
                among = Template(kind.filters[name]).substitute(values=f"{{{key}:Array(String)}}")
                parts.append(f"NOT ({among})" if refused else among)
                bound[key] = chosen
        return "".join(f" AND {part}" for part in parts), bound


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
