"""Checks of what a route does with a request: filters, backends, grants, ports, endpoints."""

from collections.abc import Iterator
from dataclasses import replace

from services.diagnostics.check_rules import NO_EFFECT, SHADOWED
from services.diagnostics.checks import Check, Subject, judged
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.backends import Backend

FILTERS = "Filters"
EXIST = "Backend Exists"
_ELSEWHERE = (SHADOWED, *NO_EFFECT)
"""Reasons that checks of their own tell."""
GRANT = "Backend Namespace"
PORT = "Backend Port"
HEALTH = "Backend Health"


def backends(of: Subject) -> Iterator[Check]:
    """The checks in the order in which a request meets what they are about."""
    yield _filters(of)
    judgements = [
        of.model.backend(of.route.ref, spec) for rule in of.route.rules for spec in rule.backends
    ]
    seen = [one for one in judgements if of.sees(one.spec.namespace)]
    hidden = len(judgements) - len(seen)
    for name in (EXIST, GRANT, PORT, HEALTH):
        yield _backend(of, name, seen, hidden)


def answers(of: Subject) -> bool:
    """Whether some rule leads to a backend that answers, with nothing wrong on the way there."""
    own = [one for one in of.issues if one.ref == of.route.ref and one.severity == "error"]
    broken = [one.field for one in own if _in_filters(one)]
    return any(
        any(of.model.backend(of.route.ref, spec).answers for spec in rule.backends)
        and not any(field.startswith(f"spec.rules[{at}].") for field in broken)
        for at, rule in enumerate(of.route.rules)
    )


def _filters(of: Subject) -> Check:
    count = sum(len(rule.obj.get("filters") or ()) for rule in of.route.rules)
    own = [one for one in of.issues if one.ref == of.route.ref]
    problems = [one for one in own if _in_filters(one) and of.told(one)]
    said = f"{count} filter{'s' if count > 1 else ''}, all in effect." if count else "It has none."
    return judged(FILTERS, problems, said)


def _in_filters(issue: Issue) -> bool:
    return ".filters" in issue.field and issue.reason not in _ELSEWHERE


def _backend(of: Subject, name: str, seen: list[Backend], hidden: int) -> Check:
    if not seen:
        return _without(of, name, hidden)
    fields = {one.spec.field: one for one in seen}
    problems = [
        one
        for one in of.issues
        if ".filters" not in one.field
        and one.ref == of.route.ref
        and one.reason not in _ELSEWHERE
        and one.field.startswith(tuple(fields))
        and _belongs(one, name)
        and of.told(one)
    ]
    evidence = [text for one in seen if (text := _evidence(one, name, of))]
    if hidden:
        evidence.append(f"{hidden} more in namespaces that you may not see.")
    if name == HEALTH and not problems and any(one.fault for one in seen):
        return Check(HEALTH, "skip", "A backend that cannot be used has no endpoints to count.")
    if name == HEALTH and any(one.ready == 0 for one in seen if one.fault is None):
        # Without an endpoint that is ready, clients of that rule get no answer.
        problems = [replace(one, severity="error") for one in problems]
    return judged(name, problems, _WELL[name], dict.fromkeys(evidence), seen[0].spec.ref)


def _without(of: Subject, name: str, hidden: int) -> Check:
    if hidden:
        return Check(name, "skip", "Its backends are not visible to you.")
    if name != EXIST:
        return Check(name, "skip", "It has no backend.")
    problems = [
        one for one in of.issues if one.ref == of.route.ref and one.field.endswith(".backendRefs")
    ]
    return judged(EXIST, problems, "Its filters answer; it needs no backend.")


def _belongs(issue: Issue, name: str) -> bool:
    """Which of the checks an issue of a backendRef is told by."""
    if issue.reason == "RefNotPermitted":
        return name == GRANT
    if issue.reason == "NoReadyEndpoints":
        return name == HEALTH
    if issue.field.endswith(".port"):
        return name == PORT
    return name == EXIST


_WELL = {
    EXIST: "Every backend exists and is of a kind that can answer.",
    GRANT: "Every backend may be used from the route's namespace.",
    PORT: "Every backend has the port that is named.",
    HEALTH: "Every backend has ready endpoints.",
}


def _evidence(one: Backend, name: str, of: Subject) -> str:
    ref, port = one.spec.ref, f":{one.spec.port}" if one.spec.port else ""
    if name == HEALTH and one.fault is None:
        if one.ready is None:
            return f"{ref}{port}: its endpoints are not known."
        return f"{ref}{port}: {one.ready} of {one.total} endpoints ready."
    if name == GRANT and one.spec.namespace != of.route.ref.namespace and one.fault is None:
        return f"{ref} is in another namespace; a ReferenceGrant there permits it."
    if name == PORT and one.fault is None and one.spec.port:
        return f"{ref} has port {one.spec.port}."
    return f"{ref} exists." if name == EXIST and one.fault is None else ""
