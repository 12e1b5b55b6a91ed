"""Small tables as CSV that a spreadsheet may open: nothing in it runs, and a gap is not an empty
text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Also as wide as Chinese characters, which spreadsheets read alike."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV after RFC 4180: texts are quoted, None is an empty cell."""
    return "".join(_lines(columns, rows))


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in (columns, *rows):
        yield ",".join(map(_cell, row)) + "\r\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace('"', '""')
    return f'"\'{text}"' if _FORMULA.match(text) else f'"{text}"'
