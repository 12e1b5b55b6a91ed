"""What the simulator says of a request is what a data plane of NGINX Gateway Fabric did with it.

Every recorded request is asked again, of the objects that the data plane was configured with. Where
the two cannot be the same, the recorded case is named here with its reason.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.gatewayapi import manifests
from services.gatewayapi.matching.request import parse
from services.gatewayapi.matching.simulate import simulate
from services.gatewayapi.model.model import Model

RECORDED = Path(__file__).parents[1] / "recorded" / "ngf"
GATEWAY = ("shop", "edge")
ADDRESSES = {
    "coffee-v1-a": "10.244.0.11",
    "coffee-v1-b": "10.244.0.12",
    "coffee-v2-a": "10.244.0.13",
    "tea-a": "10.244.0.14",
    "slow-a": "10.244.0.15",
}
"""Where the recorded pods lived, by the EndpointSlices of the manifests."""

BACKENDS_FAULT = "the backend took it and failed; no object says so"
DIFFERENT_STATUS = {
    "endpoint refuses": BACKENDS_FAULT,
    "read timeout": BACKENDS_FAULT,
    "backend hangs up": BACKENDS_FAULT,
    "backend hangs up, POST": BACKENDS_FAULT,
    "all endpoints marked down by the failures before": BACKENDS_FAULT,
    "same, by another route with the same Service": BACKENDS_FAULT,
    "grpc, endpoint refuses": BACKENDS_FAULT,
    "grpc, service unknown to the backend": BACKENDS_FAULT,
    "client gives up": "the client left before an answer",
    "body too large": "nginx's limit for bodies; a request here has none",
}
"""Cases whose route and backends are the recorded ones, but not the status."""

NOT_ASKED = {
    "malformed request line": "no request",
    "HTTP/1.1 without Host": "refused by HTTP itself, as HTTP/1.0 it is asked",
    "URI too long": "nginx's limit for request lines",
    "connection closed without a request": "no request",
    "readiness probe": "port 8081 is NGF's own, no listener",
    "other path on the probe port": "port 8081 is NGF's own, no listener",
}
"""Cases that are no request to a listener."""


def recorded() -> Iterator[dict[str, Any]]:
    with (RECORDED / "requests.jsonl").open() as lines:
        yield from map(json.loads, lines)


def asked(line: dict[str, Any]) -> dict[str, Any]:
    """The request of a recorded line in the form of the simulator."""
    if line.get("raw"):
        head, *rest = line["raw"].split("\r\n")
        method, path, _ = head.split(" ")
        headers = [part.split(": ", 1) for part in rest if ": " in part]
        return {
            "method": method,
            "path": path,
            "scheme": line["scheme"],
            "port": line["port"],
            "headers": headers,
        }
    found = {key: line[key] for key in ("scheme", "method", "host", "path", "sni") if key in line}
    if line["case"] == "TCP listener":
        found["port"] = 9090
    return found | {"headers": line.get("req_headers") or {}}


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.build(manifests.read([str(RECORDED / "manifests.yaml")]).world)


def route_of(answer: dict[str, Any]) -> str | None:
    if answer["route"] is None:
        return None
    ref = answer["route"]
    kind = " (TCPRoute)" if ref["kind"] == "TCPRoute" else ""
    return f"{ref['namespace']}/{ref['name']} rule {answer['rule']}{kind}"


def addresses(model: Model, answer: dict[str, Any]) -> set[str]:
    services = {one["name"] for one in answer["backends"]}
    return {
        address
        for obj in model.world.of("endpointslices").values()
        if obj["metadata"]["labels"]["kubernetes.io/service-name"] in services
        for endpoint in obj["endpoints"]
        for address in endpoint["addresses"]
    }


CASES = sorted({line["case"] for line in recorded()} - set(NOT_ASKED))


@pytest.mark.parametrize("case", CASES)
def test_case(model: Model, case: str) -> None:
    for line in recorded():
        if line["case"] == case:
            answer = simulate(model, GATEWAY, parse(asked(line))).document()
            assert route_of(answer) == line["want"]
            check_status(case, line, answer)
            check_backend(model, line, answer)


def check_status(case: str, line: dict[str, Any], answer: dict[str, Any]) -> None:
    if case in DIFFERENT_STATUS:
        assert answer["outcome"] == "backend"
    elif "grpc_code" in line:
        assert answer["grpc_status"] == (None if line["grpc_code"] == "OK" else line["grpc_code"])
    elif case == "https, SNI unknown":
        assert answer["outcome"] == "tls_refused"
    elif line.get("resp_x_pod") is None and line["status"] != 200:
        assert answer["status"] == line["status"]
    else:
        # A backend answered: whatever it said, the gateway had one to send it to.
        assert answer["outcome"] == "backend"
        half = case == "weights, one backend missing"
        assert answer["status"] == (500 if half else None)


def check_backend(model: Model, line: dict[str, Any], answer: dict[str, Any]) -> None:
    assert (answer["redirect"] or {}).get("location") == line.get("resp_location")
    if line.get("resp_x_pod"):
        assert ADDRESSES[line["resp_x_pod"]] in addresses(model, answer)
    saw = line.get("backend_saw")
    if saw and answer["request"]:
        assert (answer["request"]["path"], answer["request"]["host"]) == (saw["path"], saw["host"])


def test_marks_are_the_rules_that_the_simulator_chose(model: Model) -> None:
    """The header that a rule sets is what the client got."""
    marked = [line for line in recorded() if line.get("resp_x_ngf_route")]
    assert len(marked) > 50
    for line in marked:
        answer = simulate(model, GATEWAY, parse(asked(line))).document()
        changes = answer["response_headers"]["set"]
        assert {"name": "X-NGF-Route", "value": line["resp_x_ngf_route"]} in changes


def test_every_difference_is_of_a_recorded_case() -> None:
    cases = {line["case"] for line in recorded()}
    assert set(DIFFERENT_STATUS) | set(NOT_ASKED) <= cases
