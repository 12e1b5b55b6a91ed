"""LIST: selectors, order, and pages that stay consistent.

A page's continue token names the snapshot its first page was taken from. Objects are immutable,
so a snapshot is a list of references; the oldest are dropped, and a token of a dropped one is
answered 410 as after a compaction.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from services.demo.api import selectors
from services.demo.api.calls import Call
from services.demo.api.statuses import ApiError, Cause, Obj, bad_request, expired, invalid
from services.demo.api.store import Store

SNAPSHOTS = 64
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True)
class Listed:
    """One page of stored objects and the metadata of its list."""

    items: list[Obj]
    metadata: Obj


class Lists:
    """Lists of one store, with the snapshots of unfinished ones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._snapshots: OrderedDict[tuple[str, str, int], list[Obj]] = OrderedDict()

    def forget(self) -> None:
        """Make every continue token answer 410."""
        self._snapshots.clear()

    def page(self, call: Call, query: Mapping[str, str]) -> Listed:
        matches = predicate(call, query)
        limit = _limit(query)
        token = query.get("continue", "")
        with self._store.lock:
            if token:
                version, start, items = self._resume(call, token)
            else:
                version, start = self._store.version, 0
                self._check_version(query)
                items = self._store.objects(call.served.resource, call.namespace)
        snapshot = items
        if matches:
            items = [item for item in items if matches(item)]
        page = items[start : start + limit] if limit else items[start:]
        metadata: Obj = {"resourceVersion": str(version)}
        rest = len(items) - start - len(page)
        if rest > 0:
            metadata["continue"] = self._keep(call, version, snapshot, start + len(page))
            if not matches:
                metadata["remainingItemCount"] = rest
        return Listed(page, metadata)

    def _check_version(self, query: Mapping[str, str]) -> None:
        _check_match(query)
        text = query.get("resourceVersion") or "0"
        if not text.isdigit():
            raise bad_request(
                f'invalid resource version: resourceVersion: Invalid value: "{text}": '
                f'strconv.ParseUint: parsing "{text}": invalid syntax'
            )
        version = int(text)
        if version > self._store.version:
            raise too_large(version, self._store.version)
        if query.get("resourceVersionMatch") == "Exact" and version < self._store.version:
            raise expired("The resourceVersion for the provided list is too old.")

    def _keep(self, call: Call, version: int, snapshot: list[Obj], start: int) -> str:
        place = (call.served.resource, call.namespace, version)
        self._snapshots[place] = snapshot
        self._snapshots.move_to_end(place)
        while len(self._snapshots) > SNAPSHOTS:
            self._snapshots.popitem(last=False)
        return _encode({"v": "meta.k8s.io/v1", "rv": version, "start": start})

    def _resume(self, call: Call, token: str) -> tuple[int, int, list[Obj]]:
        try:
            decoded = orjson.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            version, start = int(decoded["rv"]), int(decoded["start"])
        except (ValueError, KeyError, TypeError) as error:
            raise bad_request(
                f"invalid continue token: continue key is not valid: {error}"
            ) from error
        if version < 0:
            objects = self._store.objects(call.served.resource, call.namespace)
            return self._store.version, start, objects
        items = self._snapshots.get((call.served.resource, call.namespace, version))
        if items is None:
            too_old = expired(_TOO_OLD)
            too_old.continue_token = _encode({"v": "meta.k8s.io/v1", "rv": -1, "start": start})
            raise too_old
        return version, start, items


def _check_match(query: Mapping[str, str]) -> None:
    match, field = query.get("resourceVersionMatch"), "resourceVersionMatch"
    if not match:
        return
    cause = None
    if not query.get("resourceVersion"):
        message = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"
        cause = Cause("FieldValueForbidden", message, field)
    elif match not in ("Exact", "NotOlderThan"):
        message = f'Unsupported value: "{match}": supported values: "Exact", "NotOlderThan", ""'
        cause = Cause("FieldValueNotSupported", message, field)
    if cause:
        raise invalid("meta.k8s.io", "ListOptions", "", [cause])


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit") or "0"
    try:
        return max(int(text), 0)
    except ValueError as error:
        message = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise bad_request(message) from error


def _encode(token: Obj) -> str:
    return urlsafe_b64encode(orjson.dumps(token)).decode().rstrip("=")


def too_large(asked: int, current: int) -> ApiError:
    """504: the client has seen a version that this store has not."""
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def predicate(call: Call, query: Mapping[str, str]) -> selectors.Predicate | None:
    """Both selectors of a request as one test."""
    tests = [
        test
        for test in (
            selectors.labels(query.get("labelSelector", "")),
            selectors.fields(query.get("fieldSelector", ""), call.served),
        )
        if test is not None
    ]
    if not tests:
        return None
    return lambda obj: all(test(obj) for test in tests)
