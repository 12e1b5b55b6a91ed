"""What becomes of a request, with every reason, and its JSON form."""

from dataclasses import dataclass
from typing import Any, Literal

from services.gatewayapi.matching.arrival import Outcome, Reason
from services.gatewayapi.matching.headers import UNCHANGED, Changes, Pairs
from services.gatewayapi.matching.redirects import Redirect
from services.gatewayapi.model.gateways import Listener
from services.gatewayapi.model.names import Ref
from services.gatewayapi.ways import Way

HopKind = Literal["listener", "route", "rule", "filter", "backend", "mirror", "answer"]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A request as a backend gets it; ``path`` with its query."""

    method: str
    host: str
    path: str
    headers: Pairs

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "method": self.method,
            "host": self.host,
            "path": self.path,
            "headers": dict(self.headers),
        }


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where copies of a request go, and of how many in a hundred."""

    ref: Ref
    port: int | None
    percent: float

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "namespace": self.ref.namespace,
            "name": self.ref.name,
            "port": self.port,
            "kind": self.ref.kind,
            "percent": self.percent,
        }


@dataclass(frozen=True, slots=True)
class Share:
    """A backend with the share of requests that go to it, of one that cannot answer with the
    ``status`` that they get instead and ``why``. ``request`` and ``response_headers`` are told
    where filters of the backendRef make them differ from the rule's, ``mirrors`` are its own."""

    ref: Ref
    port: int | None
    weight: int
    share: float
    ready: int | None = None
    total: int | None = None
    status: int | None = None
    why: str = ""
    request: Forwarded | None = None
    response_headers: Changes | None = None
    mirrors: tuple[Mirror, ...] = ()

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        found: dict[str, Any] = {
            "kind": self.ref.kind,
            "namespace": self.ref.namespace,
            "name": self.ref.name,
            "port": self.port,
            "weight": self.weight,
            "share": self.share,
        }
        if self.why:
            return found | {"status": self.status, "why": self.why}
        if self.ready is not None:
            found |= {"ready": self.ready, "total": self.total}
        if self.request is not None:
            found["request"] = self.request.document()
        if self.response_headers is not None:
            found["response_headers"] = self.response_headers.document()
        if self.mirrors:
            found["mirrors"] = [one.document() for one in self.mirrors]
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that did not take the request (a whole route where ``rule`` is None), with the first
    thing that it lost by."""

    route: Ref
    rule: int | None
    match: int | None
    listener: str | None
    lost: Reason

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "route": _ref(self.route),
            "rule": self.rule,
            "match": self.match,
            "listener": self.listener,
            "lost_because": self.lost.text,
            "section": self.lost.section,
        }


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a request's way, with what decided it; ``field`` where in ``ref`` it stands."""

    kind: HopKind
    ref: Ref | None
    name: str
    reason: Reason
    field: str = ""

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "kind": self.kind,
            "ref": None if self.ref is None else _ref(self.ref),
            "name": self.name,
            "field": self.field,
            "text": self.reason.text,
            "section": self.reason.section,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one request.

    ``status`` is what the client gets where no backend answers: of an answer of the gateway, a
    redirect, or of the share of requests whose backend cannot answer; None where a backend always
    does, and without an HTTP answer. ``headers`` are those of an answer of the gateway itself.
    """

    outcome: Outcome
    status: int | None
    scheme: str
    port: int
    sni: str | None
    listener: Listener | None
    route: Ref | None = None
    rule: int | None = None
    match: int | None = None
    backends: tuple[Share, ...] = ()
    unavailable: tuple[Share, ...] = ()
    request: Forwarded | None = None
    response_headers: Changes = UNCHANGED
    headers: Pairs = ()
    redirect: Redirect | None = None
    mirrors: tuple[Mirror, ...] = ()
    grpc_status: str | None = None
    path: tuple[Hop, ...] = ()
    because: tuple[Reason, ...] = ()
    notes: tuple[Way, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    candidates_left_out: int = 0

    def document(self) -> dict[str, Any]:
        """The answer as REST and the command line tell it. What does not apply is null, an empty
        list, or an object with empty lists."""
        own = self.outcome in ("response", "no_route") and self.status is not None
        return {
            "outcome": self.outcome,
            "status": self.status,
            "listener": None if self.listener is None else self.listener.name,
            "listener_owner": None if self.listener is None else _ref(self.listener.owner),
            "scheme": self.scheme,
            "port": self.port,
            "sni": self.sni,
            "route": None if self.route is None else _ref(self.route),
            "rule": self.rule,
            "match": self.match,
            "backends": [one.document() for one in self.backends],
            "unavailable": [one.document() for one in self.unavailable],
            "request": None if self.request is None else self.request.document(),
            "response_headers": self.response_headers.document(),
            "response": {"status": self.status, "headers": dict(self.headers)} if own else None,
            "redirect": None
            if self.redirect is None
            else {"status": self.redirect.status, "location": self.redirect.location},
            "mirrors": [one.document() for one in self.mirrors],
            "grpc_status": self.grpc_status,
            "path": [one.document() for one in self.path],
            "because": [{"text": one.text, "section": one.section} for one in self.because],
            "notes": [one.document() for one in self.notes],
            "candidates": [one.document() for one in self.candidates],
            "candidates_left_out": self.candidates_left_out,
        }


def _ref(ref: Ref) -> dict[str, str]:
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
