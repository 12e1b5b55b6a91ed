"""JSON as it comes in: nested no deeper than any object a person writes.

Everything that walks an object (copies, diffs, encoders) recurses; what would exhaust one of them
half way is refused here, before anybody has looked at it.
"""

from typing import Any

from flask.json.provider import DefaultJSONProvider

from services.errors import Invalid

MAX_DEPTH = 64
"""Levels of objects and lists; definitions of the Gateway API and NGF end at about fifteen."""


class BoundedJSON(DefaultJSONProvider):
    """Flask's JSON, bounded in depth."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The decoded value. Raises ValueError for what is no JSON, Invalid for too deep a one."""
        try:
            value = super().loads(s, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        if isinstance(value, str):
            raise ValueError("a text is no body; JSON inside it would be decoded unbounded")
        level = [value]
        for _ in range(MAX_DEPTH + 1):
            level = [one for one in level if isinstance(one, dict | list)]
            if not level:
                return value
            level = [inner for outer in level for inner in _inside(outer)]
        raise _too_deep()


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


def _too_deep() -> Invalid:
    rule = {"field": "body", "rule": f"must be nested at most {MAX_DEPTH} levels deep"}
    return Invalid(f"The body {rule['rule']}.", fields=[rule])
