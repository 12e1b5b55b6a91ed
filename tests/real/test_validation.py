"""A custom kind keeps its schema: bad objects are refused, unknown fields go, defaults come."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import MERGE_PATCH, KubeApi, wait_until
from tests.real.objects import definition, widget

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GROUP = "validated.example"
SPEC: Obj = {
    "size": {"type": "integer", "minimum": 1, "maximum": 10, "default": 3},
    "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
    "colour": {"type": "string", "enum": ["red", "green"]},
    "when": {"type": "string", "format": "date-time"},
    "tags": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
    "kinds": {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "on": {"type": "boolean", "default": True},
            },
        },
    },
    "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
    "either": {"x-kubernetes-int-or-string": True},
    "share": {"type": "number"},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "nothing": {"type": "string", "nullable": True},
    "nested": {
        "type": "object",
        "required": ["must"],
        "properties": {"must": {"type": "string"}, "may": {"type": "string", "default": "x"}},
    },
    "choice": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
}


@pytest.fixture(scope="module")
def widgets(kube_api: KubeApi) -> Iterator[str]:
    kube_api.post(CRDS, definition(GROUP, SPEC)).ok()
    path = f"/apis/{GROUP}/v1/namespaces/default/widgets"
    wait_until("served", lambda: kube_api.get(path).status == 200)
    yield path
    kube_api.delete(f"{CRDS}/widgets.{GROUP}").ok()


def create(kube_api: KubeApi, widgets: str, name: str, spec: Obj, **options: Any) -> Any:
    return kube_api.post(widgets, widget(GROUP, name, spec), **options)


@pytest.mark.parametrize(
    ("spec", "field", "says"),
    [
        ({"size": 0}, "spec.size", "should be greater than or equal to 1"),
        ({"size": 11}, "spec.size", "should be less than or equal to 10"),
        ({"size": "3"}, "spec.size", 'must be of type integer: "string"'),
        ({"size": 1.5}, "spec.size", "must be of type integer"),
        ({"name": "x"}, "spec.name", "should be at least 2 chars long"),
        ({"name": "abcdef"}, "spec.name", "may not be more than 5"),
        ({"name": "AB"}, "spec.name", "should match '^[a-z]+$'"),
        ({"colour": "blue"}, "spec.colour", 'supported values: "red", "green"'),
        ({"when": "yesterday"}, "spec.when", "must be of type date-time"),
        ({"tags": ["a", "b", "c"]}, "spec.tags", "must have at most 2 items"),
        ({"tags": "a"}, "spec.tags", "must be of type array"),
        ({"tags": [1]}, "spec.tags[0]", "must be of type string"),
        ({"kinds": [{"on": True}]}, "spec.kinds[0].name", "Required value"),
        ({"kinds": [{"name": "a"}, {"name": "a"}]}, "spec.kinds[1]", "Duplicate value"),
        ({"set": ["a", "a"]}, "spec.set[1]", "Duplicate value"),
        ({"either": True}, "spec.either", "must be of type integer,string"),
        ({"share": "much"}, "spec.share", "must be of type number"),
        ({"labels": {"a": 1}}, "spec.labels.a", "must be of type string"),
        ({"nested": {}}, "spec.nested.must", "Required value"),
        ({"choice": {}}, "<nil>", "must validate one and only one schema (oneOf)"),
        ({"choice": {"a": "1", "b": "1"}}, "<nil>", "(oneOf)"),
    ],
)
def test_schema(kube_api: KubeApi, widgets: str, spec: Obj, field: str, says: str) -> None:
    answer = create(kube_api, widgets, "one", spec, dryRun="All")
    assert (answer.status, answer.reason) == (422, "Invalid"), answer.body
    causes = answer.body["details"]["causes"]
    assert field in [c["field"] for c in causes]
    assert says in answer.body["message"]


@pytest.mark.parametrize(
    "spec",
    [
        {"size": 10, "name": "abc", "colour": "red", "when": "2026-01-02T03:04:05Z"},
        {"either": 1},
        {"either": "10%"},
        {"share": 1},
        {"share": 0.25},
        {"free": {"any": {"thing": [1, "a", None]}}},
        {"nothing": None},
        {"choice": {"a": "1"}},
    ],
)
def test_what_the_schema_allows_is_kept(kube_api: KubeApi, widgets: str, spec: Obj) -> None:
    created = create(kube_api, widgets, "one", spec, dryRun="All").ok()
    assert created["spec"].items() >= spec.items()


def test_every_broken_rule_is_named_at_once(kube_api: KubeApi, widgets: str) -> None:
    answer = create(kube_api, widgets, "one", {"size": 0, "colour": "blue", "tags": [1]})
    fields = {c["field"] for c in answer.body["details"]["causes"]}
    assert fields == {"spec.size", "spec.colour", "spec.tags[0]"}


def test_defaults_are_filled_in(kube_api: KubeApi, widgets: str) -> None:
    spec = {"nested": {"must": "x"}, "kinds": [{"name": "a"}, {"name": "b", "on": False}]}
    created = create(kube_api, widgets, "defaulted", spec).ok()
    assert created["spec"]["size"] == 3
    assert created["spec"]["nested"]["may"] == "x"
    assert [k["on"] for k in created["spec"]["kinds"]] == [True, False]
    emptied = {"spec": {"size": None}}
    patched = kube_api.patch(f"{widgets}/defaulted", emptied, MERGE_PATCH).ok()
    assert patched["spec"]["size"] == 3
    assert patched["metadata"]["generation"] == 1


def test_null_where_there_is_a_default_means_unset(kube_api: KubeApi, widgets: str) -> None:
    assert create(kube_api, widgets, "one", {"size": None}, dryRun="All").ok()["spec"]["size"] == 3


def test_unknown_fields_are_dropped(kube_api: KubeApi, widgets: str) -> None:
    spec = {"size": 1, "unknown": 1, "nested": {"must": "x", "unknown": 1}, "labels": {"a": "b"}}
    created = create(kube_api, widgets, "one", spec, dryRun="All").ok()
    assert created["spec"] == {
        "size": 1,
        "nested": {"must": "x", "may": "x"},
        "labels": {"a": "b"},
    }


def test_unknown_fields_are_warned_about_or_refused_on_request(
    kube_api: KubeApi, widgets: str
) -> None:
    spec = {"unknown": 1}
    warned = create(kube_api, widgets, "one", spec, dryRun="All", fieldValidation="Warn")
    assert r'299 - "unknown field \"spec.unknown\""' in warned.headers["Warning"]
    silent = create(kube_api, widgets, "one", spec, dryRun="All", fieldValidation="Ignore")
    assert "Warning" not in silent.headers
    strict = create(kube_api, widgets, "one", spec, dryRun="All", fieldValidation="Strict")
    assert (strict.status, strict.reason) == (400, "BadRequest")
    assert 'unknown field "spec.unknown"' in strict.body["message"]


def test_unknown_fields_of_metadata_do_not_survive(kube_api: KubeApi, widgets: str) -> None:
    body = widget(GROUP, "one", {}, unknown=1)
    created = kube_api.post(widgets, {**body, "extra": 1}, dryRun="All").ok()
    assert "extra" not in created
    assert "unknown" not in created["metadata"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"bad key!": "x"}},
        {"labels": {"a": "not a value"}},
        {"finalizers": ["unqualified/"]},
        {"annotations": {"bad key!": "x"}},
        {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x"}]},
    ],
)
def test_metadata_has_rules_of_its_own(kube_api: KubeApi, widgets: str, metadata: Obj) -> None:
    answer = kube_api.post(widgets, widget(GROUP, "one", {}, **metadata), dryRun="All")
    assert (answer.status, answer.reason) == (422, "Invalid"), answer.body
    assert f"metadata.{next(iter(metadata))}" in answer.body["message"]


def test_labels_must_be_text(kube_api: KubeApi, widgets: str) -> None:
    answer = kube_api.post(widgets, widget(GROUP, "one", {}, labels={"a": 1}), dryRun="All")
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_a_definition_with_a_wrong_name_is_refused(kube_api: KubeApi) -> None:
    body = definition("wrong.example", {})
    body["metadata"]["name"] = "gadgets.wrong.example"
    answer = kube_api.post(CRDS, body)
    assert (answer.status, answer.reason) == (422, "Invalid")
    assert 'must be spec.names.plural+"."+spec.group' in answer.body["message"]
