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
from services.gatewayapi.attachments import Attachments, Named, parents
from services.gatewayapi.dataplane import data_plane
from services.kube.catalogue import KINDS

Object = Mapping[str, Any]
Key = tuple[str, str]
Sees = Callable[[str], bool]

KNOWN = ("live", "stale")
"""States of a snapshot that has read its list."""

NOT_CHECKED = {"status": "unknown", "state": "not checked"}
"""A backend that nobody can tell anything about."""

NOT_VISIBLE = {"status": "unknown", "state": "not visible to you"}
"""A backend in a namespace outside somebody's limits, whether there is one or not."""


def gateway(attachments: Attachments, cluster: Cluster, obj: Object, sees: Sees) -> dict[str, Any]:
    """Listeners with what each says, the routes that name it, addresses, conditions.

    ``named_hidden`` counts further routes that name it.
    """
    place = (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
    naming = attachments.of(cluster, place)
    shown = [named for named in naming if sees(named[1][0])]
    return {
        "listeners": _listeners(cluster, obj, sees),
        "named_by": list(_named_by(cluster, place, shown)),
        "named_hidden": len(naming) - len(shown),
        "addresses": list((obj.get("status") or {}).get("addresses") or ()),
        "controller": rows.controller_of(cluster, obj["spec"].get("gatewayClassName", "")) or "",
        "parameters": (obj["spec"].get("infrastructure") or {}).get("parametersRef"),
        "data_plane": data_plane(cluster, *place),
        "conditions": _conditions(obj),
    }


def listener_set(cluster: Cluster, obj: Object, sees: Sees) -> dict[str, Any]:
    """Listeners with what each says; conditions."""
    return {"listeners": _listeners(cluster, obj, sees), "conditions": _conditions(obj)}


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


def _named_by(cluster: Cluster, place: Key, routes: Iterable[Named]) -> Iterator[dict[str, Any]]:
    """What the gateway at ``place`` says of each of ``routes``; one entry per parentRef."""
    for kind_name, key in routes:
        one = cluster.snapshot(kind_name).objects.get(key)
        if one is None:
            continue
        row = rows.route(kind_name, one)
        for parent in parents(one):
            if (parent["namespace"], parent["name"]) == place and parent["kind"] == "Gateway":
                yield {
                    "kind": KINDS[kind_name].kind,
                    "kind_name": kind_name,
                    "namespace": key[0],
                    "name": key[1],
                    "hostnames": row["hostnames"],
                    "matches_text": row["matches_text"],
                    "listener": parent["section"],
                    **{k: parent[k] for k in ("status", "status_word", "reason", "message")},
                }


def route(cluster: Cluster, kind_name: str, obj: Object, sees: Sees) -> dict[str, Any]:
    """Rules with full match and filter text and backends with their state; parents."""
    return {
        "rules": [
            _rule(cluster, kind_name, obj, one, sees) for one in obj["spec"].get("rules") or ()
        ],
        "parents": parents(obj),
        "conditions": [],
    }


def _rule(
    cluster: Cluster, kind_name: str, obj: Object, rule: Object, sees: Sees
) -> dict[str, Any]:
    own = obj["metadata"].get("namespace", "")
    refs = list(rule.get("backendRefs") or ())
    weights = sum(ref.get("weight", 1) for ref in refs)
    return {
        "name": rule.get("name", ""),
        "matches": rows.matches(kind_name, rule),
        "filters": [filters.filter_text(one) for one in rule.get("filters") or ()],
        "settings": filters.settings(rule),
        "backends": [
            {
                "kind": ref.get("kind", "Service"),
                "namespace": ref.get("namespace", own),
                "name": ref["name"],
                "port": ref.get("port"),
                "weight": ref.get("weight", 1),
                "share": ref.get("weight", 1) / weights if weights else None,
                "filters": [filters.filter_text(one) for one in ref.get("filters") or ()],
                **backend_state(cluster, ref, own, sees),
            }
            for ref in refs
        ],
    }


def backend_state(cluster: Cluster, ref: Object, namespace: str, sees: Sees) -> dict[str, str]:
    """Whether a backend exists and how many of its endpoints are ready.

    Reads Services and EndpointSlices (``kubernetes.io/service-name``). Kinds that are not read here
    say "not checked" instead of guessing. A reference that is still being written may lack its name
    or port.
    """
    place = (ref.get("namespace", namespace), ref["name"])
    if not sees(place[0]):
        return NOT_VISIBLE
    if not ref["name"]:
        return {"status": "unknown", "state": "no name yet"}
    kind_name = {"Service": "services", "InferencePool": "inferencepools"}.get(
        ref.get("kind", "Service")
    )
    snapshot = cluster.snapshot(kind_name) if kind_name else None
    if snapshot is None or snapshot.state not in KNOWN:
        return NOT_CHECKED
    found = snapshot.objects.get(place)
    if found is None:
        return {"status": "err", "state": f"{ref.get('kind', 'Service')} does not exist"}
    if kind_name != "services":
        return {"status": "ok", "state": "exists"}
    ports = [one.get("port") for one in found["spec"].get("ports") or ()]
    if ref.get("port") not in ports:
        port = ref.get("port")
        return {"status": "err", "state": "needs a port" if port is None else f"no port {port}"}
    if found["spec"].get("type") == "ExternalName":
        return {"status": "unknown", "state": "external name"}
    if cluster.snapshot("endpointslices").state not in KNOWN:
        return NOT_CHECKED
    ready, total = _endpoints(cluster, place)
    if not total:
        return {"status": "err", "state": "no endpoints"}
    status = "ok" if ready == total else "warn" if ready else "err"
    return {"status": status, "state": f"{ready} of {total} endpoints ready"}


def _endpoints(cluster: Cluster, place: Key) -> tuple[int, int]:
    ready = total = 0
    for (namespace, _), piece in cluster.snapshot("endpointslices").objects.items():
        labels = piece["metadata"].get("labels") or {}
        if namespace != place[0] or labels.get("kubernetes.io/service-name") != place[1]:
            continue
        for endpoint in piece.get("endpoints") or ():
            total += 1
            ready += (endpoint.get("conditions") or {}).get("ready") is not False
    return ready, total


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
