"""What the API server refuses of ConfigMaps, Secrets, Services and Namespaces, in its words."""

from base64 import b64encode
from typing import Any

import pytest

from tests.real.controlplane import Obj
from tests.real.kube_api import KubeApi
from tests.real.objects import config_map, core, route, routes

KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
    "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
TOO_MUCH = "metadata.annotations: Too long: may not be more than 262144 bytes"


def refused(kube_api: KubeApi, path: str, body: Obj) -> list[str]:
    """Each broken rule, with its field; none for what is accepted."""
    answer = kube_api.post(path, body, dryRun="All")
    if answer.status == 201:
        return []
    assert (answer.status, answer.reason) == (422, "Invalid"), answer.body
    return [f"{one['field']}: {one['message']}" for one in answer.body["details"]["causes"]]


def secret(**data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one"}, "data": data}


@pytest.mark.parametrize(
    ("text", "rules"),
    [("x" * 262143, []), ("x" * 262144, [TOO_MUCH]), ("é" * 131072, [TOO_MUCH])],
    ids=["just fits", "one too many", "bytes count"],
)
def test_annotations_have_a_size_together(
    kube_api: KubeApi, namespace: str, text: str, rules: list[str]
) -> None:
    body = config_map("one", annotations={"a": text})
    assert refused(kube_api, core(namespace, "configmaps"), body) == rules
    # A custom object is told besides that rules in CEL wait until this one is kept.
    found = refused(kube_api, routes(namespace), route("one", annotations={"a": text}))
    assert found[:1] == rules


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("a b", KEY),
        (".", "must not be '.'"),
        ("..", "must not be '..'"),
        ("..a", "must not start with '..'"),
        ("x" * 254, "must be no more than 253 characters"),
    ],
)
def test_keys_of_data_are_names(kube_api: KubeApi, namespace: str, key: str, rule: str) -> None:
    expected = [f'data[{key}]: Invalid value: "{key}": {rule}']
    body = config_map("one", {key: "1"})
    assert refused(kube_api, core(namespace, "configmaps"), body) == expected
    assert refused(kube_api, core(namespace, "secrets"), secret(**{key: "MQ=="})) == expected


def test_a_key_is_text_or_binary(kube_api: KubeApi, namespace: str) -> None:
    body = {**config_map("one", {"a": "1"}), "binaryData": {"a": "MQ=="}}
    rule = 'data[a]: Invalid value: "a": duplicate of key present in binaryData'
    assert refused(kube_api, core(namespace, "configmaps"), body) == [rule]


def test_the_size_of_a_secret_is_that_of_what_it_holds(kube_api: KubeApi, namespace: str) -> None:
    path = core(namespace, "secrets")
    fits, too_long = (b64encode(b"x" * size).decode() for size in (1 << 20, (1 << 20) + 1))
    assert refused(kube_api, path, secret(a=fits)) == []
    rule = "data: Too long: may not be more than 1048576 bytes"
    assert refused(kube_api, path, secret(a=too_long)) == [rule]


@pytest.mark.parametrize(
    ("text", "place"),
    [("no!", 2), ("YQ", 0), ("YWJjYQ", 4), ("YQ=", 3), ("YQ=a", 2), ("YQ==YQ==", 4), ("-_==", 0)],
)
def test_data_of_a_secret_is_base64(
    kube_api: KubeApi, namespace: str, text: str, place: int
) -> None:
    answer = kube_api.post(core(namespace, "secrets"), secret(a=text), dryRun="All")
    assert (answer.status, answer.reason) == (400, "BadRequest")
    assert answer.body["message"] == (
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte '
        f"{place}"
    )


def test_base64_may_have_lines(kube_api: KubeApi, namespace: str) -> None:
    assert refused(kube_api, core(namespace, "secrets"), secret(a="Y\r\nQ=\n=\n")) == []


PORT = "spec.ports[0]"
HYPHENS = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"


def service(port: Obj, spec: Obj) -> Obj:
    spec = {"ports": [{"port": 80, **port}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one"}, "spec": spec}


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ("http", []),
        ("", []),
        (0, []),
        (70000, ["must be between 1 and 65535, inclusive"]),
        ("bad_port", [HYPHENS]),
        ("80", ["must contain at least one letter (a-z)"]),
        ("a-very-long-port-name", ["must be no more than 15 characters"]),
        ("-a--b", ["must not contain consecutive hyphens", "must not begin or end with a hyphen"]),
    ],
)
def test_the_target_of_a_port(
    kube_api: KubeApi, namespace: str, target: Any, rules: list[str]
) -> None:
    body = service({"targetPort": target}, {})
    value = f'"{target}"' if isinstance(target, str) else target
    expected = [f"{PORT}.targetPort: Invalid value: {value}: {rule}" for rule in rules]
    assert refused(kube_api, core(namespace, "services"), body) == expected


@pytest.mark.parametrize(
    ("port", "spec", "rule"),
    [
        (
            {},
            {"type": "Bogus"},
            'spec.type: Unsupported value: "Bogus": supported values: "ClusterIP", '
            '"ExternalName", "LoadBalancer", "NodePort"',
        ),
        (
            {},
            {"sessionAffinity": "Bogus"},
            'spec.sessionAffinity: Unsupported value: "Bogus": supported values: "ClientIP", '
            '"None"',
        ),
        ({}, {"type": "ExternalName"}, "spec.externalName: Required value"),
        (
            {"protocol": "Bogus"},
            {},
            f'{PORT}.protocol: Unsupported value: "Bogus": supported values: "SCTP", "TCP", "UDP"',
        ),
        ({"name": "Bad_"}, {}, f'{PORT}.name: Invalid value: "Bad_": {LABEL}'),
        ({"name": "a.b"}, {}, f'{PORT}.name: Invalid value: "a.b": must not contain dots'),
        (
            {"name": "x" * 64},
            {},
            f'{PORT}.name: Invalid value: "{"x" * 64}": must be no more than 63 characters',
        ),
    ],
)
def test_services_take_known_words_only(
    kube_api: KubeApi, namespace: str, port: Obj, spec: Obj, rule: str
) -> None:
    assert refused(kube_api, core(namespace, "services"), service(port, spec)) == [rule]


@pytest.mark.parametrize(("name", "rule"), [("a.b", "must not contain dots"), ("a_b", LABEL)])
def test_the_name_of_a_namespace_is_a_label(kube_api: KubeApi, name: str, rule: str) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    expected = [f'metadata.name: Invalid value: "{name}": {rule}']
    assert refused(kube_api, "/api/v1/namespaces", body) == expected
