"""The calls that a change consists of, and what is sent in them.

An update is a PUT of the *live* object with the person's changes merged into it, at the
resourceVersion that they saw. Not a patch, because a patch would apply to whatever is there by
then; not server-side apply, because that would take fields from the managers who own them. With
PUT, fields that the person did not touch, known to us or not, go back exactly as they came: they
keep their values and their owners, and a change in between is refused by the server.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.clusters.fleet import Cluster
from services.errors import Conflict, Invalid
from services.kube.catalogue import Resource
from services.kube.client import Answer
from services.kube.fields import Object, differences, editable, merge
from services.kube.trim import trim

FIELD_MANAGER = "ngf-console"
DRY_RUN: Mapping[str, str] = {"dryRun": "All"}
_WRITE = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}


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

    def create(self, obj: Object, options: Mapping[str, str] | None = None) -> Answer:
        """POST. What only a server sets is left out, so that a copied manifest will do."""
        self._check(obj)
        return self.cluster.client.call(
            "POST",
            self.resource.path(self.namespace),
            params={**_WRITE, **(options or {})},
            body=editable(obj),
        )

    def put(self, obj: Object, options: Mapping[str, str] | None = None) -> Answer:
        """PUT. Raises Conflict when ``obj`` is not based on the object's present version."""
        return self.cluster.client.call(
            "PUT", self._path, params={**_WRITE, **(options or {})}, body=obj
        )

    def delete(self, live: Object, *, dry_run: bool = False) -> None:
        """DELETE of exactly ``live``, not of a namesake made since.

        The options are in the body, all of them: a server that finds a body does not read the
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
        self.cluster.client.call("DELETE", self._path, body=options)

    def wanted(
        self, live: Object, mine: Object, base: Object | None, resource_version: str
    ) -> Object:
        """``live`` with the changes from ``base`` to ``mine``. Raises Conflict, Invalid.

        Without ``base`` the edit must have started from ``live`` itself. With it, a newer version
        is accepted as long as nothing that people edit has changed, because controllers write
        status all the time.
        """
        self._check(mine)
        same = not resource_version or resource_version == live["metadata"]["resourceVersion"]
        if not same and (base is None or editable(base) != editable(live)):
            raise self.conflict(live, mine, base)
        return _onto(live, editable(mine))

    def conflict(self, live: Object, mine: Object, base: Object | None) -> Conflict:
        """The three-way view of an edit that came too late."""
        details: dict[str, Any] = {"base": base and editable(base), "merged": None}
        if base is None:
            clashes = tuple(path for path, _, _ in differences(editable(live), editable(mine)))
        else:
            both = merge(editable(base), editable(live), editable(mine))
            clashes = both.clashes
            if not clashes:
                details["merged"] = trim(_onto(live, both.object))
        return Conflict(
            f"{self.name} has changed since it was read.",
            **details,
            theirs=trim(copy.deepcopy(live)),
            mine=mine,
            clashes=list(clashes),
        )

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


def _onto(live: Object, edited: Object) -> Object:
    """``live`` with everything that people edit replaced by ``edited``."""
    return merge(editable(live), live, edited).object
