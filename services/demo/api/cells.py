"""What the API server's printers show of built-in kinds: the cells of a row, its name aside."""

from datetime import UTC, datetime
from typing import Any

from services.demo.api.statuses import Obj

NONE = "<none>"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_AGES = (
    (120, "s", ""),
    (10 * 60, "m", "s"),
    (3 * 3600, "m", ""),
    (8 * 3600, "h", "m"),
    (2 * 86400, "h", ""),
    (8 * 86400, "d", "h"),
    (2 * 365 * 86400, "d", ""),
    (8 * 365 * 86400, "y", "d"),
)
"""Below how many seconds an age is told in which unit, and what remains in which smaller one."""


def age(timestamp: str | None, now: datetime) -> str:
    """Time since, as kubectl writes it: 45s, 3m12s, 5h, 2d3h, 400d."""
    if not timestamp:
        return "<unknown>"
    try:
        then = moment(timestamp)
    except ValueError:
        return "<invalid>"
    seconds = int((now - then).total_seconds())
    if seconds < 0:
        return "<invalid>" if seconds < -1 else "0s"
    unit, smaller = next((units for below, *units in _AGES if seconds < below), ("y", ""))
    whole, rest = divmod(seconds, _SECONDS[unit])
    part = rest // _SECONDS[smaller] if smaller else 0
    return f"{whole}{unit}" + (f"{part}{smaller}" if part else "")


def moment(timestamp: str) -> datetime:
    """Raises ValueError."""
    return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).astimezone(UTC)


def at(obj: Obj, path: str, default: Any = None) -> Any:
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return default
    return value


def age_of(obj: Obj, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def pairs(values: Obj | None) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted((values or {}).items())) or NONE


def first(texts: list[str], most: int, between: str = ",") -> str:
    """The first texts, and how many more there are."""
    more = f" + {len(texts) - most} more..." if len(texts) > most else ""
    return between.join(texts[:most]) + more


def service(obj: Obj, now: datetime) -> list[Any]:
    spec = obj.get("spec") or {}
    kind = spec.get("type", "ClusterIP")
    external = list(spec.get("externalIPs") or ())
    if kind == "LoadBalancer":
        found = at(obj, "status.loadBalancer.ingress", [])
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
        age_of(obj, now),
        pairs(spec.get("selector")),
    ]


def node(obj: Obj, now: datetime) -> list[Any]:
    conditions = {each["type"]: each["status"] for each in at(obj, "status.conditions", [])}
    words = {"True": "Ready", "False": "NotReady"}.get(conditions.get("Ready", ""), "Unknown")
    if at(obj, "spec.unschedulable"):
        words += ",SchedulingDisabled"
    prefix = "node-role.kubernetes.io/"
    labels = obj["metadata"].get("labels") or {}
    roles = sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))
    addresses = {each["type"]: each["address"] for each in at(obj, "status.addresses", [])}
    info = at(obj, "status.nodeInfo", {})
    return [
        words,
        ",".join(roles) or NONE,
        age_of(obj, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or "<unknown>",
        info.get("kernelVersion") or "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def event(obj: Obj, now: datetime) -> list[Any]:
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


def endpoints(obj: Obj, now: datetime) -> list[Any]:
    found = [
        f"{address.get('ip')}:{port.get('port')}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    return [first(found, 3) or NONE, age_of(obj, now)]


def endpoint_slice(obj: Obj, now: datetime) -> list[Any]:
    ports = [str(each.get("port")) for each in obj.get("ports") or ()]
    addresses = [a for each in obj.get("endpoints") or () for a in each.get("addresses") or ()]
    shown = (first(texts, 3) or "<unset>" for texts in (ports, addresses))
    return [obj.get("addressType"), *shown, age_of(obj, now)]


def binding(obj: Obj, now: datetime) -> list[Any]:
    reference = obj.get("roleRef") or {}
    subjects = obj.get("subjects") or ()

    def names(kind: str) -> str:
        return ", ".join(
            f"{s['namespace']}/{s['name']}" if kind == "ServiceAccount" else s["name"]
            for s in subjects
            if s.get("kind") == kind
        )

    role = f"{reference.get('kind')}/{reference.get('name')}"
    return [role, age_of(obj, now), names("User"), names("Group"), names("ServiceAccount")]


def crd_created(obj: Obj, now: datetime) -> list[Any]:
    return [obj["metadata"].get("creationTimestamp")]


def api_service(obj: Obj, now: datetime) -> list[Any]:
    service = at(obj, "spec.service")
    where = f"{service.get('namespace', '')}/{service.get('name', '')}" if service else "Local"
    found = [one for one in at(obj, "status.conditions", []) if one["type"] == "Available"]
    available = found[0]["status"] if found else "Unknown"
    if available != "True" and found and found[0].get("reason"):
        available += f" ({found[0]['reason']})"
    return [where, available, age_of(obj, now)]
