"""A request goes where the Gateway API says it must: one table of expectations.

Each entry of ``conformance/*.yaml`` names the part of the specification, and the conformance test
where there is one, that it is taken from. They are asked the way ``./run simulate`` asks: manifests
without status in, the JSON document out.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.diagnostics.telling import goes_to, verdict
from services.gatewayapi import manifests
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model

TABLE = Path(__file__).parent / "conformance"
GROUP = "gateway.networking.k8s.io"
CONTROLLERS = {
    "example": "example.net/gateway",
    "nginx": "gateway.nginx.org/nginx-gateway-controller",
}
VERSIONS = {"TCPRoute": "v1alpha2", "UDPRoute": "v1alpha2"}
SERVICES = (
    ("infra", "v1"),
    ("infra", "v2"),
    ("infra", "v3"),
    ("infra", "empty"),
    ("web", "app"),
    ("web", "second"),
    ("shop", "shop"),
)
PLAIN = [
    {
        "name": "main",
        "listeners": [
            {
                "name": "http",
                "port": 80,
                "protocol": "HTTP",
                "allowedRoutes": {"namespaces": {"from": "All"}},
            }
        ],
    }
]


SCENARIOS = [
    scenario
    for path in sorted(TABLE.glob("*.yaml"))
    for scenario in yaml.safe_load(path.read_text())
]


def expectations() -> Iterator[Any]:
    for place, scenario in enumerate(SCENARIOS):
        for index, case in enumerate(scenario["cases"]):
            yield pytest.param(place, case, id=f"{scenario['about'][:40]}-{index}-{case['ask']}")


def infrastructure() -> Iterator[dict[str, Any]]:
    for name, controller in CONTROLLERS.items():
        yield {
            "apiVersion": f"{GROUP}/v1",
            "kind": "GatewayClass",
            "metadata": {"name": name},
            "spec": {"controllerName": controller},
        }
    for namespace, labels in (
        ("infra", {}),
        ("web", {"team": "web"}),
        ("shop", {}),
        ("earlier", {}),
    ):
        yield {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": namespace, "labels": labels},
        }
    for namespace, name in SERVICES:
        yield from service(namespace, name, 8080, "TCP")
    yield from service("infra", "dns", 53, "UDP")


def service(namespace: str, name: str, port: int, protocol: str) -> Iterator[dict[str, Any]]:
    ports = [{"name": "p", "port": port, "protocol": protocol}]
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ports": ports},
    }
    if name != "empty":
        yield {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": "IPv4",
            "ports": ports,
            "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}],
        }


def route(written: dict[str, Any]) -> dict[str, Any]:
    kind = written.get("kind", "HTTPRoute")
    namespace = written.get("namespace", "infra")
    parent = {"name": "main", "namespace": "infra"}
    spec = {"parentRefs": written.get("parentRefs", [parent])}
    for field in ("hostnames", "rules"):
        if field in written:
            spec[field] = written[field]
    for rule in spec.get("rules", []):
        to = rule.pop("to", None)
        if to is not None:
            rule["backendRefs"] = [reference(one) for one in ([to] if isinstance(to, str) else to)]
    metadata = {"name": written["name"], "namespace": namespace}
    if "created" in written:
        metadata["creationTimestamp"] = written["created"]
    version = VERSIONS.get(kind, "v1")
    return {"apiVersion": f"{GROUP}/{version}", "kind": kind, "metadata": metadata, "spec": spec}


def reference(text: str) -> dict[str, Any]:
    name, _, namespace = text.partition("@")
    return {"name": name, "port": 8080} | ({"namespace": namespace} if namespace else {})


@cache
def model(place: int) -> Model:
    scenario = SCENARIOS[place]
    gateways = [
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Gateway",
            "metadata": {"name": one["name"], "namespace": "infra"},
            "spec": {
                "gatewayClassName": scenario.get("class", "example"),
                **{field: value for field, value in one.items() if field != "name"},
            },
        }
        for one in scenario.get("gateways", PLAIN)
    ]
    # Scenarios share parts by reference: a copy for each.
    routes = [route(one) for one in yaml.safe_load(yaml.safe_dump(scenario["routes"]))]
    objects = [*infrastructure(), *gateways, *routes, *scenario.get("objects", [])]
    return Model.build(manifests.of_objects(objects).world)


def request(ask: str | dict[str, Any]) -> dict[str, Any]:
    if not isinstance(ask, str):
        return ask
    method, _, target = ask.rpartition(" ")
    host, slash, path = target.partition("/")
    return {"method": method or "GET", "host": host, "path": slash + path}


def wanted(want: int | str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(want, str):
        return {"outcome": "backend", "status": None, "backends": [{"name": want, "share": 1.0}]}
    if isinstance(want, int):
        return {"outcome": "no_route" if want == 404 else "response", "status": want}
    return want


def differences(want: Any, got: Any, place: str = "answer") -> list[str]:
    if want == "absent":
        return [] if got is None else [f"{place} is {got!r}"]
    if isinstance(want, dict) and isinstance(got, dict):
        return [
            line
            for key, value in want.items()
            for line in differences(value, got.get(key), f"{place}.{key}")
        ]
    if isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return [f"{place} has {len(got)} entries, not {len(want)}: {got}"]
        return [
            line
            for index, (one, other) in enumerate(zip(want, got, strict=True))
            for line in differences(one, other, f"{place}[{index}]")
        ]
    return [] if want == got else [f"{place} is {got!r}, not {want!r}"]


@pytest.mark.parametrize(("place", "case"), [*expectations()])
def test_expectation(place: int, case: dict[str, Any]) -> None:
    gateway = ("infra", case.get("gateway", "main"))
    answer = simulate(model(place), gateway, parse(request(case["ask"]))).document()
    assert differences(wanted(case["want"]), answer) == []
    assert answer["because"]
    assert all(one["lost_because"] for one in answer["candidates"])


def test_a_connection_that_no_backend_takes_is_told_as_closed() -> None:
    """It has a route, so nobody is told that there is none."""
    place = next(n for n, one in enumerate(SCENARIOS) if one["about"].startswith("TCP and UDP"))
    told = {
        port: simulate(model(place), ("infra", "main"), parse({"port": port})).document()
        for port in (9091, 9092)
    }
    assert [verdict(told[port]) for port in (9091, 9092)] == ["No route", "Connection closed"]
    assert goes_to(told[9092]) == "connection closed"


def test_every_expectation_has_its_source() -> None:
    """The table is as large as the product says, and each entry says where it is from."""
    assert all(scenario["section"] for scenario in SCENARIOS)
    count = sum(len(scenario["cases"]) for scenario in SCENARIOS)
    print(f"{count} expectations in {len(SCENARIOS)} scenarios")
    assert count >= 300
