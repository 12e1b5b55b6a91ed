"""Promise: who uses a certificate is told with the hosts that clients ask for, and those that it
does not cover are issues of the listener or route that asks for them."""

from typing import Any

import pytest

from services.certificates.findings import findings
from services.certificates.usage import uses
from services.gatewayapi.issue import Issue
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.world import World
from tests.unit.test_certificates import NOW, Authority, secret

API = "gateway.networking.k8s.io/v1"


def listener(name: str, hostname: str, *names: str, port: int = 443) -> dict[str, Any]:
    refs = [{"name": one} for one in names]
    tls = {"mode": "Terminate", "certificateRefs": refs}
    host = {"hostname": hostname} if hostname else {}
    return {"name": name, "port": port, "protocol": "HTTPS", "tls": tls, **host}


def model(secrets: dict[str, dict[str, Any]], *listeners: dict[str, Any], host: str) -> Model:
    named = {"namespace": "shop"}
    gateway = {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": {**named, "name": "edge"},
        "spec": {"gatewayClassName": "nginx", "listeners": list(listeners)},
    }
    rule = {"backendRefs": [{"name": "web", "port": 80}]}
    route = {
        "apiVersion": API,
        "kind": "HTTPRoute",
        "metadata": {**named, "name": "web"},
        "spec": {"parentRefs": [{"name": "edge"}], "hostnames": [host], "rules": [rule]},
    }
    held = {}
    for name, one in secrets.items():
        held["shop", name] = {**one, "metadata": {**named, "name": name, "annotations": {}}}
    objects = {
        "secrets": held,
        "gateways": {("shop", "edge"): gateway},
        "httproutes": {("shop", "web"): route},
    }
    return Model.build(World(objects, frozenset({"gatewayclasses"}), assumed=True))


def told(found: tuple[Issue, ...]) -> set[tuple[str, str, str]]:
    return {(one.severity, str(one.ref), one.reason) for one in found}


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority("Root")


def test_hosts_come_from_listeners_and_routes(root: Authority) -> None:
    site = secret(tls_crt=root.issue("a", "*.shop.example"))
    made = model({"site": site}, listener("https", "*.shop.example", "site"), host="a.shop.example")
    (use,) = uses(made)[Ref("Secret", "shop", "site")]
    assert (use.by, use.listener, use.port, use.role) == (
        Ref("Gateway", "shop", "edge"),
        "https",
        443,
        "server",
    )
    hosts = {host.name: [str(one) for one in host.routes] for host in use.hosts}
    assert hosts == {"*.shop.example": [], "a.shop.example": ["HTTPRoute shop/web"]}
    assert told(findings(made, NOW)) == set()


def test_a_wildcard_of_a_certificate_is_one_label_and_of_a_listener_any(root: Authority) -> None:
    site = secret(tls_crt=root.issue("a", "*.shop.example"))
    https = listener("https", "*.shop.example", "site")
    made = model({"site": site}, https, host="a.b.shop.example")
    assert told(findings(made, NOW)) == {("error", "HTTPRoute shop/web", "HostnameMismatch")}


def test_a_listener_whose_host_is_in_no_certificate(root: Authority) -> None:
    site = secret(tls_crt=root.issue("a", "other.example"))
    made = model({"site": site}, listener("https", "shop.example", "site"), host="shop.example")
    assert told(findings(made, NOW)) == {("error", "Gateway shop/edge", "HostnameMismatch")}
    both = {"site": site, "two": secret(tls_crt=root.issue("a", "shop.example"))}
    made = model(both, listener("https", "shop.example", "site", "two"), host="shop.example")
    assert told(findings(made, NOW)) == set(), "the second certificate covers it"


def test_what_nobody_uses_and_what_differs_is_noted(root: Authority) -> None:
    one, two = (secret(tls_crt=root.issue("a", "shop.example")) for _ in range(2))
    held = {"one": one, "two": two, "left": two}
    first = listener("https", "shop.example", "one")
    second = listener("other", "shop.example", "two", port=8443)
    assert told(findings(model(held, first, second, host="shop.example"), NOW)) == {
        ("note", "Secret shop/left", "Unused"),
        ("note", "Gateway shop/edge", "DifferentCertificates"),
    }
