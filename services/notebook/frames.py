"""DataFrames out of what the console answers: types that fit, and what the rows rest on."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from .schemas import LISTS, Kind

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)")
_PREFIX = "ngf_console."

_FACTS = ("source", "as_of", "window", "reason")

_NULLABLE: dict[Any, Any] = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}


def of_table(table: pa.Table) -> pd.DataFrame:
    """Rows of an export."""
    columns = {}
    for field, column in zip(table.schema, table.unify_dictionaries().columns, strict=True):
        types = _NULLABLE.get if field.nullable else None
        columns[field.name] = column.to_pandas(types_mapper=types, maps_as_pydicts="strict")
    made = pd.DataFrame(columns)
    made.attrs = facts_of(table)
    return made


def facts_of(table: pa.Table) -> dict[str, Any]:
    """What an export says of itself."""
    told = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
    facts = {name.removeprefix(_PREFIX): value for name, value in told.items()}
    return {**facts, "rows": int(facts["rows"]), "demo": facts["demo"] == "true"}


def of_answer(body: Any, rows: str = "", columns: Mapping[str, Kind] | None = None) -> pd.DataFrame:
    """Rows of an answer: its items, the list that ``rows`` names, or the one object that it is.

    Points of a row become rows, each with what the row says of them all. ``columns`` are there
    whatever rows come; those beside them, and their types, are of what came.
    """
    found, facts = _rows(body, rows)
    spread = [part for row in found for part in _spread(_flat(row))]
    kinds = dict(columns or {})
    within = {name.partition(".")[0] for name in kinds if "." in name}
    came = dict.fromkeys(name for row in spread for name in row if name not in within)
    made = {
        name: _column([row.get(name) for row in spread], kinds.get(name))
        for name in (*kinds, *(name for name in came if name not in kinds))
    }
    frame = pd.DataFrame(made)
    frame.attrs = facts
    return frame


def _rows(body: Any, rows: str) -> tuple[list[Any], dict[str, Any]]:
    if isinstance(body, list):
        return body, {}
    if rows:
        return list(body[rows]), {name: value for name, value in body.items() if name != rows}
    if isinstance(body.get("times"), list):
        counts = body.get("counts") or {}
        points = [
            {"time": time, **{name: values[at] for name, values in counts.items()}}
            for at, time in enumerate(body["times"])
        ]
        return points, {k: v for k, v in body.items() if k not in ("times", "counts")}
    name = next((name for name in LISTS if name in body), "")
    if name:
        return body[name], {key: value for key, value in body.items() if key != name}
    return [body], {name: body[name] for name in _FACTS if name in body}


def _flat(row: Any) -> dict[str, Any]:
    """Objects within a row become columns of their own, one level deep."""
    if not isinstance(row, dict):
        return {"value": row}
    made: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            made |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            made[name] = value
    return made


def _spread(row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if not isinstance(row.get("points"), list):
        return [row]
    shared = {name: value for name, value in row.items() if name != "points"}
    return [shared | point for point in row["points"]]


def _column(values: list[Any], kind: Kind | None) -> pd.Series:
    """Of the ``kind`` that is told, where the values are; else of what they are."""
    found = _kind(values)
    for one in (kind or found, found):
        try:
            return _SERIES[one](values)
        except (TypeError, ValueError, OverflowError):
            continue
    return pd.Series(values, dtype="object")


def _kind(values: list[Any]) -> Kind:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {str}:
        told = all(_TIME.fullmatch(value) for value in values if value is not None)
        return "time" if told else "text"
    if kinds == {int, float}:
        return "number"
    return _OF.get(kinds.pop(), "other") if len(kinds) == 1 else "other"


def _times(values: list[Any]) -> pd.Series:
    told = [None if value is None else datetime.fromisoformat(value) for value in values]
    return pd.Series(told, dtype=pd.DatetimeTZDtype("us", "UTC"))


def _texts(values: list[Any]) -> pd.Series:
    if not all(value is None or isinstance(value, str) for value in values):
        raise TypeError("not all of them are texts")
    return pd.Series(values, dtype=_TEXT)


_TEXT = pd.Series([""]).dtype
"""That of texts, which depends on the version of pandas."""

_OF: dict[type, Kind] = {bool: "truth", int: "integer", float: "number"}

_SERIES: dict[Kind, Callable[[list[Any]], pd.Series]] = {
    "truth": lambda values: pd.Series(values, dtype="boolean"),
    "integer": lambda values: pd.Series(values, dtype="Int64"),
    "number": lambda values: pd.Series(values, dtype="float64"),
    "time": _times,
    "text": _texts,
    "other": lambda values: pd.Series(values, dtype="object"),
}
