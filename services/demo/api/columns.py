"""Columns that ``kubectl get`` shows of built-in kinds, in the words of the API server's printers.

A definition reads ``Name:type`` with ``:1`` for columns of ``-o wide`` only.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from services.demo.api.statuses import Obj

Cells = Callable[[Obj, datetime], list[Any]]
NONE = "<none>"


def age(timestamp: str | None, now: datetime) -> str:
    """Time since, as kubectl writes it: 45s, 3m12s, 5h, 2d3h, 400d."""
    if not timestamp:
        return "<unknown>"
    try:
        then = datetime.fromisoformat(timestamp.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return "<invalid>"
    seconds = int((now - then).total_seconds())
    if seconds < 0:
        return "<invalid>" if seconds < -1 else "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return f"{minutes}m{seconds % 60}s" if seconds % 60 else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if hours < 192:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    if days < 730:
        return f"{days}d"
    years, rest = divmod(days, 365)
    return f"{years}y{rest}d" if years < 8 and rest else f"{years}y"


def _at(obj: Obj, path: str, default: Any = None) -> Any:
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return default
    return value


def _age(obj: Obj, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def _pairs(values: Obj | None) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted((values or {}).items())) or NONE


def _containers(obj: Obj) -> tuple[str, str]:
    found = _at(obj, "spec.template.spec.containers", [])
    names = ",".join(each.get("name", "") for each in found)
    return names, ",".join(each.get("image", "") for each in found)


def _pod(obj: Obj, now: datetime) -> list[Any]:
    statuses = _at(obj, "status.containerStatuses", [])
    total = len(_at(obj, "spec.containers", []))
    ready = sum(1 for each in statuses if each.get("ready"))
    restarts = sum(each.get("restartCount", 0) for each in statuses)
    word = _at(obj, "status.reason") or _at(obj, "status.phase", "")
    for each in statuses:
        state = each.get("state") or {}
        waiting = (state.get("waiting") or state.get("terminated") or {}).get("reason")
        word = waiting or word
    if obj["metadata"].get("deletionTimestamp"):
        word = "Terminating"
    where = [_at(obj, path, NONE) for path in ("status.podIP", "spec.nodeName")]
    nominated = _at(obj, "status.nominatedNodeName", NONE)
    return [f"{ready}/{total}", word, str(restarts), _age(obj, now), *where, nominated, NONE]


def _service(obj: Obj, now: datetime) -> list[Any]:
    spec = obj.get("spec") or {}
    kind = spec.get("type", "ClusterIP")
    external = list(spec.get("externalIPs") or ())
    if kind == "LoadBalancer":
        found = _at(obj, "status.loadBalancer.ingress", [])
        external += [each.get("ip") or each.get("hostname", "") for each in found]
    elif kind == "ExternalName":
        external = [spec.get("externalName", "")]
    fallback = "<pending>" if kind == "LoadBalancer" else NONE
    ports = [
        str(port["port"])
        + (f":{port['nodePort']}" if port.get("nodePort") else "")
        + f"/{port.get('protocol', 'TCP')}"
        for port in spec.get("ports") or ()
    ]
    return [
        kind,
        spec.get("clusterIP") or NONE,
        ",".join(external) or fallback,
        ",".join(ports) or NONE,
        _age(obj, now),
        _pairs(spec.get("selector")),
    ]


def _node(obj: Obj, now: datetime) -> list[Any]:
    conditions = {each["type"]: each["status"] for each in _at(obj, "status.conditions", [])}
    words = {"True": "Ready", "False": "NotReady"}.get(conditions.get("Ready", ""), "Unknown")
    if _at(obj, "spec.unschedulable"):
        words += ",SchedulingDisabled"
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    roles = sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))
    addresses = {each["type"]: each["address"] for each in _at(obj, "status.addresses", [])}
    info = _at(obj, "status.nodeInfo", {})
    return [
        words,
        ",".join(roles) or NONE,
        _age(obj, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _deployment(obj: Obj, now: datetime) -> list[Any]:
    status = obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{_at(obj, 'spec.replicas', 0)}"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    selector = _pairs(_at(obj, "spec.selector.matchLabels"))
    return [ready, updated, available, _age(obj, now), *_containers(obj), selector]


def _replica_set(obj: Obj, now: datetime) -> list[Any]:
    status = obj.get("status") or {}
    counts = [
        _at(obj, "spec.replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
    ]
    selector = _pairs(_at(obj, "spec.selector.matchLabels"))
    return [*counts, _age(obj, now), *_containers(obj), selector]


def _daemon_set(obj: Obj, now: datetime) -> list[Any]:
    names = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    counts = [_at(obj, f"status.{name}", 0) for name in names]
    node = _pairs(_at(obj, "spec.template.spec.nodeSelector"))
    selector = _pairs(_at(obj, "spec.selector.matchLabels"))
    return [*counts, node, _age(obj, now), *_containers(obj), selector]


def _stateful_set(obj: Obj, now: datetime) -> list[Any]:
    ready = f"{_at(obj, 'status.readyReplicas', 0)}/{_at(obj, 'spec.replicas', 0)}"
    return [ready, _age(obj, now), *_containers(obj)]


def _event(obj: Obj, now: datetime) -> list[Any]:
    about = obj.get("involvedObject") or obj.get("regarding") or {}
    last = obj.get("lastTimestamp") or obj.get("eventTime")
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    source = obj.get("source") or {}
    parts = [source.get("component") or obj.get("reportingComponent"), source.get("host")]
    return [
        age(last, now),
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{about.get('kind', '').lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        ", ".join(part for part in parts if part),
        (obj.get("message") or obj.get("note") or "").strip(),
        age(first, now),
        obj.get("count") or 1,
        obj["metadata"]["name"],
    ]


def _endpoints(obj: Obj, now: datetime) -> list[Any]:
    found = [
        f"{address.get('ip')}:{port.get('port')}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return [(",".join(found[:3]) or NONE) + more, _age(obj, now)]


def _endpoint_slice(obj: Obj, now: datetime) -> list[Any]:
    ports = [str(each.get("port")) for each in obj.get("ports") or ()]
    addresses = [a for each in obj.get("endpoints") or () for a in each.get("addresses") or ()]
    shown = []
    for texts in (ports, addresses):
        more = f" + {len(texts) - 3} more..." if len(texts) > 3 else ""
        shown.append((",".join(texts[:3]) or "<unset>") + more)
    return [obj.get("addressType"), *shown, _age(obj, now)]


def _binding(obj: Obj, now: datetime) -> list[Any]:
    reference = obj.get("roleRef") or {}
    subjects = obj.get("subjects") or ()

    def names(kind: str) -> str:
        return ", ".join(
            f"{s['namespace']}/{s['name']}" if kind == "ServiceAccount" else s["name"]
            for s in subjects
            if s.get("kind") == kind
        )

    role = f"{reference.get('kind')}/{reference.get('name')}"
    return [role, _age(obj, now), names("User"), names("Group"), names("ServiceAccount")]


def _crd_created(obj: Obj, now: datetime) -> list[Any]:
    return [obj["metadata"].get("creationTimestamp")]


_WORKLOAD = "Containers:string:1 Images:string:1 Selector:string:1"
COLUMNS: dict[str, tuple[str, Cells]] = {
    "pods": (
        "Ready Status Restarts Age IP:string:1 Node:string:1 Nominated_Node:string:1 "
        "Readiness_Gates:string:1",
        _pod,
    ),
    "services": ("Type Cluster-IP External-IP Port(s) Age Selector:string:1", _service),
    "namespaces": ("Status Age", lambda obj, now: [_at(obj, "status.phase", ""), _age(obj, now)]),
    "nodes": (
        "Status Roles Age Version Internal-IP:string:1 External-IP:string:1 OS-Image:string:1 "
        "Kernel-Version:string:1 Container-Runtime:string:1",
        _node,
    ),
    "configmaps": (
        "Data Age",
        lambda obj, now: [
            len(obj.get("data") or ()) + len(obj.get("binaryData") or ()),
            _age(obj, now),
        ],
    ),
    "secrets": (
        "Type Data Age",
        lambda obj, now: [obj.get("type"), len(obj.get("data") or ()), _age(obj, now)],
    ),
    "deployments.apps": (f"Ready Up-to-date Available Age {_WORKLOAD}", _deployment),
    "replicasets.apps": (
        f"Desired:integer Current:integer Ready:integer Age {_WORKLOAD}",
        _replica_set,
    ),
    "daemonsets.apps": (
        "Desired:integer Current:integer Ready:integer Up-to-date:integer Available:integer "
        f"Node_Selector Age {_WORKLOAD}",
        _daemon_set,
    ),
    "statefulsets.apps": ("Ready Age Containers:string:1 Images:string:1", _stateful_set),
    "events": (
        "Last_Seen Type Reason Object Subobject:string:1 Source:string:1 Message "
        "First_Seen:string:1 Count:string:1 Name:string:1",
        _event,
    ),
    "leases.coordination.k8s.io": (
        "Holder Age",
        lambda obj, now: [_at(obj, "spec.holderIdentity", ""), _age(obj, now)],
    ),
    "endpoints": ("Endpoints Age", _endpoints),
    "endpointslices.discovery.k8s.io": ("AddressType Ports Endpoints Age", _endpoint_slice),
    "roles.rbac.authorization.k8s.io": ("Created_At:date", _crd_created),
    "clusterroles.rbac.authorization.k8s.io": ("Created_At:date", _crd_created),
    "customresourcedefinitions.apiextensions.k8s.io": ("Created_At:date", _crd_created),
    "rolebindings.rbac.authorization.k8s.io": (
        "Role Age Users:string:1 Groups:string:1 ServiceAccounts:string:1",
        _binding,
    ),
    "clusterrolebindings.rbac.authorization.k8s.io": (
        "Role Age Users:string:1 Groups:string:1 ServiceAccounts:string:1",
        _binding,
    ),
}
DEFAULT: tuple[str, Cells] = ("Age", lambda obj, now: [_age(obj, now)])
