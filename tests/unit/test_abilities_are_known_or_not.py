"""Promise: what a cluster can do is said as far as it is known, and only of what one may see."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.cluster import Cluster
from services.gatewayapi.abilities import installed
from services.inference.abilities import addresses, dcgm, external_metrics
from services.kube.catalogue import KINDS, Resource
from services.kube.shelf import Snapshot, State

Obj = dict[str, Any]
LIMITED = Identity("anna", Role.VIEWER, namespaces=frozenset({"llm"}))
UNKNOWN: tuple[State, ...] = ("loading", "stale", "denied")


@dataclass
class Api:
    """What a cluster's watches hold; stands in for a cluster."""

    objects: dict[str, list[Obj]] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    name: str = "gpu"

    def snapshot(self, kind: str) -> Snapshot:
        found = {
            (one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
            for one in self.objects.get(kind, [])
        }
        state = self.states.get(kind, "live")
        as_of = datetime.now(UTC) if state == "live" else None
        return Snapshot(kind, found, 1, as_of, state)


def cluster(states: dict[str, State] | None = None, **objects: list[Obj]) -> Cluster:
    return cast(Cluster, Api(objects, states or {}))


def made(place: str, spec: Obj, **labels: str) -> Obj:
    namespace, _, name = place.rpartition("/")
    return {"metadata": {"namespace": namespace, "name": name, "labels": labels}, "spec": spec}


EXPORTER = made(
    "gpu-operator/dcgm",
    {"template": {"spec": {"containers": [{"image": "nvidia/dcgm-exporter:4"}]}}},
)
SERVICE = {"service": {"namespace": "keda", "name": "metrics"}}
ADAPTER = made("v1beta1.external.metrics.k8s.io", SERVICE)
ADAPTER["status"] = {"conditions": [{"type": "Available", "status": "True"}]}


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_was_never_read_is_not_said_to_be_absent(state: State) -> None:
    for kind, told in (("daemonsets", dcgm), ("apiservices", external_metrics)):
        found = told(CONSOLE, cluster({kind: state}))
        assert found.supported is None
        assert (state if state != "loading" else "first time") in found.evidence
        assert told(CONSOLE, cluster()).supported is False


def test_cert_manager_is_there_only_where_the_server_said_so() -> None:
    served = Resource(
        KINDS["certificates"], "cert-manager.io", "v1", "certificates", True, frozenset()
    )
    known = Snapshot("certificates", {}, 1, None, "denied", resource=served)
    for found, supported in (
        (known, True),
        (Snapshot("certificates", {}, 1, None, "loading"), None),
        (Snapshot("certificates", {}, 1, None, "stale", reason="no answer"), None),
        (Snapshot("certificates", {}, 1, None, "absent"), False),
    ):
        assert installed(found, "cert-manager", "Certificates").supported is supported


def test_what_is_in_other_namespaces_is_not_named() -> None:
    here = cluster(daemonsets=[EXPORTER], apiservices=[ADAPTER])
    for told, place in ((dcgm, "gpu-operator"), (external_metrics, "keda")):
        assert place in told(CONSOLE, here).evidence
        limited = told(LIMITED, here)
        assert limited.supported is True
        assert place not in limited.evidence


def test_addresses_are_those_that_one_may_see_without_what_signs_in() -> None:
    def scaled(place: str, address: str) -> Obj:
        return made(place, {"triggers": [{"metadata": {"serverAddress": address}}]})

    here = cluster(
        scaledobjects=[
            scaled("llm/a", "http://me:secret@prometheus.llm.svc:9090/x"),
            scaled("web/b", "http://prometheus.web.svc:9090"),
            scaled("llm/c", "http://[half"),
        ],
        services=[
            made("monitoring/p", {"ports": [{"port": 9090}]}, app="prometheus"),
            made("llm/q", {"ports": [{"port": 80}]}, app="prometheus"),
        ],
    )
    mine = ("http://prometheus.llm.svc:9090/x", "http://q.llm.svc:80")
    assert addresses(LIMITED, here) == mine
    assert addresses(CONSOLE, here) == (
        "http://prometheus.llm.svc:9090/x",
        "http://prometheus.web.svc:9090",
        "http://q.llm.svc:80",
        "http://p.monitoring.svc:9090",
    )
