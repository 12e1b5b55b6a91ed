"""A table of values as a file that the browser saves, in the shape of the REST API's."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from dash import dcc

from services.container import Container
from services.csv_text import csv_text
from services.parquet import parquet

Format = Literal["csv", "parquet", "json"]


def file(container: Container, name: str, fmt: Format, told: Mapping[str, Any]) -> Any:
    """What a ``dcc.Download`` takes. ``told`` is as of `components.panels.values`; where what it
    rests on goes with the format, it goes with the file. Raises Invalid."""
    columns, rows = told["columns"], told["rows"]
    demo = container.settings.demo
    named = f"{'ngf-console-demo' if demo else 'ngf-console'}-{name}.{fmt}"
    if fmt == "csv":
        return dcc.send_string(csv_text(columns, rows), named)
    rests = {key: told.get(key) for key in ("source", "as_of", "window", "reason")}
    if fmt == "json":
        items = [dict(zip(columns, row, strict=True)) for row in rows]
        return dcc.send_bytes(orjson.dumps({**rests, "items": items}), named)
    ends = rests.pop("window") or {}
    facts = {
        **rests,
        "from": ends.get("start"),
        "to": ends.get("end"),
        "rows": str(len(rows)),
        "demo": str(demo).lower(),
    }
    known = {key: value for key, value in facts.items() if value}
    return dcc.send_bytes(parquet(columns, rows, known), named)
