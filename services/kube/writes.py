"""The calls that a change consists of, and what is sent in them.

An update is a PUT of the *live* object with the person's changes merged into it, at the
resourceVersion that they saw. Not a patch, because a patch would apply to whatever is there by
then; not server-side apply, because that would take fields from the managers who own them. With
PUT, fields that the person did not touch, known to us or not, go back exactly as they came: they
keep their values and their owners, and a change in between is refused by the server.

Controllers write status all the time, which moves the resourceVersion and is nobody's edit. What
the server refuses for that reason only is sent again on the version that it has by then.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from services.clusters.fleet import Cluster
from services.errors import Conflict, Invalid
from services.kube.catalogue import Resource
from services.kube.client import Answer
from services.kube.deletion import is_marked
from services.kube.fields import Object, differences, editable
from services.kube.merging import merge
from services.kube.trim import trim

FIELD_MANAGER = "ngf-console"
DRY_RUN: Mapping[str, str] = {"dryRun": "All"}
_WRITE = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
_ATTEMPTS = 5
"""A controller answers one change with one or two status writes, not with five in a row."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written:
    """An update that the server took: ``live`` is what it was based on, ``sent`` what was put."""

    live: Object
    sent: Object
    answer: Answer


@dataclass(frozen=True, slots=True)
class Place:
    """Where one object of one cluster is or will be."""

    cluster: Cluster
    resource: Resource
    namespace: str
    name: str

    def live(self) -> Object:
        """The object as the server has it, untrimmed. Raises NotFound."""
        return self.cluster.client.get(self._path)

    def visible(self, obj: Object) -> Object:
        """What may be recorded and shown of an object that is about to be written: all of it."""
        return obj

    def create(self, obj: Object, options: Mapping[str, str] | None = None) -> Answer:
        """POST. What only a server sets is left out, so that a copied manifest will do.

        An object that does not name its kind is of the one that belongs here.
        """
        kind = {"apiVersion": self.resource.api_version, "kind": self.resource.kind.kind}
        obj = {**kind, **obj}
        self._check(obj)
        return self.cluster.client.call(
            "POST",
            self.resource.path(self.namespace),
            params={**_WRITE, **(options or {})},
            body=editable(obj),
        )

    def update(
        self,
        live: Object,
        mine: Object,
        base: Object | None,
        resource_version: str,
        options: Mapping[str, str] | None = None,
    ) -> Written:
        """PUT ``live`` with the changes from ``base`` to ``mine``. Raises Conflict, Invalid.

        The edit started from ``base``; without it, from ``live``, which then must still be at
        ``resource_version`` unless that is empty. A newer version is accepted as long as nothing
        that people edit has changed.
        """
        self._check(mine)
        if base is None and resource_version in ("", live["metadata"]["resourceVersion"]):
            base = live
        if base is None or editable(base) != editable(live):
            raise self.conflict(live, mine, base)

        def put(newest: Object) -> Written:
            sent = _onto(newest, editable(mine))
            params = {**_WRITE, **(options or {})}
            answer = self.cluster.client.call("PUT", self._path, params=params, body=sent)
            return Written(newest, sent, answer)

        return self._past_status(live, mine, put)

    def delete(
        self, live: Object, resource_version: str, *, dry_run: bool = False
    ) -> Object | None:
        """DELETE of exactly ``live``, not of a namesake made since. Raises Conflict.

        ``live`` must be at ``resource_version`` unless that is empty. The answer is the object
        where finalizers hold it, None where it is gone.
        """
        if resource_version not in ("", live["metadata"]["resourceVersion"]):
            raise self.conflict(live, None, None)
        answer = self._past_status(live, None, lambda newest: self._delete(newest, dry_run=dry_run))
        return answer.body if is_marked(answer.body) else None

    def _delete(self, live: Object, *, dry_run: bool) -> Answer:
        """The options are in the body, all of them: a server that finds a body does not read the
        query, and would delete for real what was meant as a dry-run.
        """
        metadata = live["metadata"]
        options: Object = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {
                "uid": metadata["uid"],
                "resourceVersion": metadata["resourceVersion"],
            },
            "propagationPolicy": "Background",
        }
        if dry_run:
            options["dryRun"] = ["All"]
        return self.cluster.client.call("DELETE", self._path, body=options)

    def conflict(self, live: Object, mine: Object | None, base: Object | None) -> Conflict:
        """The three-way view of an edit that came too late; of a deletion ``mine`` is None.

        None of them has a status: that is nobody's edit.
        """
        live, mine = _without_status(live), mine and _without_status(mine)
        details: dict[str, Any] = {"base": base and editable(base), "merged": None}
        clashes: tuple[str, ...] = ()
        if mine and base:
            both = merge(editable(base), editable(live), editable(mine))
            clashes = both.clashes
            if not clashes:
                details["merged"] = trim(_onto(live, both.object))
        elif mine:
            clashes = tuple(path for path, _, _ in differences(editable(live), editable(mine)))
        return Conflict(
            f"{self.name} has changed since it was read.",
            **details,
            theirs=trim(copy.deepcopy(live)),
            theirs_by=last_writer(live),
            mine=mine,
            clashes=list(clashes),
        )

    def _past_status(self, live: Object, mine: Object | None, act: Callable[[Object], T]) -> T:
        """What ``act`` gives for ``live``, or for a newer version that differs in status only."""
        newest = live
        for _ in range(_ATTEMPTS):
            try:
                return act(newest)
            except Conflict:
                newest = self.live()
                if not _same(newest, live):
                    break
        raise self.conflict(newest, mine, live)

    @property
    def _path(self) -> str:
        return self.resource.path(self.namespace, self.name)

    def _check(self, obj: Object) -> None:
        """Refuse an object that says it is another one than its address says."""
        metadata = obj.get("metadata") or {}
        expected = [
            ("apiVersion", obj.get("apiVersion"), self.resource.api_version),
            ("kind", obj.get("kind"), self.resource.kind.kind),
            ("metadata.name", metadata.get("name"), self.name or metadata.get("name")),
            ("metadata.namespace", metadata.get("namespace") or "", self.namespace),
        ]
        wrong = [
            {"field": field, "rule": f"must be {right!r}"}
            for field, given, right in expected
            if given != right
        ]
        if self.resource.namespaced and not self.namespace:
            wrong = [{"field": "metadata.namespace", "rule": "is required"}]
        if not (self.name or metadata.get("generateName")):
            wrong.append({"field": "metadata.name", "rule": "is required"})
        if wrong:
            raise Invalid("; ".join(f"{one['field']} {one['rule']}" for one in wrong), fields=wrong)


def _same(one: Object, other: Object) -> bool:
    """Whether both are the same object, apart from what no person edits."""
    same_uid: bool = one["metadata"]["uid"] == other["metadata"]["uid"]
    return same_uid and editable(one) == editable(other)


def _without_status(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key != "status"}


def last_writer(live: Object) -> dict[str, str] | None:
    """Who wrote last what people edit, ``{manager, time}``; controllers write status only."""
    entries = [
        entry
        for entry in live["metadata"].get("managedFields") or ()
        if entry.get("time") and not entry.get("subresource")
    ]
    if not entries:
        return None
    newest = max(entries, key=lambda entry: str(entry["time"]))
    return {"manager": str(newest.get("manager", "")), "time": str(newest["time"])}


def _onto(live: Object, edited: Object) -> Object:
    """``live`` with everything that people edit replaced by ``edited``."""
    return merge(editable(live), live, edited).object
