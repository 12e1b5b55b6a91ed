"""Events have two faces, ``v1`` and ``events.k8s.io/v1``: one stored object, other field names."""

from services.demo.api.statuses import Obj

GROUP = "events.k8s.io"
_NEWER = {
    "message": "note",
    "involvedObject": "regarding",
    "reportingComponent": "reportingController",
    "count": "deprecatedCount",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "source": "deprecatedSource",
}
_OLDER = {newer: older for older, newer in _NEWER.items()}


def newer(event: Obj) -> Obj:
    """A stored event as ``events.k8s.io/v1`` shows it."""
    return {_NEWER.get(key, key): value for key, value in event.items()} | {
        "apiVersion": f"{GROUP}/v1"
    }


def older(event: Obj) -> Obj:
    """An ``events.k8s.io/v1`` event as it is stored."""
    return {_OLDER.get(key, key): value for key, value in event.items()} | {"apiVersion": "v1"}
