"""OpenAPI v3, as much as kubectl reads: which patches a kind takes, and the fields to explain."""

import hashlib

from services.demo.api import core_fields
from services.demo.api.kinds import Served
from services.demo.api.negotiation import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from services.demo.api.registry import Registry
from services.demo.api.statuses import Obj

_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation")


def index(registry: Registry) -> Obj:
    """``/openapi/v3``: one document per group and version."""
    paths = {"api/v1": _link("api/v1", registry)}
    for group, versions in registry.groups().items():
        for version in versions:
            path = f"apis/{group}/{version}"
            paths[path] = _link(path, registry)
    return {"paths": paths}


def _link(path: str, registry: Registry) -> Obj:
    # The hash tells clients when their cached copy is stale.
    digest = hashlib.sha256(f"{path} {registry.generation}".encode()).hexdigest()[:32].upper()
    return {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest}"}


def document(registry: Registry, group: str, version: str) -> Obj:
    """The document of one group and version."""
    schemas: Obj = {}
    paths: Obj = {}
    for served in registry.in_version(group, version):
        name = _schema_name(served)
        schemas[name] = _schema(served)
        paths |= _paths(served, name)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "demo"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _kind(served: Served) -> Obj:
    return {"group": served.group, "version": served.version, "kind": served.kind}


def _schema_name(served: Served) -> str:
    reversed_group = ".".join(reversed((served.group or "core").split(".")))
    return f"{reversed_group}.{served.version}.{served.kind}"


def _schema(served: Served) -> Obj:
    text = {"type": "string"}
    name = core_fields.message_name(served.api_version, served.kind)
    schema = dict(served.schema if served.custom else core_fields.schema_of(name))
    properties = schema.get("properties") or {}
    schema["properties"] = {
        "apiVersion": text,
        "kind": text,
        "metadata": core_fields.schema_of("meta.v1.ObjectMeta"),
    } | {key: value for key, value in properties.items() if key != "metadata"}
    return schema | {"x-kubernetes-group-version-kind": [_kind(served)]}


def _paths(served: Served, name: str) -> Obj:
    prefix = f"/apis/{served.group}/{served.version}" if served.group else "/api/v1"
    scope = "/namespaces/{namespace}" if served.namespaced else ""
    reference = {"$ref": f"#/components/schemas/{name}"}
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": reference}}}}
    types = [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    if not served.custom:
        types.insert(2, STRATEGIC_PATCH)
    patch = {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": _kind(served),
        "parameters": [
            {"name": each, "in": "query", "schema": {"type": "string"}} for each in _PARAMETERS
        ],
        "requestBody": {"content": {each: {"schema": {"type": "object"}} for each in types}},
        "responses": answer,
    }
    read = {
        "x-kubernetes-action": "get",
        "x-kubernetes-group-version-kind": _kind(served),
        "responses": answer,
    }
    return {f"{prefix}{scope}/{served.plural}/{{name}}": {"get": read, "patch": patch}}
