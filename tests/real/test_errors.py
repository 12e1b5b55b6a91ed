"""Every refusal is a Status object that says what, why and about which object."""

from typing import Any

import pytest

from tests.real.kube_api import JSON_PATCH, MERGE_PATCH, Answer, KubeApi
from tests.real.objects import config_map, core, route, routes


def check(answer: Answer, code: int, reason: str, message: str, **details: Any) -> None:
    assert answer.status == code, answer.body
    body = answer.body
    assert (body["kind"], body["apiVersion"], body["status"]) == ("Status", "v1", "Failure")
    assert (body["code"], body["reason"]) == (code, reason)
    assert message in body["message"]
    for key, value in details.items():
        assert body["details"][key] == value


def test_a_missing_object(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.get(f"{routes(namespace)}/nobody")
    message = 'httproutes.gateway.networking.k8s.io "nobody" not found'
    group = "gateway.networking.k8s.io"
    check(answer, 404, "NotFound", message, name="nobody", kind="httproutes", group=group)
    answer = kube_api.get(f"{core(namespace, 'configmaps')}/nobody")
    check(answer, 404, "NotFound", 'configmaps "nobody" not found', kind="configmaps")


@pytest.mark.parametrize("verb", ["update", "patch", "delete"])
def test_changing_a_missing_object(kube_api: KubeApi, namespace: str, verb: str) -> None:
    path = f"{routes(namespace)}/nobody"
    if verb == "update":
        answer = kube_api.put(path, route("nobody", resourceVersion="5"))
    elif verb == "patch":
        answer = kube_api.patch(path, {}, "application/merge-patch+json")
    else:
        answer = kube_api.delete(path)
    check(answer, 404, "NotFound", "not found", name="nobody")


def test_creating_in_a_missing_namespace(kube_api: KubeApi) -> None:
    answer = kube_api.post(routes("nowhere"), route("one"))
    check(answer, 404, "NotFound", 'namespaces "nowhere" not found', kind="namespaces")


def test_a_name_that_is_taken(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    answer = kube_api.post(routes(namespace), route("one"))
    message = 'httproutes.gateway.networking.k8s.io "one" already exists'
    check(answer, 409, "AlreadyExists", message, name="one")


def test_a_stale_version(kube_api: KubeApi, namespace: str) -> None:
    path = f"{routes(namespace)}/one"
    created = kube_api.post(routes(namespace), route("one")).ok()
    kube_api.put(path, {**created, "spec": {**created["spec"], "hostnames": ["b.example"]}}).ok()
    answer = kube_api.put(path, {**created, "spec": {**created["spec"], "hostnames": ["c.x"]}})
    message = (
        'Operation cannot be fulfilled on httproutes.gateway.networking.k8s.io "one": the object '
        "has been modified; please apply your changes to the latest version and try again"
    )
    check(answer, 409, "Conflict", message, name="one", kind="httproutes")


def test_a_value_that_breaks_the_schema(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.post(routes(namespace), route("one", weight=-1))
    field = "spec.rules[0].backendRefs[0].weight"
    check(answer, 422, "Invalid", f'HTTPRoute.gateway.networking.k8s.io "one" is invalid: {field}')
    causes = answer.body["details"]["causes"]
    assert [(c["reason"], c["field"]) for c in causes] == [("FieldValueInvalid", field)]
    assert "should be greater than or equal to 0" in causes[0]["message"]


def test_a_required_field_left_out(kube_api: KubeApi, namespace: str) -> None:
    body = route("one")
    del body["spec"]["parentRefs"][0]["name"]
    answer = kube_api.post(routes(namespace), body)
    check(answer, 422, "Invalid", "spec.parentRefs[0].name: Required value")
    assert answer.body["details"]["causes"][0]["reason"] == "FieldValueRequired"


@pytest.mark.parametrize("name", ["UPPER", "-a", "a_b", "x" * 254])
def test_a_name_that_is_no_name(kube_api: KubeApi, namespace: str, name: str) -> None:
    answer = kube_api.post(core(namespace, "configmaps"), config_map(name))
    check(answer, 422, "Invalid", "metadata.name: Invalid value", name=name)


def test_no_name_at_all(kube_api: KubeApi, namespace: str) -> None:
    body = config_map("x")
    del body["metadata"]["name"]
    answer = kube_api.post(core(namespace, "configmaps"), body)
    check(answer, 422, "Invalid", "name or generateName is required")


def test_a_name_other_than_in_the_path(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(core(namespace, "configmaps"), config_map("one")).ok()
    answer = kube_api.put(f"{core(namespace, 'configmaps')}/one", config_map("two"))
    message = "the name of the object (two) does not match the name on the URL (one)"
    check(answer, 400, "BadRequest", message)


def test_a_body_that_is_no_json(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.post(core(namespace, "configmaps"), b"{")
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_a_kind_that_does_not_belong_to_the_path(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.post(core(namespace, "configmaps"), {**config_map("x"), "kind": "Secret"})
    assert (answer.status, answer.reason) == (400, "BadRequest")


def test_a_verb_that_a_resource_does_not_have(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.put(core(namespace, "configmaps"), config_map("one"))
    check(answer, 405, "MethodNotAllowed", "the server does not allow this method")
    answer = kube_api.get("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
    check(answer, 405, "MethodNotAllowed", "the server does not allow this method")


def test_a_patch_of_an_unknown_type(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    answer = kube_api.patch(f"{routes(namespace)}/one", {}, "application/xml")
    assert (answer.status, answer.reason) == (415, "UnsupportedMediaType")


def test_a_strategic_patch_of_a_custom_kind(kube_api: KubeApi, namespace: str) -> None:
    kube_api.post(routes(namespace), route("one")).ok()
    content_type = "application/strategic-merge-patch+json"
    answer = kube_api.patch(f"{routes(namespace)}/one", {}, content_type)
    assert (answer.status, answer.reason) == (415, "UnsupportedMediaType")


def test_an_unknown_token(kube_api: KubeApi) -> None:
    answer = kube_api.get("/api/v1/namespaces", token="nobody-has-this")
    check(answer, 401, "Unauthorized", "Unauthorized")


def test_no_token_is_somebody_without_rights(kube_api: KubeApi) -> None:
    answer = kube_api.get("/api/v1/namespaces", user=None)
    message = (
        'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in '
        'API group "" at the cluster scope'
    )
    check(answer, 403, "Forbidden", message, kind="namespaces")


def test_a_right_that_is_lacking(kube_api: KubeApi, namespace: str) -> None:
    answer = kube_api.post(routes(namespace), route("one"), user="reader")
    message = (
        'httproutes.gateway.networking.k8s.io is forbidden: User "reader" cannot create resource '
        f'"httproutes" in API group "gateway.networking.k8s.io" in the namespace "{namespace}"'
    )
    check(answer, 403, "Forbidden", message, kind="httproutes")
    answer = kube_api.delete(f"{routes(namespace)}/one", user="reader")
    message = 'httproutes.gateway.networking.k8s.io "one" is forbidden: User "reader" cannot delete'
    check(answer, 403, "Forbidden", message, name="one")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("labelSelector", "a in (b"), ("fieldSelector", "spec.nothing=1"), ("limit", "many")],
)
def test_a_parameter_that_makes_no_sense(
    kube_api: KubeApi, namespace: str, parameter: str, value: str
) -> None:
    answer = kube_api.get(routes(namespace), **{parameter: value})
    assert (answer.status, answer.reason) == (400, "BadRequest")


NOT_OBJECTS: dict[str, Any] = {
    "metadata that is text": ("POST", {**config_map("new"), "metadata": "text"}, 400),
    "a name that is a number": ("POST", {**config_map("new"), "metadata": {"name": 5}}, 400),
    "labels that are a list": ("POST", {**config_map("new"), "metadata": {"labels": ["a"]}}, 400),
    "a body that is a list": ("POST", [1], 400),
    "a replacement without metadata": ("PUT", {**config_map("one"), "metadata": "text"}, 400),
    "a merge that makes metadata a number": (MERGE_PATCH, {"metadata": 5}, 422),
    "a merge that is a list": (MERGE_PATCH, [1], 400),
    "operations that are numbers": (JSON_PATCH, [1], 400),
    "preconditions that are a number": ("DELETE", {"preconditions": 5}, 400),
}


@pytest.mark.parametrize("what", NOT_OBJECTS)
@pytest.mark.parametrize("kind", ["configmaps", "httproutes"])
def test_something_that_is_no_object(
    kube_api: KubeApi, namespace: str, what: str, kind: str
) -> None:
    how, body, status = NOT_OBJECTS[what]
    collection = core(namespace, kind) if kind == "configmaps" else routes(namespace)
    if kind == "httproutes" and isinstance(body, dict) and "data" in body:
        body = {**route("new" if how == "POST" else "one"), "metadata": body["metadata"]}
    kube_api.post(collection, config_map("one") if kind == "configmaps" else route("one")).ok()
    if how == "POST":
        answer = kube_api.post(collection, body)
    elif how == "PUT":
        answer = kube_api.put(f"{collection}/one", body)
    elif how == "DELETE":
        answer = kube_api.delete(f"{collection}/one", body)
    else:
        answer = kube_api.patch(f"{collection}/one", body, how)
    assert (answer.status, answer.reason) == (status, "BadRequest" if status == 400 else "Invalid")


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"resourceAttributes": 5}),
        ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 5),
        ("/api/v1/namespaces/default/serviceaccounts/default/token", 5),
    ],
)
def test_a_question_that_cannot_be_read(kube_api: KubeApi, path: str, spec: Any) -> None:
    answer = kube_api.post(path, {"spec": spec})
    assert (answer.status, answer.reason) == (400, "BadRequest"), answer.body


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_namespaces_that_always_exist(kube_api: KubeApi, name: str) -> None:
    answer = kube_api.delete(f"/api/v1/namespaces/{name}")
    check(answer, 403, "Forbidden", f'namespaces "{name}" is forbidden: this namespace may not be')


def test_more_than_a_config_map_holds(kube_api: KubeApi, namespace: str) -> None:
    body = {**config_map("big"), "data": {"a": "x" * (1024 * 1024 + 1)}}
    answer = kube_api.post(core(namespace, "configmaps"), body)
    check(answer, 422, "Invalid", 'ConfigMap "big" is invalid: []: Too long')
