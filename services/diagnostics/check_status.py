"""Checks of what the controller says of a route: conditions, how current they are, and whether they
say what the model does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.diagnostics.checks import Check, Status, Subject
from services.gatewayapi.model.names import Object, Ref
from services.gatewayapi.statuses.computed import Statuses
from services.gatewayapi.statuses.differing import Differing, differs

ACCEPTED = "Route Accepted"
RESOLVED = "Route Resolved"
CURRENT = "Status Current"
AGREES = "Status Agrees"

_CONDITIONS = ((ACCEPTED, "Accepted"), (RESOLVED, "ResolvedRefs"))


def status(of: Subject) -> Iterator[Check]:
    """What is read from the route's own status; every parent counts."""
    entries = _entries(of.route.obj)
    seen = [one for one in entries if of.sees(_parent(of, one).namespace)]
    for name, type_ in _CONDITIONS:
        yield _condition(of, name, type_, seen)
    yield _current(of, seen)


def _condition(of: Subject, name: str, type_: str, entries: Sequence[Object]) -> Check:
    if not entries:
        return Check(
            name,
            "warn",
            "No controller has said anything of this route.",
            remedy="See whether the controller of its gateway's class runs, and whether the parent"
            " exists.",
            section=f"{of.route.ref.kind}.status.parents",
        )
    found: list[tuple[Status, str, Ref]] = []
    for entry in entries:
        parent = _parent(of, entry)
        one = _of_type(entry, type_)
        where = f"{parent}{_section(entry)}"
        if one is None:
            found.append(("warn", f"{where} does not say {type_}.", parent))
        elif one.get("status") == "True":
            found.append(("pass", f"{where} says {type_}.", parent))
        else:
            said = one.get("reason", ""), one.get("message", "")
            text = f"{where} says {type_} is {one.get('status')}: {': '.join(filter(None, said))}"
            found.append(("fail", text if text.endswith(".") else f"{text}.", parent))
    order: tuple[Status, ...] = ("fail", "warn", "pass")
    found.sort(key=lambda one: order.index(one[0]))
    worst, message, link = found[0]
    rest = tuple(text for _, text, _ in found[1:])
    remedy = "" if worst == "pass" else "The checks above say what causes it."
    return Check(name, worst, message, rest, remedy, link=link)


def _current(of: Subject, entries: Sequence[Object]) -> Check:
    """Whether conditions speak of the route as it is, or as it was before its last change."""
    generation = (of.route.obj.get("metadata") or {}).get("generation")
    observed = [
        (one.get("observedGeneration"), entry)
        for entry in entries
        for one in entry.get("conditions") or ()
        if one.get("observedGeneration") is not None
    ]
    if generation is None or not observed:
        return Check(CURRENT, "skip", "No condition says which generation it is about.")
    old = [(seen, entry) for seen, entry in observed if seen < generation]
    if not old:
        return Check(CURRENT, "pass", f"The conditions are about generation {generation}.")
    seen, entry = old[0]
    return Check(
        CURRENT,
        "warn",
        f"{_parent(of, entry)} has judged generation {seen}; the route is at {generation}.",
        ("What the conditions say may not hold for the route as it is now.",),
        "Wait for the controller; if it does not follow, look at its log.",
        "metav1.Condition.observedGeneration",
        _parent(of, entry),
    )


def agrees(of: Subject) -> Check:
    """Whether the controller says what a conformant one would say of these objects."""
    if not _entries(of.route.obj):
        return Check(AGREES, "skip", "No controller has said anything yet.")
    computed = Statuses(of.model, of.standing)
    found = [one for one in differs(of.model, of.route.ref, computed) if not one.stale]
    if not found:
        return Check(AGREES, "pass", "The controller says what the model finds.")
    texts = [_difference(one) for one in found]
    return Check(
        AGREES,
        "warn",
        texts[0],
        tuple(texts[1:]),
        "Look at the log of the controller: it has not seen the objects as they are, or judges"
        " them otherwise.",
        link=of.route.ref,
    )


def _difference(one: Differing) -> str:
    where = f" of {one.where}" if one.where else ""
    since = f" since {one.since}" if one.since else ""
    said = one.found or "not said"
    return f"{one.type}{where} is {said}{since}; the model finds {one.expected or 'no reason'}."


def _entries(obj: Object) -> list[Object]:
    parents = (obj.get("status") or {}).get("parents") or ()
    return [one for one in parents if isinstance(one, Mapping)]


def _parent(of: Subject, entry: Object) -> Ref:
    spec: Mapping[str, Any] = entry.get("parentRef") or {}
    namespace = spec.get("namespace") or of.route.ref.namespace
    return Ref(str(spec.get("kind") or "Gateway"), namespace, str(spec.get("name", "")))


def _section(entry: Object) -> str:
    section = (entry.get("parentRef") or {}).get("sectionName")
    return f" ({section})" if section else ""


def _of_type(entry: Object, type_: str) -> Object | None:
    found = (one for one in entry.get("conditions") or () if one.get("type") == type_)
    return next(found, None)
