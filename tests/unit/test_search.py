"""Promise: whatever has a page is found by its name and by what people know it by, nothing outside
somebody's limits is, and no kind crowds out another."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.certificates.certificates import Certificates
from services.clusters.fleet import Fleet
from services.demo.fleet import DemoFleet, start_demo
from services.gatewayapi.models import Models
from services.gatewayapi.policies.kinds import ALL
from services.gatewayapi.resources import Resources
from services.searching import Search

DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def running() -> Iterator[DemoFleet]:
    demo = start_demo()
    yield demo
    demo.stop()


@pytest.fixture(scope="module")
def fleet(running: DemoFleet) -> Iterator[Fleet]:
    started = Fleet(running.members())
    started.start()
    started.wait_ready(60)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def search(fleet: Fleet) -> Search:
    models = Models()
    return Search(fleet, Resources(fleet, models).entries, Certificates(fleet, models))


def found(
    search: Search, text: str, who: Identity = CONSOLE, limit: int = 20
) -> list[tuple[str, str, str]]:
    """Kind, name and reason of each hit."""
    return [(hit["kind"], hit["name"], hit["why"]) for hit in search.find(who, text, limit)]


def test_every_policy_and_filter_is_found_by_its_name(search: Search, fleet: Fleet) -> None:
    named = {
        (kind.name, name)
        for kind in ALL
        for cluster in fleet.clusters()
        for _, name in cluster.snapshot(kind.name).objects
    }
    assert {kind for kind, _ in named} >= {"backendtlspolicies", "ratelimitpolicies"}
    for kind, name in named:
        assert (kind, name, "") in found(search, name)


def test_a_policy_is_found_by_its_target_and_says_so(search: Search) -> None:
    hits = found(search, "edge-public")
    assert ("ratelimitpolicies", "per-client", "for Gateway edge-public") in hits
    assert hits[0] == ("gateways", "edge-public", ""), "what is called so comes first"


def test_a_policy_is_found_by_its_kind(search: Search) -> None:
    assert {kind for kind, _, _ in found(search, "BackendTLSPolicy")} == {"backendtlspolicies"}


def test_certificates_are_found_by_name_wherever_they_lie(search: Search) -> None:
    for kind, name in (
        ("secrets", "pay-tls"),
        ("configmaps", "ledger-ca"),
        ("certificates", "preview"),
    ):
        assert (kind, name, "") in found(search, name)


def test_a_certificate_is_found_by_a_host_in_it_or_under_its_wildcard(search: Search) -> None:
    wildcard = ("secrets", "shop-wildcard", "*.shop.example.com")
    assert wildcard in found(search, "*.shop.example.com")
    assert wildcard in found(search, "www.shop.example.com")
    assert wildcard not in found(search, "www.example.com")


def test_a_label_finds_what_has_it(search: Search) -> None:
    assert ("httproutes", "cart", "team=shop") in found(search, "team=shop")


def test_all_words_must_occur(search: Search) -> None:
    assert found(search, "payments backendtlspolicy") == [
        ("backendtlspolicies", "checkout-v3-tls", "for Service checkout-v3")
    ]
    assert found(search, "payments no-such-word") == []
    assert found(search, "  ") == []


def test_no_kind_crowds_out_another(search: Search) -> None:
    kinds = {kind for kind, _, _ in found(search, "shop", limit=20)}
    assert kinds >= {"gateways", "httproutes", "secrets", "ratelimitpolicies"}
    assert len(found(search, "shop", limit=5)) == 5


def test_nothing_outside_of_limits_is_found(search: Search) -> None:
    limited = Identity("ada", Role.VIEWER, namespaces=frozenset({"payments"}))
    assert found(search, "edge-public", limited) == [], "not even by what targets it"
    assert found(search, "shop-wildcard", limited) == []
    assert ("secrets", "pay-tls", "") in found(search, "pay-tls", limited)
    elsewhere = Identity("bob", Role.VIEWER, clusters=frozenset({"gpu-iad"}))
    assert found(search, "pay-tls", elsewhere) == []


def test_a_change_is_found_at_once(search: Search, running: DemoFleet) -> None:
    policy: dict[str, Any] = {
        "apiVersion": "gateway.nginx.org/v1alpha1",
        "kind": "ProxySettingsPolicy",
        "metadata": {"name": "brand-new", "namespace": "shop"},
        "spec": {
            "targetRefs": [
                {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "legacy"}
            ],
            "connectTimeout": "5s",
        },
    }
    assert found(search, "brand-new") == []
    running.apis["web-fra"].store.create(policy)
    end = time.monotonic() + DEADLINE_S
    while not found(search, "brand-new"):
        assert time.monotonic() < end, "it was not found"
    assert ("proxysettingspolicies", "brand-new", "for HTTPRoute legacy") in found(search, "legacy")
