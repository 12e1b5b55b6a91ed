"""Promise: what REST changes of a gateway, it changes where it lasts: in the bundle that makes it,
or in the Gateway itself where no bundle does."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from services.auth.identity import CONSOLE
from services.errors import Conflict
from tests.api.conftest import Console
from tests.api.leftovers import nothing_stays_of

CLUSTER = "web-fra"
ROOT = f"/api/v1/clusters/{CLUSTER}"
GATEWAYS = f"{ROOT}/gateways"
API = "/apis/gateway.networking.k8s.io/v1/namespaces/sandbox/gateways"
BUNDLES = "/apis/ngf-console.f5.com/v1alpha1/namespaces/sandbox/gatewaybundles"
_number = count(1)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(console: Console) -> Iterator[None]:
    with nothing_stays_of(console.container.bundles, CLUSTER):
        yield


LISTENERS = [
    {"name": "http", "port": 8080, "protocol": "HTTP", "hostname": "one.example.com"},
    {
        "name": "https",
        "port": 8443,
        "protocol": "HTTPS",
        "tls": {"mode": "Terminate", "certificateRefs": [{"name": "one-tls"}]},
        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"team": "edge"}}},
    },
]


def made(console: Console) -> dict[str, Any]:
    """A gateway that a bundle makes, as REST reads it."""
    name = f"bundled-{next(_number)}"
    sent = {"name": name, "namespace": "sandbox", "gatewayClassName": "nginx"}
    answer = console.ask("POST", GATEWAYS, json={**sent, "listeners": LISTENERS})
    assert answer.status_code == 201, answer.text
    assert answer.json()["kind"] == "GatewayBundle"
    labels = {"ngf-console.f5.com/bundle": name, "app.kubernetes.io/managed-by": "ngf-console"}
    https = LISTENERS[1] | {
        "allowedRoutes": {
            "namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "edge"}}}
        }
    }
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {
            "name": name,
            "namespace": "sandbox",
            "labels": labels,
            "annotations": {"ngf-console.f5.com/spec-hash": "made"},
        },
        "spec": {"gatewayClassName": "nginx", "listeners": [LISTENERS[0], https]},
    }
    member = console.container.fleet.get(CLUSTER)
    with suppress(Conflict):  # an operator may have been there first
        member.client.request("POST", API, body=gateway)
    version = member.client.get(f"{API}/{name}")["metadata"]["resourceVersion"]
    member.cache.wait_seen("gateways", ("sandbox", name), version, 10)
    observed(console, name)
    found: dict[str, Any] = console.ask("GET", f"{GATEWAYS}/sandbox/{name}").json()
    return found


def observed(console: Console, name: str, spec_hash: str = "made") -> None:
    """The operator has worked on what the bundle says now; the hash is that of what it made."""
    member = console.container.fleet.get(CLUSTER)
    bundle = member.client.get(f"{BUNDLES}/{name}")
    child = {"kind": "Gateway", "namespace": "sandbox", "name": name, "specHash": spec_hash}
    status = {
        "observedGeneration": bundle["metadata"]["generation"],
        "phase": "Ready" if spec_hash else "Error",
        "children": [{**child, "section": "GatewayProgrammed"}],
    }
    told = member.client.request(
        "PUT", f"{BUNDLES}/{name}/status", body={**bundle, "status": status}
    )
    version = told["metadata"]["resourceVersion"]
    member.cache.wait_seen("gatewaybundles", ("sandbox", name), version, 10)


def bundle_of(console: Console, gateway: dict[str, Any]) -> dict[str, Any]:
    answer = console.ask("GET", f"{ROOT}/gatewaybundles/sandbox/{gateway['name']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_was_read_and_is_sent_back_changes_nothing(console: Console) -> None:
    gateway = made(console)
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    answer = console.ask("PUT", f"{place}?dryRun=true", json=gateway)
    assert answer.status_code == 200, answer.text
    assert answer.json()["changes"] == []


def test_one_field_is_changed_in_the_bundle_and_the_rest_stays(console: Console) -> None:
    gateway = made(console)
    before = bundle_of(console, gateway)
    edited = {**gateway, "listeners": [{**gateway["listeners"][0], "port": 8888}]}
    edited["listeners"].append(gateway["listeners"][1])
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    answer = console.ask("PUT", place, json=edited)
    assert answer.status_code == 200, answer.text
    after = bundle_of(console, gateway)
    assert after["listeners"] == [{**before["listeners"][0], "port": 8888}, before["listeners"][1]]
    for field in ("gatewayClassName", "labels", "annotations"):
        assert after[field] == before[field]


def test_what_the_gateway_does_not_show_yet_is_not_overwritten(console: Console) -> None:
    """Of two that read the same Gateway the second is told, whatever the operator has done yet."""
    gateway = made(console)
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    tcp = {"name": "tcp", "port": 9000, "protocol": "TCP"}
    first = {**gateway, "listeners": [*gateway["listeners"], tcp]}
    answer = console.ask("PUT", place, json=first)
    assert answer.status_code == 200, answer.text
    second = {**gateway, "listeners": gateway["listeners"][:1]}
    assert console.ask("PUT", place, json=second).status_code == 409
    again = console.ask("GET", place).json()
    assert again["listeners"] == gateway["listeners"]
    seen = {"If-Match": again["resourceVersion"]}
    assert console.ask("DELETE", place, headers=seen).status_code == 409
    observed(console, gateway["name"], "")  # the cluster refuses the Gateway
    assert console.ask("PUT", place, json=second).status_code == 409
    assert console.ask("DELETE", place, headers=seen).status_code == 409
    assert len(bundle_of(console, gateway)["listeners"]) == 3


def test_labels_that_somebody_else_set_are_not_replaced(console: Console) -> None:
    """A generation that is the same says nothing of labels."""
    gateway = made(console)
    member = console.container.fleet.get(CLUSTER)
    live = member.client.get(f"{API}/{gateway['name']}")
    live["metadata"]["labels"]["team"] = "theirs"
    version = member.client.request("PUT", f"{API}/{gateway['name']}", body=live)["metadata"][
        "resourceVersion"
    ]
    member.cache.wait_seen("gateways", ("sandbox", gateway["name"]), version, 10)
    sent = {**gateway, "labels": {**gateway["labels"], "team": "mine"}}
    answer = console.ask("PUT", f"{GATEWAYS}/sandbox/{gateway['name']}", json=sent)
    assert answer.status_code == 409, answer.text


def test_a_gateway_of_somebody_else_is_not_made_again(console: Console) -> None:
    sent = {"name": "edge-public", "namespace": "shop", "gatewayClassName": "nginx"}
    for place in (GATEWAYS, f"{GATEWAYS}?dryRun=true"):
        answer = console.ask("POST", place, json={**sent, "listeners": LISTENERS[:1]})
        assert answer.status_code == 409, answer.text
        assert "ngf-console.f5.com/adopt: edge-public" in answer.json()["error"]["message"]
    assert console.container.bundles.find(CONSOLE, CLUSTER, "shop", "edge-public") is None


def test_words_of_a_gateway_become_those_of_a_bundle(console: Console) -> None:
    gateway = made(console)
    http, https = gateway["listeners"]
    refs = [{"group": "", "kind": "Secret", "name": "other-tls", "namespace": "shop"}]
    spaces = {"from": "Selector", "selector": {"matchLabels": {"team": "core"}}}
    changed = {
        **https,
        "tls": {"mode": "Terminate", "certificateRefs": refs},
        "allowedRoutes": {"namespaces": spaces},
    }
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    answer = console.ask("PUT", place, json={"listeners": [http, changed]})
    assert answer.status_code == 200, answer.text
    stored = bundle_of(console, gateway)["listeners"][1]
    assert stored["tls"]["certificateRefs"] == [{"name": "other-tls", "namespace": "shop"}]
    assert stored["allowedRoutes"]["namespaces"]["selector"] == {"team": "core"}


def test_what_a_bundle_cannot_say_is_refused_by_name(console: Console) -> None:
    gateway = made(console)
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    answer = console.ask("PUT", place, json={"addresses": [{"value": "10.0.0.9"}]})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "spec.addresses"


def test_deleting_a_gateway_deletes_its_bundle(console: Console) -> None:
    gateway = made(console)
    place = f"{GATEWAYS}/sandbox/{gateway['name']}"
    assert console.ask("POST", f"{place}/deploy").status_code == 200
    seen = {"If-Match": gateway["resourceVersion"]}
    answer = console.ask("DELETE", place, headers=seen, params={"reason": "not needed"})
    assert answer.status_code in (200, 409), answer.text
    if answer.status_code == 409:
        assert console.ask("DELETE", place).status_code == 200
    bundle = f"{ROOT}/gatewaybundles/sandbox/{gateway['name']}"
    assert console.ask("GET", bundle).status_code == 404


def test_a_gateway_without_a_bundle_is_edited_itself(console: Console) -> None:
    place = f"{GATEWAYS}/shop/edge-public"
    live = console.ask("GET", place).json()
    answer = console.ask("PUT", place, json={"labels": {**live["labels"], "edited": "yes"}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["labels"]["edited"] == "yes"
    assert answer.json()["listeners"] == live["listeners"]
    refused = console.ask("POST", f"{place}/deploy")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "no_bundle")
    back = console.ask("PUT", place, json={"labels": live["labels"]})
    assert back.json()["labels"] == live["labels"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_is_not_there_is_not_found(console: Console, method: str) -> None:
    answer = console.ask(method, f"{GATEWAYS}/sandbox/nowhere", json={})
    assert answer.status_code == 404, answer.text
