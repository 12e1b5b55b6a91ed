"""Promise: what a client does not name of a bundle or stack is kept, null removes, and what nobody
here knows survives."""

from typing import Any

import pytest

from services.operated_edits import new, onto, own_labels, patched

LIVE: dict[str, Any] = {
    "metadata": {"name": "edge", "namespace": "web", "labels": {"team": "edge", "argo": "x"}},
    "spec": {
        "gatewayClassName": "nginx",
        "labels": {"team": "edge"},
        "listeners": [
            {"name": "http", "port": 80, "protocol": "HTTP", "unheardOf": {"a": 1}},
            {"name": "https", "port": 443, "protocol": "HTTPS", "tls": {"mode": "Terminate"}},
        ],
        "nginxProxy": {"ipFamily": "dual", "extra": {"a": 1, "b": 2}, "unheardOf": [1]},
        "unheardOf": {"deep": {"er": True}},
    },
}


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"nginxProxy": {"ipFamily": "ipv4"}}, "ipFamily", "ipv4"),
        ({"nginxProxy": {"ipFamily": None}}, "ipFamily", None),
        ({"nginxProxy": {"extra": {"c": 3}}}, "extra", {"c": 3}),
    ],
)
def test_a_field_of_a_section(given: Any, path: str, expected: Any) -> None:
    result = onto(LIVE, given)["spec"]
    assert result["nginxProxy"].get(path) == expected
    kept = {name: one for name, one in LIVE["spec"]["nginxProxy"].items() if name != path}
    assert {name: one for name, one in result["nginxProxy"].items() if name != path} == kept
    rest = {name: one for name, one in LIVE["spec"].items() if name != "nginxProxy"}
    assert {name: one for name, one in result.items() if name != "nginxProxy"} == rest


def test_listeners_find_their_own_and_those_that_are_not_named_go() -> None:
    given = {"listeners": [{"name": "http", "port": 8080, "protocol": "HTTP"}]}
    assert onto(LIVE, given)["spec"]["listeners"] == [
        {"name": "http", "port": 8080, "protocol": "HTTP", "unheardOf": {"a": 1}}
    ]
    assert patched(LIVE, given)["spec"]["listeners"] == given["listeners"]


def test_labels_are_those_of_the_gateway_and_others_stay_on_the_bundle() -> None:
    result = onto(LIVE, {"labels": {"tier": "front"}}, labelled_spec=True)
    assert result["spec"]["labels"] == {"tier": "front"}
    assert result["metadata"]["labels"] == {"argo": "x", "tier": "front"}
    merged = patched(LIVE, {"labels": {"tier": "front"}}, labelled_spec=True)
    assert merged["spec"]["labels"] == {"team": "edge", "tier": "front"}


def test_labels_of_a_stack_are_its_own() -> None:
    live = {"metadata": {"name": "s", "labels": {"a": "1"}}, "spec": {"modelName": "m"}}
    result = onto(live, {"labels": {"b": "2"}})
    assert result["metadata"]["labels"] == {"b": "2"}
    assert "labels" not in result["spec"]


def test_what_is_not_there_yet_is_made_without_what_would_be_removed() -> None:
    made = new({"name": "a", "namespace": "b", "tls": {"x": None, "y": 1}, "waf": None})
    assert made == {"metadata": {"name": "a", "namespace": "b"}, "spec": {"tls": {"y": 1}}}
    assert onto(LIVE, {"tls": {"x": None, "y": 1}})["spec"]["tls"] == {"y": 1}


def test_the_live_object_itself_is_left_alone() -> None:
    before = repr(LIVE)
    onto(LIVE, {"nginxProxy": {"extra": None}, "listeners": [], "labels": {}}, labelled_spec=True)
    assert repr(LIVE) == before


@pytest.mark.parametrize(
    "given",
    [
        {"listeners": [{"name": ["x"], "port": 80}]},
        {"autoscaling": {"thresholds": [{"metric": {"a": 1}, "target": 1}]}},
        {"modelServer": {"env": [{"name": ["x"]}]}},
        {"labels": "x"},
        {"annotations": ["x"]},
    ],
)
@pytest.mark.parametrize("lay", [onto, patched])
@pytest.mark.parametrize("labelled", [True, False])
def test_what_is_of_another_type_is_left_for_the_server_to_refuse(
    given: dict[str, Any], lay: Any, labelled: bool
) -> None:
    live = {**LIVE, "spec": {**LIVE["spec"], "modelServer": {"env": [{"name": "a"}]}}}
    result = lay(live, given, labelled_spec=labelled)
    (key,) = given
    held = result["metadata"] if key in ("labels", "annotations") else result["spec"]
    assert held[key] == given[key]
    odd = {**live, "spec": {**live["spec"], "listeners": [{"name": ["x"]}, 7]}}
    assert lay(odd, {"listeners": [{"name": "http"}]})["spec"]["listeners"] == [{"name": "http"}]


KEPT = {
    "ngf-console.f5.com/reconcile-requested": "now",
    "argocd.argoproj.io/tracking-id": "x:y",
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
}
OF_TOOLS = {
    "app.kubernetes.io/instance": "argo",
    "app.kubernetes.io/managed-by": "Helm",
    "helm.sh/chart": "edge-1",
}


def test_what_tools_write_on_a_bundle_is_none_of_its_gateway() -> None:
    metadata = {
        "name": "edge",
        "labels": {"team": "edge", **OF_TOOLS},
        "annotations": {"note": "x", **KEPT},
    }
    live = {"metadata": metadata, "spec": {}}
    assert own_labels(live, "labels") == {"team": "edge"}
    assert own_labels(live, "annotations") == {"note": "x"}
    result = onto(
        live, {"labels": {"tier": "front"}, "annotations": {"note": "y"}}, labelled_spec=True
    )
    assert result["spec"] == {"labels": {"tier": "front"}, "annotations": {"note": "y"}}
    assert result["metadata"]["labels"] == {**OF_TOOLS, "tier": "front"}
    assert result["metadata"]["annotations"] == {**KEPT, "note": "y"}
    asked = {"annotations": {"note": "x", **KEPT}}
    assert onto(live, asked, labelled_spec=True)["spec"] == {}
    assert new({"name": "a", **asked}, labelled_spec=True) == {
        "metadata": {"name": "a", **asked},
        "spec": {"annotations": {"note": "x"}},
    }


def test_labels_that_its_gateway_was_given_are_told_whatever_they_are() -> None:
    live = {"metadata": {"name": "edge"}, "spec": {"labels": OF_TOOLS}}
    assert own_labels(live, "labels") == OF_TOOLS
