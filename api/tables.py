"""Any answer as a table: ``?format=csv`` and ``?format=parquet`` of every GET under ``/api/v1``.

Rows are the items of an answer, or the one object that it is. Points of a row become rows, each
with what the row says of them all; what else is nested stays JSON text. What an answer says beside
its rows (source, age, window) goes with the file.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request
from flask_openapi3 import OpenAPI

from services.container import Container
from services.csv_text import csv_text
from services.parquet import parquet

FORMATS = ("json", "csv", "parquet")
"""What ``format`` may be, where a path has none of its own."""

PARAMETER: dict[str, Any] = {
    "name": "format",
    "in": "query",
    "required": False,
    "description": "The rows of the answer as a file; json: the answer",
    "schema": {"type": "string", "enum": list(FORMATS), "default": "json"},
}

BASE = "/api/v1/"

HEADERS: Mapping[str, str] = {
    "X-Export-Dataset": "What it is",
    "X-Export-Rows": "How many there are",
    "X-Export-Source": "Who told",
    "X-Export-As-Of": "The newest row, UTC; not there where there is none",
    "X-Export-From": "UTC",
    "X-Export-To": "UTC; before it",
    "X-Export-Reason": "Why there is nothing, or what part is missing",
    "X-Export-Demo": "true where what it tells was made up",
}
"""The facts about a file that go with it; what it tells of the demo goes with every answer."""

_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
}

_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")

_LISTS = ("items", "slowRequests", "tracks", "workloads", "nodes")
"""Where answers have their rows; an answer that has none of these is one row itself."""

Row = dict[str, Any]


def install(server: OpenAPI, container: Container) -> None:
    """Make a file of each answer for which ``format`` asks."""
    demo = container.settings.demo
    product = "ngf-console-demo" if demo else "ngf-console"

    def as_file(response: Response) -> Response:
        if response.mimetype != "application/json" or not request.path.startswith(BASE):
            return response
        facts: Mapping[str, str] = {"demo": str(demo).lower()}
        if response.status_code == 200 and request.args.get("format") in _TYPES:
            facts = _made_file(response, facts, product)
        tell(response, facts)
        return response

    server.after_request(as_file)


def _made_file(response: Response, shared: Mapping[str, str], product: str) -> Mapping[str, str]:
    """Make the answer a file in the format that is asked for; what that says of itself."""
    body, fmt = orjson.loads(response.get_data()), request.args["format"]
    columns, rows = table(body)
    facts = {**_facts(body), "rows": str(len(rows)), **shared}
    response.set_data(csv_text(columns, rows) if fmt == "csv" else parquet(columns, rows, facts))
    response.content_type = _TYPES[fmt]
    what = re.sub(r"[^A-Za-z0-9.]+", "-", request.path.removeprefix(BASE))
    response.headers.set("Content-Disposition", "attachment", filename=f"{product}-{what}.{fmt}")
    return facts


def tell(response: Response, facts: Mapping[str, str]) -> None:
    """Facts as headers: on one line, and what Latin-1 does not have is ``?``."""
    for name, value in facts.items():
        header = f"X-Export-{name.replace('_', '-').title()}"
        line = _CONTROLS.sub(" ", value).encode("latin-1", "replace").decode("latin-1")
        response.headers[header] = line


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with what `install` adds to it."""
    for methods in document["paths"].values():
        operation = methods.get("get")
        if operation is None or not operation.get("security"):
            continue
        parameters = operation.setdefault("parameters", [])
        if all(one["name"] != "format" for one in parameters):
            parameters.append(PARAMETER)
            for kind in _TYPES.values():
                file = {"schema": {"type": "string", "format": "binary"}}
                operation["responses"]["200"].setdefault("content", {})[kind] = file
    return document


def table(body: Any) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of an answer."""
    rows = [part for row in _rows(body) for part in _spread(row)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    mixed = {name for name in columns if len({_sort(row.get(name)) for row in rows} - {None}) > 1}
    return columns, [[_cell(row.get(name), name in mixed) for name in columns] for row in rows]


def _rows(body: Any) -> list[Row]:
    if isinstance(body, list):
        return [row if isinstance(row, dict) else {"value": row} for row in body]
    if name := next((name for name in _LISTS if isinstance(body.get(name), list)), ""):
        return _rows(body[name])
    if isinstance(body.get("times"), list):
        parts: dict[str, list[Any]] = body.get("counts") or {}
        return [
            {"time": time, **{name: values[at] for name, values in parts.items()}}
            for at, time in enumerate(body["times"])
        ]
    return [body]


def _spread(row: Row) -> list[Row]:
    points = row.get("points")
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        return [row]
    shared = {name: value for name, value in row.items() if name != "points"}
    return [shared | point for point in points]


def _sort(value: Any) -> str | None:
    """Of what sort a value is; numbers go together, and so does all that becomes text."""
    if value is None or isinstance(value, bool):
        return None if value is None else "truth"
    return "number" if isinstance(value, int | float) else "text"


def _cell(value: Any, as_text: bool) -> Any:
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value) if as_text and value is not None else value


def _facts(body: Any) -> Mapping[str, str]:
    if not isinstance(body, dict):
        return {}
    window = body.get("window")
    ends = window if isinstance(window, dict) else {}
    told = {
        "source": body.get("source") or _joined(body.get("sources"), ", "),
        "as_of": body.get("as_of"),
        "from": ends.get("start"),
        "to": ends.get("end"),
        "reason": body.get("reason") or _joined(body.get("reasons"), " "),
    }
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


def _joined(of_fields: Any, between: str) -> str:
    """What is told of each field, each of it once."""
    values = of_fields.values() if isinstance(of_fields, dict) else ()
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return between.join(dict.fromkeys(each))
