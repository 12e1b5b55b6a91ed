"""Paths of resources: which kind, namespace, object and subresource one names, and the verb."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.demo.api import negotiation
from services.demo.api.kinds import Served
from services.demo.api.registry import Registry
from services.demo.api.statuses import method_not_allowed, no_such_resource


@dataclass(frozen=True)
class Target:
    """What a resource path names."""

    served: Served
    namespace: str
    name: str
    subresource: str


def target(registry: Registry, parts: list[str]) -> Target | None:
    """The resource a path names; None for discovery and the like. Raises 404 for unknown ones."""
    if parts[:1] == ["api"] and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and not _is_namespace_part(group, rest):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3:
        raise no_such_resource()
    plural, name, subresource = (*rest, "", "")[:3]
    served = registry.find(group, version, plural)
    if served is None and group and group not in registry.groups():
        return None
    if served is None or (namespace and not served.namespaced):
        raise no_such_resource()
    if name and served.namespaced and not namespace:
        raise no_such_resource()
    if subresource and subresource not in served.subresources:
        raise no_such_resource()
    return Target(served, namespace, name, subresource)


def _is_namespace_part(group: str, rest: list[str]) -> bool:
    return not group and len(rest) == 3 and rest[2] in ("status", "finalize")


def verb(method: str, target: Target, query: Mapping[str, str]) -> str:
    """The API verb of a request, as permissions name it. Raises 405."""
    if method in ("GET", "HEAD"):
        if negotiation.flag(query, "watch"):
            return "watch"
        return "get" if target.name else "list"
    if method == "POST" and (not target.name or target.subresource == "token"):
        return "create"
    if method == "DELETE":
        return "delete" if target.name else "deletecollection"
    if method in ("PUT", "PATCH") and target.name:
        return "update" if method == "PUT" else "patch"
    raise method_not_allowed()
