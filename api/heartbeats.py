"""Where agents report. They are no users: each has a token of its own, for its cluster alone."""

from typing import Annotated, Any, Literal

from flask import request
from flask_openapi3 import APIBlueprint, OpenAPI
from pydantic import BaseModel, Field, model_validator
from werkzeug.wrappers import Response

from api.clusters import OneCluster
from api.guard import AGENTS
from api.openapi import AGENT_SECURITY, PROBLEMS, answer
from services.clusters.heartbeats import Heartbeat, Heartbeats
from services.container import Container
from services.errors import Unauthenticated, Unsupported

LARGEST = 64 * 1024
"""Bytes of a heartbeat."""

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Text = Annotated[str, Field(max_length=253)]


class Report(BaseModel):
    """Part of a heartbeat: a field that is null is not known, as one that is not there. Fields of
    newer agents are passed over."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        return {name: value for name, value in said.items() if value is not None}


class Counts(Report):
    """How many objects of each kind."""

    gateways: Number | None = None
    httpRoutes: Number | None = None
    inferencePools: Number | None = None
    inferenceStacks: Number | None = None
    gatewayBundles: Number | None = None
    services: Number | None = None
    namespaces: Number | None = None


class Gpus(Report):
    """GPUs that can be scheduled; utilization is a mean in percent."""

    totalGPUs: Number
    allocatedGPUs: Number
    availableGPUs: Number | None = None
    averageUtilization: float | None = Field(None, ge=0, le=100)
    gpuTypes: dict[Text, Number] = Field({}, max_length=100)


class HeartbeatBody(Report):
    """What an agent knows of its cluster."""

    kubernetesVersion: Text | None = None
    ngfVersion: Text | None = None
    ngfEdition: Literal["oss", "enterprise", "unknown"] = "unknown"
    agentVersion: Text = ""
    operatorHealthy: bool | None = None
    resourceCounts: Counts = Counts()
    gpuCapacity: Gpus | None = None
    missing: dict[str, str | None] = Field({}, description="Field to why it is null")
    timestamp: Text | None = Field(None, description="The agent's clock, which nothing depends on")
    sequence: int = Field(0, ge=0, le=2**63 - 1)


class AgentSettings(BaseModel):
    """How the agent is to go on."""

    heartbeatIntervalSeconds: int
    otelEndpoint: str | None


class Taken(BaseModel):
    """The heartbeat is noted."""

    status: str
    config: AgentSettings


def register(server: OpenAPI, container: Container) -> None:
    """Add the endpoint of agents."""
    group = APIBlueprint(
        "heartbeats", __name__, abp_security=AGENT_SECURITY, abp_responses=PROBLEMS
    )

    def heartbeats() -> Heartbeats:
        if container.heartbeats is None:
            raise Unsupported("Agents report to a hub: start the console with --multicluster.")
        return container.heartbeats

    def admit() -> None:
        """Before the body is looked at."""
        request.max_content_length = LARGEST
        taking = heartbeats()
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated("An agent's token is needed.")
        taking.admit((request.view_args or {})["cluster"], token.strip())

    group.before_request(admit)

    @group.post(AGENTS, responses={"200": Taken}, operation_id="heartbeat")
    def heartbeat(path: OneCluster, body: HeartbeatBody) -> Response:
        """Report; the answer says when to report next and where telemetry goes."""
        config = heartbeats().take(path.cluster, _beat(body))
        return answer(
            {
                "status": "ok",
                "config": {
                    "heartbeatIntervalSeconds": config.interval,
                    "otelEndpoint": config.otel_endpoint or None,
                },
            }
        )

    server.register_api(group)


def _beat(body: HeartbeatBody) -> Heartbeat:
    gpus: dict[str, Any] | None = body.gpuCapacity.model_dump() if body.gpuCapacity else None
    return Heartbeat(
        sequence=body.sequence,
        agent_version=body.agentVersion,
        kubernetes_version=body.kubernetesVersion or "",
        ngf_version=body.ngfVersion or None,
        ngf_edition=body.ngfEdition,
        operator_healthy=body.operatorHealthy,
        counts=body.resourceCounts.model_dump(),
        gpus=gpus,
    )
