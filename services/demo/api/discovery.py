"""What a client can ask for: the API groups, their versions, the resources in each."""

from hashlib import sha512

import orjson

from services.demo.api.kinds import Served
from services.demo.api.registry import Registry
from services.demo.api.statuses import Obj

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
SUBRESOURCE_VERBS = ("get", "patch", "update")


def version(git_version: str) -> Obj:
    """``/version``."""
    major, minor, *_ = git_version.lstrip("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": git_version,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "go1.26",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def core_versions(address: str) -> Obj:
    """``/api``."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def group(name: str, versions: list[str]) -> Obj:
    """``/apis/<group>``, without kind and apiVersion, as it stands in the list of groups."""
    served = [{"groupVersion": f"{name}/{each}", "version": each} for each in versions]
    return {"name": name, "versions": served, "preferredVersion": served[0]}


def groups(registry: Registry) -> Obj:
    """``/apis``."""
    found = [group(name, versions) for name, versions in registry.groups().items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}


def resources(registry: Registry, group_name: str, version_name: str) -> Obj:
    """``/apis/<group>/<version>`` and ``/api/v1``."""
    found = registry.in_version(group_name, version_name)
    entries: list[Obj] = []
    for served in found:
        entry: Obj = {
            "name": served.plural,
            "singularName": served.singular,
            "namespaced": served.namespaced,
            "kind": served.kind,
            "verbs": list(served.verbs),
        }
        if served.short_names:
            entry["shortNames"] = list(served.short_names)
        if served.categories:
            entry["categories"] = list(served.categories)
        entries.append(entry)
        entries += [
            {
                "name": f"{served.plural}/{name}",
                "singularName": "",
                "namespaced": served.namespaced,
                **_subresource_kind(served, name),
                "verbs": list(_subresource_verbs(name)),
            }
            for name in served.subresources
        ]
    group_version = f"{group_name}/{version_name}" if group_name else version_name
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": entries,
    }


def _subresource_kind(served: Served, name: str) -> Obj:
    if name == "token":
        return {"group": "authentication.k8s.io", "version": "v1", "kind": "TokenRequest"}
    if name == "scale":
        return {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    return {"kind": served.kind}


def _subresource_verbs(name: str) -> tuple[str, ...]:
    return {"finalize": ("update",), "token": ("create",)}.get(name, SUBRESOURCE_VERBS)


class Documents:
    """The aggregated documents as sent, with their ETags; made anew when what is served changes.

    Every client polls them, and nearly every time nothing has changed.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: dict[bool, tuple[int, str, bytes]] = {}

    def of(self, *, core: bool) -> tuple[str, bytes]:
        """ETag and JSON of ``/api`` (core) or ``/apis``."""
        now = self._registry.generation
        made = self._made.get(core)
        if made is None or made[0] != now:
            document = orjson.dumps(aggregated(self._registry, core=core))
            made = (now, f'"{sha512(document).hexdigest().upper()}"', document)
            self._made[core] = made
        return made[1:]


def aggregated(registry: Registry, *, core: bool) -> Obj:
    """Everything in one document (apidiscovery.k8s.io/v2)."""
    names = {"": ["v1"]} if core else registry.groups()
    items = [
        {
            "metadata": {"name": name, "creationTimestamp": None},
            "versions": [
                {
                    "version": each,
                    "resources": [_entry(s) for s in registry.in_version(name, each)],
                    "freshness": "Current",
                }
                for each in versions
            ],
        }
        for name, versions in names.items()
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _entry(served: Served) -> Obj:
    kind = {"group": served.group, "version": served.version, "kind": served.kind}
    entry: Obj = {
        "resource": served.plural,
        "responseKind": kind,
        "scope": "Namespaced" if served.namespaced else "Cluster",
        "singularResource": served.singular,
        "verbs": list(served.verbs),
    }
    if served.short_names:
        entry["shortNames"] = list(served.short_names)
    if served.categories:
        entry["categories"] = list(served.categories)
    if served.subresources:
        entry["subresources"] = [
            {
                "subresource": name,
                "responseKind": kind | _subresource_kind(served, name),
                "verbs": list(_subresource_verbs(name)),
            }
            for name in served.subresources
        ]
    return entry
