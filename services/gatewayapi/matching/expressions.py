"""Regular expressions of routes, in RE2's dialect, which no request can make slow.

One that is not valid matches nothing.
"""

from functools import lru_cache
from typing import Any

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> Any:
    try:
        return re2.compile(pattern, _QUIET)
    except re2.error:
        return None


def fault(pattern: str) -> str:
    """What RE2 says is wrong with a pattern; "" for a valid one."""
    try:
        re2.compile(pattern, _QUIET)
    except re2.error as error:
        words = error.args[0] if error.args else error
        return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return ""


def whole(pattern: str, text: str) -> bool:
    """Whether the pattern matches all of a text."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(text) is not None


def beginning(pattern: str, text: str) -> bool:
    """Whether ``^pattern`` matches, open at its end, as nginx reads a location."""
    compiled = _compiled("^" + pattern)
    return compiled is not None and compiled.search(text) is not None


def anywhere(pattern: str, text: str) -> bool:
    """Whether the pattern matches any part of a text."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text) is not None
