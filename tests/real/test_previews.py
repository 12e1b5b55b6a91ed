"""Promise: a preview is the server's own verdict on a bundle or stack and on each of its children,
and stores none of them."""

from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from ngf_operator.belonging import dressed
from ngf_operator.names import MANAGER

from services.auth.identity import Identity, Role
from services.clusters.fleet import Fleet
from services.configdb.audit import AuditLog
from services.configdb.database import Database
from services.configdb.saved_requests import SavedRequests
from services.errors import Denied
from services.gatewayapi.impact import Impacts
from services.gatewayapi.models import Models
from services.kube.changes import Changes
from services.kube.connection import Connection
from services.planned import wanted
from services.previews import Preview, Previews
from tests.real.kube_api import KubeApi, wait_until

ANNA = Identity("anna", Role.OPERATOR)
HERE = "default"
Object = dict[str, Any]

BUNDLE: Object = {
    "gatewayClassName": "nginx",
    "listeners": [
        {"name": "http", "port": 80, "protocol": "HTTP", "hostname": "a.example"},
        {
            "name": "https",
            "port": 443,
            "protocol": "HTTPS",
            "tls": {"mode": "Terminate", "certificateRefs": [{"name": "a-tls"}]},
            "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"team": "a"}}},
        },
    ],
    "nginxProxy": {
        "enabled": True,
        "ipFamily": "dual",
        "telemetry": {"exporter": {"endpoint": "otel.monitoring:4317"}},
        "logging": {"errorLevel": "warn", "accessLog": {"preset": "Console"}},
    },
}
STACK: Object = {
    "modelName": "meta-llama/Llama-3.1-8B-Instruct",
    "servingBackend": "vllm",
    "pool": {"gpuType": "H100", "gpuCount": 1, "replicas": 1, "minReplicas": 1, "maxReplicas": 3},
    "modelServer": {"enabled": True},
    "epp": {"strategy": "least_queue"},
    "autoscaling": {
        "thresholds": [{"metric": "queue_depth", "target": 5}],
        "serverAddress": "http://prometheus.monitoring.svc:9090",
    },
    "httpRoute": {"hostnames": ["llm.example"], "gatewayRef": "edge"},
}


def console_as(kube_api: KubeApi, user: str, folder: Any) -> Iterator[tuple[Fleet, Previews]]:
    kubeconfig = kube_api.kubeconfig(user)
    fleet, models = Fleet.single(lambda: Connection.from_kubeconfig(kubeconfig)), Models()
    db = Database(folder / "console.db")
    db.upgrade()
    impacts = Impacts(fleet, models, SavedRequests(db))
    fleet.start()
    fleet.wait_ready(60)
    try:
        yield fleet, Previews(fleet, Changes(fleet, AuditLog(db)), impacts, models)
    finally:
        fleet.stop()
        db.close()


@pytest.fixture(scope="module")
def console(
    kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Fleet, Previews]]:
    yield from console_as(kube_api, "admin", tmp_path_factory.mktemp("admin"))


@pytest.fixture
def previews(console: tuple[Fleet, Previews]) -> Previews:
    return console[1]


@pytest.fixture(scope="module")
def readers(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    for _, previews in console_as(kube_api, "reader", tmp_path_factory.mktemp("reader")):
        yield previews


def asked(previews: Previews, kind: str, namespace: str, spec: Object) -> Preview:
    obj = {"metadata": {"name": "would-be", "namespace": namespace}, "spec": spec}
    return previews.of(ANNA, HERE, kind, obj)


CHILDREN = {
    "gatewaybundles": {("Gateway", "would-be"), ("NginxProxy", "would-be-proxy")},
    "inferencestacks": {
        ("InferencePool", "would-be-pool"),
        ("Deployment", "would-be"),
        ("Deployment", "would-be-epp"),
        ("Service", "would-be-epp"),
        ("ScaledObject", "would-be-scaler"),
        ("HTTPRoute", "would-be-route"),
    },
}


@pytest.mark.parametrize(("kind", "spec"), [("gatewaybundles", BUNDLE), ("inferencestacks", STACK)])
def test_the_server_takes_every_child_and_stores_none(
    kube_api: KubeApi, previews: Previews, namespace: str, kind: str, spec: Object
) -> None:
    found = wait_until(
        "it is read", lambda: (one := asked(previews, kind, namespace, spec)).children and one
    )
    assert found.faults == ()
    checked = {(one.kind, one.name) for one in found.children if not one.unchecked}
    assert checked >= CHILDREN[kind]
    assert [(one.kind, one.fault) for one in found.children if one.fault] == []
    assert {one.verb for one in found.children} == {"create"}
    assert found.impact is not None
    for path in (
        f"/apis/ngf-console.f5.com/v1alpha1/namespaces/{namespace}/{kind}/would-be",
        f"/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/gateways/would-be",
        f"/apis/apps/v1/namespaces/{namespace}/deployments/would-be",
    ):
        assert kube_api.get(path).status == 404


@pytest.mark.parametrize(
    ("kind", "spec", "field"),
    [
        ("gatewaybundles", BUNDLE | {"listeners": []}, "spec.listeners"),
        (
            "gatewaybundles",
            BUNDLE | {"listeners": [{"name": "a", "port": 0, "protocol": "HTTP"}]},
            "spec.listeners[0].port",
        ),
        ("gatewaybundles", BUNDLE | {"unheardOf": 1}, "spec.unheardOf"),
        ("inferencestacks", STACK | {"servingBackend": "luck"}, "spec.servingBackend"),
        ("inferencestacks", STACK | {"pool": {}}, "spec.pool.gpuType"),
    ],
)
def test_what_the_server_refuses_is_said_at_its_field(
    previews: Previews, namespace: str, kind: str, spec: Object, field: str
) -> None:
    found = asked(previews, kind, namespace, spec)
    assert any(one.field.startswith(field) and one.rule for one in found.faults), found.faults
    assert (found.plan, found.children) == (None, ())


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        (
            "gatewaybundles",
            BUNDLE | {"listeners": [{"name": "a", "port": 443, "protocol": "HTTPS"}]},
            "certificateRefs",
        ),
        (
            "inferencestacks",
            STACK | {"pool": {**STACK["pool"], "minReplicas": 4}},
            "maxReplicas",
        ),
    ],
)
def test_rules_across_fields_are_told_by_a_real_server(
    kube_api: KubeApi, previews: Previews, namespace: str, kind: str, spec: Object, words: str
) -> None:
    if kube_api.name != "real":
        pytest.skip("the demo's API reads no CEL")
    found = asked(previews, kind, namespace, spec)
    assert any(words in f"{one.field} {one.rule}" for one in found.faults), found.faults


API = "ngf-console.f5.com/v1alpha1"
LESS: dict[str, tuple[str, Object, Object]] = {
    "gatewaybundles": (
        "GatewayBundle",
        BUNDLE
        | {
            "labels": {"team": "a"},
            "nginxProxy": {"disableHTTP2": True, "replicas": 3, "ipFamily": "ipv4"},
        },
        {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
            "nginxProxy": {"ipFamily": "ipv4"},
        },
    ),
    "inferencestacks": (
        "InferenceStack",
        STACK
        | {
            "httpRoute": {
                "hostnames": ["llm.example"],
                "gatewayRef": "edge",
                "sectionName": "http",
                "headers": [{"name": "x-team", "value": "a"}],
            }
        },
        STACK | {"httpRoute": {"gatewayRef": "edge"}},
    ),
}
COLLECTIONS = {
    "Gateway": "/apis/gateway.networking.k8s.io/v1/namespaces/{}/gateways",
    "HTTPRoute": "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes",
    "NginxProxy": "/apis/gateway.nginx.org/v1alpha2/namespaces/{}/nginxproxies",
}


def place(obj: Object) -> str:
    metadata = obj["metadata"]
    return f"{COLLECTIONS[obj['kind']].format(metadata['namespace'])}/{metadata['name']}"


def applied(kube_api: KubeApi, fleet: Fleet, kind: str, parent: Object) -> dict[str, Object]:
    """The children that are looked at as the operator applies them, as the server has them then."""
    found = {}
    for child in wanted(kind, parent, fleet.get(HERE)).children:
        if child.obj["kind"] in COLLECTIONS:
            sent = dressed(parent, child)
            found[child.obj["kind"]] = kube_api.apply(place(sent), sent, MANAGER, force="true").ok()
    return found


def seen(fleet: Fleet, obj: Object) -> bool:
    """Whether the console knows an object in this version."""
    plural = COLLECTIONS[obj["kind"]].rpartition("/")[2]
    metadata = obj["metadata"]
    there = fleet.get(HERE).snapshot(plural).objects.get((metadata["namespace"], metadata["name"]))
    return bool(
        there and there["metadata"]["resourceVersion"] == obj["metadata"]["resourceVersion"]
    )


@pytest.mark.parametrize("kind", LESS)
def test_what_an_edit_takes_away_is_what_the_operator_takes_away(
    kube_api: KubeApi, console: tuple[Fleet, Previews], namespace: str, kind: str
) -> None:
    fleet, previews = console
    name, spec, less = LESS[kind]
    parent = {
        "apiVersion": API,
        "kind": name,
        "metadata": {"name": "edited", "namespace": namespace},
        "spec": spec,
    }
    of_kind = f"/apis/{API}/namespaces/{namespace}/{kind}"
    parent = kube_api.post(of_kind, parent).ok()
    there = applied(kube_api, fleet, kind, parent)
    assert there
    if "Gateway" in there:
        listener = {"name": "theirs", "port": 8081, "protocol": "HTTP"}
        theirs = {key: there["Gateway"][key] for key in ("apiVersion", "kind")}
        theirs["metadata"] = {"name": "edited", "namespace": namespace}
        theirs["spec"] = {"gatewayClassName": "nginx", "listeners": [listener]}
        there["Gateway"] = kube_api.apply(place(theirs), theirs, "somebody").ok()
    for obj in there.values():
        wait_until("it is read", partial(seen, fleet, obj))
    unedited = previews.of(ANNA, HERE, kind, parent, parent)
    assert {one.verb for one in unedited.children if one.kind in there} == {"same"}

    edited = {**deepcopy(parent), "spec": less}
    found = previews.of(ANNA, HERE, kind, edited, parent)
    shown = {one.kind: one for one in found.children if one.kind in there}
    assert {(one.verb, one.fault, one.unchecked) for one in shown.values()} == {("change", "", "")}
    stored = kube_api.put(f"{of_kind}/edited", edited).ok()
    after = applied(kube_api, fleet, kind, stored)
    for of, obj in after.items():
        assert shown[of].obj["spec"] == obj["spec"], of
    if "Gateway" in after:
        assert "theirs" in [one["name"] for one in after["Gateway"]["spec"]["listeners"]]


def test_a_console_that_may_only_read_says_so(readers: Previews, namespace: str) -> None:
    with pytest.raises(Denied) as refused:
        asked(readers, "gatewaybundles", namespace, BUNDLE)
    assert "gatewaybundles" in refused.value.message
