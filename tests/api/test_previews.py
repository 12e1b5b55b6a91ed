"""Promise: a preview says of every child what would become of it, and of listeners what they meet,
before anything is changed."""

from copy import deepcopy
from typing import Any

import pytest

from services.auth.identity import CONSOLE, Identity, Role
from services.previews import Preview
from tests.api.conftest import Console

SEEDED = {
    "inferencestacks": ("gpu-iad", "llm", "granite-8b"),
    "gatewaybundles": ("web-fra", "accounts", "members"),
}


def live(console: Console, kind: str) -> dict[str, Any]:
    cluster, namespace, name = SEEDED[kind]
    service = {
        "inferencestacks": console.container.stacks,
        "gatewaybundles": console.container.bundles,
    }
    return deepcopy(dict(service[kind].get(CONSOLE, cluster, namespace, name)))


def previewed(console: Console, kind: str, obj: dict[str, Any], who: Identity = CONSOLE) -> Preview:
    found = console.container.previews.of(who, SEEDED[kind][0], kind, obj, live(console, kind))
    assert not found.faults
    return found


def verbs(found: Preview) -> dict[tuple[str, str], str]:
    return {(one.kind, one.name): one.verb for one in found.children}


@pytest.mark.parametrize("kind", SEEDED)
def test_what_is_not_edited_changes_no_child(console: Console, kind: str) -> None:
    found = previewed(console, kind, live(console, kind))
    assert found.plan is not None
    assert found.plan.changes == ()
    assert set(verbs(found).values()) == {"same"}
    assert len(found.children) > 2


def test_an_edit_changes_the_child_that_it_is_about(console: Console) -> None:
    obj = live(console, "inferencestacks")
    obj["spec"]["pool"]["maxReplicas"] = 9
    found = previewed(console, "inferencestacks", obj)
    changed = [one for one in found.children if one.verb != "same"]
    assert [(one.kind, one.name) for one in changed] == [("ScaledObject", "granite-8b-scaler")]
    (scaler,) = changed
    assert [(one.path, one.new) for one in scaler.changes] == [("spec.maxReplicaCount", 9)]
    assert scaler.section == "AutoscalingReady"


def test_what_an_edit_takes_away_goes_from_the_child_and_moves_its_traffic(
    console: Console,
) -> None:
    obj = live(console, "inferencestacks")
    del obj["spec"]["httpRoute"]["hostnames"]
    del obj["spec"]["httpRoute"]["pathPrefix"]
    found = previewed(console, "inferencestacks", obj)
    (route,) = [one for one in found.children if one.verb != "same"]
    assert (route.kind, route.verb, route.fault) == ("HTTPRoute", "change", "")
    gone = {one.path for one in route.changes if one.new is None}
    assert gone == {"spec.hostnames[0]"}
    assert found.impact is not None
    assert found.impact.moved or found.impact.introduced, "it takes what came for other hosts"


def test_settings_that_are_taken_away_go_from_gateway_and_proxy(console: Console) -> None:
    obj = live(console, "gatewaybundles")
    del obj["spec"]["listeners"][0]["hostname"]
    del obj["spec"]["nginxProxy"]["replicas"]
    changed = {
        one.kind: {diff.path.partition("[0]")[0] for diff in one.changes if diff.new is None}
        for one in previewed(console, "gatewaybundles", obj).children
        if one.verb == "change"
    }
    assert set(changed) == {"Gateway", "NginxProxy"}
    assert changed["Gateway"] == {"spec.listeners"}
    assert changed["NginxProxy"] == {"spec.kubernetes.deployment.replicas"}


def test_other_weights_change_a_configuration_that_nobody_here_reads(console: Console) -> None:
    obj = live(console, "inferencestacks")
    obj["spec"]["epp"] = {"strategy": "least_queue"}
    found = {
        (one.kind, one.name): one for one in previewed(console, "inferencestacks", obj).children
    }
    config = found["ConfigMap", "granite-8b-epp-config"]
    assert (config.verb, bool(config.unchecked), config.fault) == ("change", True, "")
    assert found["ServiceAccount", "granite-8b-epp"].verb == "same"
    assert found["Deployment", "granite-8b-epp"].verb == "change", "it reads its file once"


def test_a_section_that_goes_takes_its_child_along_and_its_traffic(console: Console) -> None:
    obj = live(console, "inferencestacks")
    del obj["spec"]["httpRoute"]
    found = previewed(console, "inferencestacks", obj)
    assert verbs(found)["HTTPRoute", "granite-8b-route"] == "remove"
    assert found.impact is not None
    assert found.impact.tried or found.impact.moved or found.impact.introduced


def test_a_secret_that_is_to_be_issued_is_not_missed_and_one_named_alike_is(
    console: Console,
) -> None:
    https = {"port": 443, "protocol": "HTTPS"}
    named = {"certificateRefs": [{"name": "fresh-tls-2"}]}
    obj = {
        "metadata": {"name": "fresh", "namespace": "accounts"},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [
                {"name": "issued", "hostname": "a.example", **https},
                {"name": "given", "hostname": "b.example", **https, "tls": named},
            ],
            "tls": {"certManager": {"issuerRef": {"name": "demo", "kind": "ClusterIssuer"}}},
        },
    }
    found = console.container.previews.of(CONSOLE, "web-fra", "gatewaybundles", obj)
    assert ("Certificate", "fresh-tls") in verbs(found)
    assert found.impact is not None
    missed = [one.message for one in found.impact.introduced if "Secret" in one.message]
    assert missed == ["Secret accounts/fresh-tls-2 does not exist."]


def test_a_gateway_of_somebody_else_is_not_taken(console: Console) -> None:
    obj = {
        "metadata": {"name": "edge-public", "namespace": "shop"},
        "spec": {
            "gatewayClassName": "nginx",
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
        },
    }
    found = console.container.previews.of(CONSOLE, "web-fra", "gatewaybundles", obj)
    (gateway,) = [one for one in found.children if one.kind == "Gateway"]
    assert "ngf-console.f5.com/adopt: edge-public" in gateway.fault
    assert not console.container.bundles.find(CONSOLE, "web-fra", "shop", "edge-public")


def test_listeners_are_compared_with_each_other_and_with_other_gateways(console: Console) -> None:
    gateways = console.container.fleet.get("web-fra").snapshot("gateways").objects
    theirs = next(
        one for one in gateways["shop", "edge-public"]["spec"]["listeners"] if one.get("hostname")
    )
    obj = live(console, "gatewaybundles")
    obj["spec"]["listeners"] = [
        {"name": "one", "port": 8080, "protocol": "HTTP"},
        {"name": "two", "port": 8080, "protocol": "TCP"},
        {
            "name": "three",
            "port": theirs["port"],
            "protocol": "HTTP",
            "hostname": theirs["hostname"],
        },
        {"name": "four"},
    ]
    found = console.container.previews.of(CONSOLE, "web-fra", "gatewaybundles", obj)
    met = {(one.listener, one.with_, one.blocks) for one in found.clashes}
    assert met >= {("two", "one", True), ("three", "shop/edge-public", False)}
    assert {one[0] for one in met} == {"two", "three"}
    assert found.faults, "a listener without a port"
    limited = Identity("limited", Role.OPERATOR, namespaces=frozenset({"accounts"}))
    seen = console.container.previews.of(limited, "web-fra", "gatewaybundles", obj)
    assert {one.listener for one in seen.clashes} == {"two"}


def test_an_edit_that_came_late_is_merged_or_told(console: Console) -> None:
    base = live(console, "gatewaybundles")
    old = deepcopy(base)
    old["spec"]["listeners"] = [{"name": "was", "port": 81, "protocol": "HTTP"}]
    old["metadata"]["resourceVersion"] = "1"
    mine = deepcopy(old)
    mine["spec"]["labels"] = {"of": "mine"}
    found = console.container.previews.of(CONSOLE, "web-fra", "gatewaybundles", mine, old)
    assert found.late is not None
    assert found.plan is not None
    assert ("spec.labels.of", "mine") in {(one.path, one.new) for one in found.plan.changes}
    mine["spec"]["listeners"] = [{"name": "was", "port": 82, "protocol": "HTTP"}]
    told = console.container.previews.of(CONSOLE, "web-fra", "gatewaybundles", mine, old)
    assert told.plan is None
    assert told.late is not None
    assert told.late.details["clashes"]
