"""Lists are narrowed by labels and fields on the server."""

import pytest

from tests.real.kube_api import KubeApi
from tests.real.objects import config_map, core, route, routes

LABELS: dict[str, dict[str, str]] = {
    "a": {"tier": "web", "env": "prod"},
    "b": {"tier": "web"},
    "c": {"tier": "db", "env": "test"},
    "d": {},
}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("tier=web", "ab"),
        ("tier==web", "ab"),
        ("tier!=web", "cd"),
        ("tier", "abc"),
        ("!tier", "d"),
        ("tier in (web,db)", "abc"),
        ("tier in (db), env=test", "c"),
        ("env notin (prod)", "bcd"),
        ("tier=web,env", "a"),
        ("tier=web,!env", "b"),
        ("tier=", ""),
        ("", "abcd"),
    ],
)
def test_labels(kube_api: KubeApi, namespace: str, selector: str, expected: str) -> None:
    for name, labels in LABELS.items():
        kube_api.post(routes(namespace), route(name, labels=labels)).ok()
    assert kube_api.get(routes(namespace), labelSelector=selector).names == list(expected)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("metadata.name=a", "a"),
        ("metadata.name!=a,metadata.name!=b", "cd"),
        ("metadata.namespace=elsewhere", ""),
    ],
)
def test_names_as_fields(kube_api: KubeApi, namespace: str, selector: str, expected: str) -> None:
    for name in LABELS:
        kube_api.post(routes(namespace), route(name)).ok()
    assert kube_api.get(routes(namespace), fieldSelector=selector).names == list(expected)


def test_fields_that_a_core_kind_offers(kube_api: KubeApi, namespace: str) -> None:
    for name, kind in (("plain", "Opaque"), ("other", "example.com/other")):
        body = {**config_map(name), "kind": "Secret", "type": kind}
        kube_api.post(core(namespace, "secrets"), body).ok()
    path = core(namespace, "secrets")
    assert kube_api.get(path, fieldSelector="type=Opaque").names == ["plain"]
    events = core(namespace, "events")
    for name in ("one", "two"):
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"event-{name}"},
            "involvedObject": {"kind": "HTTPRoute", "name": name, "namespace": namespace},
            "reason": "Tested",
            "type": "Normal",
        }
        kube_api.post(events, event).ok()
    selector = "involvedObject.name=two,involvedObject.kind=HTTPRoute"
    assert kube_api.get(events, fieldSelector=selector).names == ["event-two"]


def test_both_selectors_must_hold(kube_api: KubeApi, namespace: str) -> None:
    for name, labels in LABELS.items():
        kube_api.post(routes(namespace), route(name, labels=labels)).ok()
    answer = kube_api.get(
        routes(namespace), labelSelector="tier=web", fieldSelector="metadata.name=b"
    )
    assert answer.names == ["b"]
