"""JSON as it comes in: nested no deeper than any object a person writes, and of Unicode text.

Everything that walks an object (copies, diffs, encoders) recurses; what would exhaust one of them
half way is refused here, before anybody has looked at it. So is half of a surrogate pair, which
JSON can spell and nothing that is written or sent can.
"""

from typing import Any

from flask.json.provider import DefaultJSONProvider

from services.errors import Invalid

MAX_DEPTH = 64
"""Levels of objects and lists; definitions of the Gateway API and NGF end at about fifteen."""


class BoundedJSON(DefaultJSONProvider):
    """Flask's JSON, bounded in depth and in what is text."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The decoded value.

        Raises ValueError for what is no JSON, Invalid for what is too deep or no Unicode.
        """
        try:
            value = super().loads(s, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        if isinstance(value, str):
            raise ValueError("a text is no body; JSON inside it would be decoded unbounded")
        level = [value]
        for _ in range(MAX_DEPTH + 1):
            _require_unicode(level)
            level = [one for one in level if isinstance(one, dict | list)]
            if not level:
                return value
            level = [inner for outer in level for inner in _inside(outer)]
        raise _too_deep()


def _inside(value: Any) -> Any:
    return (*value, *value.values()) if isinstance(value, dict) else value


def _require_unicode(values: list[Any]) -> None:
    try:
        "".join(value for value in values if isinstance(value, str)).encode()
    except UnicodeEncodeError:
        raise Invalid.of("body", "must be Unicode text") from None


def _too_deep() -> Invalid:
    return Invalid.of("body", f"must be nested at most {MAX_DEPTH} levels deep")
