"""Rows of lists: one function per kind, from the object to what a list shows of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.clusters.fleet import Cluster
from services.entries import Row, Shape
from services.gatewayapi import conditions, filters, text
from services.gatewayapi.attachments import ROUTE_KINDS, Attachments, parents
from services.kube.catalogue import KINDS
from services.operated_rows import bundle, bundle_of, stack

Object = Mapping[str, Any]


def controller_of(cluster: Cluster, class_name: str) -> str | None:
    """The controllerName of a GatewayClass, None while it is not known."""
    found = cluster.snapshot("gatewayclasses").objects.get(("", class_name))
    return found["spec"].get("controllerName") if found else None


def gateway(attachments: Attachments, cluster: Cluster, obj: Object) -> Row:
    """A Gateway's row; ``routes`` are the distinct routes that it took, ``bundle`` is the name of
    the GatewayBundle that makes it."""
    spec, status = obj["spec"], obj.get("status") or {}
    listeners = list(spec.get("listeners") or ())
    class_name = spec.get("gatewayClassName", "")
    verdict = (
        conditions.deleting(obj)
        or _classless(cluster, class_name)
        or conditions.gateway(obj, controller_of(cluster, class_name))
    )
    return {
        **verdict.fields(),
        "class": class_name,
        "listener_ports": text.ports(listeners),
        "hosts": sorted({one["hostname"] for one in listeners if one.get("hostname")}),
        "addresses": [one["value"] for one in status.get("addresses") or () if one.get("value")],
        "routes": attachments.attached(
            cluster, (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        ),
        "bundle": obj["metadata"]["name"] if bundle_of(obj) else "",
    }


def _classless(cluster: Cluster, class_name: str) -> conditions.Verdict | None:
    """The verdict on a Gateway whose class is known not to exist."""
    classes = cluster.snapshot("gatewayclasses")
    if classes.state not in ("live", "stale") or ("", class_name) in classes.objects:
        return None
    said = f"There is no GatewayClass {class_name}, so no controller takes the gateway."
    return conditions.Verdict("err", "No class", "class not found", said)


def gateway_class(cluster: Cluster, obj: Object) -> Row:
    """A GatewayClass's row."""
    name = obj["metadata"]["name"]
    used = cluster.snapshot("gateways").objects.values()
    return {
        **(conditions.deleting(obj) or conditions.gateway_class(obj)).fields(),
        "controller": obj["spec"].get("controllerName", ""),
        "description": obj["spec"].get("description", ""),
        "gateways": sum(one["spec"].get("gatewayClassName") == name for one in used),
    }


def route(kind_name: str, obj: Object) -> Row:
    """A row of any route kind: all that decides about requests, as text."""
    spec = obj.get("spec") or {}
    rules = list(spec.get("rules") or ())
    attached = parents(obj)
    verdicts = [
        conditions.Verdict(p["status"], p["status_word"], p["reason"], p["message"])
        for p in attached
    ]
    hostnames = list(spec.get("hostnames") or ())
    return {
        **(conditions.deleting(obj) or conditions.route(verdicts, len(attached))).fields(),
        "kind": KINDS[kind_name].kind,
        "kind_name": kind_name,
        "hostnames": hostnames,
        "host": hostnames,
        "parents": [{k: p[k] for k in PARENT} for p in attached],
        "gateway": list(dict.fromkeys(f"{p['namespace']}/{p['name']}" for p in attached)),
        "rules": len(rules),
        "matches_text": ", ".join(one for rule in rules for one in matches(kind_name, rule)),
        "filters": list(dict.fromkeys(one for rule in rules for one in changed(rule))),
        "backends": list(dict.fromkeys(one for rule in rules for one in text.backends(rule))),
    }


PARENT = ("kind", "namespace", "name", "section", "port", "status", "status_word", "reason")
"""What a row says of each parent."""


def changed(rule: Object) -> list[str]:
    """What a rule does to requests, as text: its filters, those of its backends, its settings."""
    return [
        *(filters.filter_text(one) for one in rule.get("filters") or ()),
        *(
            f"{filters.filter_text(one)} for {text.backend_name(ref)}"
            for ref in rule.get("backendRefs") or ()
            for one in ref.get("filters") or ()
        ),
        *filters.settings(rule),
    ]


def listener_set(cluster: Cluster, obj: Object) -> Row:
    """A ListenerSet's row; its listeners stand where a route has its matches."""
    spec = obj.get("spec") or {}
    listeners = list(spec.get("listeners") or ())
    ref, own = spec.get("parentRef") or {}, obj["metadata"].get("namespace", "")
    verdict = conditions.deleting(obj) or conditions.gateway(obj)
    hostnames = sorted({one["hostname"] for one in listeners if one.get("hostname")})
    parent = {
        "kind": ref.get("kind", "Gateway"),
        "namespace": ref.get("namespace", own),
        "name": ref.get("name", ""),
        "section": "",
        "port": None,
        **verdict.fields(),
    }
    return {
        **verdict.fields(),
        "kind": KINDS["listenersets"].kind,
        "kind_name": "listenersets",
        "hostnames": hostnames,
        "host": hostnames,
        "parents": [parent],
        "gateway": [f"{parent['namespace']}/{parent['name']}"],
        "rules": 0,
        "matches_text": ", ".join(text.listener(one) for one in listeners),
        "filters": [],
        "backends": [],
    }


def _any_route(kind_name: str, _: Cluster, obj: Object) -> Row:
    return route(kind_name, obj)


def matches(kind_name: str, rule: Object) -> list[str]:
    """Every match of a rule as text; a rule without any takes all requests."""
    if kind_name == "httproutes":
        return [text.http_match(one) for one in rule.get("matches") or _MATCH_EVERYTHING]
    if kind_name == "grpcroutes":
        return [text.grpc_match(one) for one in rule.get("matches") or _MATCH_EVERYTHING]
    return []


_MATCH_EVERYTHING: tuple[Object, ...] = ({},)


ROUTE_SORT = {"kind": "kind", "hostnames": "hostnames", "rules": "rules"}
ROUTE_FILTERS = ("kind", "gateway", "host")


def shapes(attachments: Attachments) -> dict[str, Shape]:
    """The lists there are, by kind."""
    made = {
        "gateways": Shape(
            KINDS["gateways"],
            partial(gateway, attachments),
            {"class": "class", "routes": "routes", "addresses": "addresses"},
            ("class",),
            reads=("gatewayclasses", "listenersets", *ROUTE_KINDS),
        ),
        "gatewayclasses": Shape(
            KINDS["gatewayclasses"],
            gateway_class,
            {"controller": "controller", "gateways": "gateways"},
            ("controller",),
            reads=("gateways",),
        ),
    }
    for name in ROUTE_KINDS:
        made[name] = Shape(KINDS[name], partial(_any_route, name), ROUTE_SORT, ROUTE_FILTERS)
    made["gatewaybundles"] = Shape(
        KINDS["gatewaybundles"],
        lambda _, obj: bundle(obj),
        {"class": "class", "phase": "phase", "children": "children_total"},
        ("class", "phase"),
    )
    made["inferencestacks"] = Shape(
        KINDS["inferencestacks"],
        lambda _, obj: stack(obj),
        {"model": "model", "engine": "engine", "phase": "phase", "replicas": "replicas"},
        ("engine", "model", "gpu_type", "phase"),
    )
    made["listenersets"] = Shape(KINDS["listenersets"], listener_set, ROUTE_SORT, ROUTE_FILTERS)
    return made
