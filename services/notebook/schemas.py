"""What columns an answer has, whatever rows come: read from the console's OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["truth", "integer", "number", "time", "text", "other"]
"""What a column holds; ``other`` is a list, or of several kinds."""

Schema = Mapping[str, Any]

LISTS = ("items", "slowRequests", "tracks", "workloads")
"""Where answers have their rows; an answer that has none of these is one row itself."""

_KINDS: dict[str, Kind] = {"boolean": "truth", "integer": "integer", "number": "number"}


class Document:
    """An OpenAPI document."""

    def __init__(self, document: Schema) -> None:
        self._paths: Schema = document.get("paths", {})
        self._schemas: Schema = document.get("components", {}).get("schemas", {})

    def columns(self, method: str, path: str, rows: str = "") -> dict[str, Kind]:
        """Columns of what a path answers, in order; none where the document does not say.

        Objects within a row are columns of their own, one level deep, as in the rows.
        """
        answer = self._answer(method, path)
        if "items" in answer:
            return self._flat(self._resolved(answer["items"]))
        fields = answer.get("properties", {})
        if "times" in fields and not rows:
            return {"time": "time"}
        listed = rows or next((name for name in LISTS if name in fields), "")
        if not listed:
            return self._flat(answer)
        return self._flat(self._resolved(self._resolved(fields.get(listed, {})).get("items", {})))

    def _answer(self, method: str, path: str) -> Schema:
        parts = path.split("/")
        found = [one for one in self._paths if _fits(one.split("/"), parts)]
        if not found:
            return {}
        operation = self._paths[min(found, key=lambda one: one.count("{"))].get(method.lower(), {})
        responses = operation.get("responses", {})
        answered: Schema = next(
            (responses[code] for code in ("200", "201", "202") if code in responses), {}
        )
        content = (answered.get("content") or {}).get("application/json", {})
        return self._resolved(content.get("schema", {}))

    def _resolved(self, schema: Schema) -> Schema:
        """The schema itself: not a reference to it, nor the choice between it and null."""
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self._schemas.get(schema["$ref"].rpartition("/")[2], {})
                continue
            some = [one for one in schema["anyOf"] if one.get("type") != "null"]
            if len(some) != 1:
                return {}
            (schema,) = some
        return schema

    def _flat(self, row: Schema) -> dict[str, Kind]:
        columns: dict[str, Kind] = {}
        points: dict[str, Kind] = {}
        for name, given in row.get("properties", {}).items():
            schema = self._resolved(given)
            if name == "points" and "items" in schema:
                of_point = self._resolved(schema["items"]).get("properties", {})
                points = {key: self._kind(one) for key, one in of_point.items()}
            elif schema.get("type") == "object":
                within = schema.get("properties", {})
                columns |= {f"{name}.{key}": self._kind(one) for key, one in within.items()}
            else:
                columns[name] = self._kind(schema)
        return columns | points

    def _kind(self, given: Schema) -> Kind:
        schema = self._resolved(given)
        if schema.get("type") == "string":
            return "time" if schema.get("format") == "date-time" else "text"
        return _KINDS.get(str(schema.get("type")), "other")


def _fits(template: list[str], parts: list[str]) -> bool:
    return len(template) == len(parts) and all(
        one == part or one.startswith("{") for one, part in zip(template, parts, strict=True)
    )
