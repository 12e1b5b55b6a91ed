"""The head of an object's page: its state in a word, its facts in a line, how old they are."""

from datetime import datetime
from typing import Any

from dash import html

from callbacks import certificate, stack_words
from callbacks.cluster_words import ngf_words
from components import detail_rows, kinds
from components.policy_kinds import POLICIES
from components.status import age, pill
from components.times import clock
from services.clusters.fleet import ClusterInfo
from services.gatewayapi.conditions import NGF_CONTROLLER
from services.kube.owners import owner

Fact = tuple[str, Any]


def state_pill(model: dict[str, Any]) -> html.Span:
    """The state beside the title; a reason that only repeats the word is left out."""
    word, reason = model["status_word"], model["reason"]
    listeners = model.get("listeners", [])
    bad = sum(one["status"] == "err" for one in listeners)
    if model["status"] == "warn" and bad:
        reason = f"{bad} of {len(listeners)} listeners {'is' if bad == 1 else 'are'} not valid"
    return pill(model["status"], word, "" if reason == word else reason)


def strip(model: dict[str, Any]) -> tuple[str, str, str]:
    """Class, lead and text of the strip above an object whose cluster does not answer."""
    if not model["missing"]:
        return "strip warn d-none", "", ""
    return (
        "strip warn",
        "The cluster does not answer.",
        f"{model['missing'].rstrip('.')}. This is the object as last seen at "
        f"{_clock(model['as_of'])}. Edits need the cluster.",
    )


def _clock(moment: str | None) -> str:
    return clock(datetime.fromisoformat(moment)) if moment else "a time that is not known"


def controller(model: dict[str, Any]) -> str:
    """Who sets the conditions, as far as the object says."""
    if "controller" in model:
        return str(model["controller"]).partition("/")[0]
    said = {
        parent["controller"].partition("/")[0]
        for parent in model.get("parents", [])
        if parent["controller"]
    }
    return ", ".join(sorted(said))


def facts(kind: str, model: dict[str, Any], info: ClusterInfo) -> list[Fact]:
    """The line under the head: what every object has, and between it what its kind has."""
    obj = model["object"]
    where: dict[str, Any] = {"cluster": info.name, "slot": info.slot}
    kept_by = owner(obj)
    if kept_by:
        where["owner"] = f"{kept_by.tool}, {kept_by.application}"
    first, *rest = detail_rows.common_facts(obj, where)
    if kind in POLICIES:
        return [first, *_policy(model), *rest]
    own = {
        "gateways": _gateway,
        "gatewaybundles": _bundle,
        "inferencestacks": _stack,
        "gatewayclasses": _class,
        "listenersets": _set,
        **dict.fromkeys(kinds.CERTIFICATE_KINDS, certificate.facts),
    }.get(kind, _route)
    return [first, *own(model, info), *rest]


def _gateway(model: dict[str, Any], info: ClusterInfo) -> list[Fact]:
    name = str(model["object"]["spec"].get("gatewayClassName", ""))
    addresses = ", ".join(str(one.get("value", "")) for one in model["addresses"])
    return [
        ("Class", html.A(name, href=kinds.href("gatewayclasses", info.name, "", name))),
        ("NGF", ngf_words(info.state) if model["controller"] == NGF_CONTROLLER else ""),
        ("Address", html.Span(addresses, className="mono") if addresses else "not assigned"),
        ("Data plane", _data_plane(model["data_plane"])),
        ("Proxy settings", _parameters(model["parameters"])),
        ("Made by", _maker(model, info)),
    ]


def _maker(model: dict[str, Any], info: ClusterInfo) -> Any:
    """The bundle that the operator makes a gateway of."""
    if not model["bundle"]:
        return None
    place = (info.name, model["object"]["metadata"]["namespace"], model["bundle"])
    return html.A(f"GatewayBundle {model['bundle']}", href=kinds.href("gatewaybundles", *place))


def _bundle(model: dict[str, Any], info: ClusterInfo) -> list[Fact]:
    metadata = model["object"]["metadata"]
    place = (info.name, metadata["namespace"], metadata["name"])
    made = any(one["kind"] == "Gateway" for one in model["children"])
    gateway = html.A(metadata["name"], href=kinds.href("gateways", *place)) if made else None
    classes = kinds.href("gatewayclasses", info.name, "", model["class"])
    address = ", ".join(model["addresses"])
    return [
        ("Gateway", gateway),
        ("Class", html.A(model["class"], href=classes)),
        ("Listeners", model["listener_ports"]),
        ("Address", html.Span(address, className="mono") if address else "not assigned"),
        *operated(model),
    ]


def _stack(model: dict[str, Any], info: ClusterInfo) -> list[Fact]:
    return [*stack_words.facts(model, info), *operated(model)]


def operated(model: dict[str, Any]) -> list[Fact]:
    """What is told of every object that the operator works on."""
    drift, done = model["drift"], model["reconciled"]
    times = int(drift.get("count") or 0)
    last = [
        f"{times}, last {drift.get('last', '')} ",
        age(drift.get("lastAt"), style="age"),
        " ago",
    ]
    return [
        ("Children", f"{model['children_ready']} of {model['children_total']} ready"),
        ("Restored", last if times else "never"),
        ("Reconciled", [age(done, style="age"), " ago"] if done else "not yet"),
    ]


def _data_plane(found: dict[str, Any] | None) -> Any:
    if found is None:
        return None
    pods = f"{found['ready']} of {found['pods']} pods" if found["pods"] else "no pods"
    short = found["ready"] < found["pods"] or not found["pods"]
    return [
        html.Span(pods, className="text-wrn" if short else ""),
        html.Span(found["name"], className="mono t2"),
    ]


def _parameters(ref: dict[str, Any] | None) -> Any:
    return html.Span(ref["name"], className="mono", title=ref["kind"]) if ref else None


def _route(model: dict[str, Any], _: ClusterInfo) -> list[Fact]:
    if model["kind_name"] in ("tcproutes", "udproutes"):
        return []
    hosts = model["hostnames"]
    said = ", ".join(hosts[:3]) + (f" +{len(hosts) - 3}" if len(hosts) > 3 else "")
    return [("Hostnames", html.Span(said, className="mono") if hosts else "any host")]


def _set(model: dict[str, Any], info: ClusterInfo) -> list[Fact]:
    [parent] = model["parents"]
    place = f"{parent['namespace']}/{parent['name']}"
    href = kinds.href("gateways", info.name, parent["namespace"], parent["name"])
    return [("Gateway", html.A(place, href=href))]


def _class(model: dict[str, Any], _: ClusterInfo) -> list[Fact]:
    return [
        ("Controller", html.Span(model["controller"], className="mono")),
        ("Description", model.get("description", "")),
    ]


def _policy(model: dict[str, Any]) -> list[Fact]:
    words = POLICIES[model["kind_name"]]
    return [("Kind", words.kind), ("For", ", ".join(words.targets) or "rules of routes")]
