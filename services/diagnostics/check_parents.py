"""Checks of how a route comes to its gateways: parents, listeners, who is let in, names, conflicts,
certificates."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from services.diagnostics.checks import Check, Subject, judged
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.attachment import Parent
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.names import Ref

PARENTS = "Parent Gateway Attached"
LISTENER = "Listener Match"
ALLOWED = "Allowed Routes"
HOSTNAME = "Hostname Match"
CONFLICT = "Listener Conflicts"
CERTIFICATE = "Certificate"

_LISTENERS = ("NoMatchingParent", "InvalidListener", "InvalidGateway", "Pending")


def parents(of: Subject) -> Iterator[Check]:
    """The checks in the order in which a controller decides."""
    yield _parents(of)
    for name, reasons in (
        (LISTENER, _LISTENERS),
        (ALLOWED, ("NotAllowedByListeners",)),
        (HOSTNAME, ("NoMatchingListenerHostname",)),
    ):
        yield _attachment(of, name, reasons)
    yield _listeners(of, CONFLICT, lambda one: not _certificate(one))
    yield _listeners(of, CERTIFICATE, _certificate)


def _parents(of: Subject) -> Check:
    if not of.parents:
        return Check(
            PARENTS,
            "fail",
            "The route names no parent, so no gateway can take it.",
            remedy="Add the Gateway that is to take it to spec.parentRefs.",
            section=f"{of.route.ref.kind}.spec.parentRefs",
        )
    seen = [one for one in of.parents if of.sees(one.target.namespace)]
    lost = [one for one in seen if one.gateway is None]
    problems = [one for one in _of_parents(of, lost) if of.told(one)]
    evidence = [_place(one) for one in seen if one.gateway is not None] + _hidden(of)
    if not seen:
        return Check(PARENTS, "skip", "Its parents are not visible to you.")
    well = "Every parent that it names exists." if not of.hidden else "Those that you see exist."
    link = next((one.gateway for one in seen if one.gateway), None)
    return judged(PARENTS, problems, well, evidence, link)


def _attachment(of: Subject, name: str, reasons: tuple[str, ...]) -> Check:
    known = [one for one in of.parents if one.gateway and of.sees(one.target.namespace)]
    if not known:
        return Check(name, "skip", "There is no gateway to ask.")
    problems = [one for one in _of_parents(of, known) if one.reason in reasons and of.told(one)]
    return judged(name, problems, _WELL[name](of), list(_refusals(known, name)), known[0].gateway)


def _of_parents(of: Subject, wanted: list[Parent]) -> Iterator[Issue]:
    """Issues of these parentRefs; one that names no single parent belongs to all of them."""
    fields = tuple(f"spec.parentRefs[{one.index}]" for one in wanted)
    others = [one for one in of.parents if one not in wanted]
    for issue in (one for one in of.issues if one.ref == of.route.ref):
        if issue.field.startswith(fields) or (
            wanted and not others and issue.field in ("spec.parentRefs", "spec.hostnames")
        ):
            yield issue


def _refusals(known: list[Parent], name: str) -> Iterator[str]:
    """What single listeners said no to, also where another one took the route."""
    reasons = {ALLOWED: "NotAllowedByListeners", HOSTNAME: "NoMatchingListenerHostname"}
    for parent in known:
        for one in parent.attachments:
            if one.fault and one.fault.reason == reasons.get(name) and parent.fault is None:
                yield one.fault.message


def _names(of: Subject) -> str:
    found = of.taken
    if not found:
        return "It is attached nowhere that you may see."
    told = {
        f"{one.listener.name} ({one.listener.protocol} {one.listener.port}) of "
        f"{one.listener.owner.namespace}/{one.listener.owner.name}"
        for one in found
    }
    return f"Attached to {', '.join(sorted(told))}."


def _hosts(of: Subject) -> str:
    names = sorted({host or "every host" for one in of.taken for host in one.hostnames})
    return f"It gets requests for {', '.join(names)}." if names else "No listener took its hosts."


_WELL: dict[str, Callable[[Subject], str]] = {
    LISTENER: _names,
    ALLOWED: lambda of: (
        f"The listeners take {of.route.ref.kind}s from namespace {of.route.ref.namespace}."
    ),
    HOSTNAME: _hosts,
}


def _listeners(of: Subject, name: str, belongs: Callable[[Issue], bool]) -> Check:
    meant = list(
        {
            one.listener.id: one.listener
            for parent in of.parents
            for one in parent.attachments
            if of.sees(one.listener.owner.namespace)
        }.values()
    )
    if not meant:
        return Check(name, "skip", "It reaches no listener that could be looked at.")
    if name == CERTIFICATE and not any(one.tls_mode == "Terminate" for one in meant):
        return Check(name, "pass", "No listener that it reaches ends TLS.")
    problems = [
        _named(one) for one in of.issues if _about(one, meant) and belongs(one) and of.told(one)
    ]
    well = {
        CONFLICT: "The listeners that it reaches conflict with no other.",
        CERTIFICATE: "The listeners that it reaches have the certificates that they need.",
    }[name]
    return judged(name, problems, well, [_spoken(one) for one in meant], meant[0].owner)


def _about(issue: Issue, meant: list[Listener]) -> bool:
    return any(
        issue.ref in _secrets(one)
        or (issue.ref == one.owner and issue.field.startswith(f"spec.listeners[{one.index}]"))
        for one in meant
    )


def _named(issue: Issue) -> Issue:
    """An issue of a Secret says which one it is."""
    if issue.ref.kind != "Secret":
        return issue
    return replace(issue, message=f"{issue.ref}: {issue.message}", counterpart=issue.ref)


def _secrets(one: Listener) -> set[Ref]:
    refs = (one.spec.get("tls") or {}).get("certificateRefs") or ()
    return {
        Ref("Secret", ref.get("namespace") or one.owner.namespace, str(ref.get("name", "")))
        for ref in refs
    }


def _certificate(issue: Issue) -> bool:
    return ".tls" in issue.field or issue.ref.kind == "Secret"


def _spoken(one: Listener) -> str:
    host = one.hostname or "every host"
    return f"{one.owner.namespace}/{one.owner.name}, {one.name}: {one.protocol} {one.port}, {host}."


def _place(one: Parent) -> str:
    section = f", listener {one.section}" if one.section else ""
    return f"{one.target} exists{section and f' ({section[2:]})'}."


def _hidden(of: Subject) -> list[str]:
    return [f"{of.hidden} more in namespaces that you may not see."] if of.hidden else []
