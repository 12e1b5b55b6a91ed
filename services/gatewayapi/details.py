"""One object with everything around it: what a detail page and a REST answer show of it.

What surrounds an object may stand in other namespaces than its own. ``sees`` says which of them the
person may look into; of what stands elsewhere nothing is told but that it is not visible.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.certificates.expiry import served
from services.clusters.fleet import Cluster
from services.gatewayapi import conditions, filters, rows, text
from services.gatewayapi.attached import NAMELESS, NOT_VISIBLE
from services.gatewayapi.attachments import Attachments, Named, parents
from services.gatewayapi.dataplane import data_plane
from services.gatewayapi.model.assembly import named_gateway
from services.gatewayapi.model.faults import Fault
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.parsing import route as parsed
from services.gatewayapi.model.routes import BackendRef, Route, Rule
from services.kube.catalogue import KINDS

Object = Mapping[str, Any]
Key = tuple[str, str]
Sees = Callable[[str], bool]

NOT_CHECKED = {"status": "unknown", "state": "not checked"}
"""A backend that nobody can tell anything about."""


def gateway(attachments: Attachments, cluster: Cluster, obj: Object, sees: Sees) -> dict[str, Any]:
    """Listeners with what each says, those of ListenerSets that name it (``set_listeners``), the
    routes that name it or one of those sets, addresses, conditions.

    ``named_hidden`` counts further routes that name it.
    """
    place = (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
    naming, sets = attachments.of(cluster, place), attachments.sets(cluster, place)
    shown = [named for named in naming if sees(named[1][0])]
    return {
        "listeners": _listeners(cluster, obj, sees),
        "set_listeners": [
            {"set_namespace": one[0], "set_name": one[1], **listener}
            for one in sets
            if sees(one[0])
            for listener in _set_listeners(cluster, one, sees)
        ],
        "named_by": list(_named_by(cluster, place, sets, shown)),
        "named_hidden": len(naming) - len(shown),
        "addresses": list((obj.get("status") or {}).get("addresses") or ()),
        "controller": rows.controller_of(cluster, obj["spec"].get("gatewayClassName", "")) or "",
        "parameters": (obj["spec"].get("infrastructure") or {}).get("parametersRef"),
        "data_plane": data_plane(cluster, *place),
        "conditions": _conditions(obj),
    }


def listener_set(cluster: Cluster, obj: Object, sees: Sees) -> dict[str, Any]:
    """Listeners with what each says, the controller of its gateway's class, conditions."""
    place = obj["metadata"]["namespace"], obj["metadata"]["name"]
    named = named_gateway(place, obj)
    gateway = cluster.snapshot("gateways").objects.get(named) if named and sees(named[0]) else None
    class_name = gateway["spec"].get("gatewayClassName", "") if gateway else ""
    return {
        "listeners": _set_listeners(cluster, place, sees),
        "controller": rows.controller_of(cluster, class_name) or "",
        "conditions": _conditions(obj),
    }


def _set_listeners(cluster: Cluster, place: Key, sees: Sees) -> list[dict[str, Any]]:
    """The listeners of a ListenerSet; where that is refused, so are they."""
    obj = cluster.snapshot("listenersets").objects.get(place)
    if obj is None:
        return []
    refused = conditions.gateway(obj)
    return [
        one | refused.fields() if refused.status == "err" and not one["conditions"] else one
        for one in _listeners(cluster, obj, sees)
    ]


def _listeners(cluster: Cluster, obj: Object, sees: Sees) -> list[dict[str, Any]]:
    """The listeners of a Gateway or ListenerSet, in its order."""
    namespace = obj["metadata"].get("namespace", "")
    said = {one["name"]: one for one in (obj.get("status") or {}).get("listeners") or ()}
    return [
        _listener(cluster, namespace, one, said.get(one["name"]) or {}, sees)
        for one in obj["spec"].get("listeners") or ()
    ]


def _listener(
    cluster: Cluster, namespace: str, spec: Object, status: Object, sees: Sees
) -> dict[str, Any]:
    allowed = (spec.get("allowedRoutes") or {}).get("namespaces") or {}
    tls = spec.get("tls") or {}
    return {
        "name": spec["name"],
        "port": spec.get("port"),
        "protocol": spec.get("protocol", ""),
        "hostname": spec.get("hostname", ""),
        "tls_mode": tls.get("mode", "Terminate") if tls else "",
        "certificates": [
            _certificate(cluster, (ref.get("namespace", namespace), ref["name"]), sees)
            for ref in tls.get("certificateRefs") or ()
        ],
        "routes_from": allowed.get("from", "Same"),
        "routes_selector": text.label_selector(allowed.get("selector") or {}),
        "routes": status.get("attachedRoutes"),
        "supported_kinds": [one["kind"] for one in status.get("supportedKinds") or ()],
        "conditions": conditions.shown(status.get("conditions")),
        **conditions.listener(status.get("conditions")).fields(),
    }


def _certificate(cluster: Cluster, place: Key, sees: Sees) -> dict[str, Any]:
    """Whether a listener's Secret is there and how long its certificate is good for.

    ``state`` is that of :class:`~services.certificates.expiry.Certificate`, or "missing", or
    "unknown" while Secrets have not been read and where they are not visible.
    """
    if not sees(place[0]):
        return {"namespace": place[0], "name": place[1], "state": "unknown", "ends": None}
    secrets = cluster.snapshot("secrets")
    secret = secrets.objects.get(place)
    found = served(cluster.name, place, secret) if secret else None
    state: str = found.state(datetime.now(UTC)) if found else "unreadable"
    if secret is None:
        state = "missing" if secrets.state in ("live", "stale") else "unknown"
    return {
        "namespace": place[0],
        "name": place[1],
        "state": state,
        "ends": found.ends if found else None,
    }


def _named_by(
    cluster: Cluster, place: Key, sets: Iterable[Key], routes: Iterable[Named]
) -> Iterator[dict[str, Any]]:
    """What the gateway at ``place`` or one of its ``sets`` says of each of ``routes``; one entry
    per parentRef. ``listener_set`` is the name of the set, "" for the gateway itself."""
    ways = {("Gateway", place): "", **{("ListenerSet", one): one[1] for one in sets}}
    for kind_name, key in routes:
        one = cluster.snapshot(kind_name).objects.get(key)
        if one is None:
            continue
        row = rows.route(kind_name, one)
        for parent in parents(one):
            way = parent["kind"], (parent["namespace"], parent["name"])
            if way in ways:
                yield {
                    "kind": KINDS[kind_name].kind,
                    "kind_name": kind_name,
                    "namespace": key[0],
                    "name": key[1],
                    "hostnames": row["hostnames"],
                    "matches_text": row["matches_text"],
                    "listener_set": ways[way],
                    "listener": parent["section"],
                    **{k: parent[k] for k in ("status", "status_word", "reason", "message")},
                }


def route(model: Model, kind_name: str, obj: Object, sees: Sees) -> dict[str, Any]:
    """Rules with full match and filter text and backends with their state; parents."""
    read = parsed(KINDS[kind_name].kind, obj)
    rules = obj["spec"].get("rules") or ()
    return {
        "rules": [
            _rule(model, kind_name, read, one, rule, sees)
            for one, rule in zip(rules, read.rules, strict=False)
        ],
        "parents": parents(obj),
        "conditions": [],
    }


def _rule(
    model: Model, kind_name: str, route: Route, rule: Object, read: Rule, sees: Sees
) -> dict[str, Any]:
    weights = sum(one.weight for one in read.backends)
    return {
        "name": rule.get("name", ""),
        "matches": rows.matches(kind_name, rule),
        "filters": [filters.filter_text(one) for one in rule.get("filters") or ()],
        "settings": filters.settings(rule),
        "backends": [
            {
                "kind": one.kind,
                "namespace": one.namespace,
                "name": one.name,
                "port": one.port,
                "weight": one.weight,
                "share": one.weight / weights if weights else None,
                "filters": [filters.filter_text(each) for each in ref.get("filters") or ()],
                **backend_state(model, route.ref, one, sees),
            }
            for ref, one in zip(rule.get("backendRefs") or (), read.backends, strict=True)
        ],
    }


def backend_state(model: Model, route: Ref, spec: BackendRef, sees: Sees) -> dict[str, str]:
    """Whether a backend of a route may be used and exists, and how many endpoints are ready.

    Kinds that are not read here say "not checked" instead of guessing. A reference that is still
    being written may lack its name or port.
    """
    if not sees(spec.namespace):
        return NOT_VISIBLE
    if not spec.name:
        return NAMELESS
    plural = {"Service": "services", "InferencePool": "inferencepools"}.get(spec.kind, "")
    unread = not model.world.knows(plural) or plural in ("", *model.world.absent)
    if unread or route not in model.routes:  # it may have gone since it was read
        return NOT_CHECKED
    found = model.backend(route, spec)
    if found.fault:
        return {"status": "err", "state": _why(spec, found.fault)}
    if spec.kind == "InferencePool" and found.total is None:
        return {"status": "ok", "state": "exists"}
    if not model.world.knows("endpointslices"):
        return NOT_CHECKED
    if found.total is None:
        return {"status": "unknown", "state": "external name"}
    if not found.total:
        return {"status": "err", "state": "no endpoints"}
    status = "ok" if found.ready == found.total else "warn" if found.ready else "err"
    return {"status": status, "state": f"{found.ready} of {found.total} endpoints ready"}


def _why(spec: BackendRef, fault: Fault) -> str:
    """A fault of a backend in as few words as fit beside it."""
    if fault.reason == "RefNotPermitted":
        return "no ReferenceGrant"
    if fault.reason != "BackendNotFound":
        return fault.message
    if fault.field.endswith(".port"):
        return "needs a port" if spec.port is None else f"no port {spec.port}"
    return f"{spec.kind} does not exist"


def gateway_class(
    attachments: Attachments, cluster: Cluster, obj: Object, sees: Sees
) -> dict[str, Any]:
    """Gateways of the class, supported features, parameters, conditions."""
    name = obj["metadata"]["name"]
    return {
        "gateways": [
            {
                "namespace": place[0],
                "name": place[1],
                "created": one["metadata"].get("creationTimestamp"),
                **rows.gateway(attachments, cluster, one),
            }
            for place, one in sorted(cluster.snapshot("gateways").objects.items())
            if one["spec"].get("gatewayClassName") == name and sees(place[0])
        ],
        "features": [
            one["name"] if isinstance(one, Mapping) else str(one)
            for one in (obj.get("status") or {}).get("supportedFeatures") or ()
        ],
        "parameters": obj["spec"].get("parametersRef"),
        "conditions": _conditions(obj),
    }


def _conditions(obj: Object) -> list[dict[str, Any]]:
    return conditions.shown(
        (obj.get("status") or {}).get("conditions"), obj["metadata"].get("generation")
    )


def events(cluster: Cluster, obj: Object) -> list[dict[str, Any]]:
    """What Kubernetes Events say of the object, newest first."""
    metadata = obj["metadata"]
    found = []
    for one in cluster.snapshot("events").objects.values():
        about = one.get("involvedObject") or one.get("regarding") or {}
        if about.get("uid") != metadata.get("uid"):
            continue
        series = one.get("series") or {}
        found.append(
            {
                "type": one.get("type", "Normal"),
                "reason": one.get("reason", ""),
                "message": one.get("message") or one.get("note", ""),
                "source": one.get("reportingComponent")
                or (one.get("source") or {}).get("component", ""),
                "count": series.get("count") or one.get("count") or 1,
                "at": series.get("lastObservedTime")
                or one.get("lastTimestamp")
                or one.get("eventTime")
                or one["metadata"].get("creationTimestamp"),
            }
        )
    return sorted(found, key=lambda event: str(event["at"]), reverse=True)
