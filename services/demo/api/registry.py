"""Which kinds are served: the built-in ones, and those that CustomResourceDefinitions add.

A definition takes effect the moment it is stored, and its status says so (NamesAccepted,
Established), as it does within milliseconds on a real API server.
"""

import re
from collections.abc import Iterable

from services.demo.api.kinds import BUILT_IN, Served
from services.demo.api.statuses import Obj

CRD_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"

_CUSTOM_VERBS = (
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "create",
    "update",
    "watch",
)
_GROUP_ORDER = (
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "rbac.authorization.k8s.io",
    "apiextensions.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
)


def version_rank(version: str) -> tuple[int, int, int, str]:
    """Sort key of the order discovery prefers versions in: v2, v1, v1beta1, v1alpha2, others."""
    found = re.match(r"^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$", version)
    if not found:
        return (3, 0, 0, version)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (stage, -int(found[1]), -int(found[3] or 0), "")


class Registry:
    """Looks a kind up by path or by apiVersion and kind."""

    def __init__(self) -> None:
        self._by_path: dict[tuple[str, str, str], Served] = {}
        self._by_kind: dict[tuple[str, str], Served] = {}
        self.generation = 0
        for served in BUILT_IN:
            self._add(served)

    def _add(self, served: Served) -> None:
        self._by_path[served.group, served.version, served.plural] = served
        self._by_kind[served.api_version, served.kind] = served
        self.generation += 1

    def find(self, group: str, version: str, plural: str) -> Served | None:
        return self._by_path.get((group, version, plural))

    def of_kind(self, api_version: str, kind: str) -> Served | None:
        return self._by_kind.get((api_version, kind))

    def named(self, resource: str) -> Served | None:
        """Any version of a bucket's kind, the storage version first."""
        found = [served for served in self._by_path.values() if served.resource == resource]
        found.sort(key=lambda served: served.version != (served.storage_version or served.version))
        return found[0] if found else None

    def all(self) -> list[Served]:
        return list(self._by_path.values())

    def groups(self) -> dict[str, list[str]]:
        """Versions of every named group, the preferred version first, groups as discovery does."""
        found: dict[str, set[str]] = {}
        for served in self._by_path.values():
            if served.group:
                found.setdefault(served.group, set()).add(served.version)
        known = [group for group in _GROUP_ORDER if group in found]
        order = known + sorted(found.keys() - set(known))
        return {group: sorted(found[group], key=version_rank) for group in order}

    def in_version(self, group: str, version: str) -> list[Served]:
        found = [s for s in self._by_path.values() if (s.group, s.version) == (group, version)]
        return sorted(found, key=lambda served: served.plural)

    def install(self, crd: Obj) -> None:
        """Serve what a definition defines, and stop serving what it no longer does."""
        self.uninstall(crd)
        for served in versions_of(crd):
            self._add(served)

    def uninstall(self, crd: Obj) -> None:
        group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
        for path in [path for path in self._by_path if (path[0], path[2]) == (group, plural)]:
            served = self._by_path.pop(path)
            self._by_kind.pop((served.api_version, served.kind), None)
            self.generation += 1


def versions_of(crd: Obj) -> Iterable[Served]:
    """The served versions of a stored definition."""
    spec = crd["spec"]
    names = spec["names"]
    storage = next(v["name"] for v in spec["versions"] if v.get("storage"))
    for version in spec["versions"]:
        if not version.get("served"):
            continue
        subresources = version.get("subresources") or {}
        columns = version.get("additionalPrinterColumns")
        yield Served(
            group=spec["group"],
            version=version["name"],
            plural=names["plural"],
            kind=names["kind"],
            namespaced=spec["scope"] == "Namespaced",
            singular=names.get("singular") or names["kind"].lower(),
            list_kind=names.get("listKind") or f"{names['kind']}List",
            verbs=_CUSTOM_VERBS,
            short_names=tuple(names.get("shortNames") or ()),
            categories=tuple(names.get("categories") or ()),
            subresources=tuple(sorted(subresources, reverse=True)),
            storage_version=storage,
            custom=True,
            schema=(version.get("schema") or {}).get("openAPIV3Schema") or {},
            columns=None if columns is None else tuple(columns),
            selectable=tuple(
                field["jsonPath"].removeprefix(".") for field in version.get("selectableFields", ())
            ),
            scale=subresources.get("scale") or {},
        )


def established(crd: Obj, now: str) -> Obj:
    """The status of a definition whose names are accepted."""
    names = dict(crd["spec"]["names"])
    before = crd.get("status") or {}
    stored = list(before.get("storedVersions") or ())
    storage = next((v["name"] for v in crd["spec"]["versions"] if v.get("storage")), None)
    if storage and storage not in stored:
        stored.append(storage)
    conditions = before.get("conditions") or [
        {
            "type": "NamesAccepted",
            "status": "True",
            "lastTransitionTime": now,
            "reason": "NoConflicts",
            "message": "no conflicts found",
        },
        {
            "type": "Established",
            "status": "True",
            "lastTransitionTime": now,
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        },
    ]
    return {"conditions": conditions, "acceptedNames": names, "storedVersions": stored}
