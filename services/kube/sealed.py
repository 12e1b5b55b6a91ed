"""Changes of TLS Secrets by a console that never reads their keys.

What is answered to a write would have the whole Secret in it, key included. So every call here asks
for metadata only, an update is a patch of what is to change, and the type of what is there is asked
by a field selector. What is recorded, shown and compared is put together from that metadata, the
certificates that the watch keeps, and what is sent, with a text in the place of the key.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.clusters.fleet import Cluster
from services.errors import Conflict, Invalid
from services.kube.catalogue import Resource
from services.kube.client import Answer
from services.kube.deletion import is_marked
from services.kube.fields import Object, editable
from services.kube.trim import CERTIFICATES, trim
from services.kube.writes import FIELD_MANAGER, Place, Written

TYPE = "kubernetes.io/tls"
KEY = "tls.key"
UNSEEN = "(private key, not shown)"
NEW = "(new private key, not shown)"
_META = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_META_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_WRITE = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
_MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class SealedPlace(Place):
    """Where one TLS Secret is or will be. Objects that it gives have no key in them.

    An object that is to be created or updated has its key in ``data``, as base64; an update without
    one leaves the key that is there.
    """

    cluster: Cluster
    resource: Resource
    namespace: str
    name: str

    def live(self) -> Object:
        """Metadata as the server has it, with the certificates that were last watched.

        Raises NotFound, and Invalid for a Secret of another type.
        """
        wanted = {"fieldSelector": f"metadata.name={self.name},type={TYPE}"}
        found = self._call("GET", self.resource.path(self.namespace), wanted, accept=_META_LIST)
        items = found.body.get("items") or ()
        if items:
            return self._shown(items[0], {**(self._watched().get("data") or {}), KEY: UNSEEN})
        self._call("GET", self._path)  # raises NotFound for what is not there at all
        raise Invalid(
            f"Secret {self.namespace}/{self.name} is no TLS Secret: the console changes and deletes"
            f" Secrets of type {TYPE} only.",
            code="not_tls",
            fields=[{"field": "type", "rule": f"must be {TYPE}"}],
        )

    def visible(self, obj: Object) -> Object:
        """What may be told of an object that is about to be written."""
        return self._shown(obj, obj.get("data") or {})

    def create(self, obj: Object, options: Mapping[str, str] | None = None) -> Answer:
        """POST. Raises Invalid for a Secret of another type, and what the server raises."""
        if obj.get("type") != TYPE:
            raise Invalid.of("type", f"must be {TYPE}")
        obj = {"apiVersion": "v1", "kind": "Secret", **obj}
        self._check(obj)
        params = {**_WRITE, **(options or {})}
        path = self.resource.path(self.namespace)
        answer = self._call("POST", path, params, editable(obj))
        return Answer(self._shown(answer.body, obj["data"]), answer.warnings)

    def update(
        self,
        live: Object,
        mine: Object,
        base: Object | None,
        resource_version: str,
        options: Mapping[str, str] | None = None,
    ) -> Written:
        """PATCH of labels, annotations and data at the version that was read. Raises Conflict."""
        self._check(mine)
        if resource_version not in ("", live["metadata"]["resourceVersion"]):
            raise self.conflict(live, self.visible(mine), base)
        patch = {
            "metadata": {
                "resourceVersion": live["metadata"]["resourceVersion"],
                **{
                    part: _changed(live["metadata"].get(part), mine["metadata"].get(part))
                    for part in ("labels", "annotations")
                },
            },
            "data": {name: None for name in live["data"] if name not in mine["data"]}
            | {name: value for name, value in mine["data"].items() if value != UNSEEN},
        }
        try:
            params = {**_WRITE, **(options or {})}
            answer = self._call("PATCH", self._path, params, patch, content_type=_MERGE)
        except Conflict:
            raise self.conflict(self.live(), self.visible(mine), live) from None
        sent = self.visible(mine)
        stored = self._shown(answer.body, mine["data"])
        return Written(live, sent, Answer(stored, answer.warnings))

    def _delete(self, live: Object, *, dry_run: bool) -> Answer:
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
        answer = self._call("DELETE", self._path, None, options)
        held = is_marked(answer.body) if "metadata" in answer.body else False
        return Answer(self._shown(answer.body, {}) if held else {"metadata": {}}, answer.warnings)

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        accept: str = _META,
        content_type: str = "application/json",
    ) -> Answer:
        return self.cluster.client.call(
            method, path, params=params, body=body, content_type=content_type, accept=accept
        )

    def _watched(self) -> Mapping[str, Any]:
        found = self.cluster.snapshot("secrets").objects.get((self.namespace, self.name))
        return found or {}

    def _shown(self, obj: Object, data: Mapping[str, Any]) -> Object:
        """The metadata of ``obj`` with the certificates of ``data``, and that there is a key."""
        shown = {name: data[name] for name in CERTIFICATES if name in data}
        if KEY in data:
            shown[KEY] = UNSEEN if data[KEY] == UNSEEN else NEW
        return trim(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": TYPE,
                "metadata": copy.deepcopy(obj["metadata"]),
                "data": shown,
            }
        )


def _changed(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    """A merge patch from one mapping to the other: null takes a key away."""
    before, after = old or {}, new or {}
    gone: dict[str, Any] = {name: None for name in before if name not in after}
    return gone | {name: value for name, value in after.items() if before.get(name) != value}
