"""Objects in memory, each change numbered, recent changes remembered.

One counter numbers every change of every kind, as etcd's revision does. An object in the store is
never mutated: a change replaces it, so readers and watches share it without copying. Each kind
keeps a bounded history; a watch that starts before its beginning is told so (410 Gone). Any
thread may write, under ``lock``; followers are called in the writing thread and must only hand
the change over.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import RLock

from services.demo.api.statuses import Obj

HISTORY = 5_000
"""Changes remembered per kind; a watch that missed more has to list again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One numbered change. ``before`` is the object it replaced or removed."""

    version: int
    resource: str
    type: str
    object: Obj
    before: Obj | None = None
    encoded: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)


Follower = Callable[[Change], None]


def key_of(namespace: str, name: str) -> str:
    """Sort key of an object; the order of a list is the order of these strings."""
    return f"{namespace}/{name}" if namespace else name


class Bucket:
    """All objects of one kind, and what happened to them lately."""

    def __init__(self, history: int) -> None:
        self.objects: dict[str, Obj] = {}
        self.history: deque[Change] = deque()
        self.bound = history
        self.forgotten = 0
        self.followers: list[Follower] = []
        self._keys: list[str] | None = None

    def keys(self, namespace: str) -> list[str]:
        if self._keys is None:
            self._keys = sorted(self.objects)
        if not namespace:
            return self._keys
        # "0" follows "/" in ASCII, so this is the end of the namespace's keys.
        start = bisect_left(self._keys, f"{namespace}/")
        return self._keys[start : bisect_left(self._keys, f"{namespace}0", start)]

    def record(self, change: Change, key: str) -> None:
        if change.type == "DELETED":
            del self.objects[key]
        else:
            self.objects[key] = change.object
        if change.type != "MODIFIED":
            self._keys = None
        self.history.append(change)
        while len(self.history) > self.bound:
            self.forgotten = self.history.popleft().version


class Store:
    """The versioned objects of one cluster."""

    def __init__(self, history: int = HISTORY) -> None:
        self.lock = RLock()
        self.version = 1
        self._history = history
        self._buckets: dict[str, Bucket] = {}
        self._followers: list[Follower] = []

    def bucket(self, resource: str) -> Bucket:
        with self.lock:
            if resource not in self._buckets:
                self._buckets[resource] = Bucket(self._history)
            return self._buckets[resource]

    def resources(self) -> list[str]:
        return list(self._buckets)

    def get(self, resource: str, key: str) -> Obj | None:
        return self.bucket(resource).objects.get(key)

    def objects(self, resource: str, namespace: str = "") -> list[Obj]:
        with self.lock:
            bucket = self.bucket(resource)
            objects = bucket.objects
            return [objects[key] for key in bucket.keys(namespace)]

    def put(self, resource: str, key: str, obj: Obj) -> Obj:
        """Store ``obj`` (handed over: nobody else holds it) as the next version."""
        with self.lock:
            before = self.get(resource, key)
            self.version += 1
            obj["metadata"]["resourceVersion"] = str(self.version)
            kind = "MODIFIED" if before is not None else "ADDED"
            self._publish(Change(self.version, resource, kind, obj, before), key)
            return obj

    def remove(self, resource: str, key: str) -> Obj | None:
        """Take an object out. Its last state, as watches see it, carries the new version."""
        with self.lock:
            before = self.get(resource, key)
            if before is None:
                return None
            self.version += 1
            metadata = before["metadata"] | {"resourceVersion": str(self.version)}
            last = before | {"metadata": metadata}
            self._publish(Change(self.version, resource, "DELETED", last, before), key)
            return last

    def drop(self, resource: str) -> None:
        """Forget an emptied kind, so that its history does not outlive its definition."""
        with self.lock:
            self._buckets.pop(resource, None)

    def _publish(self, change: Change, key: str) -> None:
        bucket = self.bucket(change.resource)
        bucket.record(change, key)
        for follower in (*bucket.followers, *self._followers):
            follower(change)

    def follow(self, resource: str, follower: Follower) -> None:
        with self.lock:
            self.bucket(resource).followers.append(follower)

    def unfollow(self, resource: str, follower: Follower) -> None:
        with self.lock:
            followers = self.bucket(resource).followers
            if follower in followers:
                followers.remove(follower)

    def follow_all(self, follower: Follower) -> None:
        with self.lock:
            self._followers.append(follower)

    def since(self, resource: str, version: int) -> list[Change] | None:
        """Changes after ``version``, or None when some of them are forgotten."""
        with self.lock:
            bucket = self.bucket(resource)
            if version < bucket.forgotten:
                return None
            return list(_newer(reversed(bucket.history), version))[::-1]

    def expire(self) -> None:
        """Forget all history, as a compaction of etcd does."""
        with self.lock:
            self.version += 1
            for bucket in self._buckets.values():
                bucket.history.clear()
                bucket.forgotten = self.version


def _newer(changes: Iterable[Change], version: int) -> Iterator[Change]:
    for change in changes:
        if change.version <= version:
            return
        yield change
