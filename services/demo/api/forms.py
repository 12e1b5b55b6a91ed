"""An object as a client wants it: itself, its metadata, or a row of a Table."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from services.demo.api import jsonpath
from services.demo.api.cells import age
from services.demo.api.columns import COLUMNS, DEFAULT
from services.demo.api.kinds import Served
from services.demo.api.negotiation import Form
from services.demo.api.statuses import ApiError, Obj

META = "meta.k8s.io/v1"
_DEFAULT_COLUMNS = ({"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},)


class Shown:
    """Shows objects of one kind in one form. ``include`` is the Table's includeObject.

    Ages are those at the time of showing: a watch shows for as long as it lasts.
    """

    def __init__(
        self, served: Served, form: Form, include: str, clock: Callable[[], datetime]
    ) -> None:
        self._served = served
        self._form = form
        self._include = include or "Metadata"
        self._clock = clock
        self._told_columns = False
        self._names_itself = served.resource == "events"

    def one(self, obj: Obj) -> Obj:
        """A single object."""
        if self._form.kind == "Table":
            metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            return self._table([obj], metadata, self._columns())
        if self._form.kind == "PartialObjectMetadata":
            return partial(obj)
        if self._form.kind:
            raise self._mismatch("is not a list")
        return obj

    def many(self, items: list[Obj], metadata: Obj) -> Obj:
        """A list."""
        if self._form.kind == "Table":
            return self._table(items, metadata, self._columns())
        if self._form.kind == "PartialObjectMetadataList":
            return {
                "kind": "PartialObjectMetadataList",
                "apiVersion": META,
                "metadata": metadata,
                "items": [partial(item) for item in items],
            }
        if self._form.kind:
            raise self._mismatch("is a list")
        return {
            "kind": self._served.list_kind,
            "apiVersion": self._served.api_version,
            "metadata": metadata,
            "items": items,
        }

    def event(self) -> Callable[[Obj], Obj] | None:
        """How a watch shows objects: only its first Table says which columns there are."""
        if not self._form.kind:
            return None
        if self._form.kind == "PartialObjectMetadata":
            return partial
        if self._form.kind == "Table":
            return self._row_event
        raise self._mismatch("is not a list")

    def _row_event(self, obj: Obj) -> Obj:
        columns = None if self._told_columns else self._columns()
        self._told_columns = True
        metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
        return self._table([obj], metadata, columns)

    def _mismatch(self, what: str) -> ApiError:
        message = f"you requested {self._form.kind}, but the requested object {what}"
        return ApiError(406, "NotAcceptable", f"{message} (*{self._served.list_kind})")

    def _table(self, items: list[Obj], metadata: Obj, columns: list[Obj] | None) -> Obj:
        return {
            "kind": "Table",
            "apiVersion": META,
            "metadata": metadata,
            "columnDefinitions": columns,
            "rows": [self._row(item) for item in items],
        }

    def _row(self, obj: Obj) -> Obj:
        cells = self._cells(obj)
        if not self._names_itself:
            cells = [obj["metadata"].get("name", ""), *cells]
        row: Obj = {"cells": cells}
        if self._include == "Object":
            row["object"] = obj
        elif self._include == "Metadata":
            row["object"] = partial(obj)
        return row

    def _columns(self) -> list[Obj]:
        if self._served.custom:
            return [_column("Name", "string", 0), *map(_custom_column, self._custom())]
        words = COLUMNS.get(self._served.resource, DEFAULT)[0].split()
        definitions = []
        for text in words if self._names_itself else ["Name", *words]:
            title, _, rest = text.partition(":")
            kind, _, priority = rest.partition(":")
            title = title.replace("_", " ")
            definitions.append(_column(title, kind or "string", int(priority or 0)))
        return definitions

    def _custom(self) -> tuple[Obj, ...]:
        return _DEFAULT_COLUMNS if self._served.columns is None else self._served.columns

    def _cells(self, obj: Obj) -> list[Any]:
        if self._served.custom:
            return [self._cell(obj, column) for column in self._custom()]
        return COLUMNS.get(self._served.resource, DEFAULT)[1](obj, self._clock())

    def _cell(self, obj: Obj, column: Obj) -> Any:
        found = jsonpath.find(obj, column["jsonPath"])
        if not found or found[0] is None:
            return None
        value, kind = found[0], column["type"]
        if kind == "date":
            return age(value, self._clock()) if isinstance(value, str) else None
        if kind == "string":
            if isinstance(value, bool):
                return "true" if value else "false"
            return value if isinstance(value, str) else orjson.dumps(value).decode()
        if kind == "integer":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return int(value) if number else None
        if kind == "number":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return value if number else None
        return value if isinstance(value, bool) else None


def partial(obj: Obj) -> Obj:
    """Only the metadata, as metadata-only clients get it."""
    return {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": obj["metadata"]}


def _column(name: str, kind: str, priority: int) -> Obj:
    format_ = "name" if name == "Name" else ""
    return {"name": name, "type": kind, "format": format_, "description": "", "priority": priority}


def _custom_column(column: Obj) -> Obj:
    path = column["jsonPath"]
    default = f"Custom resource definition column (in JSONPath format): {path}"
    if path == ".metadata.creationTimestamp" and not column.get("description"):
        default = "CreationTimestamp is the server time when this object was created."
    return {
        "name": column["name"],
        "type": column["type"],
        "format": column.get("format", ""),
        "description": column.get("description") or default,
        "priority": column.get("priority", 0),
    }
