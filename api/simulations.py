"""REST of simulations: where a request goes at a gateway, at whichever takes it, or as far as one
route is concerned; one request or several at once."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.guard import current_identity
from api.openapi import Named, Tree, answer, cluster_of, in_both_trees
from services.container import Container
from services.diagnostics.documents import hop
from services.diagnostics.reruns import key_of
from services.diagnostics.simulation import ROUTES, RouteSimulated, Simulated, echo
from services.errors import Invalid
from services.gatewayapi.matching.request import Request, parse
from services.gatewayapi.model.names import Ref

MOST = 500
"""Requests of one call."""


class SimulateBody(BaseModel):
    """A request. What it leaves out is as a client would fill it in."""

    model_config = ConfigDict(extra="forbid")

    method: str = Field("", max_length=40, description="GET where nothing else is said")
    scheme: str = Field("", max_length=10, description="http, https, tls, tcp, udp, grpc, grpcs")
    host: str = Field("", max_length=300, description="As in the Host header")
    port: int | None = Field(None, ge=1, le=65535, description="Where it arrives")
    path: str = Field("", max_length=8000, description="With its query, or a whole URL")
    query: Any = Field(None, description="Text or an object, added to the path")
    headers: Any = Field(None, description="An object, or a list of pairs")
    sni: str | None = Field(None, max_length=253, description="Of the TLS handshake; else the host")
    grpc: dict[str, str] | None = Field(None, description="service and method of a call")


class GatewaySimulateBody(SimulateBody):
    """A request, or several of them."""

    requests: list[dict[str, Any]] | None = Field(
        None, max_length=MOST, description="Instead of one: each as the body of one"
    )


class AnySimulateBody(SimulateBody):
    """A request for whichever gateway takes it."""

    gateway: str = Field("", description="namespace/name; empty: of all the one that takes it")


class SimulationAnswer(BaseModel):
    """What becomes of a request; null or empty is what does not apply."""

    model_config = ConfigDict(extra="allow")

    outcome: str = Field(
        description="backend, redirect, response, no_listener, no_route or tls_refused"
    )
    status: int | None = Field(description="What the client gets where no backend answers")
    listener: str | None
    route: dict[str, str] | None
    rule: int | None = Field(description="Counted from 0")
    match: int | None
    backends: list[dict[str, Any]] = Field(description="With kind, place, port, weight and share")
    request: dict[str, Any] | None = Field(description="As it is forwarded")
    response_headers: dict[str, Any] | None
    response: dict[str, Any] | None = Field(description="Of the gateway itself")
    redirect: dict[str, Any] | None
    mirrors: list[dict[str, Any]]
    candidates: list[dict[str, Any]] = Field(description="Each with what it lost by, closest first")
    candidates_hidden: int = Field(description="More of them in namespaces outside your limits")
    because: list[dict[str, str]]
    hidden: bool | None = Field(
        None, description="True: it goes to a route in a namespace outside your limits"
    )
    policies: list[dict[str, Any]] = Field(description="In effect for it, or refused")
    hops: list[dict[str, Any]] = Field(description="The path for people")
    gateway: dict[str, str]


class GatewaySimulationAnswer(BaseModel):
    """What becomes of a request, as ``/simulate`` tells it; or of several, in their order."""

    model_config = ConfigDict(extra="allow")

    outcome: str | None = Field(
        None, description="backend, redirect, response, no_listener, no_route or tls_refused"
    )
    status: int | None = Field(None, description="What the client gets where no backend answers")
    listener: str | None = None
    route: dict[str, str] | None = None
    rule: int | None = Field(None, description="Counted from 0")
    match: int | None = None
    backends: list[dict[str, Any]] | None = None
    answers: list[dict[str, Any]] | None = Field(
        None, description="One for each of ``requests``; one that cannot be read has an ``error``"
    )


class MatchDetail(BaseModel):
    """One rule of the route."""

    ruleIndex: int
    matched: bool = Field(description="Whether a match of it fits, whatever wins in the end")
    reason: str


class RouteSimulationAnswer(BaseModel):
    """Whether a route takes a request, and what becomes of it."""

    matched: bool
    matchedRule: int = Field(description="Counted from 0; -1: none")
    matchDetails: list[MatchDetail]
    backends: list[dict[str, Any]]
    reason: str = Field(description="Why it goes where it goes")
    simulation: dict[str, Any] | None = Field(
        description="As a gateway answers; null: the route names none that you may see"
    )


def register(server: OpenAPI, container: Container) -> None:
    """Add ``simulate`` of gateways, of the five kinds of routes, and of a cluster."""
    fleet, simulations = container.fleet, container.simulations

    def simulate_request(path: Tree, body: AnySimulateBody) -> Response:
        """Where a request goes, at a gateway or at whichever takes it. Nothing is sent."""
        who, cluster = current_identity(), cluster_of(path, fleet)
        request = _request(body)
        if body.gateway:
            found = simulations.at(who, cluster, key_of(body.gateway), request)
        else:
            found = simulations.anywhere(who, cluster, request)
        return answer(_told(found))

    def simulate_at_gateway(path: Named, body: GatewaySimulateBody) -> Response:
        """Where one request, or each of several, goes at a gateway. Nothing is sent."""
        who, cluster, key = current_identity(), cluster_of(path, fleet), (path.namespace, path.name)
        if body.requests is None:
            return answer(_told(simulations.at(who, cluster, key, _request(body))))
        if body.model_fields_set != {"requests"}:
            raise Invalid.of("requests", "must stand alone")

        def one(document: Mapping[str, Any]) -> dict[str, Any]:
            try:
                return _told(simulations.at(who, cluster, key, parse(document)))
            except Invalid as error:
                return {"error": {"message": error.message, "details": error.details}}

        return answer({"answers": [one(document) for document in body.requests]})

    def simulated(kind: str, path: Named, body: SimulateBody) -> Response:
        who, cluster = current_identity(), cluster_of(path, fleet)
        ref = Ref(kind, path.namespace, path.name)
        return answer(_of_route(simulations.of_route(who, cluster, ref, _request(body))))

    one: dict[str, Any] = {"responses": {"200": RouteSimulationAnswer}}
    named = "/<namespace>/<name>/simulate"
    in_both_trees(
        server,
        "simulations",
        [
            (
                "post",
                "/simulate",
                simulate_request,
                {"responses": {"200": SimulationAnswer}},
            ),
            (
                "post",
                f"/gateways{named}",
                simulate_at_gateway,
                {"responses": {"200": GatewaySimulationAnswer}},
            ),
            *(
                ("post", f"/{plural}{named}", _of_kind(kind, plural, simulated), one)
                for kind, plural in ROUTES.items()
            ),
        ],
    )


def _of_kind(
    kind: str, plural: str, view: Callable[[str, Named, SimulateBody], Response]
) -> Callable[..., Response]:
    """The view of one kind, by a name of its own."""

    def simulate_route(path: Named, body: SimulateBody) -> Response:
        return view(kind, path, body)

    simulate_route.__name__ = f"simulate_{plural.removesuffix('s')}"
    simulate_route.__doc__ = f"Whether a request is taken by this {kind}, rule by rule."
    return simulate_route


def _request(body: SimulateBody) -> Request:
    fields = set(SimulateBody.model_fields)
    return parse(body.model_dump(include=fields, exclude_unset=True, exclude_none=True))


def _told(found: Simulated) -> dict[str, Any]:
    namespace, name = found.gateway
    return {
        **found.document,
        "gateway": {"namespace": namespace, "name": name},
        "asked": dict(echo(found.request)),
        "hops": [hop(one) for one in found.hops],
        "others": [
            {"gateway": {"namespace": key[0], "name": key[1]}, "outcome": one["outcome"]}
            for key, one in found.others
        ],
    }


def _of_route(found: RouteSimulated) -> dict[str, Any]:
    at = found.at
    won = [one for one in found.rules if one.rule == found.rule]
    told = _told(at) if at else None
    because = " ".join(one["text"] for one in told["because"]) if told else ""
    return {
        "matched": found.rule is not None,
        "matchedRule": -1 if found.rule is None else found.rule,
        "matchDetails": [
            {"ruleIndex": one.rule, "matched": one.matched, "reason": one.reason}
            for one in found.rules
        ],
        "backends": told["backends"] if told and won else [],
        "reason": because or next((one.reason for one in found.rules), "It has no rules."),
        "simulation": told,
    }
