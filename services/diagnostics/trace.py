"""The trace of a request: the path that the model gives it, and what was recorded of it.

Where only the id of a request is known, the request is read from its access-log line. Durations are
those of records: what nothing recorded has none, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.auth.identity import Identity
from services.clusters.fleet import Fleet
from services.diagnostics.hops import Hop
from services.diagnostics.recorded import Line, Recorded, Wanted, recorded
from services.diagnostics.reruns import key_of
from services.diagnostics.simulation import Simulated, Simulations, echo
from services.diagnostics.telling import sentence, verdict
from services.errors import Invalid, NotFound
from services.gatewayapi.matching.paths import split
from services.gatewayapi.matching.request import Request, parse
from services.gatewayapi.model.names import Ref
from services.telemetry.scope import Scope, scope_of
from services.telemetry.store import Store
from services.telemetry.windows import Window

StepStatus = Literal["pass", "fail", "warn", "skip"]

NOT_MEASURED = "No data plane records how long it takes to decide this."

_DECIDED = (
    ("Gateway Listener Selection", "listener"),
    ("Route Matching", "route"),
    ("Rule Matching", "rule"),
    ("Backend Selection", "backend"),
)
_MEASURED = (
    ("Connection To Backend", "upstream_connect_ms", "the connection to the backend"),
    ("First Byte From Backend", "upstream_header_ms", "the first byte of the backend's answer"),
    ("Answer Of Backend", "upstream_latency_ms", "the backend's whole answer"),
    ("Whole Request", "latency_ms", "the whole request"),
)
"""Steps that an access-log line has the time of: name, column, words."""

_STATUS: Mapping[str, StepStatus] = {"ok": "pass", "warn": "warn", "err": "fail"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``duration_ms`` is that of a record; None with the ``reason``."""

    name: str
    status: StepStatus
    message: str
    duration_ms: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Traced:
    """A request traced. ``document`` is the simulation as REST tells it, None where the request
    itself is not known; ``route`` is what takes it, as far as it may be seen."""

    cluster: str
    request: dict[str, Any]
    asked: Request | None
    gateway: str
    document: dict[str, Any] | None
    hops: tuple[Hop, ...]
    route: Ref | None
    steps: tuple[Step, ...]
    recorded: Recorded

    @property
    def matched(self) -> bool:
        """Whether a route takes it."""
        return self.document is not None and self.document["route"] is not None

    @property
    def verdict(self) -> str:
        """What becomes of it, in a few words."""
        if self.document:
            return verdict(self.document)
        return "Gateway is gone" if self.recorded.lines else "Not in the access log"

    @property
    def sentence(self) -> str:
        """The same in a sentence."""
        return sentence(self.document) if self.document else self.steps[0].message

    def agrees(self, line: Line) -> bool | None:
        """Whether a line names the route that the model gives; None where it names none of itself,
        or where the model's may not be seen."""
        named = line["route"] if line["route_source"] != "model" else None
        if not named or self.document is None or self.document.get("hidden"):
            return None
        return self.route is not None and named == f"{self.route.namespace}/{self.route.name}"


class Traces:
    """Traces requests of the fleet."""

    def __init__(self, fleet: Fleet, simulations: Simulations, store: Store) -> None:
        self._fleet = fleet
        self._simulations = simulations
        self._store = store

    def trace(
        self,
        who: Identity,
        cluster: str,
        document: Mapping[str, Any],
        *,
        gateway: str = "",
        request_id: str = "",
        window: Window,
    ) -> Traced:
        """The path of a request and what was recorded: of the one with the id, else of those of the
        same method, host and path. ``document`` may be empty where there is an id; ``gateway`` is
        ``namespace/name``, "" for the one that takes it. Raises Invalid and NotFound."""
        if not document and not request_id:
            rule = "must be there, or a requestId"
            raise Invalid(
                f"host {rule}.", fields=[{"field": name, "rule": rule} for name in ("host", "path")]
            )
        scope = scope_of(self._fleet, who, [cluster])
        asked = parse(document) if document else None
        if asked is not None and not asked.host and asked.scheme in ("", "http", "https"):
            raise Invalid.of("host", "must be the name that the request is sent to")
        if asked is None:
            return self._by_id(who, cluster, scope, gateway, request_id, window)
        simulated = self._simulated(who, cluster, gateway, asked)
        if not request_id:
            return _traced(simulated, self._like(scope, window, simulated))
        return _traced(simulated, recorded(self._store, scope, window, Wanted(request_id)))

    def _by_id(
        self,
        who: Identity,
        cluster: str,
        scope: Scope,
        gateway: str,
        request_id: str,
        window: Window,
    ) -> Traced:
        """The request that an access-log line has the id of. Where its gateway is no longer there,
        what was recorded is told without a path."""
        found = recorded(self._store, scope, window, Wanted(request_id))
        if not found.lines:
            why = f"No access-log line has the id {request_id}. {found.reason}"
            return _without_path(cluster, {"requestId": request_id}, found, why)
        line = found.lines[0]
        asked = request_of(line)
        try:
            place = gateway or f"{line['namespace']}/{line['gateway']}"
            return _traced(self._simulated(who, cluster, place, asked), found)
        except NotFound as error:
            return _without_path(cluster, dict(echo(asked)), found, error.message)

    def _simulated(self, who: Identity, cluster: str, gateway: str, asked: Request) -> Simulated:
        if gateway:
            return self._simulations.at(who, cluster, key_of(gateway), asked)
        return self._simulations.anywhere(who, cluster, asked)

    def _like(self, scope: Scope, window: Window, simulated: Simulated) -> Recorded:
        """Records of requests like one: at its gateway, of its method, host and path."""
        request = simulated.request
        at = Scope(scope.clusters, scope.namespaces, gateway="/".join(simulated.gateway))
        wanted = Wanted("", request.method, request.hostname, split(request.path)[0])
        return recorded(self._store, at, window, wanted)


def request_of(line: Line) -> Request:
    """The request of an access-log line. Its headers and its query were not logged."""
    grpc = None
    if line["grpc_status"] is not None:
        service, _, method = (line["path"] or "").strip("/").partition("/")
        grpc = (service, method)
    port = line["listener"] or ""
    return Request(
        method=line["method"] or "GET",
        scheme=line["scheme"] if line["scheme"] in ("http", "https") else "",
        host=line["host"] or "",
        port=int(port) if port.isdigit() and 0 < int(port) < 65536 else None,
        path=line["path"] or "/",
        grpc=grpc,
    )


def _without_path(cluster: str, request: dict[str, Any], found: Recorded, why: str) -> Traced:
    """A request of which the model can say nothing, and ``why``."""
    decided = [Step(name, "skip", why, None, why) for name, _ in _DECIDED]
    steps = (*decided, *_recorded(found))
    return Traced(cluster, request, None, "", None, (), None, steps, found)


def _traced(simulated: Simulated, found: Recorded) -> Traced:
    return Traced(
        simulated.cluster,
        dict(echo(simulated.request)),
        simulated.request,
        "/".join(simulated.gateway),
        simulated.document,
        simulated.hops,
        simulated.route,
        (*_decided(simulated.hops), *_recorded(found)),
        found,
    )


def _decided(hops: tuple[Hop, ...]) -> list[Step]:
    """The steps that the model decides, as far as the request comes."""
    by_step = {one.step: one for one in hops}
    if "answer" in by_step:
        by_step.setdefault("backend", by_step["answer"])
    made: list[Step] = []
    for name, step in _DECIDED:
        hop = by_step.get(step)
        if hop is None:
            made.append(Step(name, "skip", "The request does not come so far.", None, NOT_MEASURED))
            continue
        what = ", ".join(" ".join(filter(None, (one.text, one.more))) for one in hop.what)
        message = f"{what}. {' '.join(hop.why)}".strip()
        made.append(Step(name, _STATUS[hop.status], message, None, NOT_MEASURED))
    return made


def _recorded(found: Recorded) -> list[Step]:
    """The steps that one record has the time of."""
    made: list[Step] = []
    line = found.only
    for name, column, words in _MEASURED:
        if line is None:
            why = found.reason
            if found.lines:
                why = f"{len(found.lines)} requests were logged; each has its own time of {words}."
            made.append(Step(name, "skip", why, None, why))
            continue
        took = line[column]
        if took is None:
            why = f"The access log has no time of {words}: no backend was asked."
            made.append(Step(name, "skip", why, None, why))
            continue
        failed = column == "latency_ms" and (line["status"] or 0) >= 500
        status: StepStatus = "fail" if failed else "pass"
        message = f"{words.capitalize()} took {took:g} ms"
        if column == "latency_ms":
            message += f" and was answered with {line['status']}"
        made.append(Step(name, status, f"{message}.", float(took), ""))
    return made
