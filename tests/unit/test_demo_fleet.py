"""Promise: the demo fleet is ready at once, and what a user makes in it is judged like the rest."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from cryptography import x509
from kubernetes import client
from kubernetes.config import new_client_from_config_dict

from services.demo.api import DemoApi, events
from services.demo.api.kinds import BUILT_IN, Served
from services.demo.fleet import PLACES, DemoFleet, start_demo
from services.demo.judging import CONTROLLER
from services.demo.seed.objects import gateway, listener, match, route, rule, to

API = "gateway.networking.k8s.io/v1"
DEADLINE_S = 60.0
READY_WITHIN_CPU_S = 3.0


@pytest.fixture(scope="module")
def fleet() -> Iterator[DemoFleet]:
    before = time.process_time()
    started = start_demo()
    spent = time.process_time() - before
    yield started
    started.stop()
    assert spent < READY_WITHIN_CPU_S


@pytest.fixture
def web(fleet: DemoFleet) -> DemoApi:
    return fleet.apis["web-fra"]


def lister(one: Served) -> str:
    """What the kubernetes package calls listing of a kind."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", one.kind).lower()
    return f"list_{name}" + ("_for_all_namespaces" if one.namespaced else "")


@pytest.mark.parametrize("cluster", [place.name for place in PLACES])
def test_clients_with_types_read_every_built_in_kind(fleet: DemoFleet, cluster: str) -> None:
    config = yaml.safe_load(fleet.apis[cluster].kubeconfig())
    connected = new_client_from_config_dict(config)
    for one in BUILT_IN:
        # The package refuses what every server answers there for Events of the core group.
        if "list" in one.verbs and one.group != events.GROUP:
            group = one.group.removesuffix(".k8s.io").title().replace(".", "") or "Core"
            api = getattr(client, f"{group}{one.version.title()}Api")
            getattr(api(connected), lister(one))()


@pytest.mark.parametrize("cluster", [place.name for place in PLACES])
def test_pods_run_on_a_node_at_an_address_of_their_own(fleet: DemoFleet, cluster: str) -> None:
    store = fleet.apis[cluster].store
    nodes = {node["metadata"]["name"] for node in store.all("v1", "Node")}
    pods = store.all("v1", "Pod")
    assert {pod["spec"]["nodeName"] for pod in pods} <= nodes
    assert len({pod["status"]["podIP"] for pod in pods}) == len(pods)
    for deployment in store.all("apps/v1", "Deployment"):
        assert deployment["status"]["updatedReplicas"] == deployment["spec"]["replicas"]


def eventually(what: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not ready():
        assert time.monotonic() < end, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.02)


def said(obj: dict[str, Any]) -> dict[str, tuple[str, str, int]]:
    """Condition type to status, reason and generation spoken of."""
    return {
        one["type"]: (one["status"], one["reason"], one.get("observedGeneration", 0))
        for one in obj["status"]["conditions"]
    }


def listener_says(gateway: dict[str, Any], name: str) -> dict[str, tuple[str, str, int]]:
    return said({"status": next(o for o in gateway["status"]["listeners"] if o["name"] == name)})


def test_a_new_gateway_is_programmed_and_an_edit_is_seen(web: DemoApi) -> None:
    web.store.create(gateway("orders/mine", 0, listener("http", 8081, "HTTP")))
    where = (API, "Gateway", "orders", "mine")
    eventually(
        "programmed",
        lambda: said(web.store.get(*where))["Programmed"] == ("True", "Programmed", 1),
    )
    tls = listener("https", 8081, "HTTPS", cert="orders-tls")
    web.store.patch(
        *where, {"spec": {"listeners": [*web.store.get(*where)["spec"]["listeners"], tls]}}
    )
    eventually(
        "protocol conflict",
        lambda: said(web.store.get(*where))["Accepted"] == ("False", "ListenersNotValid", 2),
    )
    found = listener_says(web.store.get(*where), "https")
    assert found["Conflicted"] == ("True", "ProtocolConflict", 2)
    assert found["Programmed"] == ("False", "Invalid", 2)


def test_a_listener_with_a_certificate_it_may_not_use_is_not_accepted(web: DemoApi) -> None:
    edge = web.store.get(API, "Gateway", "payments", "pay-edge")
    assert said(edge)["Accepted"][:2] == ("True", "ListenersNotValid")
    assert said(edge)["Programmed"][:2] == ("True", "Programmed")
    assert listener_says(edge, "https-shared")["Accepted"][:2] == ("False", "RefNotPermitted")


def test_what_another_controller_says_of_a_route_stays(web: DemoApi) -> None:
    theirs = {
        "parentRef": {"namespace": "mesh", "name": "east-west"},
        "controllerName": "istio.io/gateway-controller",
        "conditions": [
            {
                "type": "Accepted",
                "status": "True",
                "reason": "Accepted",
                "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
        ],
    }
    shared = route(
        "HTTPRoute",
        "orders/shared",
        0,
        ["api", "mesh/east-west"],
        "orders.example.com",
        rule(match("/shared"), backends=to("orders:8080")),
        status={"parents": [theirs]},
    )
    web.store.create(shared)

    def controllers() -> set[str]:
        found = web.store.get(API, "HTTPRoute", "orders", "shared")["status"]["parents"]
        return {one["controllerName"] for one in found}

    both = {"istio.io/gateway-controller", CONTROLLER}
    eventually("both controllers have spoken", lambda: controllers() == both)


def test_conditions_are_as_old_as_what_they_speak_of(web: DemoApi) -> None:
    edge = web.store.get(API, "Gateway", "shop", "edge-public")
    accepted = next(one for one in edge["status"]["conditions"] if one["type"] == "Accepted")
    assert accepted["lastTransitionTime"] == edge["metadata"]["creationTimestamp"]


def test_policies_show_on_what_they_affect(web: DemoApi) -> None:
    edge = web.store.get(API, "Gateway", "shop", "edge-public")
    assert said(edge)["ClientSettingsPolicyAffected"][:2] == ("True", "PolicyAffected")
    lost = web.store.get(
        "gateway.nginx.org/v1alpha1", "ClientSettingsPolicy", "shop", "no-such-target"
    )
    assert lost["status"]["ancestors"][0]["conditions"][0]["reason"] == "TargetNotFound"


def test_one_certificate_has_ended_and_one_ends_soon(web: DemoApi) -> None:
    left = {}
    for one in web.store.all("v1", "Secret"):
        if one.get("type") == "kubernetes.io/tls":
            pem = base64.b64decode(one["data"]["tls.crt"])
            ends = x509.load_pem_x509_certificate(pem).not_valid_after_utc
            left[one["metadata"]["name"]] = (ends - datetime.now(UTC)).days
    assert left["shop-expired"] < 0
    assert left["pay-tls"] in (8, 9)
    assert min(days for name, days in left.items() if name not in ("shop-expired", "pay-tls")) > 30


def test_pools_know_the_gateway_that_leads_to_them(fleet: DemoFleet) -> None:
    pools = fleet.apis["gpu-iad"].store.all("inference.networking.k8s.io/v1", "InferencePool")
    for pool in pools:
        (parent,) = pool["status"]["parents"]
        assert parent["parentRef"]["name"] == "gpu-edge"
        assert [one["status"] for one in parent["conditions"]] == ["True", "True"]
