"""Rows of lists: one function per kind, from the object to what a list shows of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.clusters.fleet import Cluster
from services.gatewayapi import conditions, text
from services.gatewayapi.attachments import ROUTE_KINDS
from services.kube.catalogue import KINDS
from services.listing import Row, Shape

Object = Mapping[str, Any]


def controller_of(cluster: Cluster, class_name: str) -> str | None:
    """The controllerName of a GatewayClass, None while it is not known."""
    found = cluster.snapshot("gatewayclasses").objects.get(("", class_name))
    return found["spec"].get("controllerName") if found else None


def gateway(cluster: Cluster, obj: Object) -> Row:
    """A Gateway's row."""
    spec, status = obj["spec"], obj.get("status") or {}
    listeners = list(spec.get("listeners") or ())
    class_name = spec.get("gatewayClassName", "")
    return {
        **conditions.gateway(obj, controller_of(cluster, class_name)).fields(),
        "class": class_name,
        "listener_ports": text.ports(listeners),
        "hosts": sorted({one["hostname"] for one in listeners if one.get("hostname")}),
        "addresses": [one["value"] for one in status.get("addresses") or () if one.get("value")],
        "routes": max(
            (one.get("attachedRoutes", 0) for one in status.get("listeners") or ()), default=0
        ),
    }


def gateway_class(cluster: Cluster, obj: Object) -> Row:
    """A GatewayClass's row."""
    name = obj["metadata"]["name"]
    used = cluster.snapshot("gateways").objects.values()
    return {
        **conditions.gateway_class(obj).fields(),
        "controller": obj["spec"].get("controllerName", ""),
        "description": obj["spec"].get("description", ""),
        "gateways": sum(one["spec"].get("gatewayClassName") == name for one in used),
    }


def parents(obj: Object) -> list[dict[str, Any]]:
    """What a route's parents are and what each says; the spec's order, unknown ones last."""
    namespace = obj["metadata"].get("namespace", "")
    said = list((obj.get("status") or {}).get("parents") or ())
    found = []
    for ref in (obj.get("spec") or {}).get("parentRefs") or ():
        answers = [one for one in said if same_parent(one.get("parentRef") or {}, ref, namespace)]
        verdict = conditions.parent(answers[0].get("conditions") if answers else None)
        found.append(
            {
                "kind": ref.get("kind", "Gateway"),
                "namespace": ref.get("namespace", namespace),
                "name": ref["name"],
                "section": ref.get("sectionName", ""),
                "port": ref.get("port"),
                "controller": answers[0].get("controllerName", "") if answers else "",
                "conditions": conditions.shown(
                    answers[0].get("conditions") if answers else None,
                    obj["metadata"].get("generation"),
                ),
                **verdict.fields(),
            }
        )
    return found


def same_parent(one: Object, other: Object, namespace: str) -> bool:
    """Whether two parentRefs of a route in ``namespace`` mean the same."""
    return all(
        one.get(name, default) == other.get(name, default)
        for name, default in (
            ("kind", "Gateway"),
            ("namespace", namespace),
            ("name", None),
            ("sectionName", None),
            ("port", None),
        )
    )


def route(kind_name: str, obj: Object) -> Row:
    """A row of any route kind."""
    spec = obj.get("spec") or {}
    rules = list(spec.get("rules") or ())
    attached = parents(obj)
    verdicts = [
        conditions.Verdict(p["status"], p["status_word"], p["reason"], p["message"])
        for p in attached
    ]
    backends = [ref for rule in rules for ref in rule.get("backendRefs") or ()]
    return {
        **conditions.route(verdicts, len(attached)).fields(),
        "route_kind": KINDS[kind_name].kind,
        "hostnames": list(spec.get("hostnames") or ()),
        "parents": [
            {k: p[k] for k in ("namespace", "name", "section", "port", "status", "reason")}
            for p in attached
        ],
        "gateway": list(dict.fromkeys(f"{p['namespace']}/{p['name']}" for p in attached)),
        "rules": len(rules),
        "matches_text": ", ".join(one for rule in rules for one in matches(kind_name, rule)),
        "backends": list(dict.fromkeys(text.backend_name(ref) for ref in backends)),
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


def shapes() -> dict[str, Shape]:
    """The lists there are, by kind."""
    made = {
        "gateways": Shape(
            KINDS["gateways"],
            gateway,
            {"class": "class", "routes": "routes", "addresses": "addresses"},
            ("class",),
            reads=("gatewayclasses",),
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
        made[name] = Shape(
            KINDS[name],
            partial(_any_route, name),
            {"hostnames": "hostnames", "rules": "rules"},
            ("gateway",),
        )
    return made
