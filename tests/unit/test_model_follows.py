"""Promise: a model that followed any edits is the one that is built from scratch of what is there
now, the order of objects changes nothing, and what did not change is not made again."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.gatewayapi.model.model import Model
from services.gatewayapi.model.names import Ref
from services.gatewayapi.model.world import World
from tests.unit.modelled import (
    NGF,
    OLD,
    PLURALS,
    Made,
    gateway,
    gateway_class,
    grant,
    listener,
    listener_set,
    made,
    model,
    parent,
    reason,
    route,
    sending,
    service,
    world,
)

SPACES = ("infra", "apps")
NAMES = ("a", "b")
HOSTS = ("a.example.com", "b.example.com", "*.example.com", "*.com")
TIMES = (OLD, "2026-02-01T00:00:00Z", None)
SELECTING = {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}
_FROM = st.sampled_from([{"from": "All"}, {"from": "Same"}, SELECTING, SELECTING])
_PLACES = st.tuples(st.sampled_from(SPACES), st.sampled_from(NAMES)).map("/".join)
_HOSTS = st.lists(st.sampled_from(HOSTS), max_size=2, unique=True)
_KINDS = st.lists(st.sampled_from(["HTTPRoute", "GRPCRoute", "TCPRoute"]), max_size=2, unique=True)


@st.composite
def listeners(draw: st.DrawFn) -> Made:
    protocol = draw(st.sampled_from(["HTTP", "HTTPS", "TLS", "TCP", "UDP", "SCTP"]))
    more: Made = {"allowedRoutes": {"namespaces": draw(_FROM)}}
    if kinds := draw(_KINDS):
        more["allowedRoutes"]["kinds"] = [{"kind": kind} for kind in kinds]
    if protocol in ("HTTP", "HTTPS", "TLS") and (host := draw(st.sampled_from([*HOSTS, ""]))):
        more["hostname"] = host
    if protocol in ("HTTPS", "TLS"):
        ref = {"name": draw(st.sampled_from(NAMES)), "namespace": draw(st.sampled_from(SPACES))}
        more["tls"] = {
            "mode": draw(st.sampled_from(["Terminate", "Passthrough"])),
            "certificateRefs": [ref],
        }
    return listener(
        draw(st.sampled_from(NAMES)), draw(st.sampled_from([80, 443])), protocol, **more
    )


@st.composite
def gateways(draw: st.DrawFn) -> Made:
    more: Made = {"allowedListeners": {"namespaces": draw(_FROM)}}
    if draw(st.booleans()):
        more["infrastructure"] = {"parametersRef": {"kind": "NginxProxy", "name": "a"}}
    name = draw(st.sampled_from(["any", "nginx", "gone"]))
    found = draw(st.lists(listeners(), min_size=1, max_size=3))
    return gateway(draw(_PLACES), *found, name=name, **more)


@st.composite
def sets(draw: st.DrawFn) -> Made:
    found = draw(st.lists(listeners(), min_size=1, max_size=2))
    created = draw(st.sampled_from(TIMES))
    return listener_set(draw(_PLACES), *found, parent=draw(_PLACES), created=created)


@st.composite
def routes(draw: st.DrawFn) -> Made:
    kind = draw(
        st.sampled_from(["HTTPRoute", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"])
    )
    refs = []
    for _ in range(draw(st.integers(1, 2))):
        namespace, name = draw(_PLACES).split("/")
        more: Made = {"kind": draw(st.sampled_from(["Gateway", "Gateway", "ListenerSet"]))}
        if draw(st.booleans()):
            more["sectionName"] = draw(st.sampled_from(NAMES))
        refs.append(parent(name, namespace, **more))
    backend = {"name": draw(st.sampled_from(NAMES)), "port": 80}
    backend["namespace"] = draw(st.sampled_from(SPACES))
    path = {"path": {"value": draw(st.sampled_from(["/", "/x", "/x/y"]))}}
    return route(
        draw(_PLACES),
        *refs,
        kind=kind,
        hostnames=draw(_HOSTS),
        rules=[{"matches": [path], **sending(backend)[0]}],
        created=draw(st.sampled_from(TIMES)),
    )


@st.composite
def grants(draw: st.DrawFn) -> Made:
    group = "gateway.networking.k8s.io"
    source = {"group": group, "namespace": draw(st.sampled_from(SPACES))}
    kinds = ["Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute"]
    target: Made = {"group": "", "kind": draw(st.sampled_from(["Secret", "Service"]))}
    if draw(st.booleans()):
        target["name"] = draw(st.sampled_from(NAMES))
    return grant(draw(_PLACES), {**source, "kind": draw(st.sampled_from(kinds))}, target)


@st.composite
def slices(draw: st.DrawFn) -> Made:
    labels = {"kubernetes.io/service-name": draw(st.sampled_from(NAMES))}
    ready = draw(st.lists(st.booleans(), max_size=2))
    endpoints = [
        {"addresses": [f"10.0.0.{index}"], "conditions": {"ready": one}}
        for index, one in enumerate(ready)
    ]
    ports = [{"name": "", "port": 80}]
    return made("EndpointSlice", draw(_PLACES), labels=labels, endpoints=endpoints, ports=ports)


OBJECTS = st.one_of(
    routes(),
    routes(),
    gateways(),
    sets(),
    grants(),
    slices(),
    _PLACES.map(service),
    st.builds(
        lambda place, off: made("NginxProxy", place, {"disableHTTP2": off}),
        _PLACES,
        st.booleans(),
    ),
    _PLACES.map(lambda place: made("Secret", place, type="kubernetes.io/tls", data={})),
    st.builds(
        lambda name, labels: made("Namespace", name, labels=labels),
        st.sampled_from(SPACES),
        st.sampled_from([{}, {"team": "web"}]),
    ),
    st.sampled_from(
        [gateway_class("nginx", NGF), gateway_class("nginx", "other.io/c"), gateway_class("gone")]
    ),
)
EDITS = st.lists(
    st.tuples(OBJECTS, st.sampled_from(["put", "put", "delete"])), min_size=1, max_size=2
)


def base() -> list[Made]:
    """A cluster in which every edit is likely to change something."""
    selecting = {"allowedRoutes": {"namespaces": SELECTING}}
    secret = {"certificateRefs": [{"name": "a", "namespace": "apps"}]}
    own = [
        listener("a", 80, **selecting),
        listener("b", 443, "HTTPS", tls=secret),
        listener("c", 9000, "TCP"),
    ]
    both = [parent("a"), parent("a", "apps", kind="ListenerSet")]
    return [
        gateway_class("nginx", NGF),
        gateway("infra/a", *own, allowedListeners={"namespaces": SELECTING}),
        gateway("infra/b", listener("a"), name="nginx"),
        listener_set("apps/a", listener("a", 81), parent="infra/a"),
        made("Namespace", "apps", labels={"team": "web"}),
        made("Namespace", "infra", labels={"team": "web"}),
        route("apps/a", *both),
        route("infra/b", parent("a"), kind="GRPCRoute", created=TIMES[1]),
        route("infra/a", parent("a", sectionName="c"), kind="TCPRoute"),
        route("infra/b", parent("a", sectionName="c"), kind="TCPRoute", created=TIMES[1]),
    ]


def edited(before: World, edits: list[tuple[Made, str]]) -> World:
    """``before`` with objects put or deleted: other mappings where something changed."""
    objects = {kind: dict(found) for kind, found in before.objects.items()}
    touched = set()
    for obj, verb in edits:
        kind = PLURALS[obj["kind"]]
        place = obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        touched.add(kind)
        if verb == "put":
            objects.setdefault(kind, {})[place] = obj
        else:
            objects.get(kind, {}).pop(place, None)
    kept = {kind: objects[kind] if kind in touched else before.of(kind) for kind in objects}
    return World(kept, before.unread, before.absent, before.assumed)


def told(of: Model) -> dict[str, Any]:
    """Everything that a model answers."""
    refs = {
        Ref(kind, namespace, name)
        for kind in ("Service", "Secret", "Gateway", "ListenerSet")
        for namespace in SPACES
        for name in NAMES
    }
    return {
        "gateways": dict(of.gateways),
        "sets": dict(of.listener_sets),
        "parents": {ref: of.parents(ref) for ref in of.routes},
        "attached": {key: list(of.attached(key)) for key in of.gateways},
        "naming": {key: of.routes_of(key) for key in of.gateways},
        "tables": {key: entries(of, key) for key in of.gateways},
        "users": {ref: of.users(ref) for ref in refs},
        "backends": {
            (ref, spec.field): of.backend(ref, spec)
            for ref, one in of.routes.items()
            for rule in one.rules
            for spec in rule.backends
        },
    }


def entries(of: Model, gateway: tuple[str, str]) -> dict[Any, Any]:
    """The compiled matches of a gateway, without the form that they are kept in."""
    return {
        (listening, host, written): sorted(
            (str(one.route), one.rule, str(one.match)) for one in hosted.entries()
        )
        for listening, found in of.tables(gateway).listeners.items()
        for host, variants in found.hosts.items()
        for written, hosted in variants
        if not hosted.empty
    }


@settings(max_examples=250, deadline=None)
@given(st.lists(OBJECTS, max_size=6), st.lists(EDITS, min_size=1, max_size=6))
def test_following_edits_equals_building(start: list[Made], rounds: list[Any]) -> None:
    now = edited(world(*base()), [(one, "put") for one in start])
    followed = Model.build(now)
    for edits in rounds:
        told(followed)  # what was asked for before is carried along
        now = edited(now, edits)
        followed = followed.following(now)
        assert told(followed) == told(Model.build(now))


@settings(max_examples=100, deadline=None)
@given(st.lists(OBJECTS, max_size=10), st.randoms())
def test_the_order_of_objects_changes_nothing(objects: list[Made], random: Any) -> None:
    named = {
        (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one
        for one in [*base(), *objects]
    }
    first = list(named.values())
    second = copy.copy(first)
    random.shuffle(second)
    assert told(model(*first)) == told(model(*second))


def test_what_did_not_change_is_not_made_again() -> None:
    objects = [gateway("infra/gw"), *(route(f"infra/{name}") for name in NAMES)]
    before = model(*objects)
    changed = route("infra/b", hostnames=["b.example.com"])
    after = before.following(edited(before.world, [(changed, "put")]))
    same = Ref("HTTPRoute", "infra", "a")
    assert after.parents(same)[0] is before.parents(same)[0]
    assert after.routes[same] is before.routes[same]
    assert after.gateways[("infra", "gw")] is before.gateways[("infra", "gw")]


def test_a_gateway_whose_listeners_stay_leaves_its_routes_alone() -> None:
    """Controllers write status all the time."""
    gw = gateway("infra/gw")
    before = model(gw, route("infra/a"))
    after = before.following(edited(before.world, [({**gw, "status": {"x": 1}}, "put")]))
    same = Ref("HTTPRoute", "infra", "a")
    assert after.gateways[("infra", "gw")].obj["status"] == {"x": 1}
    assert after.parents(same)[0] is before.parents(same)[0]


def test_a_class_in_other_hands_has_its_routes_judged_anew() -> None:
    """The listener is as it was, yet NGF and others differ on why it takes no route."""
    wrong = {"namespaces": {"from": "All"}, "kinds": [{"kind": "TCPRoute"}]}
    gw = gateway("infra/gw", listener(allowedRoutes=wrong), name="nginx")
    others = gateway_class("nginx", "other.io/c")
    before = model(gateway_class("nginx", NGF), gw, route())
    assert reason(before) == "InvalidListener"
    after = before.following(edited(before.world, [(others, "put")]))
    assert reason(after) == reason(Model.build(after.world)) == "NotAllowedByListeners"
    again = after.following(before.world)
    assert reason(again) == "InvalidListener"


def test_services_and_endpoints_cost_nothing_that_is_compiled() -> None:
    before = model(gateway("infra/gw"), route("infra/a"))
    edits = [(service("infra/web"), "put"), (made("EndpointSlice", "infra/web-1"), "put")]
    after = before.following(edited(before.world, edits))
    assert after.gateways is before.gateways
    assert after.routes is before.routes


def test_a_route_takes_over_what_an_older_one_leaves() -> None:
    """A contest that another route's edit decides is carried into the compiled matches."""
    gw = gateway("infra/gw", listener(protocol="TCP"))
    old = route("infra/old", kind="TCPRoute", rules=sending({"name": "a", "port": 80}))
    young = route("infra/young", kind="TCPRoute", created=TIMES[1], rules=old["spec"]["rules"])
    both = model(gw, old, young)
    place = ("infra", "gw")
    assert "TCPRoute infra/old" in str(entries(both, place))
    alone = both.following(edited(both.world, [(old, "delete")]))
    assert entries(alone, place) == entries(Model.build(alone.world), place)
    assert "TCPRoute infra/young" in str(entries(alone, place))
    again = alone.following(both.world)
    assert entries(again, place) == entries(both, place)
