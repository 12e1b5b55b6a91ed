"""The compiled matcher chooses what a literal reading of the specification chooses.

Below, the specification is read as slowly as it is written: every match of every route is looked
at, and those that fit are compared by one criterion after the other. Routes and requests are made
at random from few names, so that much meets; each request counts as one example. The order of what
is put in changes nothing. For NGF's classes the same of the locations that nginx chooses from.
"""

import random
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gatewayapi.matching.lookup import Hit, lookup
from services.gatewayapi.matching.request import Request
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.world import World

GATEWAY = ("infra", "main")
SCENARIOS = 1000
PARTS = 4
REQUESTS = 100
HOSTS = ("a.com", "b.a.com", "c.b.a.com", "x.com", "d.x.com", "other.net", "")
NAMES = ("a.com", "b.a.com", "*.a.com", "*.b.a.com", "*.com", "x.com", "*.x.com")
PATHS = ("/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b", "/b/a")
ASKED = (*PATHS, "/a/b/", "/a/c", "/abc", "/b/a/c", "/c", "/a//b", "/A")
PATTERNS = ("/a.*", "/a/[bc]", "/.*", "/a/b", "/(a|b)", "/a/?", "(")
METHODS = ("GET", "POST", "PUT")
SERVICES = ("s.A", "s.AB", "t.B")
CALLS = ("Get", "GetAll", "Put")
HEADERS = ("x", "Y", "z")
VALUES = ("1", "2", "11")
AGES = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", None)
Chosen = tuple[str, str, int, int] | None


class Scenario:
    """A gateway, its routes, and requests for them, all from one number."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.grpc = self.chance.random() < 0.2
        names = ["", *self.chance.sample(NAMES, self.chance.randint(0, 3))]
        if self.chance.random() < 0.3 and len(names) > 1:
            names = names[1:]
        self.listeners = [
            {"name": f"l{index}", "port": 80, "protocol": "HTTP"}
            | ({"hostname": name} if name else {})
            for index, name in enumerate(names)
        ]
        self.routes = [self.route(index) for index in range(self.chance.randint(1, 7))]

    def some(self, of: tuple[Any, ...], most: int) -> list[Any]:
        return self.chance.sample(of, self.chance.randint(0, most))

    def route(self, index: int) -> dict[str, Any]:
        parent: dict[str, Any] = {"name": GATEWAY[1], "namespace": GATEWAY[0]}
        if self.chance.random() < 0.3:
            parent["sectionName"] = self.chance.choice(self.listeners)["name"]
        metadata = {
            "name": f"r{self.chance.randint(0, 99)}-{index}",
            "namespace": self.chance.choice(("n", "n-a", "m")),
        }
        age = self.chance.choice(AGES)
        if age:
            metadata["creationTimestamp"] = age
        spec: dict[str, Any] = {"parentRefs": [parent]}
        if self.chance.random() < 0.8:
            spec["hostnames"] = self.some(NAMES, 3)
        spec["rules"] = [self.rule() for _ in range(self.chance.randint(1, 3))]
        return {"metadata": metadata, "spec": spec}

    def rule(self) -> dict[str, Any]:
        make = self.call if self.grpc else self.match
        return {"matches": [make() for _ in range(self.chance.randint(0, 3))]}

    def match(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance.random() < 0.9:
            kind = self.chance.choice(("Exact", "PathPrefix", "PathPrefix", "RegularExpression"))
            of = PATTERNS if kind == "RegularExpression" else PATHS
            found["path"] = {"type": kind, "value": self.chance.choice(of)}
        if self.chance.random() < 0.3:
            found["method"] = self.chance.choice(METHODS)
        if self.chance.random() < 0.4:
            found["headers"] = self.values(HEADERS)
        if self.chance.random() < 0.4:
            found["queryParams"] = self.values(("p", "P", "q"))
        return found

    def call(self) -> dict[str, Any]:
        method: dict[str, Any] = {}
        if self.chance.random() < 0.7:
            method["service"] = self.chance.choice(SERVICES)
        if self.chance.random() < 0.6:
            method["method"] = self.chance.choice(CALLS)
        if self.chance.random() < 0.2:
            method["type"] = "RegularExpression"
        found: dict[str, Any] = {"method": method} if method else {}
        if self.chance.random() < 0.4:
            found["headers"] = self.values(HEADERS)
        return found

    def values(self, names: tuple[str, ...]) -> list[dict[str, str]]:
        return [
            {
                "name": name,
                "value": self.chance.choice((*VALUES, "[12]+")),
                "type": self.chance.choice(("Exact", "Exact", "RegularExpression")),
            }
            for name in self.some(names, 2)
        ]

    def request(self) -> Request:
        headers = tuple(
            (self.chance.choice((name, name.upper())), self.chance.choice(VALUES))
            for name in self.some(HEADERS, 3)
        )
        host = self.chance.choice(HOSTS)
        if self.grpc:
            call = self.chance.choice(SERVICES), self.chance.choice(CALLS)
            return Request("POST", "http", host, 80, f"/{call[0]}/{call[1]}", headers, None, call)
        names = [self.chance.choice(("p", "P", "q")) for _ in range(self.chance.randint(0, 3))]
        query = "&".join(f"{name}={self.chance.choice(VALUES)}" for name in names)
        path = self.chance.choice(ASKED) + (f"?{query}" if query else "")
        return Request(self.chance.choice(METHODS), "http", host, 80, path, headers)

    def model(self, routes: list[dict[str, Any]], of: str = "example") -> Model:
        plural = "grpcroutes" if self.grpc else "httproutes"
        everywhere = {"namespaces": {"from": "All"}}
        gateway = {
            "metadata": {"name": GATEWAY[1], "namespace": GATEWAY[0]},
            "spec": {
                "gatewayClassName": of,
                "listeners": [{**one, "allowedRoutes": everywhere} for one in self.listeners],
            },
        }
        placed = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in routes}
        objects = {"gateways": {GATEWAY: gateway}, plural: placed}
        return Model.build(World(objects, frozenset({"gatewayclasses"}), assumed=True))


def covers(name: str, host: str) -> bool:
    if not name:
        return True
    return host.endswith(name[1:]) if name.startswith("*.") else name == host


def exactness(name: str) -> tuple[int, int]:
    """Characters in a matching non-wildcard hostname, then in a matching hostname."""
    return (0 if name.startswith("*") else len(name), len(name))


def met(listener: str, name: str) -> str | None:
    """What a hostname of a listener and one of a route have in common."""
    if covers(listener, name) and (name or not listener):
        return name
    return listener if covers(name, listener) else None


def served(scenario: Scenario, host: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The routes that serve a host where it arrives: the name that route and listener have in
    common, the route's own, the route."""
    fitting = [one for one in scenario.listeners if covers(one.get("hostname", ""), host)]
    if not fitting:
        return []
    listener = max(fitting, key=lambda one: exactness(one.get("hostname", "")))
    # Which routes serve the host there, and under which names.
    serving: list[tuple[str, str, dict[str, Any]]] = []
    for route in scenario.routes:
        section = route["spec"]["parentRefs"][0].get("sectionName")
        if section not in (None, listener["name"]):
            continue
        for name in route["spec"].get("hostnames") or [""]:
            common = met(listener.get("hostname", ""), name)
            if common is not None and covers(common, host):
                serving.append((common, name, route))
    return serving


def literally(scenario: Scenario, request: Request) -> Chosen:
    """The rules of the specification, one after the other."""
    serving = served(scenario, request.host)
    if not serving:
        return None
    most = max((common for common, _, _ in serving), key=exactness)
    best: tuple[Any, ...] | None = None
    chosen: Chosen = None
    for common, name, route in serving:
        if common != most:
            continue
        metadata = route["metadata"]
        place = f"{metadata['namespace']}/{metadata['name']}"
        for index, rule in enumerate(route["spec"]["rules"]):
            for number, match in enumerate(rule["matches"] or [{}]):
                order = fits_call(match, request) if scenario.grpc else fits(match, request)
                if order is None:
                    continue
                whole, length = exactness(name)
                age = metadata.get("creationTimestamp") or "9999"
                key = (-whole, -length, *order, age, place, index, number)
                if best is None or key < best:
                    best = key
                    chosen = (metadata["namespace"], metadata["name"], index, number)
    return chosen


def fits(match: dict[str, Any], request: Request) -> tuple[Any, ...] | None:
    """How an HTTPRoute's match that a request fits is placed among others; None if it does not."""
    path, _, query = request.path.partition("?")
    wanted = match.get("path") or {"type": "PathPrefix", "value": "/"}
    value = wanted["value"]
    if wanted["type"] == "Exact":
        if path != value:
            return None
        place: tuple[Any, ...] = (0, 0, "")
    elif wanted["type"] == "PathPrefix":
        elements = [part for part in value.split("/")[1:] if part]
        if path.split("/")[1:][: len(elements)] != elements:
            return None
        place = (1, -len(value.rstrip("/")), "")
    else:
        if not matches(value, path):
            return None
        place = (2, -len(value), value)
    if match.get("method", request.method) != request.method:
        return None
    parameters: dict[str, str] = {}
    for name, held in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, held)
    if not headers_fit(match, request) or not all(
        one["name"] in parameters and same(one, parameters[one["name"]])
        for one in match.get("queryParams", [])
    ):
        return None
    return (
        *place,
        0 if "method" in match else 1,
        -len(match.get("headers", [])),
        -len(match.get("queryParams", [])),
    )


def fits_call(match: dict[str, Any], request: Request) -> tuple[Any, ...] | None:
    """The same of a GRPCRoute's match."""
    assert request.grpc
    wanted = match.get("method") or {}
    for what, asked in zip(("service", "method"), request.grpc, strict=True):
        value = wanted.get(what)
        if value is None:
            continue
        if wanted.get("type") == "RegularExpression":
            if not matches(value, asked):
                return None
        elif value != asked:
            return None
    if not headers_fit(match, request):
        return None
    return (
        -len(wanted.get("service", "")),
        -len(wanted.get("method", "")),
        -len(match.get("headers", [])),
    )


def headers_fit(match: dict[str, Any], request: Request) -> bool:
    held = {name.lower(): value for name, value in request.headers}
    return all(
        one["name"].lower() in held and same(one, held[one["name"].lower()])
        for one in match.get("headers", [])
    )


def same(wanted: dict[str, str], held: str) -> bool:
    if wanted["type"] == "Exact":
        return wanted["value"] == held
    return matches(wanted["value"], held)


def matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def as_nginx(scenario: Scenario, request: Request) -> Chosen:
    """What nginx does with the locations that NGF writes: the path first, then the rest."""
    serving = served(scenario, request.host)
    if not serving:
        return None
    most = max((common for common, _, _ in serving), key=exactness)
    locations: dict[tuple[str, str], dict[Any, dict[str, Any]]] = {}
    for common, _, route in serving:
        if common != most:
            continue
        metadata = route["metadata"]
        age = metadata.get("creationTimestamp") or "9999"
        for index, rule in enumerate(route["spec"]["rules"]):
            matches = rule["matches"] or [{}]
            if scenario.grpc and any(lacks(match) for match in matches):
                continue
            for number, match in enumerate(matches):
                key = (
                    0 if "method" in match and not scenario.grpc else 1,
                    -len(match.get("headers", [])),
                    -len(match.get("queryParams", [])),
                    age,
                    f"{metadata['namespace']}/{metadata['name']}",
                    index,
                    number,
                )
                place = written(match, scenario.grpc)
                locations.setdefault(place, {})[key] = match
    path = re.sub("/+", "/", request.path.partition("?")[0])
    for key, match in sorted(locations.get(located(locations, path), {}).items()):
        if conditions(match, request, scenario.grpc):
            namespace, _, name = key[4].partition("/")
            return namespace, name, key[5], key[6]
    return None


def lacks(match: dict[str, Any]) -> bool:
    method = match.get("method")
    return bool(method) and (
        not {"service", "method"} <= set(method) or method.get("type") == "RegularExpression"
    )


def written(match: dict[str, Any], grpc: bool) -> tuple[str, str]:
    """The location of a match."""
    if grpc:
        method = match.get("method")
        return ("=", f"/{method['service']}/{method['method']}") if method else ("", "/")
    path = match.get("path") or {"type": "PathPrefix", "value": "/"}
    if path["type"] == "PathPrefix":
        return "", path["value"]
    return {"Exact": "=", "RegularExpression": "~"}[path["type"]], path["value"]


def located(locations: dict[tuple[str, str], Any], path: str) -> tuple[str, str]:
    """The location that nginx chooses for a path."""
    if ("=", path) in locations:
        return "=", path
    if not path.endswith("/") and ("", path) in locations:
        return "", path
    # The slash of a prefix is added to a path where the location does nothing but proxy.
    completed = list(locations.get(("", f"{path}/"), {}).values())
    if len(completed) == 1 and not any(completed[0][key] for key in completed[0] if key != "path"):
        return "", f"{path}/"
    patterns = sorted(
        (value for kind, value in locations if kind == "~"), key=lambda p: (-len(p), p)
    )
    for pattern in patterns:
        try:
            if re.search("^" + pattern, path):
                return "~", pattern
        except re.error:
            continue
    prefixes = [value for kind, value in locations if not kind]
    fitting = [one for one in prefixes if path.startswith(f"{one.rstrip('/')}/")]
    return "", max(fitting, key=len, default="")


def conditions(match: dict[str, Any], request: Request, grpc: bool) -> bool:
    if not grpc and match.get("method", request.method) != request.method:
        return False
    parameters: dict[str, str] = {}
    for name, held in parse_qsl(request.path.partition("?")[2], keep_blank_values=True):
        parameters.setdefault(name, held)
    headers = {name.lower(): value for name, value in request.headers}
    asked = [(one, headers.get(one["name"].lower())) for one in match.get("headers", [])]
    asked += [(one, parameters.get(one["name"])) for one in match.get("queryParams", [])]
    return all(
        held is not None
        and (held == one["value"] if one["type"] == "Exact" else re.search(one["value"], held))
        for one, held in asked
    )


def chosen(model: Model, request: Request) -> Chosen:
    found = lookup(model, GATEWAY, request)
    if not isinstance(found, Hit):
        return None
    entry = found.entry
    assert entry.index is not None
    return (*entry.route.key, entry.rule, entry.index)


@pytest.mark.parametrize("part", range(PARTS))
@settings(max_examples=SCENARIOS // PARTS, deadline=None, database=None)
@given(seed=st.integers(min_value=0, max_value=2**64 - 1))
def test_matcher_is_the_specification(part: int, seed: int) -> None:
    scenario = Scenario(seed)
    # Every other scenario is put in shuffled: the literal reading does not mind.
    routes = scenario.routes
    put = scenario.chance.sample(routes, len(routes)) if seed % 2 else routes
    model = scenario.model(put)
    for _ in range(REQUESTS):
        request = scenario.request()
        assert chosen(model, request) == literally(scenario, request), request


@settings(max_examples=SCENARIOS // PARTS, deadline=None, database=None)
@given(seed=st.integers(min_value=0, max_value=2**64 - 1))
def test_matcher_of_ngf_is_nginx(seed: int) -> None:
    scenario = Scenario(seed)
    model = scenario.model(scenario.routes, "nginx")
    for _ in range(REQUESTS):
        request = scenario.request()
        assert chosen(model, request) == as_nginx(scenario, request), request


def test_there_are_as_many_examples_as_promised() -> None:
    """A hundred thousand requests, and enough of them find something."""
    assert SCENARIOS * REQUESTS >= 100_000
    found = [literally(scenario, scenario.request()) for scenario in map(Scenario, range(300))]
    assert sum(one is not None for one in found) > 60
