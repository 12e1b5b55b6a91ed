"""JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386) on raw objects."""

from copy import deepcopy
from typing import Any

import orjson

from services.demo.api.decoding import json_type
from services.demo.api.statuses import ApiError, Obj, bad_request


def copied(value: Any) -> Any:
    """A deep copy of JSON data."""
    return orjson.loads(orjson.dumps(value))


def merge_patch(target: Obj, patch: Any) -> Obj:
    """RFC 7386 on an object. Raises 400 for a patch that is none."""
    if not isinstance(patch, dict):
        raise _undecodable(patch, "map[string]interface {}")
    merged: Obj = merge(target, patch)
    return merged


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def json_patch(target: Obj, operations: Any) -> Any:
    """RFC 6902. Raises 400 for a malformed patch and 422 for one that does not fit."""
    if not isinstance(operations, list):
        raise _undecodable(operations, "[]handlers.jsonPatchOp")
    for operation in operations:
        if not isinstance(operation, dict):
            raise _undecodable(operation, "handlers.jsonPatchOp")
    document: Any = copied(target)
    for operation in operations:
        document = _apply_one(document, operation)
    return document


def _undecodable(patch: Any, wanted: str) -> ApiError:
    return bad_request(
        f"error decoding patch: json: cannot unmarshal {json_type(patch)} into Go value of type "
        f"{wanted}"
    )


def _refused(message: str) -> ApiError:
    # kube-apiserver wraps whatever its patch library says in this generic answer.
    text = f"the server rejected our request due to an error in our request: {message}"
    return ApiError(422, "Invalid", text.partition(":")[0], {})


def _apply_one(document: Any, operation: Obj) -> Any:
    verb, path = operation.get("op"), operation.get("path")
    if not isinstance(path, str):
        raise _refused("missing path")
    tokens = _tokens(path)
    if verb == "test":
        if _lookup(document, tokens, missing=None) != operation.get("value"):
            raise _refused(f"testing value {path} failed")
        return document
    if verb == "add":
        return _add(document, tokens, deepcopy(operation.get("value")))
    if verb == "remove":
        return _remove(document, tokens)
    if verb == "replace":
        _lookup(document, tokens)
        if not tokens:
            return deepcopy(operation.get("value"))
        return _set(document, tokens, deepcopy(operation.get("value")))
    if verb in ("move", "copy"):
        source = _tokens(str(operation.get("from")))
        value = deepcopy(_lookup(document, source))
        if verb == "move":
            document = _remove(document, source)
        return _add(document, tokens, value)
    raise _refused(f"unexpected kind: {verb}")


def _tokens(path: str) -> list[str]:
    if path == "":
        return []
    if not path.startswith("/"):
        raise _refused(f"invalid path {path}")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


_ABSENT = object()


def _lookup(document: Any, tokens: list[str], missing: Any = _ABSENT) -> Any:
    for token in tokens:
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list) and token.lstrip("-").isdigit():
            index = int(token)
            if not -len(document) <= index < len(document):
                raise _refused(f"index out of bounds: {token}")
            document = document[index]
        elif missing is not _ABSENT:
            return missing
        else:
            raise _refused(f"missing path: {'/'.join(tokens)}")
    return document


def _parent(document: Any, tokens: list[str]) -> Any:
    parent = _lookup(document, tokens[:-1])
    if not isinstance(parent, dict | list):
        raise _refused(f"missing container: {'/'.join(tokens)}")
    return parent


def _index(items: list[Any], token: str) -> int:
    if not token.isdigit() or int(token) > len(items):
        raise _refused(f"index out of bounds: {token}")
    return int(token)


def _add(document: Any, tokens: list[str], value: Any) -> Any:
    if not tokens:
        return value
    parent = _parent(document, tokens)
    if isinstance(parent, dict):
        parent[tokens[-1]] = value
    else:
        at = len(parent) if tokens[-1] == "-" else _index(parent, tokens[-1])
        parent.insert(at, value)
    return document


def _set(document: Any, tokens: list[str], value: Any) -> Any:
    parent = _parent(document, tokens)
    if isinstance(parent, dict):
        parent[tokens[-1]] = value
    else:
        parent[_index(parent, tokens[-1])] = value
    return document


def _remove(document: Any, tokens: list[str]) -> Any:
    if not tokens:
        raise _refused("unable to remove the root")
    _lookup(document, tokens)
    parent = _parent(document, tokens)
    if isinstance(parent, dict):
        del parent[tokens[-1]]
    else:
        del parent[_index(parent, tokens[-1])]
    return document
