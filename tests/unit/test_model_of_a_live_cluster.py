"""Promise: the model of a watched cluster is the one of what its API holds, after any edits, as
they arrive through list and watch."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from services.clusters.cluster import Cluster
from services.clusters.fleet import Fleet, Member
from services.demo.api import ApiError, DemoApi
from services.demo.definitions import definitions
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.reading import read
from services.gatewayapi.models import Models
from services.kube.catalogue import KINDS
from services.kube.connection import Connection

API = "gateway.networking.k8s.io/v1"
VERSIONS = {
    "Namespace": "v1",
    "Service": "v1",
    "EndpointSlice": "discovery.k8s.io/v1",
}
DEADLINE_S = 30.0
ROUNDS = 40
PLURALS = {kind.kind: name for name, kind in KINDS.items()}
Seen = dict[tuple[str, tuple[str, str]], str | None]
"""Kinds and places with the version that was written, None for what was deleted."""


@pytest.fixture(scope="module")
def api() -> Iterator[DemoApi]:
    served = DemoApi("edits", definitions())
    for name in ("infra", "apps"):
        served.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def cluster(api: DemoApi) -> Iterator[Cluster]:
    kubeconfig = api.kubeconfig()
    fleet = Fleet([Member("edits", lambda: Connection.from_kubeconfig(kubeconfig), default=True)])
    fleet.start()
    fleet.wait_ready(60)
    yield fleet.get("edits")
    fleet.stop()


def made(kind: str, place: str, spec: Any, **more: Any) -> dict[str, Any]:
    namespace, _, name = place.rpartition("/")
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    version = VERSIONS.get(kind, API)
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec, **more}


class Edits:
    """Random edits of a few objects that depend on each other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def any(self) -> dict[str, Any]:
        """An object as it shall be."""
        pick = self.random.choice
        place = f"{pick(('infra', 'apps'))}/{pick('ab')}"
        return pick([self.route, self.route, self.gateway, self.gateway, self.grant, self.service])(
            place
        )

    def route(self, place: str) -> dict[str, Any]:
        pick = self.random.choice
        kind = pick(["HTTPRoute", "HTTPRoute", "GRPCRoute"])
        ref = {"name": pick("ab"), "namespace": "infra"}
        backend = {"name": pick("ab"), "namespace": pick(["infra", "apps"]), "port": pick([80, 81])}
        hostnames = pick([[], ["a.example.com"], ["*.example.com"]])
        spec = {"parentRefs": [ref], "hostnames": hostnames, "rules": [{"backendRefs": [backend]}]}
        return made(kind, place, spec)

    def gateway(self, place: str) -> dict[str, Any]:
        pick = self.random.choice
        listeners = [
            {
                "name": name,
                "port": pick([80, 8080]),
                "protocol": pick(["HTTP", "TCP"]),
                "allowedRoutes": {"namespaces": {"from": pick(["Same", "All"])}},
            }
            for name in pick(["a", "ab"])
        ]
        if len({(one["port"], one["protocol"]) for one in listeners}) < len(listeners):
            listeners = listeners[:1]
        return made("Gateway", place, {"gatewayClassName": "nginx", "listeners": listeners})

    def grant(self, place: str) -> dict[str, Any]:
        source = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}
        source["namespace"] = self.random.choice(["infra", "apps"])
        return made(
            "ReferenceGrant", place, {"from": [source], "to": [{"group": "", "kind": "Service"}]}
        )

    def service(self, place: str) -> dict[str, Any]:
        return made("Service", place, {"ports": [{"port": self.random.choice([80, 81])}]})


def edit(api: DemoApi, obj: dict[str, Any], delete: bool) -> Seen:
    """Make, change or delete an object; what the cluster's cache shall have seen then."""
    metadata = obj["metadata"]
    place = metadata.get("namespace", ""), metadata["name"]
    where = (obj["apiVersion"], obj["kind"], *place)
    written: dict[str, Any] | None = None
    try:
        if delete:
            api.store.delete(*where)
        else:
            written = api.store.create(obj)
    except ApiError as error:
        if error.code == 409:
            written = api.store.patch(*where, {"spec": obj["spec"]})
        elif error.code != 404:
            raise
    version = written["metadata"]["resourceVersion"] if written else None
    return {(PLURALS[obj["kind"]], place): version}


def settled(cluster: Cluster, seen: Seen) -> None:
    """Return when the cache holds what was written."""
    for (kind, place), version in seen.items():
        cluster.cache.wait_seen(kind, place, version, DEADLINE_S)
        obj = cluster.snapshot(kind).objects.get(place)
        assert (obj is None) is (version is None), f"{kind} {place} did not arrive"


def told(of: Model) -> dict[str, Any]:
    """What a model answers of routes, gateways and backends."""
    return {
        "gateways": dict(of.gateways),
        "parents": {ref: of.parents(ref) for ref in of.routes},
        "attached": {key: list(of.attached(key)) for key in of.gateways},
        "users": {name: of.users(Ref("Service", "infra", name)) for name in "ab"},
        "backends": {
            (ref, spec.field): of.backend(ref, spec)
            for ref, one in of.routes.items()
            for rule in one.rules
            for spec in rule.backends
        },
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_model_of_a_cluster_follows_its_watches(
    api: DemoApi, cluster: Cluster, seed: int
) -> None:
    models, edits = Models(), Edits(seed)
    models.of(cluster)
    for _ in range(ROUNDS):
        seen: Seen = {}
        for _ in range(edits.random.randint(1, 4)):
            seen |= edit(api, edits.any(), delete=edits.random.random() < 0.25)
        told(models.of(cluster))  # in the middle of it, whatever has arrived
        settled(cluster, seen)
        model = models.of(cluster)
        assert model.world.objects == read(cluster).objects
        assert told(model) == told(Model.build(read(cluster)))
    assert models.of(cluster) is model
