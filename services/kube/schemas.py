"""The schema of a kind as its cluster serves it: what forms are made from.

It is read from the server's OpenAPI v3 (which every signed-in client may read), never from a
bundled copy: which fields, enums and limits there are depends on the version that is installed.
The index of OpenAPI names a digest for each group and version, so that a document is read again
only when it is another.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlparse
from weakref import WeakKeyDictionary

from services.clusters.fleet import Cluster, Fleet
from services.errors import NotFound
from services.kube.catalogue import KINDS, Resource

Schema = dict[str, Any]

KEPT = (
    "type",
    "description",
    "enum",
    "default",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "maxProperties",
    "required",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
)
DEEPEST = 16
"""Levels of a schema that are read; definitions of the Gateway API and NGF end at about twelve."""


class Schemas:
    """Schemas of the fleet's clusters, kept while their digest is the same."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._known: WeakKeyDictionary[Cluster, dict[str, tuple[str, Schema]]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, cluster: str, kind: str) -> Schema:
        """The schema of the ``spec`` of a kind's objects, cut to what a form shows (`KEPT`,
        ``properties``, ``items``, ``additionalProperties``, and ``rules``: the sentences of its CEL
        rules).

        Raises NotFound where the cluster does not serve the kind or tells no schema of it, and what
        a call to a cluster raises.
        """
        member = self._fleet.get(cluster)
        snapshot = member.snapshot(kind)
        resource = snapshot.resource
        if resource is None:
            if snapshot.state == "absent":
                said = f"{KINDS[kind].kind} is not installed on this cluster."
                raise NotFound(said, cluster=cluster, kind=kind)
            raise member.unavailable(snapshot.why)
        document = self._document(member, resource)
        for schema in ((document.get("components") or {}).get("schemas") or {}).values():
            for one in schema.get("x-kubernetes-group-version-kind") or ():
                if (one.get("group"), one.get("version"), one.get("kind")) == (
                    resource.group,
                    resource.version,
                    resource.kind.kind,
                ):
                    spec = (schema.get("properties") or {}).get("spec") or {}
                    return _cut(spec, document, DEEPEST)
        raise NotFound(
            f"{cluster} tells no schema of {resource.kind.kind}.", cluster=cluster, kind=kind
        )

    def _document(self, cluster: Cluster, resource: Resource) -> Schema:
        path = f"apis/{resource.group}/{resource.version}" if resource.group else "api/v1"
        index = cluster.client.get("/openapi/v3")
        link = str(((index.get("paths") or {}).get(path) or {}).get("serverRelativeURL") or "")
        digest = (parse_qs(urlparse(link).query).get("hash") or [""])[0]
        with self._lock:
            found = self._known.setdefault(cluster, {}).get(path)
        if found and digest and found[0] == digest:
            return found[1]
        document = cluster.client.get(f"/openapi/v3/{path}", {"hash": digest} if digest else None)
        with self._lock:
            self._known[cluster][path] = (digest, document)
        return document


def _cut(schema: Any, document: Schema, depth: int) -> Schema:
    schema = _followed(schema, document)
    found = {name: schema[name] for name in KEPT if name in schema}
    if depth == 0:
        return found
    if properties := schema.get("properties"):
        found["properties"] = {
            name: _cut(one, document, depth - 1) for name, one in properties.items()
        }
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), Mapping):
            found[name] = _cut(schema[name], document, depth - 1)
    rules = [one.get("message") for one in schema.get("x-kubernetes-validations") or ()]
    if said := [one for one in rules if one]:
        found["rules"] = said
    return found


def _followed(schema: Any, document: Schema) -> Mapping[str, Any]:
    """The schema that a reference means; ``allOf`` of one is that one."""
    for _ in range(DEEPEST):
        if not isinstance(schema, Mapping):
            return {}
        parts = schema.get("allOf")
        if isinstance(parts, list) and len(parts) == 1:
            beside = {name: one for name, one in schema.items() if name != "allOf"}
            schema = {**_followed(parts[0], document), **beside}
        elif "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            schema = ((document.get("components") or {}).get("schemas") or {}).get(name)
        else:
            return schema
    return {}
