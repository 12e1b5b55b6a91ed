"""Why a route does not work: the checks of one route, and the routes that need a look."""

from typing import Any

from dash import ClientsideFunction, Input, Output

from callbacks.asked_requests import said
from callbacks.asking import Asked, gone, many
from callbacks.object_links import href
from callbacks.registrar import Callbacks
from components import kinds, panels
from components import route_check as page
from services.auth.identity import Identity
from services.container import Container
from services.diagnostics.checks import Check, RouteCheck
from services.errors import ConsoleError
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.reading import READ

Told = dict[str, Any]

TONES = {"healthy": "ok", "degraded": "warn", "unhealthy": "err"}
VERDICTS = {"healthy": "Works", "degraded": "Needs a look", "unhealthy": "Does not work"}
IN_PART = "warn", "Works in part"
WORDS = {"pass": "passed", "fail": "failed", "warn": "look at it", "skip": "not checked"}
SEVERITIES = {"error": ("err", "does not work"), "warning": ("warn", "needs a look")}
MOST = 200
"""Routes that are listed; as many names are offered."""


def register(callbacks: Callbacks) -> None:
    """Register the question and its drawing."""
    container = callbacks.container

    @callbacks.on(Output(page.TOLD, "data"), Input(page.ASKED, "data"))
    def check(asked: dict[str, Any]) -> Told:
        return told(container, callbacks.who(), asked or {})

    callbacks.clientside(ClientsideFunction("ngfRouteCheck", "draw"), Input(page.TOLD, "data"))


def told(container: Container, who: Identity, asked: Asked) -> Told:
    """Everything on the page: what can be chosen, the checks, and the routes that need a look."""
    infos = container.fleet.list(who)
    names = [one.name for one in infos]
    wanted = [name for name in many(asked.get("cluster")) if name in names]
    cluster = (wanted or names or [""])[0]
    kind = said(asked, "kind") or page.KINDS[0]
    space, name = said(asked, "ns"), said(asked, "name")
    made: Told = {
        "clusters": [{"name": one.name, "label": one.display_name} for one in infos],
        "cluster": cluster,
        "kind": kind,
        "kinds": list(READ),
        "known": [],
        "poor": [],
        "faults": {},
        "reason": "",
        "answer": None,
        "values": {},
    }
    if not cluster:
        return {**made, "reason": "No cluster is known here."}
    if unknown := gone(many(asked.get("cluster")), names):
        return {**made, "cluster": "", "reason": unknown}
    checks = container.route_checks
    try:
        made["known"] = checks.known(who, cluster, kind)[:MOST]
        made["poor"] = [
            _poor(cluster, ref, issue, ref == Ref(kind, space, name))
            for ref, issue in checks.poor(who, cluster)[:MOST]
        ]
        if name and space:
            found = checks.check(who, cluster, kind, space, name)
            made["answer"] = _answer(cluster, found)
            made["values"] = {page.CHECKS: panels.values(map(_plain, found.checks), "model")}
        elif said(asked, "ns"):
            made["faults"] = {"route": "must be namespace/name, such as shop/cart."}
    except ConsoleError as error:
        made["reason"] = error.message
    return made


def _poor(cluster: str, ref: Ref, issue: Issue, chosen: bool) -> Told:
    status, word = SEVERITIES[issue.severity]
    return {
        "kind": ref.kind,
        "namespace": ref.namespace,
        "name": ref.name,
        "href": kinds.check_href(ref.kind, cluster, ref.namespace, ref.name),
        "status": status,
        "word": word,
        "reason": issue.reason or issue.message,
        "message": issue.message,
        "chosen": chosen,
    }


def _answer(cluster: str, found: RouteCheck) -> Told:
    failed = [one for one in found.checks if one.status == "fail"]
    warned = [one for one in found.checks if one.status == "warn"]
    passed = sum(one.status == "pass" for one in found.checks)
    first = (failed or warned or [None])[0]
    tone, verdict = TONES[found.status], VERDICTS[found.status]
    if failed and found.in_part:
        tone, verdict = IN_PART
    sentence = first.message if first else "Every check that could be made passed."
    return {
        "tone": tone,
        "verdict": verdict,
        "sentence": f"{found.route}: {sentence}",
        "href": href(cluster, found.route),
        "counts": f"{len(failed)} failed, {len(warned)} to look at, {passed} passed",
        "checks": [_check(cluster, found.route, one) for one in found.checks],
    }


def _check(cluster: str, route: Ref, one: Check) -> Told:
    """A check. Where something is wrong and what it is about has no page, such as a Service, the
    route that names it is the object to look at."""
    wrong = one.status in ("fail", "warn")
    link = one.link if href(cluster, one.link) else route if wrong else None
    return {
        "name": one.name,
        "status": one.status,
        "word": WORDS[one.status],
        "message": one.message,
        "evidence": list(one.evidence),
        "remedy": one.remedy,
        "section": one.section if wrong else "",
        "href": href(cluster, link),
        "link": f"{link.kind} {link.name}" if link else "",
    }


def _plain(one: Check) -> Told:
    return {
        "check": one.name,
        "status": one.status,
        "message": one.message,
        "evidence": " ".join(one.evidence),
        "remedy": one.remedy,
        "section": one.section,
    }
