"""Promise: a stack tells an address at which its Gateway answers for it, or none."""

from typing import Any

import pytest
from ngf_operator.inference.endpoint import status

from tests.known import Known, Obj

ADDRESS = "203.0.113.1"
HTTP: Obj = {"name": "http", "port": 80, "protocol": "HTTP"}
HTTPS: Obj = {"name": "https", "port": 443, "protocol": "HTTPS"}
LLM, SHOP, ANY = "llm.example.com", "shop.example.com", "*.example.com"


def endpoint(listeners: list[Obj], *addresses: str, **route: Any) -> object:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "llm"},
        "spec": {"listeners": listeners},
        "status": {"addresses": [{"type": "IPAddress", "value": one} for one in addresses]},
    }
    stack = {
        "metadata": {"name": "llama", "namespace": "llm"},
        "spec": {"httpRoute": {"gatewayRef": "edge", **route}},
    }
    return status(stack, Known([gateway])).get("endpoint")


@pytest.mark.parametrize(
    ("of_listener", "of_route", "told"),
    [
        ("", [], f"http://{ADDRESS}/"),
        (LLM, [], f"http://{LLM}/"),
        ("", [LLM], f"http://{LLM}/"),
        (LLM, [LLM], f"http://{LLM}/"),
        (ANY, [LLM], f"http://{LLM}/"),
        (LLM, [ANY], f"http://{LLM}/"),
        (SHOP, ["other.example.com", LLM, SHOP], f"http://{SHOP}/"),
        (SHOP, [LLM], None),
        ("*.b.example.com", [ANY], None),
        ("*.example.org", [LLM], None),
        ("*.example.com", ["example.com"], None),
        (ANY, [], None),
        ("", [ANY], None),
        ("", [ANY, LLM], f"http://{LLM}/"),
    ],
)
def test_the_host_is_one_that_route_and_listener_have_in_common(
    of_listener: str, of_route: list[str], told: str | None
) -> None:
    listener = {**HTTP, **({"hostname": of_listener} if of_listener else {})}
    assert endpoint([listener], ADDRESS, hostnames=of_route) == told


def test_https_is_told_only_where_it_answers_for_the_route() -> None:
    assert endpoint([HTTP, HTTPS], ADDRESS) == f"https://{ADDRESS}/"
    shop = {**HTTPS, "hostname": SHOP}
    assert endpoint([HTTP, shop], hostnames=[LLM]) == f"http://{LLM}/"
    assert endpoint([HTTP, shop], hostnames=[LLM], sectionName="https") is None


def test_ports_and_addresses_stand_as_they_do_in_an_address() -> None:
    assert endpoint([{**HTTP, "port": 8080}], "2001:db8::1", pathPrefix="/v1") == (
        "http://[2001:db8::1]:8080/v1"
    )
    assert endpoint([{**HTTPS, "port": 80}], hostnames=[LLM]) == f"https://{LLM}:80/"
    assert endpoint([HTTP]) is None
    assert endpoint([{**HTTP, "protocol": "TCP"}], ADDRESS) is None
