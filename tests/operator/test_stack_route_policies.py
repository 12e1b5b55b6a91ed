"""Promise: the route of a stack gets the policies of NGF that models need, and a stack is Ready
without them, too, and says what holds then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.known import Obj
from tests.operator.bundles import condition
from tests.operator.replica import REAL, Replica, running
from tests.operator.stacks import NAME, asked, child, no_exporters, of_stack, ready, rows
from tests.operator.wishes import install_ngf
from tests.real.kube_api import JSON_PATCH, MERGE_PATCH, KubeApi

GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/gateways"
DEFINITION = (
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
    "proxysettingspolicies.gateway.nginx.org"
)
TIMEOUT = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/timeout"
ROUTE = f"{NAME}-route"
PROXY, CLIENT = f"ProxySettingsPolicy/{ROUTE}", f"ClientSettingsPolicy/{ROUTE}"


@pytest.fixture
def operator(kube_api: KubeApi, namespace: str, tmp_path: Path) -> Iterator[Replica]:
    no_exporters(kube_api)
    install_ngf(kube_api, namespace)
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web"},
        "spec": {"gatewayClassName": "nginx", "listeners": [listener]},
    }
    kube_api.post(GATEWAYS.format(namespace), gateway).ok()
    flags = ("--leader-elect=false", "--interval=5")
    with running(Replica(kube_api, tmp_path, namespace, "one", *flags), REAL) as started:
        yield started


def stack(namespace: str, **fields: str) -> Obj:
    route = {"gatewayRef": "web", "hostnames": ["llm.example"], **fields}
    return asked(namespace, httpRoute=route, distributedCloud=None)


def judge(api: KubeApi, namespace: str, kind: str, status: str, reason: str, text: str) -> None:
    """What NGF says of a policy of the route."""
    where = child(kind, namespace, ROUTE)
    about = {"type": "Accepted", "status": status, "reason": reason, "message": text}
    group = "gateway.networking.k8s.io"
    entry = {
        "ancestorRef": {"group": group, "kind": "HTTPRoute", "name": ROUTE, "namespace": namespace},
        "controllerName": "gateway.nginx.org/nginx-gateway-controller",
        "conditions": [
            {
                **about,
                "observedGeneration": api.get(where).ok()["metadata"]["generation"],
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
        ],
    }
    api.patch(f"{where}/status", {"status": {"ancestors": [entry]}}, MERGE_PATCH).ok()


def test_policies_are_made_and_what_ngf_says_of_them_is_told(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    body = stack(namespace, readTimeout="30m")
    kube_api.post(of_stack(namespace), body, fieldValidation="Strict").ok()
    waiting = "WaitingForController"
    ready(kube_api, namespace, ProxySettingsPolicy=waiting, ClientSettingsPolicy=waiting)
    proxy = kube_api.get(child("ProxySettingsPolicy", namespace, ROUTE)).ok()
    client = kube_api.get(child("ClientSettingsPolicy", namespace, ROUTE)).ok()
    assert proxy["spec"]["timeout"] == {"read": "30m"}
    assert client["spec"]["body"] == {"maxSize": "32m"}
    text = "Policy cannot be applied since another Route shares a path."
    judge(kube_api, namespace, "ProxySettingsPolicy", "False", "TargetConflict", text)
    judge(kube_api, namespace, "ClientSettingsPolicy", "True", "Accepted", "The Policy is accepted")
    told = ready(
        kube_api,
        namespace,
        ProxySettingsPolicy="TargetConflict",
        ClientSettingsPolicy="Accepted",
    )
    found = rows(told)
    assert (found[PROXY]["state"], found[CLIENT]["state"]) == ("Skipped", "Ready")
    accepted = condition(told, "RouteAccepted")
    assert accepted["status"] == "True"
    assert f"ProxySettingsPolicy {ROUTE}: {text} NGINX waits 60 s" in accepted["message"]
    assert f"A ProxySettingsPolicy on Gateway {namespace}/web" in accepted["message"]
    judge(kube_api, namespace, "ProxySettingsPolicy", "True", "Accepted", "The Policy is accepted")
    told = ready(kube_api, namespace, ProxySettingsPolicy="Accepted")
    assert condition(told, "RouteAccepted")["message"] == "Everything is ready."
    assert told["status"]["drift"]["count"] == 0


def test_a_definition_of_before_timeouts_is_told_and_a_newer_one_used(
    kube_api: KubeApi, namespace: str, operator: Replica
) -> None:
    schema = kube_api.get(DEFINITION).ok()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    timeout = schema["properties"]["spec"]["properties"]["timeout"]
    kube_api.patch(DEFINITION, [{"op": "remove", "path": TIMEOUT}], JSON_PATCH).ok()
    try:
        kube_api.post(of_stack(namespace), stack(namespace)).ok()
        told = ready(kube_api, namespace, ProxySettingsPolicy="OldDefinition")
        row = rows(told)[PROXY]
        assert row["state"] == "Skipped"
        assert "knows no spec.timeout" in row["message"]
        assert "60 s" in row["message"]
    finally:
        again = [{"op": "add", "path": TIMEOUT, "value": timeout}]
        kube_api.patch(DEFINITION, again, JSON_PATCH).ok()
    ready(kube_api, namespace, ProxySettingsPolicy="WaitingForController")
