"""Validation of custom objects against their schema, with the API server's causes word for word.

CEL rules (``x-kubernetes-validations``) are ``rules``'.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from services.demo.api import formats
from services.demo.api.schemas import Node
from services.demo.api.statuses import Cause

INVALID = "FieldValueInvalid"
WRONG_TYPE = "FieldValueTypeInvalid"
TOO_MANY = "FieldValueTooMany"


def shown(value: Any) -> str:
    """A value as the API server prints it in a message."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return orjson.dumps(value).decode()


def broken(value: Any, rules: Iterable[str], path: str) -> Iterator[Cause]:
    """What is said of a value that breaks these rules."""
    for rule in rules:
        yield Cause(INVALID, f"Invalid value: {shown(value)}: {rule}", path)


def unsupported(value: Any, supported: Iterable[Any], path: str) -> Iterator[Cause]:
    """What is said of a value that is none of those there are; nothing of one that is."""
    known = list(supported)
    if value not in known:
        names = ", ".join(shown(each if isinstance(each, str) else str(each)) for each in known)
        message = f"Unsupported value: {shown(value)}: supported values: {names}"
        yield Cause("FieldValueNotSupported", message, path)


def validate(node: Node, value: Any, path: str) -> list[Cause]:
    """Every rule the value breaks, in document order."""
    out: list[Cause] = []
    _check(node, value, path, out)
    return out


def _check(node: Node, value: Any, path: str, out: list[Cause]) -> None:
    if value is None and node.nullable:
        return
    wrong = _wrong_type(node, value, path)
    if wrong is not None:
        out.append(wrong)
    elif isinstance(value, str):
        _text(node, value, path, out)
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int | float):
        _number(node, value, path, out)
    elif isinstance(value, list):
        _list(node, value, path, out)
    elif isinstance(value, dict):
        _object(node, value, path, out)
    if node.schema.get("enum") is not None:
        out.extend(unsupported(value, node.schema["enum"], path))
    if node.composed:
        _composed(node, value, path, out)


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _wrong_type(node: Node, value: Any, path: str) -> Cause | None:
    actual = _type_name(value)
    if node.int_or_string:
        expected, fits = "integer,string", actual in ("integer", "string")
    elif node.type == "number":
        expected, fits = "number", actual in ("number", "integer")
    else:
        expected, fits = node.type, not node.type or actual == node.type
    if fits:
        return None
    return _invalid(path, actual, f"must be of type {expected}: {shown(actual)}", WRONG_TYPE)


def _invalid(path: str, value: Any, rule: str, reason: str = INVALID) -> Cause:
    return Cause(reason, f"Invalid value: {shown(value)}: {path} in body {rule}", path)


def _text(node: Node, value: str, path: str, out: list[Cause]) -> None:
    schema = node.schema
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    if longest is not None and len(value) > longest:
        message = f"Too long: may not be more than {longest} bytes"
        out.append(Cause("FieldValueTooLong", message, path))
    elif shortest is not None and len(value) < shortest:
        out.append(_invalid(path, value, f"should be at least {shortest} chars long"))
    elif node.pattern is not None and not node.pattern.search(value):
        out.append(_invalid(path, value, f"should match '{schema['pattern']}'"))
    if "format" in schema and not formats.matches(schema["format"], value):
        rule = f"must be of type {schema['format']}: {shown(value)}"
        out.append(_invalid(path, value, rule, WRONG_TYPE))


def _number(node: Node, value: float, path: str, out: list[Cause]) -> None:
    schema = node.schema
    low, high, factor = (schema.get(key) for key in ("minimum", "maximum", "multipleOf"))
    if low is not None:
        if schema.get("exclusiveMinimum") and value <= low:
            out.append(_invalid(path, value, f"should be greater than {shown(low)}"))
        elif value < low:
            out.append(_invalid(path, value, f"should be greater than or equal to {shown(low)}"))
    if high is not None:
        if schema.get("exclusiveMaximum") and value >= high:
            out.append(_invalid(path, value, f"should be less than {shown(high)}"))
        elif value > high:
            out.append(_invalid(path, value, f"should be less than or equal to {shown(high)}"))
    if factor and value % factor:
        out.append(_invalid(path, value, f"should be a multiple of {shown(factor)}"))
    bits = {"int32": 31, "int64": 63}.get(schema.get("format", ""))
    if bits and not -(2**bits) <= value < 2**bits:
        rule = f"Checked value must be of type integer with format {schema['format']} in {path}"
        out.append(_refused(rule))


def _list(node: Node, value: list[Any], path: str, out: list[Cause]) -> None:
    schema = node.schema
    most, fewest = schema.get("maxItems"), schema.get("minItems")
    if most is not None and len(value) > most:
        out.append(Cause(TOO_MANY, f"Too many: {len(value)}: must have at most {most} items", path))
    if fewest is not None and len(value) < fewest:
        out.append(_invalid(path, len(value), f"should have at least {fewest} items"))
    if schema.get("uniqueItems") and len({shown(item) for item in value}) < len(value):
        out.append(_invalid(path, value, "shouldn't contain duplicates"))
    if node.items is not None:
        for index, item in enumerate(value):
            _check(node.items, item, f"{path}[{index}]", out)
    _duplicates(node, value, path, out)


def _duplicates(node: Node, value: list[Any], path: str, out: list[Cause]) -> None:
    if node.list_type not in ("map", "set"):
        return
    seen: set[str] = set()
    for index, item in enumerate(value):
        key = item
        if node.list_type == "map":
            if not isinstance(item, dict):
                continue
            key = {name: item[name] for name in sorted(node.list_keys) if name in item}
        if shown(key) in seen:
            message = f"Duplicate value: {shown(key)}"
            out.append(Cause("FieldValueDuplicate", message, f"{path}[{index}]"))
        seen.add(shown(key))


def _object(node: Node, value: dict[str, Any], path: str, out: list[Cause]) -> None:
    schema = node.schema
    most, fewest = schema.get("maxProperties"), schema.get("minProperties")
    if most is not None and len(value) > most:
        out.append(Cause(TOO_MANY, f"Too many: {len(value)}: must have at most {most} items", path))
    if fewest is not None and len(value) < fewest:
        out.append(_invalid(path, len(value), f"should have at least {fewest} properties"))
    for key in node.required:
        if key not in value:
            out.append(Cause("FieldValueRequired", "Required value", _join(path, key)))
    for key, item in value.items():
        child = node.properties.get(key) or node.additional
        if child is not None and (path or key != "metadata"):
            _check(child, item, _join(path, key), out)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _composed(node: Node, value: Any, path: str, out: list[Cause]) -> None:
    for each in node.all_of:
        _check(each, value, path, out)
    name = shown(path)
    if node.any_of:
        failures = [validate(each, value, path) for each in node.any_of]
        if all(failures):
            out.append(_refused(f"{name} must validate at least one schema (anyOf)"))
            out += sorted(failures, key=len)[0]
    if node.one_of:
        failures = [validate(each, value, path) for each in node.one_of]
        fitting = sum(not each for each in failures)
        if fitting != 1:
            found = f"Found {fitting} valid alternatives" if fitting else "Found none valid"
            out.append(_refused(f"{name} must validate one and only one schema (oneOf). {found}"))
        if not fitting:
            out += sorted(failures, key=len)[0]
    if node.negated is not None and not validate(node.negated, value, path):
        out.append(_refused(f"{name} must not validate the schema (not)"))


def _refused(message: str) -> Cause:
    # The API server loses the place of composed schemas; the message still names it.
    return Cause(INVALID, f'Invalid value: "": {message}', "<nil>")
