"""REST of registration: clusters join, change and leave, and their agents get tokens."""

from datetime import timedelta
from typing import Any, Literal

from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from api.clusters import OneCluster
from api.guard import current_identity, requires
from api.openapi import V1, answer, blueprint
from services.auth.identity import Role
from services.clusters.agent_tokens import OVERLAP
from services.clusters.findings import Finding
from services.clusters.joining import ClusterPatch, NewCluster
from services.clusters.prometheus import Prometheus
from services.clusters.registration import Registration
from services.container import Container
from services.errors import Unsupported

Edition = Literal["oss", "enterprise", "unknown"]


class Strict(BaseModel):
    """A key that is not known is refused: a mistyped one would be lost."""

    model_config = ConfigDict(extra="forbid")


class PrometheusBody(Strict):
    """Where the cluster's Prometheus is, and basic authentication where it wants some."""

    url: str = Field(min_length=1)
    username: str = ""
    password: str = ""


class AgentConfigBody(Strict):
    """What the agent is told with each heartbeat."""

    heartbeatIntervalSeconds: int | None = Field(None, ge=5, le=3600)
    otelEndpoint: str | None = None


class RegisterBody(Strict):
    """A cluster to register. The kubeconfig is text and is never given back."""

    name: str = Field(description="Lower-case letters, digits and dashes")
    displayName: str
    region: str = ""
    environment: str = ""
    labels: dict[str, str] = {}
    kubeconfig: str = Field("", description="YAML text; inline data only, no exec, https")
    ngfEdition: Edition = "unknown"
    isLocal: bool = Field(False, description="The hub's own cluster, which needs no kubeconfig")
    prometheus: PrometheusBody | None = None
    agentConfig: AgentConfigBody = AgentConfigBody()


class PatchBody(Strict):
    """What is to change; a field that is not there is left as it is, "" takes its value away."""

    displayName: str | None = None
    region: str | None = None
    environment: str | None = None
    labels: dict[str, str | None] | None = Field(None, description="null removes a label")
    kubeconfig: str | None = Field(None, description="Replaces the kubeconfig, at once")
    ngfEdition: Edition | None = None
    prometheus: PrometheusBody | None = None
    agentConfig: AgentConfigBody = AgentConfigBody()


class RegisterParams(BaseModel):
    """How to register."""

    dry_run: bool = Field(
        False,
        alias="dryRun",
        description="Test the cluster and answer with findings; store nothing",
    )


class LeaveParams(BaseModel):
    """Why a cluster leaves."""

    reason: str = Field("", max_length=2000, description="For the audit log")


class RotateBody(Strict):
    """How long the tokens before stay valid."""

    overlapSeconds: int = Field(int(OVERLAP.total_seconds()), ge=0, le=30 * 86400)


class RegisteredAnswer(BaseModel):
    """The cluster, and its agent's token for the only time."""

    name: str
    token: str


class FindingItem(BaseModel):
    """One thing that was looked at."""

    name: str
    status: str = Field(description="ok, warn, err or unknown")
    text: str
    seconds: float | None


class TestAnswer(BaseModel):
    """A live test; ``connected`` is whether the API answered."""

    connected: bool
    error: str | None
    kubernetesVersion: str | None
    ngfVersion: str | None
    findings: list[FindingItem]


class LeftAnswer(BaseModel):
    """What stays on the cluster that has left, and the command that removes it."""

    message: str
    name: str
    remains: list[str]
    command: str


class InstallAnswer(BaseModel):
    """The command that installs the agent; the token is typed in and not part of it."""

    helmCommand: str
    clusterName: str
    problem: str = Field(description="Why agents elsewhere would not find the hub")


class Done(BaseModel):
    """What was done to what."""

    message: str
    name: str


def register(server: OpenAPI, container: Container) -> None:
    """Add what changes ``/clusters``."""
    group = blueprint("registration", V1)

    def registration() -> Registration:
        if container.registration is None:
            raise Unsupported(
                "Clusters are registered on a hub only: start the console with --multicluster."
            )
        return container.registration

    @group.post(
        "/clusters",
        responses={"201": RegisteredAnswer, "200": TestAnswer},
        operation_id="register_cluster",
    )
    @requires(Role.ADMIN)
    def join(query: RegisterParams, body: RegisterBody) -> Response:
        """Register a cluster. Nothing is stored before its kubeconfig has passed; a dry run ends
        there and answers with what a live test finds."""
        new = NewCluster(
            name=body.name,
            display_name=body.displayName,
            kubeconfig=body.kubeconfig,
            region=body.region,
            environment=body.environment,
            labels=body.labels,
            ngf_edition=body.ngfEdition,
            local=body.isLocal,
            prometheus=_access(body.prometheus),
            heartbeat_seconds=body.agentConfig.heartbeatIntervalSeconds,
            otel_endpoint=body.agentConfig.otelEndpoint or "",
        )
        who = current_identity()
        if query.dry_run:
            registration().check(who, new)
            return answer(_tested(registration().test(who, new.kubeconfig, new.prometheus)))
        made = registration().register(who, new)
        return answer({"name": made.name, "token": made.token}, 201)

    @group.patch("/clusters/<cluster>", responses={"200": Done}, operation_id="change_cluster")
    @requires(Role.ADMIN)
    def change(path: OneCluster, body: PatchBody) -> Response:
        """Edit a cluster; a new kubeconfig takes effect at once."""
        patch = ClusterPatch(
            display_name=body.displayName,
            region=body.region,
            environment=body.environment,
            labels=body.labels,
            ngf_edition=body.ngfEdition,
            heartbeat_seconds=body.agentConfig.heartbeatIntervalSeconds,
            otel_endpoint=body.agentConfig.otelEndpoint,
            kubeconfig=body.kubeconfig,
            prometheus=_access(body.prometheus),
        )
        registration().change(current_identity(), path.cluster, patch)
        return answer({"message": "cluster changed", "name": path.cluster})

    @group.delete(
        "/clusters/<cluster>", responses={"200": LeftAnswer}, operation_id="unregister_cluster"
    )
    @requires(Role.ADMIN)
    def leave(path: OneCluster, query: LeaveParams) -> Response:
        """Unregister a cluster; what runs on it stays as it is."""
        farewell = registration().unregister(current_identity(), path.cluster, query.reason)
        return answer(
            {
                "message": "cluster unregistered",
                "name": path.cluster,
                "remains": farewell.remains,
                "command": farewell.command,
            }
        )

    @group.post(
        "/clusters/<cluster>/test", responses={"200": TestAnswer}, operation_id="test_cluster"
    )
    @requires(Role.ADMIN)
    def test(path: OneCluster) -> Response:
        """Ask a registered cluster now: API, version, permissions, NGF, Gateway API, Prometheus."""
        return answer(_tested(registration().test_registered(current_identity(), path.cluster)))

    @group.post(
        "/clusters/<cluster>/install-agent",
        responses={"200": InstallAnswer},
        operation_id="install_agent",
    )
    @requires(Role.ADMIN)
    def install(path: OneCluster) -> Response:
        """The command that installs the agent on a cluster."""
        install = registration().install
        cluster = container.fleet.visible(current_identity(), path.cluster)
        command = install.command(cluster.name, cluster.member.otel_endpoint)
        return answer(
            {"helmCommand": command, "clusterName": cluster.name, "problem": install.problem}
        )

    @group.post(
        "/clusters/<cluster>/token",
        responses={"201": RegisteredAnswer},
        operation_id="rotate_agent_token",
    )
    @requires(Role.ADMIN)
    def rotate(path: OneCluster, body: RotateBody) -> Response:
        """A new token for the agent; those before stay valid for a while."""
        overlap = timedelta(seconds=body.overlapSeconds)
        token = registration().rotate_token(current_identity(), path.cluster, overlap)
        return answer({"name": path.cluster, "token": token}, 201)

    @group.delete(
        "/clusters/<cluster>/token", responses={"200": Done}, operation_id="revoke_agent_tokens"
    )
    @requires(Role.ADMIN)
    def revoke(path: OneCluster) -> Response:
        """Refuse every token of the cluster's agent from now on."""
        registration().revoke_tokens(current_identity(), path.cluster)
        return answer({"message": "tokens revoked", "name": path.cluster})

    server.register_api(group)


def _access(given: PrometheusBody | None) -> Prometheus | None:
    return Prometheus(given.url, given.username, given.password) if given else None


def _tested(found: list[Finding]) -> dict[str, Any]:
    api, version = found[0], {one.name: one.version for one in found}
    return {
        "connected": api.status == "ok",
        "error": None if api.status == "ok" else api.text,
        "kubernetesVersion": version["Version"],
        "ngfVersion": version["NGF"],
        "findings": [
            {"name": one.name, "status": one.status, "text": one.text, "seconds": one.seconds}
            for one in found
        ],
    }
