"""The path of a request for people: listener, route, rule, filters, policies, backend, each with
what decided it. The reasons are those of the answer; what stands beside is counted in the model."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.gatewayapi import filters, rows
from services.gatewayapi.matching.answer import Answer, HopKind, Share
from services.gatewayapi.matching.answer import Hop as Step
from services.gatewayapi.model.gateways import Gateway
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.policies.effective import InEffect
from services.kube.catalogue import KINDS

Status = Literal["ok", "warn", "err"]
Sees = Callable[[str], bool]

_FILTER = re.compile(
    r"spec\.rules\[\d+\](?:\.backendRefs\[(?P<backend>\d+)\])?\.filters\[(?P<filter>\d+)\].*"
)
"""Where a filter stands in a route."""
_PLURALS = {kind.kind: name for name, kind in KINDS.items()}
LABELS = {
    "gateway": "Gateway",
    "listener": "Listener",
    "route": "Route",
    "rule": "Rule",
    "filters": "Filters",
    "policies": "Policies",
    "backend": "Backend",
    "answer": "Answer",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a hop is about: its name, the object to look at, what else it says."""

    text: str
    ref: Ref | None = None
    more: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop. ``aside`` counts what it was chosen from, ``why`` are sentences, ``section`` is
    where the specification has the rule that decided."""

    step: str
    status: Status
    what: tuple[Part, ...]
    aside: str = ""
    why: tuple[str, ...] = ()
    section: str = ""

    @property
    def label(self) -> str:
        """What people call the step."""
        return LABELS[self.step]


def hops(
    model: Model,
    gateway: Gateway,
    answer: Answer,
    policies: Sequence[InEffect],
    sees: Sees,
) -> tuple[Hop, ...]:
    """The path as far as the request comes; its last hop is not ``ok`` where no backend answers."""
    if answer.route and not sees(answer.route.namespace):
        return (*_listener(gateway, answer), _unseen())
    made = [
        *_listener(gateway, answer),
        *_route(model, gateway, answer),
        *_rule(model, answer),
        *_filters(model, answer),
        *_policies(answer, policies, sees),
        *_backend(answer, sees),
        *_own(answer),
    ]
    hidden = [_place(one.ref) for one in _shares(answer) if not sees(one.ref.namespace)]
    return tuple(
        replace(one, why=tuple(text for text in one.why if not _speaks(text, hidden)))
        for one in made
    )


def _shares(answer: Answer) -> tuple[Share, ...]:
    return (*answer.backends, *answer.unavailable)


def _speaks(text: str, places: Iterable[str]) -> bool:
    """Whether a sentence tells of a backend that may not be seen."""
    return any(place in text for place in places)


def _unseen() -> Hop:
    return Hop("route", "warn", (Part("not visible to you"),), why=("It is in another namespace.",))


def _steps(answer: Answer, *kinds: HopKind) -> list[Step]:
    return [one for one in answer.path if one.kind in kinds]


def _why(steps: Iterable[Step]) -> tuple[tuple[str, ...], str]:
    found = list(steps)
    texts = tuple(dict.fromkeys(one.reason.text for one in found if one.reason.text))
    return texts, next((one.reason.section for one in found if one.reason.section), "")


def _because(answer: Answer) -> tuple[tuple[str, ...], str]:
    texts = tuple(dict.fromkeys(one.text for one in answer.because))
    return texts, next((one.section for one in answer.because if one.section), "")


def _listener(gateway: Gateway, answer: Answer) -> Iterator[Hop]:
    on_port = [one for one in gateway.listeners if one.port == answer.port]
    refused = answer.outcome in ("no_listener", "tls_refused")
    why, section = _because(answer) if refused else _why(_steps(answer, "listener"))
    listener = answer.listener
    if listener is None:
        aside = f"0 of {len(on_port)} on {answer.port}"
        yield Hop("listener", "err", (Part("none", gateway.ref),), aside, why, section)
        return
    place = f"{listener.hostname or '*'}:{listener.port}"
    at = next((n for n, one in enumerate(on_port, 1) if one.id == listener.id), 1)
    owner = "" if listener.owner == gateway.ref else f" of {listener.owner}"
    yield Hop(
        "listener",
        "err" if refused else "ok",
        (Part(listener.name, listener.owner, place + owner),),
        f"{at} of {len(on_port)} on {listener.port}",
        why,
        section,
    )


def _route(model: Model, gateway: Gateway, answer: Answer) -> Iterator[Hop]:
    if answer.listener is None or answer.outcome == "tls_refused":
        return
    here = {
        one.route
        for one in model.attached(gateway.ref.key)
        if one.listener.id == answer.listener.id
    }
    aside = f"{len(here)} attached"
    if answer.route is None:
        why, section = _because(answer)
        yield Hop("route", "err", (Part("none"),), aside, why, section)
        return
    why, section = _why(_steps(answer, "route"))
    route = answer.route
    yield Hop(
        "route",
        "ok",
        (Part(f"{route.namespace}/{route.name}", route, route.kind),),
        aside,
        why,
        section,
    )


def _rule(model: Model, answer: Answer) -> Iterator[Hop]:
    if answer.route is None or answer.rule is None:
        return
    why, section = _why(_steps(answer, "rule"))
    rules = model.routes[answer.route].rules
    texts = rows.matches(_PLURALS[answer.route.kind], rules[answer.rule].obj)
    match = answer.match
    text = texts[match] if match is not None and match < len(texts) else ""
    named = f"rule {answer.rule + 1}"
    if match is not None and len(texts) > 1:
        named += f", match {match + 1}"
    yield Hop("rule", "ok", (Part(named, None, text),), f"of {len(rules)}", why, section)


def _filters(model: Model, answer: Answer) -> Iterator[Hop]:
    steps = _steps(answer, "filter", "mirror")
    sent = answer.request
    if not steps and sent is None:
        return
    why, section = _why(steps)
    if sent is not None:
        why = (*why, f"The backend sees {sent.method} {sent.path}, host {sent.host or 'none'}.")
    if answer.redirect is not None:
        why = (*why, f"The client is sent to {answer.redirect.location}.")
    parts = tuple(Part(_filter(model, answer, one)) for one in steps) or (Part("none"),)
    count = len(steps)
    aside = f"{count} filter{'' if count == 1 else 's'}" if count else ""
    yield Hop("filters", "ok", parts, aside, why, section)


def _filter(model: Model, answer: Answer, step: Step) -> str:
    """A filter with everything it does, as it is written; its type where it cannot be found."""
    at = _FILTER.fullmatch(step.field)
    if at is None or answer.route is None or answer.rule is None:
        return step.name
    holder = model.routes[answer.route].rules[answer.rule].obj
    if at["backend"] is not None:
        holder = holder["backendRefs"][int(at["backend"])]
    return filters.filter_text(holder["filters"][int(at["filter"])])


def _policies(answer: Answer, policies: Sequence[InEffect], sees: Sees) -> Iterator[Hop]:
    if answer.route is None:
        return
    seen = [one for one in policies if sees(one.policy.namespace)]
    working = [one for one in seen if one.works]
    if not seen:
        yield Hop("policies", "ok", (Part("none"),), why=("No policy applies to it.",))
        return
    parts = tuple(
        Part(f"{one.kind} {_place(one.policy)}", one.policy, _from(one)) for one in working
    )
    yield Hop(
        "policies",
        "ok",
        parts or (Part("none in effect"),),
        f"{len(working)} in effect",
        tuple(_overridden(seen, sees)),
    )


def _overridden(seen: Iterable[InEffect], sees: Sees) -> Iterator[str]:
    paths: dict[tuple[Ref, Ref], list[str]] = {}
    for one in seen:
        if one.refused:
            yield f"{one.policy} has no effect: {one.refused.message}"
        for setting in one.settings:
            by = setting.overridden_by
            if by and sees(by.namespace):
                paths.setdefault((by, one.policy), []).append(setting.path)
    for (by, policy), fields in paths.items():
        more = f" and {len(fields) - 2} more" if len(fields) > 2 else ""
        yield f"{by} overrides {', '.join(fields[:2])}{more} of {policy}."


def _from(one: InEffect) -> str:
    return f"from {_place(one.inherited_from)}" if one.inherited_from else ""


def _place(ref: Ref) -> str:
    return f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name


def _backend(answer: Answer, sees: Sees) -> Iterator[Hop]:
    shares = _shares(answer)
    if not shares:
        return
    hidden = any(not sees(one.ref.namespace) for one in shares)
    section = _why(_steps(answer, "backend"))[1]
    broken = [one for one in shares if one.why]
    status: Status = "ok" if not broken else "warn" if answer.backends else "err"
    told = tuple(_state(one) for one in shares) if not hidden else ("Some are not visible to you.",)
    kinds = ", ".join(dict.fromkeys(one.ref.kind for one in shares))
    yield Hop(
        "backend",
        "ok" if hidden else status,
        tuple(_share(one) for one in shares),
        kinds,
        told,
        "" if hidden else section,
    )


def _share(one: Share) -> Part:
    port = f":{one.port}" if one.port else ""
    return Part(f"{_place(one.ref)}{port}", one.ref, f"{percent(one.share)}")


def _state(one: Share) -> str:
    if one.why:
        answered = f" Clients get {one.status}." if one.status else ""
        return f"{one.why}{answered}"
    if one.ready is None:
        return f"Endpoints of {one.ref} are not known."
    return f"{one.ready} of {one.total} endpoints of {one.ref.name} are ready."


def _own(answer: Answer) -> Iterator[Hop]:
    """What the gateway answers itself."""
    if answer.outcome == "redirect" and answer.redirect:
        found = answer.redirect
        yield Hop(
            "answer",
            "ok",
            (Part(f"{found.status}", None, found.location),),
            why=_because(answer)[0],
        )
    elif answer.outcome == "response" or (answer.outcome == "no_route" and answer.status):
        status: Status = "ok" if (answer.status or 500) < 400 else "err"
        headers = ", ".join(f"{name}: {value}" for name, value in answer.headers)
        why = _why(_steps(answer, "answer"))[0] or _because(answer)[0]
        yield Hop("answer", status, (Part(str(answer.status), None, headers),), why=why)


def percent(share: float) -> str:
    """A share of all requests in words.

    >>> percent(0.9), percent(1 / 3)
    ('90%', '33.3%')
    """
    return f"{100 * share:.3g}%"
