"""Promise: the editor says of each rule what was done to it, and of each backend what is live and
what is there now."""

from copy import deepcopy
from typing import Any, cast

import pytest

from components import route_backends
from components.forms import counted, told
from components.route_form import RouteForm
from services.auth.identity import CONSOLE, Identity, Role
from services.clusters.fleet import Fleet
from services.gatewayapi import attached
from services.gatewayapi.drafting import Draft, Drafting
from services.gatewayapi.model.model import Model
from services.gatewayapi.model.world import World
from services.gatewayapi.models import Models
from services.kube.fields import count, origins
from services.kube.shelf import Snapshot


def rule(path: str, *backends: tuple[str, int]) -> dict[str, Any]:
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": path}}],
        "backendRefs": [{"name": name, "port": 80, "weight": weight} for name, weight in backends],
    }


A, B, C = rule("/a", ("one", 95), ("two", 5)), rule("/b", ("two", 1)), rule("/c", ("three", 1))
A_CHANGED = rule("/a", ("one", 80), ("two", 20))
NEW = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([A, B, C], ["", "", ""]),
        ([A_CHANGED, B, C], ["2 changes", "", ""]),
        ([A, B, C, NEW], ["", "", "", "new"]),
        ([A, B, C, C], ["", "", "", "new"]),
        ([A_CHANGED, C], ["2 changes", ""]),
        ([B, C], ["", ""]),
        ([B, C, NEW], ["", "", "new"]),
        ([A, NEW, B, C], ["", "new", "", ""]),
        ([], []),
    ],
)
def test_a_rule_is_compared_with_the_one_it_was(now: list[Any], said: list[str]) -> None:
    live = [A, B, C]
    found = origins(live, now)
    tags = [
        counted(count(live[was], one)) if was >= 0 else "new"
        for was, one in zip(found, now, strict=True)
    ]
    assert tags == said


def test_keys_that_are_no_words_can_be_counted() -> None:
    assert count({"spec": {}}, {"spec": {80: "x", True: "y"}}) == 2


def test_the_live_weight_belongs_to_what_a_backend_points_to() -> None:
    live = [{"name": "one", "port": 80, "weight": 95}, {"name": "two", "port": 80}]
    weights = route_backends.live_weights
    assert weights(live, live, "shop") == [95, 1]
    assert weights(live, live[1:], "shop") == [1], "the first was removed"
    drafted = [{**live[0], "weight": 3, "namespace": "shop"}, {"name": "new", "port": 80}]
    assert weights(live, drafted, "shop") == [95, None]
    assert weights([], drafted, "shop") == [None, None]
    assert weights(live, [{"name": "one", "port": 81}], "shop") == [None]


def test_a_share_is_of_all_backends_and_none_where_nothing_is_sent() -> None:
    backends = [{"name": "one", "weight": 95}, {"name": "two", "weight": 5}, {"name": "three"}]
    assert route_backends.shares(backends) == ["94%", "5%", "1%"]
    assert route_backends.shares([{"name": "one", "weight": 0}]) == [""]


def test_a_state_is_told_with_its_colour_and_icon() -> None:
    said = told({"status": "warn", "state": "1 of 2 endpoints ready"})
    assert said["state"] == "1 of 2 endpoints ready"
    assert said["tone"].split()[:2] == ["warn", "bi"]


def test_a_slider_ends_at_the_sum_of_the_weights() -> None:
    nine, one = {"name": "a", "weight": 9}, {"name": "b", "weight": 1}
    assert route_backends.scale([], [nine, one]) == 10
    assert route_backends.scale([{"name": "a", "weight": 95}, one], [nine, one]) == 96
    assert route_backends.scale([], [{"name": "a", "weight": 0}]) == 100
    assert route_backends.scale([], [{"name": "a", "weight": "x"}, {"name": "b"}]) == 1


def test_a_rule_redirects_or_sends_and_is_not_offered_both() -> None:
    form = RouteForm()
    route = {"spec": {"rules": [deepcopy(A), {"matches": []}]}}
    sends, fresh = form.rows(route, 0), form.rows(route, 1)
    assert (sends["filter-redirect-add"], fresh["filter-redirect-add"]) == (False, True)
    assert sends["filter-rewrite-add"]
    route, _ = form.act(route, 1, "filter-redirect-add")
    redirects = form.rows(route, 1)
    assert (redirects["backends"], redirects["filter-rewrite-add"]) == (False, False)
    route["spec"]["rules"][1]["backendRefs"] = [{"name": "one"}]
    assert form.rows(route, 1)["backends"], "what is there is never hidden"


def test_entries_that_are_no_objects_do_not_stop_the_form() -> None:
    route = {"spec": {"parentRefs": ["x"], "rules": [5, {**deepcopy(A), "backendRefs": ["y", 5]}]}}
    form = RouteForm()
    assert form.heads(route) == ["not a rule", "/a to 2 backends"]
    assert form.read(route, 1)["backend-0-name"] == ""


class Known:
    """A fleet of one cluster with the snapshots that a test gives it."""

    def __init__(self, state: Any = "live", slices: Any = "live") -> None:
        services = [service("web"), service("idle"), service("secret", "payments")]
        self._snapshots = {
            "services": snapshot("services", services, state),
            "endpointslices": snapshot("endpointslices", [endpoints("web", True, False)], slices),
        }

    def get(self, name: str) -> "Known":
        assert name == "web"
        return self

    def snapshot(self, kind: str) -> Snapshot:
        return self._snapshots.get(kind, snapshot(kind, [], "absent"))


def snapshot(kind: str, found: list[dict[str, Any]], state: Any) -> Snapshot:
    keyed = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in found}
    return Snapshot(kind, keyed, 1, None, state)


def service(name: str, namespace: str = "shop") -> dict[str, Any]:
    return {"metadata": {"namespace": namespace, "name": name}, "spec": {"ports": [{"port": 8080}]}}


def endpoints(name: str, *ready: bool) -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": name}
    return {
        "metadata": {"namespace": "shop", "name": f"{name}-1", "labels": labels},
        "ports": [{"port": 8080}],
        "endpoints": [{"conditions": {"ready": one}} for one in ready],
    }


def state(
    fleet: Known, name: str, port: Any = 8080, who: Identity = CONSOLE, **more: str
) -> tuple[str, str]:
    route = {"spec": {"rules": [{"backendRefs": [{"name": name, "port": port, **more}]}]}}
    draft = Draft("web", "httproutes", "shop", route, 0)
    [said] = Drafting(cast(Fleet, fleet), Models()).backend_states(who, draft)
    return said["status"], said["state"]


@pytest.mark.parametrize(
    ("name", "port", "more", "said"),
    [
        ("web", 8080, {}, ("warn", "1 of 2 endpoints ready")),
        ("idle", 8080, {}, ("err", "no endpoints")),
        ("web", 9090, {}, ("err", "no port 9090")),
        ("web", None, {}, ("err", "needs a port")),
        ("gone", 8080, {}, ("err", "Service does not exist")),
        ("web", 8080, {"namespace": "payments"}, ("err", "no ReferenceGrant")),
        ("", 8080, {}, ("unknown", "no name yet")),
        ("pool", None, {"kind": "InferencePool"}, ("unknown", "not checked")),
        ("web", 8080, {"kind": "Bucket"}, ("unknown", "not checked")),
    ],
)
def test_a_drafted_backend_has_a_state(
    name: str, port: Any, more: dict[str, str], said: tuple[str, str]
) -> None:
    assert state(Known(), name, port, **more) == said


def test_a_gateway_without_a_name_is_not_called_missing() -> None:
    draft = {"spec": {"parentRefs": [{"name": ""}, {"name": "gone"}]}}
    model, route = attached.drafted(Model.build(World({})), "httproutes", "shop", draft)
    states = [one["state"] for one in attached.parents(model, route, lambda _: True)]
    assert states == ["no name yet", "Gateway shop/gone does not exist."]


@pytest.mark.parametrize("name", ["secret", "gone", ""])
def test_what_may_not_be_seen_is_not_revealed(name: str) -> None:
    kept_in = Identity("eve", Role.VIEWER, namespaces=frozenset({"shop"}))
    kept_out = Identity("eve", Role.VIEWER, clusters=frozenset({"other"}))
    hidden = ("unknown", "not visible to you")
    assert state(Known(), name, who=kept_in, namespace="payments") == hidden
    assert state(Known(), name, who=kept_out) == hidden
    assert state(Known(), "web", who=kept_in)[1] == "1 of 2 endpoints ready"


@pytest.mark.parametrize(
    "fleet",
    [Known("stale"), Known("loading"), Known("denied"), Known(slices="denied")],
    ids=["stale", "loading", "denied", "no endpoints read"],
)
def test_what_is_not_known_is_not_checked(fleet: Known) -> None:
    assert state(fleet, "web") == ("unknown", "not checked")
