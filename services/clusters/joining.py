"""What people say when a cluster joins or changes, and what they are told in return."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.ngf import Edition
from services.clusters.prometheus import Prometheus
from services.clusters.registry import API_VERSION
from services.errors import Invalid
from services.kube.labels import broken_key, broken_value

NAME_RULE = (
    "must be lower-case letters, digits and dashes, at most 63, a letter or digit at both ends"
)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
RESERVED = ("register", "summary")
"""What stands at ``/clusters/<name>`` already, among the pages and in REST."""
INTERVAL = (5, 3600)
"""Seconds between two heartbeats, least and most."""


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A cluster to be registered. ``kubeconfig`` is text and stands nowhere else."""

    name: str
    display_name: str
    kubeconfig: str = field(default="", repr=False)
    region: str = ""
    environment: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    ngf_edition: Edition = "unknown"
    local: bool = False
    prometheus: Prometheus | None = None
    heartbeat_seconds: int | None = None
    otel_endpoint: str = ""

    def spec(self) -> dict[str, Any]:
        """The ManagedCluster's spec."""
        spec: dict[str, Any] = {
            "displayName": self.display_name,
            "region": self.region,
            "environment": self.environment,
            "labels": dict(self.labels),
            "isLocal": self.local,
            "ngfEdition": "" if self.ngf_edition == "unknown" else self.ngf_edition,
            "agentConfig": {
                "heartbeatIntervalSeconds": self.heartbeat_seconds,
                "otelEndpoint": self.otel_endpoint,
            },
        }
        if not self.local:
            spec["kubeconfigSecretRef"] = {"name": f"{self.name}-kubeconfig"}
        if self.prometheus:
            spec["prometheusSecretRef"] = {"name": f"{self.name}-prometheus"}
        spec["agentConfig"] = _said(spec["agentConfig"])
        return _said(spec)

    def manifest(self, namespace: str) -> dict[str, Any]:
        """The ManagedCluster, as it is created."""
        return {
            "apiVersion": API_VERSION,
            "kind": "ManagedCluster",
            "metadata": {"name": self.name, "namespace": namespace},
            "spec": self.spec(),
        }


@dataclass(frozen=True, slots=True)
class ClusterPatch:
    """What is to change; None is left as it is, "" is taken away."""

    display_name: str | None = None
    region: str | None = None
    environment: str | None = None
    labels: Mapping[str, str | None] | None = None
    ngf_edition: Edition | None = None
    heartbeat_seconds: int | None = None
    otel_endpoint: str | None = None
    kubeconfig: str | None = field(default=None, repr=False)
    prometheus: Prometheus | None = None

    def spec(self) -> dict[str, Any]:
        """A merge patch of the ManagedCluster's spec. Raises Invalid for an empty display name."""
        if self.display_name is not None and not self.display_name.strip():
            raise Invalid.of("displayName", "is required")
        told = {
            "displayName": self.display_name,
            "region": self.region,
            "environment": self.environment,
            "ngfEdition": "" if self.ngf_edition == "unknown" else self.ngf_edition,
        }
        agent = {
            "heartbeatIntervalSeconds": self.heartbeat_seconds,
            "otelEndpoint": self.otel_endpoint,
        }
        spec: dict[str, Any] = {k: value or None for k, value in told.items() if value is not None}
        config = {key: value or None for key, value in agent.items() if value is not None}
        if self.labels:
            spec["labels"] = dict(self.labels)
        return {**spec, "agentConfig": config} if config else spec


@dataclass(frozen=True, slots=True)
class Registered:
    """A cluster that has joined; the token of its agent cannot be had again."""

    name: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A cluster that has left: what is still on it, and the command that removes that."""

    remains: list[str]
    command: str


def broken_name(name: str) -> str:
    """The rule that a name breaks which no cluster can be given; "" for a good one."""
    if not _NAME.fullmatch(name):
        return NAME_RULE
    if name in RESERVED:
        return f"must not be {' or '.join(RESERVED)}: the console has pages and paths of that name"
    return ""


def checked_name(name: str) -> None:
    """Raises Invalid for what is no name of a cluster."""
    if rule := broken_name(name):
        raise Invalid.of("name", rule)


def checked_labels(labels: Mapping[str, str | None]) -> None:
    """Raises Invalid for labels that Kubernetes would not take."""
    wrong = [
        {"field": f"labels.{key}", "rule": rule}
        for key, value in labels.items()
        if (rule := broken_key(key) or broken_value(value or ""))
    ]
    if wrong:
        raise Invalid("The labels break a rule.", fields=wrong)


def checked_interval(seconds: int | None) -> None:
    """Raises Invalid for an interval of heartbeats that agents do not keep."""
    least, most = INTERVAL
    if seconds is not None and not least <= seconds <= most:
        raise Invalid.of("heartbeatIntervalSeconds", f"must be between {least} and {most}")


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value not in (None, "", {}, False)}
