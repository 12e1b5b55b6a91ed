"""The demo API's small languages are read as Kubernetes reads them: paths, selectors, patches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.demo.api import ApiError, fields, formats, jsonpath, protobuf, selectors, strategic
from services.demo.api.cells import age
from services.demo.api.forms import Shown
from services.demo.api.kinds import BUILT_IN
from services.demo.api.negotiation import Form
from services.demo.api.registry import version_rank
from services.demo.api.schemas import Schemas
from services.demo.api.store import Store

KINDS = {served.plural: served for served in BUILT_IN}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (".spec.size", [3]),
        ("{.spec.size}", [3]),
        (".spec.missing", []),
        (".spec.items[0].name", ["a"]),
        (".spec.items[*].name", ["a", "b"]),
        ('.spec.items[?(@.name=="b")].port', [81]),
        (".spec.items[?(@.name=='z')].port", []),
        (r".metadata.annotations.example\.com/x", ["y"]),
        (".metadata.annotations['example.com/x']", ["y"]),
    ],
)
def test_printer_columns_find_values(path: str, values: list[Any]) -> None:
    obj = {
        "metadata": {"annotations": {"example.com/x": "y"}},
        "spec": {"size": 3, "items": [{"name": "a", "port": 80}, {"name": "b", "port": 81}]},
    }
    assert jsonpath.find(obj, path) == values


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "5s"),
        (119, "119s"),
        (125, "2m5s"),
        (600, "10m"),
        (3 * 3600 + 60, "3h1m"),
        (10 * 3600, "10h"),
        (3 * 86400 + 3600, "3d1h"),
        (30 * 86400, "30d"),
        (800 * 86400, "2y70d"),
    ],
)
def test_ages_read_as_kubectl_writes_them(seconds: int, text: str) -> None:
    then = (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert age(then, NOW) == text


def test_a_watch_shows_ages_of_its_own_time() -> None:
    clock = iter([NOW + timedelta(seconds=seconds) for seconds in (3, 60)])
    shown = Shown(KINDS["pods"], Form(kind="Table"), "", lambda: next(clock))
    show = shown.event()
    assert show is not None
    created = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    pod = {"metadata": {"name": "one", "creationTimestamp": created}}
    assert [show(pod)["rows"][0]["cells"][4] for _ in range(2)] == ["3s", "60s"]


def test_versions_are_preferred_as_discovery_prefers_them() -> None:
    versions = ["v1alpha2", "foo", "v1", "v1beta1", "v2", "v1beta3", "v10"]
    preferred = ["v10", "v2", "v1", "v1beta3", "v1beta1", "v1alpha2", "foo"]
    assert sorted(versions, key=version_rank) == preferred


@pytest.mark.parametrize("text", ["a in (b", "a b", "=x", "a=b=c"])
def test_a_selector_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        selectors.labels(text)
    assert refused.value.code == 400


def test_events_are_selected_by_what_they_are_about_in_both_versions() -> None:
    event = {"metadata": {"name": "e"}, "involvedObject": {"name": "web"}}
    for group, text in (("", "involvedObject.name=web"), ("events.k8s.io", "regarding.name=web")):
        served = next(s for s in BUILT_IN if (s.plural, s.group) == ("events", group))
        matches = selectors.fields(text, served)
        assert matches is not None
        assert matches(event)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", "2026-01-02T03:04:05Z", "2026-01-02"),
        ("duration", "1h30m", "soon"),
        ("ipv4", "192.0.2.1", "192.0.2.256"),
        ("ipv6", "2001:db8::1", "192.0.2.1"),
        ("cidr", "192.0.2.0/24", "192.0.2.0"),
        ("hostname", "a.example", "-a"),
        ("byte", "YQ==", "%"),
        ("uuid", "12345678-1234-1234-1234-123456789abc", "123"),
    ],
)
def test_formats(name: str, good: str, bad: str) -> None:
    assert formats.matches(name, good)
    assert not formats.matches(name, bad)
    assert formats.matches("unheard-of", bad)


def test_field_sets_survive_their_encoding() -> None:
    tree = {
        "f:data": {".": {}, "f:a": {}},
        "f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}}}},
        "f:metadata": {"f:finalizers": {'v:"example.com/x"': {}}},
    }
    assert fields.encode(fields.decode(tree)) == tree


def test_paths_of_conflicts_are_readable() -> None:
    path = ("f:spec", "f:ports", 'k:{"port":80,"protocol":"TCP"}', "f:name")
    assert fields.text(path) == '.spec.ports[port=80,protocol="TCP"].name'


def test_a_strategic_patch_obeys_its_directives() -> None:
    node = Schemas().of(KINDS["services"])
    live = {
        "metadata": {"finalizers": ["a/b", "c/d"]},
        "spec": {"selector": {"x": "1"}, "ports": [{"port": 80}, {"port": 81}, {"port": 82}]},
    }
    patch = {
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["a/b"]},
        "spec": {
            "selector": {"$patch": "replace", "y": "2"},
            "$setElementOrder/ports": [{"port": 82}, {"port": 80}],
            "ports": [{"port": 81, "$patch": "delete"}, {"port": 80, "name": "web"}],
        },
    }
    assert strategic.patched(node, live, patch) == {
        "metadata": {"finalizers": ["c/d"]},
        "spec": {
            "selector": {"y": "2"},
            "ports": [{"port": 82}, {"port": 80, "name": "web"}],
        },
    }


def test_a_strategic_patch_needs_the_key_of_a_list_item() -> None:
    node = Schemas().of(KINDS["services"])
    with pytest.raises(ApiError, match="merge key: port"):
        strategic.patched(node, {}, {"spec": {"ports": [{"name": "web"}]}})


def test_protobuf_of_kubectl_is_understood() -> None:
    # kubectl create namespace t1
    body = bytes.fromhex(
        "6b387300 0a0f 0a027631 12094e616d657370616365 121a"
        "0a12 0a027431 1200 1a00 2200 2a00 3200 3800 4200"
        "1200 1a02 0a00 1a00 2200"
    )
    assert protobuf.decode(body) == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "t1"},
    }


@pytest.mark.parametrize("body", [b"", b"{}", b"k8s\x00\xff\xff", b"k8s\x00"])
def test_protobuf_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        protobuf.decode(body)
    assert refused.value.code == 400


def stored(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}}


def test_history_is_bounded_and_says_when_it_is_too_short() -> None:
    store = Store(history=3)
    versions = [
        int(store.put("configmaps", f"n/{i}", stored(str(i)))["metadata"]["resourceVersion"])
        for i in range(5)
    ]
    recent = store.since("configmaps", versions[1])
    assert recent is not None
    assert [change.version for change in recent] == versions[2:]
    assert store.since("configmaps", versions[0]) is None


def test_lists_of_a_namespace_hold_no_neighbours() -> None:
    store = Store()
    for namespace in ("a", "a-b", "a0", "b"):
        store.put("configmaps", f"{namespace}/x", stored("x"))
    assert len(store.objects("configmaps", "a")) == 1
    assert len(store.objects("configmaps")) == 4
